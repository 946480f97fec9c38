-- Distributors: sellers that are not FreshVilla's own. One applies, is looked at, and sells once it is verified.

-- A seller that was not verified yet sells nothing.
ALTER TABLE sellers DROP CONSTRAINT sellers_status_check;
ALTER TABLE sellers ADD CONSTRAINT sellers_status_check
    CHECK (status IN ('pending', 'active', 'suspended', 'closed'));

ALTER TABLE files DROP CONSTRAINT files_purpose_check;
ALTER TABLE files ADD CONSTRAINT files_purpose_check
    CHECK (purpose IN ('import', 'report', 'product_media', 'brand_media', 'storefront_media'));

CREATE TABLE distributors (
    id                  uuid        NOT NULL CONSTRAINT distributors_pkey PRIMARY KEY
        CONSTRAINT distributors_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    owner_id            uuid        NOT NULL CONSTRAINT distributors_owner_id_fkey REFERENCES accounts,
    status              text        NOT NULL CONSTRAINT distributors_status_check CHECK (status IN
        ('pending', 'in_review', 'verified', 'rejected', 'suspended', 'closed')),
    reason              text        NOT NULL,
    legal_name          text        CONSTRAINT distributors_legal_name_check CHECK (length(legal_name) BETWEEN 1 AND 200),
    business_type       text        CONSTRAINT distributors_business_type_check CHECK (business_type IN
        ('proprietorship', 'partnership', 'llp', 'company', 'cooperative', 'other')),
    contact_name        text        CONSTRAINT distributors_contact_name_check CHECK (length(contact_name) BETWEEN 1 AND 120),
    contact_email       text        CONSTRAINT distributors_contact_email_check CHECK (length(contact_email) <= 254),
    contact_phone       text        CONSTRAINT distributors_contact_phone_check CHECK (contact_phone ~ '^\+[1-9][0-9]{6,14}$'),
    line1               text        CONSTRAINT distributors_line1_check CHECK (length(line1) BETWEEN 1 AND 200),
    line2               text        NOT NULL CONSTRAINT distributors_line2_check CHECK (length(line2) <= 200),
    city                text        CONSTRAINT distributors_city_check CHECK (length(city) BETWEEN 1 AND 100),
    state_code          text,
    pincode             text,
    gstin               text        CONSTRAINT distributors_gstin_check
        CHECK (gstin ~ '^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]$'),
    pan                 text        CONSTRAINT distributors_pan_check CHECK (pan ~ '^[A-Z]{5}[0-9]{4}[A-Z]$'),
    turnover_band       text        CONSTRAINT distributors_turnover_band_check
        CHECK (turnover_band IN ('up_to_5_crore', 'above_5_crore')),
    bank_holder         text        CONSTRAINT distributors_bank_holder_check CHECK (length(bank_holder) BETWEEN 1 AND 120),
    bank_number_sealed  bytea,
    bank_number_end     text        CONSTRAINT distributors_bank_number_end_check CHECK (bank_number_end ~ '^[0-9]{4}$'),
    bank_ifsc           text        CONSTRAINT distributors_bank_ifsc_check CHECK (bank_ifsc ~ '^[A-Z]{4}0[A-Z0-9]{6}$'),
    notification_email  text        CONSTRAINT distributors_notification_email_check CHECK (length(notification_email) <= 254),
    submitted_at        timestamptz,
    verified_at         timestamptz,
    version             int         NOT NULL DEFAULT 1,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    CONSTRAINT distributors_pincode_fkey FOREIGN KEY (pincode, state_code) REFERENCES pincodes (code, state_code),
    CONSTRAINT distributors_gstin_pan_check CHECK (pan = substr(gstin, 3, 10)),
    CONSTRAINT distributors_gstin_state_check CHECK (state_code = left(gstin, 2)),
    CONSTRAINT distributors_bank_number_check CHECK ((bank_number_sealed IS NULL) = (bank_number_end IS NULL)),
    CONSTRAINT distributors_verified_check CHECK (status NOT IN ('verified', 'suspended') OR verified_at IS NOT NULL)
);
-- A person finishes one application before the next: names are not hoarded.
CREATE UNIQUE INDEX distributors_unfinished_key ON distributors (owner_id) WHERE status IN ('pending', 'in_review');
CREATE INDEX distributors_owner_idx ON distributors (owner_id);
CREATE INDEX distributors_pincode_idx ON distributors (pincode, state_code);
CREATE INDEX distributors_created_idx ON distributors (created_at, id);
CREATE INDEX distributors_queue_idx ON distributors (submitted_at, id) WHERE submitted_at IS NOT NULL;
CREATE INDEX distributors_status_idx ON distributors (status, created_at, id);
COMMENT ON TABLE distributors IS 'Applications and papers of sellers that are not FreshVilla''s own';
COMMENT ON COLUMN distributors.id IS 'The seller''s ID';
COMMENT ON COLUMN distributors.owner_id IS 'The one person who answers for it; holds the role distributor_owner';
COMMENT ON COLUMN distributors.status IS 'sellers.status follows in the same transaction: verified is active, what was not verified is pending';
COMMENT ON COLUMN distributors.reason IS 'Why it is in this state, for its owner; empty where there is nothing to say';
COMMENT ON COLUMN distributors.pan IS 'Permanent account number; becomes the seller''s when it is verified, as the GSTIN becomes its registration';
COMMENT ON COLUMN distributors.bank_number_sealed IS 'Account number, encrypted and bound to this row (kernel::keyring)';
COMMENT ON COLUMN distributors.bank_number_end IS 'The last four digits, the only ones that are shown';
COMMENT ON COLUMN distributors.notification_email IS 'Where mails about it go; NULL: to its owner';
COMMENT ON COLUMN distributors.verified_at IS 'When it was last approved';

