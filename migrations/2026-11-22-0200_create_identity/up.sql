-- Who may come in: accounts, what they may do, and how they prove who they are.

CREATE TABLE accounts (
    id                  uuid        NOT NULL CONSTRAINT accounts_pkey PRIMARY KEY,
    kind                text        NOT NULL
        CONSTRAINT accounts_kind_check CHECK (kind IN
            ('customer', 'distributor_member', 'employee', 'administrator', 'super_administrator')),
    email               text        NOT NULL
        CONSTRAINT accounts_email_check CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    email_verified_at   timestamptz,
    phone               text        CONSTRAINT accounts_phone_check CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    name                text        NOT NULL CONSTRAINT accounts_name_check CHECK (length(name) BETWEEN 1 AND 120),
    status              text        NOT NULL
        CONSTRAINT accounts_status_check CHECK (status IN ('active', 'locked', 'closed')),
    password_hash       text,
    password_changed_at timestamptz,
    last_login_at       timestamptz,
    event_seq           bigint      NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL
);
CREATE UNIQUE INDEX accounts_email_key ON accounts (email) WHERE status <> 'closed';
CREATE UNIQUE INDEX accounts_phone_key ON accounts (phone) WHERE status <> 'closed';
CREATE INDEX accounts_created_idx ON accounts (created_at, id);
CREATE INDEX accounts_name_idx ON accounts (name, id);
CREATE INDEX accounts_kind_idx ON accounts (kind, created_at, id);
COMMENT ON TABLE accounts IS 'People who can sign in';
COMMENT ON COLUMN accounts.email IS 'Lower case; unique among accounts that are not closed';
COMMENT ON COLUMN accounts.email_verified_at IS 'When the owner proved that they read mail sent there';
COMMENT ON COLUMN accounts.phone IS 'E.164, for example +919810000001';
COMMENT ON COLUMN accounts.status IS 'locked by an administrator, not by wrong passwords (see login_throttles)';
COMMENT ON COLUMN accounts.password_hash IS 'Argon2id in PHC form; NULL until the invited person chooses a password';
COMMENT ON COLUMN accounts.event_seq IS 'Last sequence number of the topic account:<id>';

CREATE TABLE employees (
    account_id    uuid        NOT NULL CONSTRAINT employees_pkey PRIMARY KEY
        CONSTRAINT employees_account_id_fkey REFERENCES accounts (id) ON DELETE CASCADE,
    function      text        NOT NULL
        CONSTRAINT employees_function_check CHECK (function IN
            ('store', 'warehouse', 'agent', 'delivery', 'operations', 'supervision')),
    status        text        NOT NULL
        CONSTRAINT employees_status_check CHECK (status IN ('active', 'inactive', 'on_leave', 'terminated')),
    supervisor_id uuid        CONSTRAINT employees_supervisor_id_fkey REFERENCES accounts (id)
        CONSTRAINT employees_supervisor_check CHECK (supervisor_id <> account_id),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);
CREATE INDEX employees_supervisor_idx ON employees (supervisor_id);
COMMENT ON TABLE employees IS 'What an account of kind employee has besides';
COMMENT ON COLUMN employees.function IS 'Where the person works; rights come from roles';
COMMENT ON COLUMN employees.status IS 'inactive and terminated employees cannot sign in';
COMMENT ON COLUMN employees.supervisor_id IS 'The person they report to';

CREATE TABLE customer_profiles (
    account_id           uuid        NOT NULL CONSTRAINT customer_profiles_pkey PRIMARY KEY
        CONSTRAINT customer_profiles_account_id_fkey REFERENCES accounts (id) ON DELETE CASCADE,
    customer_number      text        NOT NULL CONSTRAINT customer_profiles_number_key UNIQUE,
    language             text        NOT NULL DEFAULT 'en'
        CONSTRAINT customer_profiles_language_check CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    date_of_birth        date,
    business_name        text        CONSTRAINT customer_profiles_business_check CHECK (length(business_name) <= 200),
    gstin                text        CONSTRAINT customer_profiles_gstin_check CHECK (length(gstin) = 15),
    marketing_consent_at timestamptz,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL
);
COMMENT ON TABLE customer_profiles IS 'What an account of kind customer has besides';
COMMENT ON COLUMN customer_profiles.customer_number IS 'What the customer quotes to support: FVC- and eight characters';
COMMENT ON COLUMN customer_profiles.language IS 'BCP 47 tag';
COMMENT ON COLUMN customer_profiles.gstin IS 'GST number of the customer''s business, for B2B invoices';
COMMENT ON COLUMN customer_profiles.marketing_consent_at IS 'When the customer agreed to marketing; NULL without consent';

