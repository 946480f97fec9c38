-- What shoppers mean to buy.
CREATE TABLE carts (
    id             uuid        NOT NULL CONSTRAINT carts_pkey PRIMARY KEY,
    account_id     uuid        CONSTRAINT carts_account_id_fkey REFERENCES accounts ON DELETE CASCADE,
    token_hash     bytea       CONSTRAINT carts_token_hash_key UNIQUE
        CONSTRAINT carts_token_hash_check CHECK (length(token_hash) = 32),
    status         text        NOT NULL
        CONSTRAINT carts_status_check CHECK (status IN ('active', 'abandoned', 'converted', 'merged')),
    merged_into_id uuid        CONSTRAINT carts_merged_into_id_fkey REFERENCES carts ON DELETE CASCADE,
    version        int         NOT NULL DEFAULT 1,
    expires_at     timestamptz NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CONSTRAINT carts_owner_check CHECK ((account_id IS NULL) <> (token_hash IS NULL)),
    CONSTRAINT carts_merged_check CHECK ((status = 'merged') = (merged_into_id IS NOT NULL)),
    CONSTRAINT carts_merged_guest_check CHECK (status <> 'merged' OR account_id IS NULL)
);
CREATE UNIQUE INDEX carts_active_key ON carts (account_id) WHERE status = 'active';
CREATE INDEX carts_account_id_idx ON carts (account_id, created_at);
CREATE INDEX carts_merged_into_id_idx ON carts (merged_into_id);
CREATE INDEX carts_expires_idx ON carts (expires_at) WHERE status = 'active';
CREATE INDEX carts_guests_idx ON carts (expires_at) WHERE account_id IS NULL AND status IN ('abandoned', 'merged');
COMMENT ON TABLE carts IS 'What a customer or a guest means to buy; each customer has at most one active cart';
COMMENT ON COLUMN carts.account_id IS 'The customer; NULL for a guest';
COMMENT ON COLUMN carts.token_hash IS 'SHA-256 of the token that a guest holds; NULL for a customer';
COMMENT ON COLUMN carts.merged_into_id IS 'The customer''s cart that took the lines of this guest''s cart';
COMMENT ON COLUMN carts.version IS 'Counts the writes, for optimistic locking';
COMMENT ON COLUMN carts.expires_at IS 'Abandoned from then on; each write moves it';

CREATE TABLE cart_items (
    id               uuid        NOT NULL CONSTRAINT cart_items_pkey PRIMARY KEY,
    cart_id          uuid        NOT NULL CONSTRAINT cart_items_cart_id_fkey REFERENCES carts ON DELETE CASCADE,
    offer_id         uuid        NOT NULL CONSTRAINT cart_items_offer_id_fkey REFERENCES offers ON DELETE RESTRICT,
    quantity         int         NOT NULL CONSTRAINT cart_items_quantity_check CHECK (quantity BETWEEN 1 AND 10000),
    saved            boolean     NOT NULL DEFAULT false,
    seen_price_minor bigint      NOT NULL CONSTRAINT cart_items_seen_price_check CHECK (seen_price_minor >= 0),
    seen_problem     text        CONSTRAINT cart_items_seen_problem_check CHECK (seen_problem IN (
        'seller_gone', 'product_gone', 'offer_withdrawn', 'quantity_not_taken', 'out_of_stock', 'insufficient_stock')),
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    CONSTRAINT cart_items_offer_key UNIQUE (cart_id, offer_id)
);
CREATE INDEX cart_items_offer_id_idx ON cart_items (offer_id);
COMMENT ON TABLE cart_items IS 'Lines of carts: an offer and how many packs of it';
COMMENT ON COLUMN cart_items.saved IS 'Saved for later: kept, but not bought';
COMMENT ON COLUMN cart_items.seen_price_minor IS 'Price of one pack with all taxes when the shopper last saw it, in paise';
COMMENT ON COLUMN cart_items.seen_problem IS 'Why it could not be bought when the shopper last saw it; NULL when it could';
