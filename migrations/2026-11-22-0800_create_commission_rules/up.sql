-- What the platform takes of a sale. Rules are dated: one that has begun is ended, never edited.
CREATE TABLE commission_rules (
    id          uuid        NOT NULL CONSTRAINT commission_rules_pkey PRIMARY KEY,
    scope       text        NOT NULL CONSTRAINT commission_rules_scope_check
        CHECK (scope IN ('platform', 'category', 'seller', 'seller_category', 'offer')),
    category_id uuid        CONSTRAINT commission_rules_category_id_fkey REFERENCES categories ON DELETE RESTRICT,
    seller_id   uuid        CONSTRAINT commission_rules_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    offer_id    uuid,
    rate_bp     int         NOT NULL CONSTRAINT commission_rules_rate_bp_check CHECK (rate_bp BETWEEN 0 AND 10000),
    fixed_minor bigint      NOT NULL CONSTRAINT commission_rules_fixed_minor_check CHECK (fixed_minor >= 0),
    min_minor   bigint      CONSTRAINT commission_rules_min_minor_check CHECK (min_minor >= 0),
    max_minor   bigint      CONSTRAINT commission_rules_max_minor_check CHECK (max_minor >= 0),
    valid_from  date        NOT NULL,
    valid_to    date,
    note        text        NOT NULL,
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT commission_rules_target_check CHECK (
        (category_id IS NOT NULL) = (scope IN ('category', 'seller_category'))
        AND (seller_id IS NOT NULL) = (scope IN ('seller', 'seller_category', 'offer'))
        AND (offer_id IS NOT NULL) = (scope = 'offer')),
    CONSTRAINT commission_rules_offer_fkey FOREIGN KEY (offer_id, seller_id) REFERENCES offers (id, seller_id),
    CONSTRAINT commission_rules_bounds_check CHECK (min_minor <= max_minor),
    CONSTRAINT commission_rules_period_check CHECK (valid_to >= valid_from)
);
CREATE UNIQUE INDEX commission_rules_start_key ON commission_rules (category_id, seller_id, offer_id, valid_from)
    NULLS NOT DISTINCT WHERE valid_to IS NULL OR valid_to > valid_from;
CREATE INDEX commission_rules_category_id_idx ON commission_rules (category_id);
CREATE INDEX commission_rules_seller_id_idx ON commission_rules (seller_id);
CREATE INDEX commission_rules_offer_idx ON commission_rules (offer_id, seller_id);
CREATE INDEX commission_rules_valid_from_idx ON commission_rules (valid_from, id);
COMMENT ON TABLE commission_rules IS 'Dated rules for the commission on sales of distributors';
COMMENT ON COLUMN commission_rules.scope IS 'What the rule is for; the most specific one that holds wins';
COMMENT ON COLUMN commission_rules.category_id IS 'The category with its whole branch';
COMMENT ON COLUMN commission_rules.rate_bp IS 'Share of the price with all taxes, in basis points';
COMMENT ON COLUMN commission_rules.fixed_minor IS 'Added for each pack sold, in paise';
COMMENT ON COLUMN commission_rules.min_minor IS 'Least commission for a pack, in paise';
COMMENT ON COLUMN commission_rules.max_minor IS 'Most commission for a pack, in paise';
COMMENT ON COLUMN commission_rules.valid_from IS 'First date of sale (India) on which the rule holds';
COMMENT ON COLUMN commission_rules.valid_to IS 'First date on which it no longer holds; the same as valid_from for a rule that was withdrawn';
COMMENT ON COLUMN commission_rules.note IS 'Why it was made; for people';
