CREATE TABLE distributor_invitations (
    id             uuid        NOT NULL CONSTRAINT distributor_invitations_pkey PRIMARY KEY,
    distributor_id uuid        NOT NULL
        CONSTRAINT distributor_invitations_distributor_id_fkey REFERENCES distributors ON DELETE RESTRICT,
    email          text        NOT NULL CONSTRAINT distributor_invitations_email_check CHECK (length(email) <= 254),
    role           text        NOT NULL CONSTRAINT distributor_invitations_role_check CHECK (role IN
        ('distributor_manager', 'distributor_catalogue', 'distributor_orders', 'distributor_finance')),
    token_hash     bytea       CONSTRAINT distributor_invitations_token_hash_key UNIQUE,
    invited_by     uuid        CONSTRAINT distributor_invitations_invited_by_fkey REFERENCES accounts,
    sends          int         NOT NULL CONSTRAINT distributor_invitations_sends_check CHECK (sends BETWEEN 1 AND 5),
    sent_at        timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    accepted_at    timestamptz,
    accepted_by    uuid        CONSTRAINT distributor_invitations_accepted_by_fkey REFERENCES accounts,
    revoked_at     timestamptz,
    created_at     timestamptz NOT NULL,
    CONSTRAINT distributor_invitations_accepted_check CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CONSTRAINT distributor_invitations_end_check CHECK (accepted_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX distributor_invitations_open_key ON distributor_invitations (distributor_id, email)
    WHERE accepted_at IS NULL AND revoked_at IS NULL;
CREATE INDEX distributor_invitations_distributor_idx ON distributor_invitations (distributor_id, created_at, id);
CREATE INDEX distributor_invitations_invited_by_idx ON distributor_invitations (invited_by);
CREATE INDEX distributor_invitations_accepted_by_idx ON distributor_invitations (accepted_by);
COMMENT ON TABLE distributor_invitations IS 'Who was asked to work for a distributor';
COMMENT ON COLUMN distributor_invitations.role IS 'Name of the built-in role that comes with it';
COMMENT ON COLUMN distributor_invitations.token_hash IS 'SHA-256 of the random token in the latest mail; NULL until it went out';
