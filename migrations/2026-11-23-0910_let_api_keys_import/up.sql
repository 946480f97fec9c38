-- Programs with API keys upload files and start imports as people do.
COMMENT ON COLUMN jobs.created_by IS 'Account or API key that asked for it; NULL for the system';
COMMENT ON COLUMN files.owner_id IS 'Account or API key that may use it; NULL for the system';