CREATE TABLE roles (
    id           uuid        NOT NULL CONSTRAINT roles_pkey PRIMARY KEY,
    name         text        NOT NULL CONSTRAINT roles_name_key UNIQUE
        CONSTRAINT roles_name_check CHECK (name ~ '^[a-z][a-z0-9_]{1,62}$'),
    title        text        NOT NULL CONSTRAINT roles_title_check CHECK (length(title) BETWEEN 1 AND 120),
    description  text        NOT NULL DEFAULT '',
    account_kind text        NOT NULL
        CONSTRAINT roles_account_kind_check CHECK (account_kind IN
            ('customer', 'distributor_member', 'employee', 'administrator', 'super_administrator')),
    scope_kind   text        NOT NULL
        CONSTRAINT roles_scope_kind_check CHECK (scope_kind IN
            ('platform', 'store', 'warehouse', 'distributor', 'inbox')),
    built_in     boolean     NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT roles_id_scope_kind_key UNIQUE (id, scope_kind)
);
COMMENT ON TABLE roles IS 'Bundles of permissions that accounts are granted';
COMMENT ON COLUMN roles.account_kind IS 'Kind of account that may hold it';
COMMENT ON COLUMN roles.scope_kind IS 'What a grant names: platform roles reach everything, the others the granted rows';
COMMENT ON COLUMN roles.built_in IS 'Made by a migration; cannot be changed or deleted';

CREATE TABLE role_permissions (
    role_id    uuid NOT NULL
        CONSTRAINT role_permissions_role_id_fkey REFERENCES roles (id) ON DELETE CASCADE,
    permission text NOT NULL,
    CONSTRAINT role_permissions_pkey PRIMARY KEY (role_id, permission)
);
COMMENT ON TABLE role_permissions IS 'What each role may do';
COMMENT ON COLUMN role_permissions.permission IS 'A value of the program''s Permission enum, such as orders.read';

CREATE TABLE role_grants (
    id         uuid        NOT NULL CONSTRAINT role_grants_pkey PRIMARY KEY,
    account_id uuid        NOT NULL
        CONSTRAINT role_grants_account_id_fkey REFERENCES accounts (id) ON DELETE CASCADE,
    role_id    uuid        NOT NULL,
    scope_kind text        NOT NULL
        CONSTRAINT role_grants_scope_kind_check CHECK (scope_kind IN
            ('platform', 'store', 'warehouse', 'distributor', 'inbox')),
    scope_id   uuid,
    granted_by uuid        CONSTRAINT role_grants_granted_by_fkey REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT role_grants_role_fkey FOREIGN KEY (role_id, scope_kind) REFERENCES roles (id, scope_kind),
    CONSTRAINT role_grants_scope_check CHECK ((scope_kind = 'platform') = (scope_id IS NULL)),
    CONSTRAINT role_grants_key UNIQUE NULLS NOT DISTINCT (account_id, role_id, scope_id)
);
CREATE INDEX role_grants_role_idx ON role_grants (role_id, scope_kind);
CREATE INDEX role_grants_scope_idx ON role_grants (scope_kind, scope_id);
CREATE INDEX role_grants_granted_by_idx ON role_grants (granted_by);
COMMENT ON TABLE role_grants IS 'Which account holds which role, and over what';
COMMENT ON COLUMN role_grants.scope_id IS 'Store, warehouse, distributor or inbox; NULL for the whole platform';

CREATE TABLE sessions (
    id             uuid        NOT NULL CONSTRAINT sessions_pkey PRIMARY KEY,
    account_id     uuid        NOT NULL
        CONSTRAINT sessions_account_id_fkey REFERENCES accounts (id) ON DELETE CASCADE,
    device         text        NOT NULL CONSTRAINT sessions_device_check CHECK (length(device) <= 200),
    created_at     timestamptz NOT NULL,
    last_used_at   timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    revoked_at     timestamptz,
    revoked_reason text
        CONSTRAINT sessions_revoked_reason_check CHECK (revoked_reason IN
            ('logout', 'logout_everywhere', 'password_changed', 'token_reused', 'account_locked', 'account_closed')),
    CONSTRAINT sessions_revoked_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL))
);
CREATE INDEX sessions_account_idx ON sessions (account_id, last_used_at DESC, id);
CREATE INDEX sessions_expires_idx ON sessions (expires_at);
COMMENT ON TABLE sessions IS 'Logins: one family of refresh tokens each';
COMMENT ON COLUMN sessions.device IS 'What the client calls itself';
COMMENT ON COLUMN sessions.expires_at IS 'End of the newest refresh token';

