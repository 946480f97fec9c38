UPDATE distributor_documents SET status = 'replaced' WHERE status = 'outdated';
ALTER TABLE distributor_documents DROP CONSTRAINT distributor_documents_status_check;
ALTER TABLE distributor_documents ADD CONSTRAINT distributor_documents_status_check
    CHECK (status IN ('pending', 'approved', 'rejected', 'replaced'));
COMMENT ON COLUMN distributor_documents.status IS 'replaced: a later one of its kind took its place';
