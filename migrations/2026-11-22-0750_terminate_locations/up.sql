-- A location that has closed for good is kept for the record.
ALTER TABLE warehouses DROP CONSTRAINT warehouses_status_check;
ALTER TABLE warehouses ADD CONSTRAINT warehouses_status_check
    CHECK (status IN ('active', 'inactive', 'maintenance', 'terminated'));
COMMENT ON COLUMN locations.seller_id IS 'Whose stock lies there';
COMMENT ON COLUMN warehouses.status IS
    'maintenance: for now neither takes goods in nor gives any out; terminated: closed for good';
