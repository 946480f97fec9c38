DROP FUNCTION reserve_stock;
