-- Coupons: what they take off, for whom, and who bears it.
CREATE TABLE coupons (
    id                    uuid        NOT NULL CONSTRAINT coupons_pkey PRIMARY KEY,
    code                  text        NOT NULL CONSTRAINT coupons_code_key UNIQUE
        CONSTRAINT coupons_code_check CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{2,31}$'),
    description           text        NOT NULL CONSTRAINT coupons_description_check CHECK (length(description) <= 500),
    seller_id             uuid        CONSTRAINT coupons_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    kind                  text        NOT NULL
        CONSTRAINT coupons_kind_check CHECK (kind IN ('percent', 'fixed', 'free_delivery')),
    rate_bp               int         CONSTRAINT coupons_rate_bp_check CHECK (rate_bp BETWEEN 1 AND 10000),
    amount_minor          bigint      CONSTRAINT coupons_amount_minor_check CHECK (amount_minor > 0),
    max_discount_minor    bigint      CONSTRAINT coupons_max_discount_minor_check CHECK (max_discount_minor > 0),
    starts_at             timestamptz NOT NULL,
    ends_at               timestamptz,
    min_amount_minor      bigint      CONSTRAINT coupons_min_amount_minor_check CHECK (min_amount_minor > 0),
    min_quantity          int         CONSTRAINT coupons_min_quantity_check CHECK (min_quantity > 0),
    first_order           boolean     NOT NULL,
    named_only            boolean     NOT NULL,
    stackable             boolean     NOT NULL,
    max_uses              int         CONSTRAINT coupons_max_uses_check CHECK (max_uses > 0),
    max_uses_per_customer int         CONSTRAINT coupons_max_uses_per_customer_check CHECK (max_uses_per_customer > 0),
    uses                  int         NOT NULL DEFAULT 0,
    status                text        NOT NULL
        CONSTRAINT coupons_status_check CHECK (status IN ('active', 'paused', 'archived')),
    version               int         NOT NULL DEFAULT 1,
    created_by            uuid,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    CONSTRAINT coupons_value_check CHECK (
        (kind = 'percent') = (rate_bp IS NOT NULL) AND (kind = 'fixed') = (amount_minor IS NOT NULL)
        AND (kind = 'percent' OR max_discount_minor IS NULL)),
    CONSTRAINT coupons_window_check CHECK (ends_at > starts_at),
    CONSTRAINT coupons_uses_check CHECK (uses >= 0 AND uses <= coalesce(max_uses, uses))
) WITH (fillfactor = 80);
CREATE INDEX coupons_created_idx ON coupons (created_at, id);
CREATE INDEX coupons_seller_id_idx ON coupons (seller_id, created_at, id);
COMMENT ON TABLE coupons IS 'Codes that take something off a cart';
COMMENT ON COLUMN coupons.code IS 'What shoppers type, in capitals';
COMMENT ON COLUMN coupons.seller_id IS 'Whose coupon it is: this seller bears its cost, and it is for its goods alone; NULL for the platform''s';
COMMENT ON COLUMN coupons.rate_bp IS 'Share of the goods'' price that is taken off, in basis points';
COMMENT ON COLUMN coupons.amount_minor IS 'Amount that is taken off, in paise';
COMMENT ON COLUMN coupons.max_discount_minor IS 'Most that a percentage takes off, in paise';
COMMENT ON COLUMN coupons.min_amount_minor IS 'What the goods it is for cost at least, in paise';
COMMENT ON COLUMN coupons.min_quantity IS 'Packs of the goods it is for, at least';
COMMENT ON COLUMN coupons.first_order IS 'Only for a customer''s first order';
COMMENT ON COLUMN coupons.named_only IS 'Only for the customers in coupon_customers';
COMMENT ON COLUMN coupons.stackable IS 'Whether other coupons may be used with it';
COMMENT ON COLUMN coupons.uses IS 'Redemptions that count, changed under the row''s lock';
COMMENT ON COLUMN coupons.version IS 'Counts the edits, for optimistic locking';

