COMMENT ON COLUMN warehouses.status IS 'maintenance: for now neither takes goods in nor gives any out';
COMMENT ON COLUMN locations.seller_id IS NULL;
UPDATE warehouses SET status = 'inactive' WHERE status = 'terminated';
ALTER TABLE warehouses DROP CONSTRAINT warehouses_status_check;
ALTER TABLE warehouses ADD CONSTRAINT warehouses_status_check
    CHECK (status IN ('active', 'inactive', 'maintenance'));
