-- An upload whose content is not what was announced is over: one statement ends it, and only then its bytes are removed.
ALTER TABLE files DROP CONSTRAINT files_status_check;
ALTER TABLE files ADD CONSTRAINT files_status_check CHECK (status IN ('pending', 'stored', 'refused'));
COMMENT ON COLUMN files.status IS 'pending until the bytes arrived; refused where they are not what was announced';
DROP INDEX files_pending_idx;
CREATE INDEX files_abandoned_idx ON files (created_at) WHERE status <> 'stored';
