-- What sellers propose for the catalogue: a form. What is in it becomes rows of the catalogue when it is approved.
CREATE TABLE product_proposals (
    id                uuid        NOT NULL CONSTRAINT product_proposals_pkey PRIMARY KEY,
    seller_id         uuid        NOT NULL CONSTRAINT product_proposals_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    name              text        NOT NULL CONSTRAINT product_proposals_name_check CHECK (length(name) BETWEEN 1 AND 300),
    brand_id          uuid        CONSTRAINT product_proposals_brand_id_fkey REFERENCES brands ON DELETE RESTRICT,
    brand_name        text        CONSTRAINT product_proposals_brand_name_check CHECK (length(brand_name) BETWEEN 1 AND 120),
    category_id       uuid        CONSTRAINT product_proposals_category_id_fkey REFERENCES categories ON DELETE RESTRICT,
    hsn_code          text        CONSTRAINT product_proposals_hsn_code_fkey REFERENCES hsn_codes ON DELETE RESTRICT,
    description       text        NOT NULL DEFAULT '',
    ingredients       text        NOT NULL DEFAULT '',
    dietary           text        CONSTRAINT product_proposals_dietary_check
        CHECK (dietary IN ('veg', 'non_veg', 'egg', 'vegan')),
    fssai_license     text        CONSTRAINT product_proposals_fssai_license_check CHECK (fssai_license ~ '^[0-9]{14}$'),
    country_of_origin text,
    shelf_life_days   int         CONSTRAINT product_proposals_shelf_life_days_check CHECK (shelf_life_days > 0),
    variants          jsonb       NOT NULL CONSTRAINT product_proposals_variants_check CHECK (jsonb_typeof(variants) = 'array'),
    picture_file_ids  uuid[]      NOT NULL,
    status            text        NOT NULL CONSTRAINT product_proposals_status_check
        CHECK (status IN ('draft', 'submitted', 'changes_requested', 'approved', 'rejected', 'withdrawn')),
    reason            text        NOT NULL DEFAULT '',
    remarks           jsonb       NOT NULL CONSTRAINT product_proposals_remarks_check CHECK (jsonb_typeof(remarks) = 'array'),
    product_id        uuid        CONSTRAINT product_proposals_product_id_fkey REFERENCES products ON DELETE RESTRICT,
    submitted_at      timestamptz,
    decided_at        timestamptz,
    version           int         NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    CONSTRAINT product_proposals_brand_once_check CHECK (num_nonnulls(brand_id, brand_name) <= 1),
    CONSTRAINT product_proposals_approved_check CHECK ((status = 'approved') = (product_id IS NOT NULL)),
    CONSTRAINT product_proposals_submitted_check CHECK (status IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL)
);
CREATE INDEX product_proposals_seller_id_idx ON product_proposals (seller_id, created_at, id);
CREATE INDEX product_proposals_brand_id_idx ON product_proposals (brand_id);
CREATE INDEX product_proposals_category_id_idx ON product_proposals (category_id);
CREATE INDEX product_proposals_hsn_code_idx ON product_proposals (hsn_code);
CREATE INDEX product_proposals_product_id_idx ON product_proposals (product_id);
CREATE INDEX product_proposals_created_idx ON product_proposals (created_at, id);
CREATE INDEX product_proposals_name_idx ON product_proposals (name, id);
CREATE INDEX product_proposals_queue_idx ON product_proposals (coalesce(submitted_at, created_at), id)
    WHERE status = 'submitted';
COMMENT ON TABLE product_proposals IS 'Products that sellers propose for the catalogue, with their first offers';
COMMENT ON COLUMN product_proposals.brand_name IS 'Of a brand that the catalogue does not have; it is added on approval';
COMMENT ON COLUMN product_proposals.variants IS
    'Pack sizes with barcode, MRP and the offer''s SKU and price, in their order; variant_id once they are in the catalogue';
COMMENT ON COLUMN product_proposals.reason IS 'Why it was sent back or refused, for the seller';
COMMENT ON COLUMN product_proposals.remarks IS 'What is wrong with single fields: field, variant (position from 0), reason';
COMMENT ON COLUMN product_proposals.product_id IS 'What it became';
COMMENT ON COLUMN product_proposals.version IS 'Counts the writes; also the number of the event of each';

-- Pictures for proposals, which sellers' people upload: one more purpose beside those that there are.
DO $$
DECLARE
    known text;
BEGIN
    SELECT string_agg(quote_literal(purpose[1]), ', ') INTO known
    FROM pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g') AS purpose
    WHERE conname = 'files_purpose_check';
    ALTER TABLE files DROP CONSTRAINT files_purpose_check;
    EXECUTE 'ALTER TABLE files ADD CONSTRAINT files_purpose_check CHECK (purpose IN (' || known || ', ''proposal_media''))';
END
$$;