CREATE TABLE refresh_tokens (
    token_hash bytea       NOT NULL CONSTRAINT refresh_tokens_pkey PRIMARY KEY,
    session_id uuid        NOT NULL
        CONSTRAINT refresh_tokens_session_id_fkey REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (session_id);
COMMENT ON TABLE refresh_tokens IS 'Refresh tokens; a used one is kept so that its reuse is noticed';
COMMENT ON COLUMN refresh_tokens.token_hash IS 'SHA-256 of the token, which is 256 random bits';
COMMENT ON COLUMN refresh_tokens.used_at IS 'When it was exchanged; using it again revokes the session';

CREATE TABLE login_throttles (
    key          bytea       NOT NULL CONSTRAINT login_throttles_pkey PRIMARY KEY,
    attempts     int         NOT NULL,
    failures     int         NOT NULL,
    locked_until timestamptz,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX login_throttles_updated_idx ON login_throttles (updated_at);
COMMENT ON TABLE login_throttles IS 'Failed logins per e-mail address, whether or not an account has it';
COMMENT ON COLUMN login_throttles.key IS 'HMAC of the address, so that guesses leave no addresses behind';
COMMENT ON COLUMN login_throttles.attempts IS 'Password checks begun since the last success; counted before the check';
COMMENT ON COLUMN login_throttles.failures IS 'Wrong passwords since the last success';

CREATE TABLE challenges (
    id         uuid        NOT NULL CONSTRAINT challenges_pkey PRIMARY KEY,
    purpose    text        NOT NULL CONSTRAINT challenges_purpose_check CHECK (purpose IN ('sign_up', 'login')),
    email      text        NOT NULL,
    account_id uuid        CONSTRAINT challenges_account_id_fkey REFERENCES accounts (id) ON DELETE CASCADE,
    sign_up    jsonb,
    device     text        NOT NULL DEFAULT '',
    code_hash  bytea,
    attempts   int         NOT NULL DEFAULT 0,
    sends      int         NOT NULL DEFAULT 0,
    sent_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    passed_at  timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT challenges_sign_up_check CHECK ((purpose = 'sign_up') = (sign_up IS NOT NULL))
);
CREATE INDEX challenges_email_idx ON challenges (email, created_at);
CREATE INDEX challenges_account_idx ON challenges (account_id);
CREATE INDEX challenges_created_idx ON challenges (created_at);
COMMENT ON TABLE challenges IS 'Six-digit codes sent by mail: to finish a sign-up or a suspicious login';
COMMENT ON COLUMN challenges.account_id IS 'Account that signs in; NULL for a sign-up';
COMMENT ON COLUMN challenges.sign_up IS 'Name, password hash and consent of the account-to-be';
COMMENT ON COLUMN challenges.code_hash IS 'HMAC of the code; NULL until it is sent, and for ever when the address has an account';
COMMENT ON COLUMN challenges.attempts IS 'Tries at the present code';
COMMENT ON COLUMN challenges.sends IS 'Codes asked for';

CREATE TABLE password_tokens (
    token_hash bytea       NOT NULL CONSTRAINT password_tokens_pkey PRIMARY KEY,
    account_id uuid        NOT NULL
        CONSTRAINT password_tokens_account_id_fkey REFERENCES accounts (id) ON DELETE CASCADE,
    purpose    text        NOT NULL
        CONSTRAINT password_tokens_purpose_check CHECK (purpose IN ('reset', 'invitation')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX password_tokens_account_idx ON password_tokens (account_id, created_at);
COMMENT ON TABLE password_tokens IS 'Links sent by mail to choose a password; each works once';
COMMENT ON COLUMN password_tokens.token_hash IS 'SHA-256 of the token, which is 256 random bits';

CREATE TABLE api_keys (
    id           uuid        NOT NULL CONSTRAINT api_keys_pkey PRIMARY KEY,
    name         text        NOT NULL CONSTRAINT api_keys_name_check CHECK (length(name) BETWEEN 1 AND 120),
    prefix       text        NOT NULL CONSTRAINT api_keys_prefix_key UNIQUE,
    secret_hash  bytea       NOT NULL,
    permissions  text[]      NOT NULL,
    scope_kind   text        NOT NULL
        CONSTRAINT api_keys_scope_kind_check CHECK (scope_kind IN
            ('platform', 'store', 'warehouse', 'distributor', 'inbox')),
    scope_ids    uuid[]      NOT NULL DEFAULT '{}',
    created_by   uuid        CONSTRAINT api_keys_created_by_fkey REFERENCES accounts (id),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    created_at   timestamptz NOT NULL,
    CONSTRAINT api_keys_scope_check CHECK ((scope_kind = 'platform') = (scope_ids = '{}'))
);
CREATE INDEX api_keys_created_idx ON api_keys (created_at, id);
CREATE INDEX api_keys_created_by_idx ON api_keys (created_by);
COMMENT ON TABLE api_keys IS 'Keys of partners'' programs';
COMMENT ON COLUMN api_keys.prefix IS 'Public part of the key, by which people recognise it';
COMMENT ON COLUMN api_keys.secret_hash IS 'SHA-256 of the secret part, which is 256 random bits and shown once';
COMMENT ON COLUMN api_keys.permissions IS 'Values of the program''s Permission enum';

ALTER TABLE audit_log ADD COLUMN subject_prefix text NOT NULL;
COMMENT ON COLUMN audit_log.subject_prefix IS 'TypeID prefix of the subject''s IDs';

-- Built-in roles. Their rights are listed here in full, so that a reader need not run the program.
CREATE TEMPORARY TABLE built_in (n int, name text, title text, account_kind text, scope_kind text, permissions text);
INSERT INTO built_in VALUES
    (1, 'super_administrator', 'Super-administrator', 'super_administrator', 'platform',
        'users.read users.write roles.write api_keys.write audit.read catalog.read catalog.write catalog.import '
        'tax.write jobs.read jobs.write orders.read orders.write inventory.read inventory.write financials.read '
        'financials.write coupons.read coupons.write reports.read settings.read settings.write support.read '
        'support.write'),
    (2, 'administrator', 'Administrator', 'administrator', 'platform',
        'users.read users.write roles.write api_keys.write audit.read catalog.read catalog.write catalog.import '
        'tax.write jobs.read jobs.write orders.read orders.write inventory.read inventory.write financials.read '
        'coupons.read coupons.write reports.read settings.read settings.write support.read support.write'),
    (3, 'catalogue_manager', 'Catalogue manager', 'employee', 'platform',
        'catalog.read catalog.write catalog.import tax.write reports.read'),
    (4, 'store_owner', 'Store owner', 'employee', 'store',
        'users.read users.write roles.write catalog.read orders.read orders.write inventory.read inventory.write '
        'financials.read coupons.read coupons.write reports.read settings.read settings.write'),
    (5, 'store_admin', 'Store administrator', 'employee', 'store',
        'users.read catalog.read orders.read orders.write inventory.read inventory.write financials.read '
        'coupons.read coupons.write reports.read settings.read'),
    (6, 'store_agent', 'Store agent', 'employee', 'store',
        'catalog.read orders.read orders.write inventory.read coupons.read'),
    (7, 'warehouse_manager', 'Warehouse manager', 'employee', 'warehouse',
        'users.read catalog.read orders.read inventory.read inventory.write reports.read'),
    (8, 'warehouse_staff', 'Warehouse staff', 'employee', 'warehouse',
        'catalog.read orders.read inventory.read inventory.write'),
    (9, 'support_agent', 'Support agent', 'employee', 'inbox',
        'catalog.read orders.read support.read support.write'),
    (10, 'support_supervisor', 'Support supervisor', 'employee', 'inbox',
        'users.read catalog.read orders.read orders.write support.read support.write reports.read'),
    (11, 'distributor_owner', 'Distributor owner', 'distributor_member', 'distributor',
        'users.read users.write roles.write orders.read orders.write inventory.read inventory.write '
        'financials.read reports.read settings.read settings.write'),
    (12, 'distributor_manager', 'Distributor manager', 'distributor_member', 'distributor',
        'users.read orders.read orders.write inventory.read inventory.write reports.read settings.read'),
    (13, 'distributor_catalogue', 'Distributor catalogue', 'distributor_member', 'distributor',
        'inventory.read'),
    (14, 'distributor_orders', 'Distributor orders', 'distributor_member', 'distributor',
        'orders.read orders.write inventory.read inventory.write'),
    (15, 'distributor_finance', 'Distributor finance', 'distributor_member', 'distributor',
        'orders.read financials.read reports.read');
INSERT INTO roles (id, name, title, account_kind, scope_kind, built_in, created_at, updated_at)
SELECT ('01935000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, name, title, account_kind, scope_kind, true,
    now(), now()
FROM built_in;
INSERT INTO role_permissions (role_id, permission)
SELECT roles.id, regexp_split_to_table(built_in.permissions, ' ') FROM built_in JOIN roles USING (name);
DROP TABLE built_in;
