COMMENT ON COLUMN jobs.created_by IS 'Account that asked for it; NULL for the system';
COMMENT ON COLUMN files.owner_id IS 'Account that may use it; NULL for the system';
