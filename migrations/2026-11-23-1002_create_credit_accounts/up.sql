-- Business customers who buy now and pay later.
CREATE TABLE credit_accounts (
    id          uuid        NOT NULL CONSTRAINT credit_accounts_pkey PRIMARY KEY,
    account_id  uuid        NOT NULL CONSTRAINT credit_accounts_account_id_key UNIQUE
        CONSTRAINT credit_accounts_account_id_fkey REFERENCES accounts ON DELETE RESTRICT,
    limit_minor bigint      NOT NULL CONSTRAINT credit_accounts_limit_check CHECK (limit_minor >= 0),
    used_minor  bigint      NOT NULL DEFAULT 0 CONSTRAINT credit_accounts_used_check CHECK (used_minor >= 0),
    days        int         NOT NULL CONSTRAINT credit_accounts_days_check CHECK (days BETWEEN 1 AND 365),
    suspended   boolean     NOT NULL,
    version     int         NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX credit_accounts_created_idx ON credit_accounts (created_at, id);
COMMENT ON TABLE credit_accounts IS 'Business customers'' credit: how much they may owe, and how long';
COMMENT ON COLUMN credit_accounts.limit_minor IS
    'Most that they may owe, in paise; lowered below what they owe, it keeps them from buying more';
COMMENT ON COLUMN credit_accounts.used_minor IS
    'What they owe, in paise: the sum over their credit intents of amount less waived less captured; changed under the row''s lock';
COMMENT ON COLUMN credit_accounts.days IS 'Days from a purchase to its payment';
COMMENT ON COLUMN credit_accounts.version IS 'Counts the edits, for optimistic locking';
