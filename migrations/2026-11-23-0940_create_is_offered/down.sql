DROP FUNCTION is_offered;
DROP VIEW sendable_stock;