CREATE TABLE storefronts (
    seller_id       uuid        NOT NULL CONSTRAINT storefronts_pkey PRIMARY KEY
        CONSTRAINT storefronts_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    description     text        NOT NULL CONSTRAINT storefronts_description_check CHECK (length(description) <= 5000),
    return_policy   text        NOT NULL CONSTRAINT storefronts_return_policy_check CHECK (length(return_policy) <= 10000),
    shipping_policy text        NOT NULL CONSTRAINT storefronts_shipping_policy_check CHECK (length(shipping_policy) <= 10000),
    logo_file_id    uuid        CONSTRAINT storefronts_logo_file_id_fkey REFERENCES files,
    cover_file_id   uuid        CONSTRAINT storefronts_cover_file_id_fkey REFERENCES files,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX storefronts_logo_file_idx ON storefronts (logo_file_id);
CREATE INDEX storefronts_cover_file_idx ON storefronts (cover_file_id);
COMMENT ON TABLE storefronts IS 'How sellers present themselves; public once the seller sells';

CREATE TABLE distributor_decisions (
    id             uuid        NOT NULL CONSTRAINT distributor_decisions_pkey PRIMARY KEY,
    distributor_id uuid        NOT NULL
        CONSTRAINT distributor_decisions_distributor_id_fkey REFERENCES distributors ON DELETE RESTRICT,
    step           text        NOT NULL CONSTRAINT distributor_decisions_step_check CHECK (step IN
        ('submit', 'withdraw', 'request_changes', 'approve', 'reject', 'suspend', 'reinstate', 'close')),
    from_status    text        NOT NULL CONSTRAINT distributor_decisions_from_status_check CHECK (from_status IN
        ('pending', 'in_review', 'verified', 'rejected', 'suspended', 'closed')),
    to_status      text        NOT NULL CONSTRAINT distributor_decisions_to_status_check CHECK (to_status IN
        ('pending', 'in_review', 'verified', 'rejected', 'suspended', 'closed')),
    reason         text        NOT NULL CONSTRAINT distributor_decisions_reason_check CHECK (length(reason) <= 2000),
    account_id     uuid        CONSTRAINT distributor_decisions_account_id_fkey REFERENCES accounts,
    decided_at     timestamptz NOT NULL
);
CREATE INDEX distributor_decisions_distributor_idx ON distributor_decisions (distributor_id, decided_at, id);
CREATE INDEX distributor_decisions_account_idx ON distributor_decisions (account_id);
CREATE TRIGGER distributor_decisions_append_only BEFORE UPDATE OR DELETE ON distributor_decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE distributor_decisions IS 'Every change of a distributor''s state; append-only';
COMMENT ON COLUMN distributor_decisions.account_id IS 'Who took the step; NULL for the program, by its settings';

CREATE TABLE distributor_remarks (
    id             uuid        NOT NULL CONSTRAINT distributor_remarks_pkey PRIMARY KEY,
    distributor_id uuid        NOT NULL
        CONSTRAINT distributor_remarks_distributor_id_fkey REFERENCES distributors ON DELETE RESTRICT,
    field          text        NOT NULL CONSTRAINT distributor_remarks_field_check CHECK (field IN
        ('name', 'slug', 'legal_name', 'business_type', 'contact_name', 'contact_email', 'contact_phone', 'address',
         'gstin', 'pan', 'turnover_band', 'bank_holder', 'bank_account_number', 'bank_ifsc', 'description', 'logo',
         'cover', 'return_policy', 'shipping_policy')),
    reason         text        NOT NULL CONSTRAINT distributor_remarks_reason_check CHECK (length(reason) BETWEEN 1 AND 1000),
    made_by        uuid        CONSTRAINT distributor_remarks_made_by_fkey REFERENCES accounts,
    made_at        timestamptz NOT NULL,
    answer         text        CONSTRAINT distributor_remarks_answer_check CHECK (length(answer) BETWEEN 1 AND 1000),
    changed_at     timestamptz,
    settled_at     timestamptz
);
CREATE UNIQUE INDEX distributor_remarks_open_key ON distributor_remarks (distributor_id, field) WHERE settled_at IS NULL;
CREATE INDEX distributor_remarks_distributor_idx ON distributor_remarks (distributor_id, made_at, id);
CREATE INDEX distributor_remarks_made_by_idx ON distributor_remarks (made_by);
COMMENT ON TABLE distributor_remarks IS 'What a reviewer found wrong with single fields, and what became of it';
COMMENT ON COLUMN distributor_remarks.answer IS 'What the applicant says to it';
COMMENT ON COLUMN distributor_remarks.changed_at IS 'When the applicant changed the field';
COMMENT ON COLUMN distributor_remarks.settled_at IS 'When a later decision closed it; NULL while it is open';

CREATE TABLE distributor_notes (
    id             uuid        NOT NULL CONSTRAINT distributor_notes_pkey PRIMARY KEY,
    distributor_id uuid        NOT NULL
        CONSTRAINT distributor_notes_distributor_id_fkey REFERENCES distributors ON DELETE RESTRICT,
    text           text        NOT NULL CONSTRAINT distributor_notes_text_check CHECK (length(text) BETWEEN 1 AND 4000),
    author_id      uuid        CONSTRAINT distributor_notes_author_id_fkey REFERENCES accounts,
    created_at     timestamptz NOT NULL
);
CREATE INDEX distributor_notes_distributor_idx ON distributor_notes (distributor_id, created_at, id);
CREATE INDEX distributor_notes_author_idx ON distributor_notes (author_id);
COMMENT ON TABLE distributor_notes IS 'What the back office notes about a distributor, for itself alone';

-- A distributor has at most one owner; distributors.owner_id says that it has one. The role is the built-in one.
CREATE UNIQUE INDEX role_grants_distributor_owner_key ON role_grants (scope_id)
    WHERE role_id = '01935000-0000-7000-8000-000000000011';

INSERT INTO role_permissions (role_id, permission)
SELECT roles.id, 'distributors.write' FROM roles
WHERE built_in AND name IN ('super_administrator', 'administrator', 'distributor_owner', 'distributor_manager');
