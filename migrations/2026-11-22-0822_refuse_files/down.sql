DELETE FROM files WHERE status = 'refused';
ALTER TABLE files DROP CONSTRAINT files_status_check;
ALTER TABLE files ADD CONSTRAINT files_status_check CHECK (status IN ('pending', 'stored'));
COMMENT ON COLUMN files.status IS 'pending until the bytes arrived';
DROP INDEX files_abandoned_idx;
CREATE INDEX files_pending_idx ON files (created_at) WHERE status = 'pending';