CREATE TABLE coupon_targets (
    id          uuid    NOT NULL CONSTRAINT coupon_targets_pkey PRIMARY KEY,
    coupon_id   uuid    NOT NULL CONSTRAINT coupon_targets_coupon_id_fkey REFERENCES coupons ON DELETE CASCADE,
    excluded    boolean NOT NULL,
    product_id  uuid    CONSTRAINT coupon_targets_product_id_fkey REFERENCES products ON DELETE RESTRICT,
    category_id uuid    CONSTRAINT coupon_targets_category_id_fkey REFERENCES categories ON DELETE RESTRICT,
    seller_id   uuid    CONSTRAINT coupon_targets_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    CONSTRAINT coupon_targets_one_check CHECK (num_nonnulls(product_id, category_id, seller_id) = 1),
    CONSTRAINT coupon_targets_key UNIQUE NULLS NOT DISTINCT (coupon_id, product_id, category_id, seller_id)
);
CREATE INDEX coupon_targets_product_id_idx ON coupon_targets (product_id);
CREATE INDEX coupon_targets_category_id_idx ON coupon_targets (category_id);
CREATE INDEX coupon_targets_seller_id_idx ON coupon_targets (seller_id);
COMMENT ON TABLE coupon_targets IS 'Which goods a coupon is for: those included, or all without such a row, less those excluded';
COMMENT ON COLUMN coupon_targets.category_id IS 'The category with its whole branch';

CREATE TABLE coupon_customers (
    coupon_id  uuid NOT NULL CONSTRAINT coupon_customers_coupon_id_fkey REFERENCES coupons ON DELETE CASCADE,
    account_id uuid NOT NULL CONSTRAINT coupon_customers_account_id_fkey REFERENCES accounts ON DELETE CASCADE,
    CONSTRAINT coupon_customers_pkey PRIMARY KEY (coupon_id, account_id)
);
CREATE INDEX coupon_customers_account_id_idx ON coupon_customers (account_id);
COMMENT ON TABLE coupon_customers IS 'Customers for whom a named coupon is';

CREATE TABLE coupon_redemptions (
    id             uuid        NOT NULL CONSTRAINT coupon_redemptions_pkey PRIMARY KEY,
    coupon_id      uuid        NOT NULL
        CONSTRAINT coupon_redemptions_coupon_id_fkey REFERENCES coupons ON DELETE RESTRICT,
    account_id     uuid        NOT NULL
        CONSTRAINT coupon_redemptions_account_id_fkey REFERENCES accounts ON DELETE RESTRICT,
    cart_id        uuid        NOT NULL CONSTRAINT coupon_redemptions_cart_id_fkey REFERENCES carts ON DELETE RESTRICT,
    use_number     int         NOT NULL CONSTRAINT coupon_redemptions_use_number_check CHECK (use_number >= 1),
    discount_minor bigint      NOT NULL CONSTRAINT coupon_redemptions_discount_check CHECK (discount_minor >= 0),
    created_at     timestamptz NOT NULL,
    released_at    timestamptz,
    CONSTRAINT coupon_redemptions_released_check CHECK (released_at >= created_at)
);
CREATE UNIQUE INDEX coupon_redemptions_use_key ON coupon_redemptions (coupon_id, account_id, use_number)
    WHERE released_at IS NULL;
CREATE INDEX coupon_redemptions_customer_idx ON coupon_redemptions (coupon_id, account_id);
CREATE INDEX coupon_redemptions_account_id_idx ON coupon_redemptions (account_id);
CREATE INDEX coupon_redemptions_cart_id_idx ON coupon_redemptions (cart_id);
COMMENT ON TABLE coupon_redemptions IS
    'Uses of coupons, each taken under the coupon''s row lock together with coupons.uses; a cancelled order releases its use';
COMMENT ON COLUMN coupon_redemptions.use_number IS
    'Which of the customer''s uses: the smallest free number, so that the unique index holds the limit per customer';
COMMENT ON COLUMN coupon_redemptions.discount_minor IS 'What it took off, in paise';
COMMENT ON COLUMN coupon_redemptions.released_at IS 'When the use was given back; NULL while it counts';

CREATE TABLE cart_coupons (
    cart_id    uuid        NOT NULL CONSTRAINT cart_coupons_cart_id_fkey REFERENCES carts ON DELETE CASCADE,
    coupon_id  uuid        NOT NULL CONSTRAINT cart_coupons_coupon_id_fkey REFERENCES coupons ON DELETE RESTRICT,
    applied_at timestamptz NOT NULL,
    CONSTRAINT cart_coupons_pkey PRIMARY KEY (cart_id, coupon_id)
);
CREATE INDEX cart_coupons_coupon_id_idx ON cart_coupons (coupon_id);
COMMENT ON TABLE cart_coupons IS 'Coupons that shoppers applied to their carts; no use is taken by it';

INSERT INTO role_permissions (role_id, permission)
SELECT roles.id, granted.permission
FROM roles JOIN (VALUES
    ('distributor_owner', 'coupons.read'), ('distributor_owner', 'coupons.write'),
    ('distributor_manager', 'coupons.read'), ('distributor_manager', 'coupons.write'),
    ('distributor_finance', 'coupons.read')
) AS granted (role, permission) ON granted.role = roles.name AND roles.built_in;
