-- Sellers: FreshVilla itself and, later, distributors. A seller is a row, not a tenant.
CREATE TABLE sellers (
    id         uuid        NOT NULL CONSTRAINT sellers_pkey PRIMARY KEY,
    kind       text        NOT NULL CONSTRAINT sellers_kind_check CHECK (kind IN ('house', 'distributor')),
    name       text        NOT NULL CONSTRAINT sellers_name_check CHECK (length(name) BETWEEN 1 AND 120),
    slug       text        NOT NULL CONSTRAINT sellers_slug_key UNIQUE
        CONSTRAINT sellers_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    status     text        NOT NULL CONSTRAINT sellers_status_check CHECK (status IN ('active', 'suspended', 'closed')),
    pan        text        CONSTRAINT sellers_pan_check CHECK (pan ~ '^[A-Z]{5}[0-9]{4}[A-Z]$'),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX sellers_name_key ON sellers (lower(name)) WHERE status <> 'closed';
CREATE INDEX sellers_name_idx ON sellers (name, id);
COMMENT ON TABLE sellers IS 'Who sells: FreshVilla itself or a distributor';
COMMENT ON COLUMN sellers.kind IS 'house: FreshVilla''s own; distributor: somebody else, who pays commission';
COMMENT ON COLUMN sellers.pan IS 'Permanent account number (Income-tax Act, section 139A); all its GST registrations carry it';

CREATE TABLE gst_registrations (
    id            uuid        NOT NULL CONSTRAINT gst_registrations_pkey PRIMARY KEY,
    seller_id     uuid        NOT NULL CONSTRAINT gst_registrations_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    gstin         text        NOT NULL
        CONSTRAINT gst_registrations_gstin_check CHECK (gstin ~ '^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]$'),
    pan           text        NOT NULL CONSTRAINT gst_registrations_pan_check CHECK (pan = substr(gstin, 3, 10)),
    state_code    text        NOT NULL CONSTRAINT gst_registrations_state_code_fkey REFERENCES states (gst_code)
        CONSTRAINT gst_registrations_state_code_check CHECK (state_code = left(gstin, 2)),
    legal_name    text        NOT NULL
        CONSTRAINT gst_registrations_legal_name_check CHECK (length(legal_name) BETWEEN 1 AND 200),
    trade_name    text        NOT NULL,
    scheme        text        NOT NULL
        CONSTRAINT gst_registrations_scheme_check CHECK (scheme IN ('regular', 'composition')),
    turnover_band text        NOT NULL
        CONSTRAINT gst_registrations_turnover_band_check CHECK (turnover_band IN ('up_to_5_crore', 'above_5_crore')),
    status        text        NOT NULL
        CONSTRAINT gst_registrations_status_check CHECK (status IN ('active', 'cancelled')),
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);
-- A number that was cancelled may be restored by the tax office, under whoever holds it then.
CREATE UNIQUE INDEX gst_registrations_gstin_key ON gst_registrations (gstin) WHERE status = 'active';
CREATE INDEX gst_registrations_seller_id_idx ON gst_registrations (seller_id, gstin, id);
CREATE INDEX gst_registrations_state_code_idx ON gst_registrations (state_code);
CREATE INDEX gst_registrations_gstin_idx ON gst_registrations (gstin, id);
COMMENT ON TABLE gst_registrations IS 'GST registrations of sellers; many locations share one';
COMMENT ON COLUMN gst_registrations.turnover_band IS 'Decides the digits of HSN codes on invoices: 4 up to Rs 5 crore, 6 above';

ALTER TABLE slug_redirects DROP CONSTRAINT slug_redirects_kind_check;
ALTER TABLE slug_redirects ADD CONSTRAINT slug_redirects_kind_check
    CHECK (kind IN ('product', 'category', 'brand', 'seller'));

INSERT INTO role_permissions (role_id, permission)
SELECT roles.id, granted.permission
FROM roles JOIN (VALUES
    ('super_administrator', 'sellers.read'), ('super_administrator', 'sellers.write'),
    ('administrator', 'sellers.read'), ('administrator', 'sellers.write'),
    ('distributor_owner', 'sellers.read'), ('distributor_manager', 'sellers.read'),
    ('distributor_finance', 'sellers.read')
) AS granted (role, permission) ON granted.role = roles.name AND roles.built_in;
