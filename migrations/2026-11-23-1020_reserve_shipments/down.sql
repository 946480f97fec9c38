DROP FUNCTION reserve_shipments;
UPDATE stock_reservations SET expires_at = created_at + interval '30 days' WHERE expires_at IS NULL;
ALTER TABLE stock_reservations ALTER COLUMN expires_at SET NOT NULL;
COMMENT ON COLUMN stock_reservations.expires_at IS NULL;
