-- The papers behind an application.
ALTER TABLE files DROP CONSTRAINT files_purpose_check;
ALTER TABLE files ADD CONSTRAINT files_purpose_check CHECK (purpose IN
    ('import', 'report', 'product_media', 'brand_media', 'storefront_media', 'distributor_document'));

CREATE TABLE distributor_documents (
    id             uuid        NOT NULL CONSTRAINT distributor_documents_pkey PRIMARY KEY,
    distributor_id uuid        NOT NULL
        CONSTRAINT distributor_documents_distributor_id_fkey REFERENCES distributors ON DELETE RESTRICT,
    kind           text        NOT NULL CONSTRAINT distributor_documents_kind_check CHECK (kind IN
        ('gst', 'pan', 'bank', 'address', 'trade_licence', 'fssai')),
    file_id        uuid        NOT NULL CONSTRAINT distributor_documents_file_id_key UNIQUE
        CONSTRAINT distributor_documents_file_id_fkey REFERENCES files,
    status         text        NOT NULL CONSTRAINT distributor_documents_status_check CHECK (status IN
        ('pending', 'approved', 'rejected', 'replaced')),
    reason         text        NOT NULL CONSTRAINT distributor_documents_reason_check CHECK (length(reason) <= 1000),
    expires_on     date,
    reminded_days  int         CONSTRAINT distributor_documents_reminded_days_check CHECK (reminded_days > 0),
    uploaded_by    uuid        CONSTRAINT distributor_documents_uploaded_by_fkey REFERENCES accounts,
    decided_by     uuid        CONSTRAINT distributor_documents_decided_by_fkey REFERENCES accounts,
    decided_at     timestamptz,
    created_at     timestamptz NOT NULL,
    CONSTRAINT distributor_documents_decided_check CHECK (status NOT IN ('approved', 'rejected') OR decided_at IS NOT NULL)
);
-- The paper in force stays in force until its successor is approved.
CREATE UNIQUE INDEX distributor_documents_approved_key ON distributor_documents (distributor_id, kind)
    WHERE status = 'approved';
CREATE UNIQUE INDEX distributor_documents_pending_key ON distributor_documents (distributor_id, kind)
    WHERE status = 'pending';
CREATE INDEX distributor_documents_distributor_idx ON distributor_documents (distributor_id, created_at, id);
CREATE INDEX distributor_documents_uploaded_by_idx ON distributor_documents (uploaded_by);
CREATE INDEX distributor_documents_decided_by_idx ON distributor_documents (decided_by);
CREATE INDEX distributor_documents_expiry_idx ON distributor_documents (expires_on, id)
    WHERE status = 'approved' AND expires_on IS NOT NULL;
COMMENT ON TABLE distributor_documents IS 'Papers of distributors, each looked at by a reviewer';
COMMENT ON COLUMN distributor_documents.status IS 'replaced: a later one of its kind took its place';
COMMENT ON COLUMN distributor_documents.expires_on IS 'Last day on which it is good, in India; NULL for one that does not expire';
COMMENT ON COLUMN distributor_documents.reminded_days IS 'Days before the expiry of the last reminder that went out';
