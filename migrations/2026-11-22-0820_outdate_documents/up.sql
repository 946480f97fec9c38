-- A paper that was accepted proves nothing any more once what it proves was changed.
ALTER TABLE distributor_documents DROP CONSTRAINT distributor_documents_status_check;
ALTER TABLE distributor_documents ADD CONSTRAINT distributor_documents_status_check
    CHECK (status IN ('pending', 'approved', 'rejected', 'replaced', 'outdated'));
COMMENT ON COLUMN distributor_documents.status IS
    'replaced: a later one of its kind took its place; outdated: accepted, and what it proves was changed since';
