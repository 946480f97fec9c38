-- What sellers ask for the catalogue's variants.
CREATE TABLE offers (
    id                   uuid        NOT NULL CONSTRAINT offers_pkey PRIMARY KEY,
    seller_id            uuid        NOT NULL CONSTRAINT offers_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    variant_id           uuid        NOT NULL
        CONSTRAINT offers_variant_id_fkey REFERENCES product_variants ON DELETE RESTRICT,
    sku                  text        NOT NULL
        CONSTRAINT offers_sku_check CHECK (sku ~ '^[!-~]([ -~]*[!-~])?$' AND length(sku) <= 64),
    price_minor          bigint      NOT NULL CONSTRAINT offers_price_minor_check CHECK (price_minor > 0),
    business_price_minor bigint,
    min_quantity         int         NOT NULL DEFAULT 1,
    max_quantity         int,
    quantity_step        int         NOT NULL DEFAULT 1 CONSTRAINT offers_quantity_step_check CHECK (quantity_step >= 1),
    lead_time_hours      int         NOT NULL DEFAULT 0
        CONSTRAINT offers_lead_time_hours_check CHECK (lead_time_hours BETWEEN 0 AND 8760),
    low_stock_threshold  int         CONSTRAINT offers_low_stock_threshold_check CHECK (low_stock_threshold >= 0),
    starts_at            timestamptz,
    ends_at              timestamptz,
    status               text        NOT NULL CONSTRAINT offers_status_check
        CHECK (status IN ('draft', 'pending_review', 'live', 'rejected', 'paused', 'archived')),
    submitted_at         timestamptz,
    approved_at          timestamptz,
    rejection_reason     text,
    version              int         NOT NULL DEFAULT 1,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    CONSTRAINT offers_id_seller_key UNIQUE (id, seller_id),
    CONSTRAINT offers_business_price_check CHECK (business_price_minor BETWEEN 1 AND price_minor),
    CONSTRAINT offers_quantity_check CHECK (
        min_quantity >= 1 AND min_quantity % quantity_step = 0
        AND max_quantity >= min_quantity AND max_quantity % quantity_step = 0),
    CONSTRAINT offers_window_check CHECK (ends_at > starts_at),
    CONSTRAINT offers_approval_check CHECK (status <> 'live' OR approved_at IS NOT NULL),
    CONSTRAINT offers_rejection_check CHECK ((status = 'rejected') = (rejection_reason IS NOT NULL))
);
CREATE UNIQUE INDEX offers_sku_key ON offers (seller_id, lower(sku)) WHERE status <> 'archived';
CREATE UNIQUE INDEX offers_live_key ON offers (seller_id, variant_id) WHERE status = 'live';
CREATE INDEX offers_seller_id_idx ON offers (seller_id, created_at, id);
CREATE INDEX offers_variant_id_idx ON offers (variant_id, price_minor, id);
CREATE INDEX offers_created_idx ON offers (created_at, id);
CREATE INDEX offers_price_idx ON offers (price_minor, id);
CREATE INDEX offers_sku_idx ON offers (sku, id);
CREATE INDEX offers_queue_idx ON offers (coalesce(submitted_at, created_at), id) WHERE status = 'pending_review';
COMMENT ON TABLE offers IS 'A seller''s price and terms for a variant';
COMMENT ON COLUMN offers.sku IS 'The seller''s own stock keeping unit: ASCII, unique among its offers without regard to case';
COMMENT ON COLUMN offers.price_minor IS 'Price of one pack with all taxes, in paise';
COMMENT ON COLUMN offers.business_price_minor IS 'The same for business customers; NULL where they pay the price of everybody';
COMMENT ON COLUMN offers.min_quantity IS 'Fewest packs of one order';
COMMENT ON COLUMN offers.max_quantity IS 'Most packs of one order';
COMMENT ON COLUMN offers.quantity_step IS 'Packs are ordered in multiples of this';
COMMENT ON COLUMN offers.lead_time_hours IS 'Hours from the order until the seller hands over';
COMMENT ON COLUMN offers.low_stock_threshold IS 'The seller is warned when so few packs are left';
COMMENT ON COLUMN offers.starts_at IS 'Not bought before; NULL for no bound';
COMMENT ON COLUMN offers.ends_at IS 'Not bought from then on; NULL for no bound';
COMMENT ON COLUMN offers.submitted_at IS 'When it last began to wait for review';
COMMENT ON COLUMN offers.approved_at IS 'When it was last approved; NULL while something of it needs review';
COMMENT ON COLUMN offers.version IS 'Counts the writes, for optimistic locking';

CREATE TABLE offer_price_breaks (
    offer_id     uuid    NOT NULL CONSTRAINT offer_price_breaks_offer_id_fkey REFERENCES offers ON DELETE CASCADE,
    for_business boolean NOT NULL,
    min_quantity int     NOT NULL CONSTRAINT offer_price_breaks_min_quantity_check CHECK (min_quantity >= 2),
    price_minor  bigint  NOT NULL CONSTRAINT offer_price_breaks_price_minor_check CHECK (price_minor > 0),
    CONSTRAINT offer_price_breaks_pkey PRIMARY KEY (offer_id, for_business, min_quantity)
);
COMMENT ON TABLE offer_price_breaks IS 'Lower prices of an offer for larger quantities';
COMMENT ON COLUMN offer_price_breaks.for_business IS 'A break of the price for business customers';
COMMENT ON COLUMN offer_price_breaks.min_quantity IS 'The price holds for each pack from this quantity on';
COMMENT ON COLUMN offer_price_breaks.price_minor IS 'Price of one pack with all taxes, in paise';

INSERT INTO role_permissions (role_id, permission)
SELECT roles.id, granted.permission
FROM roles JOIN (VALUES
    ('super_administrator', 'offers.read'), ('super_administrator', 'offers.write'),
    ('super_administrator', 'offers.review'),
    ('administrator', 'offers.read'), ('administrator', 'offers.write'), ('administrator', 'offers.review'),
    ('catalogue_manager', 'offers.read'), ('catalogue_manager', 'offers.review'),
    ('distributor_owner', 'offers.read'), ('distributor_owner', 'offers.write'),
    ('distributor_manager', 'offers.read'), ('distributor_manager', 'offers.write'),
    ('distributor_catalogue', 'offers.read'), ('distributor_catalogue', 'offers.write'),
    ('distributor_orders', 'offers.read'), ('distributor_finance', 'offers.read')
) AS granted (role, permission) ON granted.role = roles.name AND roles.built_in;
