-- The catalogue: what can be sold. Offers, stock and prices of sellers refer to its variants.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

CREATE TABLE categories (
    id          uuid        NOT NULL CONSTRAINT categories_pkey PRIMARY KEY,
    parent_id   uuid        CONSTRAINT categories_parent_id_fkey REFERENCES categories ON DELETE RESTRICT,
    path        uuid[]      NOT NULL,
    name        text        NOT NULL CONSTRAINT categories_name_check CHECK (length(name) BETWEEN 1 AND 120),
    slug        text        NOT NULL CONSTRAINT categories_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    description text        NOT NULL DEFAULT '',
    position    int         NOT NULL DEFAULT 0,
    status      text        NOT NULL CONSTRAINT categories_status_check CHECK (status IN ('active', 'archived')),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT categories_slug_key UNIQUE (slug),
    CONSTRAINT categories_path_check CHECK (path[cardinality(path)] = id AND cardinality(path) BETWEEN 1 AND 8)
);
CREATE UNIQUE INDEX categories_sibling_name_key ON categories (parent_id, lower(name)) NULLS NOT DISTINCT;
CREATE INDEX categories_path_idx ON categories USING gin (path);
CREATE INDEX categories_position_idx ON categories (position, id);
COMMENT ON TABLE categories IS 'Tree of shelves';
COMMENT ON COLUMN categories.path IS 'IDs from the root to this category; kept when a branch moves';
COMMENT ON COLUMN categories.slug IS 'Part of the storefront''s address';
COMMENT ON COLUMN categories.position IS 'Order among siblings, smallest first';

CREATE TABLE brands (
    id           uuid        NOT NULL CONSTRAINT brands_pkey PRIMARY KEY,
    name         text        NOT NULL CONSTRAINT brands_name_check CHECK (length(name) BETWEEN 1 AND 120),
    slug         text        NOT NULL CONSTRAINT brands_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    description  text        NOT NULL DEFAULT '',
    logo_file_id uuid        CONSTRAINT brands_logo_file_id_fkey REFERENCES files ON DELETE RESTRICT,
    status       text        NOT NULL CONSTRAINT brands_status_check CHECK (status IN ('active', 'archived')),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT brands_slug_key UNIQUE (slug)
);
CREATE UNIQUE INDEX brands_name_key ON brands (lower(name));
CREATE INDEX brands_name_idx ON brands (name, id);
CREATE INDEX brands_logo_file_id_idx ON brands (logo_file_id);
COMMENT ON TABLE brands IS 'Makers'' marks';

CREATE TABLE hsn_codes (
    code        text NOT NULL CONSTRAINT hsn_codes_pkey PRIMARY KEY
        CONSTRAINT hsn_codes_code_check CHECK (code ~ '^[0-9]{2,8}$'),
    description text NOT NULL
);
CREATE INDEX hsn_codes_description_idx ON hsn_codes USING gin (description gin_trgm_ops);
COMMENT ON TABLE hsn_codes IS 'Harmonised System of Nomenclature (goods) and SAC (services), from the GST portal''s list';

CREATE TABLE products (
    id                uuid        NOT NULL CONSTRAINT products_pkey PRIMARY KEY,
    category_id       uuid        CONSTRAINT products_category_id_fkey REFERENCES categories ON DELETE RESTRICT,
    brand_id          uuid        CONSTRAINT products_brand_id_fkey REFERENCES brands ON DELETE RESTRICT,
    import_key        text        CONSTRAINT products_import_key_check CHECK (length(import_key) BETWEEN 1 AND 200),
    name              text        NOT NULL CONSTRAINT products_name_check CHECK (length(name) BETWEEN 1 AND 300),
    slug              text        NOT NULL CONSTRAINT products_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    status            text        NOT NULL
        CONSTRAINT products_status_check CHECK (status IN ('draft', 'active', 'archived')),
    hsn_code          text        CONSTRAINT products_hsn_code_fkey REFERENCES hsn_codes ON DELETE RESTRICT,
    dietary           text        CONSTRAINT products_dietary_check CHECK (dietary IN ('veg', 'non_veg', 'egg', 'vegan')),
    fssai_license     text        CONSTRAINT products_fssai_license_check CHECK (fssai_license ~ '^[0-9]{14}$'),
    country_of_origin text,
    shelf_life_days   int         CONSTRAINT products_shelf_life_days_check CHECK (shelf_life_days > 0),
    tags              text[]      NOT NULL DEFAULT '{}',
    image_url         text,
    price_from_minor  bigint,
    price_to_minor    bigint,
    variant_count     int         NOT NULL DEFAULT 0,
    popularity        int         NOT NULL DEFAULT 0,
    version           int         NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    published_at      timestamptz,
    CONSTRAINT products_slug_key UNIQUE (slug),
    CONSTRAINT products_import_key_key UNIQUE (import_key),
    CONSTRAINT products_active_complete_check CHECK (
        status <> 'active' OR (category_id IS NOT NULL AND hsn_code IS NOT NULL AND price_from_minor IS NOT NULL))
);
CREATE INDEX products_category_id_idx ON products (category_id);
CREATE INDEX products_brand_id_idx ON products (brand_id);
CREATE INDEX products_hsn_code_idx ON products (hsn_code);
CREATE INDEX products_created_idx ON products (created_at, id);
CREATE INDEX products_active_created_idx ON products (created_at, id) WHERE status = 'active';
CREATE INDEX products_active_name_idx ON products (name, id) WHERE status = 'active';
CREATE INDEX products_active_price_idx ON products (price_from_minor, id) WHERE status = 'active';
CREATE INDEX products_active_popularity_idx ON products (popularity, id) WHERE status = 'active';
COMMENT ON TABLE products IS 'What is sold, in one or more pack sizes (variants)';
COMMENT ON COLUMN products.import_key IS 'Key of the product in the file it was imported from; groups rows and makes a second import an update';
COMMENT ON COLUMN products.hsn_code IS 'Decides the GST rate unless the product has its own';
COMMENT ON COLUMN products.dietary IS 'Mark of the Food Safety and Standards (Labelling and Display) Regulations, 2020; NULL for other goods';
COMMENT ON COLUMN products.fssai_license IS '14-digit licence number of the maker or packer';
COMMENT ON COLUMN products.image_url IS 'First medium, kept here for lists';
COMMENT ON COLUMN products.price_from_minor IS 'Lowest MRP of the active variants, in paise';
COMMENT ON COLUMN products.price_to_minor IS 'Highest MRP of the active variants, in paise';
COMMENT ON COLUMN products.variant_count IS 'Number of active variants';
COMMENT ON COLUMN products.popularity IS 'Sort weight, from sales';
COMMENT ON COLUMN products.version IS 'Counts writes; clients send it back so that they never overwrite what they have not seen';

-- Long texts apart: lists never read them.
CREATE TABLE product_texts (
    product_id      uuid  NOT NULL CONSTRAINT product_texts_pkey PRIMARY KEY
        CONSTRAINT product_texts_product_id_fkey REFERENCES products ON DELETE CASCADE,
    description     text  NOT NULL DEFAULT '',
    ingredients     text  NOT NULL DEFAULT '',
    nutrition       jsonb NOT NULL DEFAULT '{}',
    seo_title       text,
    seo_description text
);
COMMENT ON TABLE product_texts IS 'A product''s long texts';
COMMENT ON COLUMN product_texts.nutrition IS 'Amounts per 100 g or 100 ml, name to text';

CREATE TABLE product_variants (
    id         uuid           NOT NULL CONSTRAINT product_variants_pkey PRIMARY KEY,
    product_id uuid           NOT NULL CONSTRAINT product_variants_product_id_fkey REFERENCES products ON DELETE CASCADE,
    sku        text           NOT NULL CONSTRAINT product_variants_sku_check CHECK (length(sku) BETWEEN 1 AND 64),
    barcode    text           CONSTRAINT product_variants_barcode_check CHECK (barcode ~ '^([0-9]{8}|[0-9]{12,14})$'),
    name       text           NOT NULL,
    unit       text           NOT NULL
        CONSTRAINT product_variants_unit_check CHECK (unit IN ('piece', 'weight', 'volume')),
    pack_size  numeric(12, 3) NOT NULL CONSTRAINT product_variants_pack_size_check CHECK (pack_size > 0),
    mrp_minor  bigint         CONSTRAINT product_variants_mrp_minor_check CHECK (mrp_minor > 0),
    status     text           NOT NULL
        CONSTRAINT product_variants_status_check CHECK (status IN ('active', 'archived')),
    position   int            NOT NULL DEFAULT 0,
    created_at timestamptz    NOT NULL,
    updated_at timestamptz    NOT NULL,
    CONSTRAINT product_variants_sku_key UNIQUE (sku),
    CONSTRAINT product_variants_barcode_key UNIQUE (barcode)
);
CREATE INDEX product_variants_product_id_idx ON product_variants (product_id, position, id);
COMMENT ON TABLE product_variants IS 'A pack size of a product: the thing with a barcode';
COMMENT ON COLUMN product_variants.barcode IS 'GTIN-8, -12, -13 or -14 with a right check digit';
COMMENT ON COLUMN product_variants.unit IS 'What pack_size counts: pieces, grams or millilitres';
COMMENT ON COLUMN product_variants.pack_size IS 'Pieces, grams or millilitres in the pack';
COMMENT ON COLUMN product_variants.mrp_minor IS 'Maximum retail price with all taxes, in paise';

CREATE TABLE attributes (
    id         uuid        NOT NULL CONSTRAINT attributes_pkey PRIMARY KEY,
    code       text        NOT NULL CONSTRAINT attributes_code_check CHECK (code ~ '^[a-z][a-z0-9_]{0,59}$'),
    name       text        NOT NULL CONSTRAINT attributes_name_check CHECK (length(name) BETWEEN 1 AND 120),
    kind       text        NOT NULL
        CONSTRAINT attributes_kind_check CHECK (kind IN ('text', 'number', 'boolean', 'choice')),
    unit       text,
    choices    text[]      NOT NULL DEFAULT '{}',
    filterable boolean     NOT NULL DEFAULT true,
    position   int         NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT attributes_code_key UNIQUE (code)
);
COMMENT ON TABLE attributes IS 'Typed properties that variants can have';
COMMENT ON COLUMN attributes.unit IS 'Unit of a number, for example g';
COMMENT ON COLUMN attributes.choices IS 'Allowed values of a choice';
COMMENT ON COLUMN attributes.filterable IS 'Whether it is counted as a facet';

CREATE TABLE variant_attributes (
    variant_id    uuid           NOT NULL
        CONSTRAINT variant_attributes_variant_id_fkey REFERENCES product_variants ON DELETE CASCADE,
    attribute_id  uuid           NOT NULL
        CONSTRAINT variant_attributes_attribute_id_fkey REFERENCES attributes ON DELETE RESTRICT,
    text_value    text,
    number_value  numeric(18, 6),
    boolean_value boolean,
    CONSTRAINT variant_attributes_pkey PRIMARY KEY (variant_id, attribute_id),
    CONSTRAINT variant_attributes_one_value_check CHECK (num_nonnulls(text_value, number_value, boolean_value) = 1)
);
CREATE INDEX variant_attributes_attribute_id_idx ON variant_attributes (attribute_id);
COMMENT ON TABLE variant_attributes IS 'Values of attributes; the column follows the attribute''s kind';

CREATE TABLE product_media (
    id         uuid        NOT NULL CONSTRAINT product_media_pkey PRIMARY KEY,
    product_id uuid        NOT NULL CONSTRAINT product_media_product_id_fkey REFERENCES products ON DELETE CASCADE,
    file_id    uuid        CONSTRAINT product_media_file_id_fkey REFERENCES files ON DELETE RESTRICT,
    url        text        CONSTRAINT product_media_url_check CHECK (url ~ '^https?://'),
    alt        text        NOT NULL DEFAULT '',
    position   int         NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT product_media_one_source_check CHECK (num_nonnulls(file_id, url) = 1),
    CONSTRAINT product_media_url_key UNIQUE (product_id, url)
);
CREATE INDEX product_media_product_id_idx ON product_media (product_id, position, id);
CREATE INDEX product_media_file_id_idx ON product_media (file_id);
COMMENT ON TABLE product_media IS 'Pictures of a product, uploaded or by address';

CREATE TABLE gst_rates (
    id         uuid        NOT NULL CONSTRAINT gst_rates_pkey PRIMARY KEY,
    hsn_prefix text        CONSTRAINT gst_rates_hsn_prefix_check CHECK (hsn_prefix ~ '^[0-9]{2,8}$'),
    product_id uuid        CONSTRAINT gst_rates_product_id_fkey REFERENCES products ON DELETE RESTRICT,
    rate_bp    int         NOT NULL CONSTRAINT gst_rates_rate_bp_check CHECK (rate_bp BETWEEN 0 AND 10000),
    cess_bp    int         NOT NULL DEFAULT 0 CONSTRAINT gst_rates_cess_bp_check CHECK (cess_bp BETWEEN 0 AND 30000),
    valid_from date        NOT NULL,
    source     text        NOT NULL,
    created_by uuid,
    created_at timestamptz NOT NULL,
    CONSTRAINT gst_rates_one_subject_check CHECK (num_nonnulls(hsn_prefix, product_id) = 1),
    CONSTRAINT gst_rates_hsn_valid_from_key UNIQUE (hsn_prefix, valid_from),
    CONSTRAINT gst_rates_product_valid_from_key UNIQUE (product_id, valid_from)
);
CREATE INDEX gst_rates_valid_from_idx ON gst_rates (valid_from, id);
CREATE TRIGGER gst_rates_append_only BEFORE UPDATE OR DELETE ON gst_rates
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE gst_rates IS 'Dated GST rates; a new rate is a new row, never an edit';
COMMENT ON COLUMN gst_rates.hsn_prefix IS 'Applies to every code that begins so; the longest prefix wins';
COMMENT ON COLUMN gst_rates.product_id IS 'Applies to one product, before any prefix';
COMMENT ON COLUMN gst_rates.rate_bp IS 'GST (CGST + SGST, or IGST) in basis points';
COMMENT ON COLUMN gst_rates.cess_bp IS 'Compensation cess in basis points';
COMMENT ON COLUMN gst_rates.valid_from IS 'First date of supply (India) with this rate';
COMMENT ON COLUMN gst_rates.source IS 'Notification that set it';

CREATE TABLE slug_redirects (
    kind       text        NOT NULL
        CONSTRAINT slug_redirects_kind_check CHECK (kind IN ('product', 'category', 'brand')),
    slug       text        NOT NULL,
    target_id  uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT slug_redirects_pkey PRIMARY KEY (kind, slug)
);
CREATE INDEX slug_redirects_target_idx ON slug_redirects (target_id);
COMMENT ON TABLE slug_redirects IS 'Former slugs, so that old links still find their page';

-- What search reads: one lean row per active product.
CREATE TABLE product_search (
    product_id       uuid     NOT NULL CONSTRAINT product_search_pkey PRIMARY KEY
        CONSTRAINT product_search_product_id_fkey REFERENCES products ON DELETE CASCADE,
    document         tsvector NOT NULL,
    category_id      uuid     NOT NULL,
    category_path    uuid[]   NOT NULL,
    brand_id         uuid,
    dietary          text,
    price_from_minor bigint   NOT NULL,
    attributes       text[]   NOT NULL,
    popularity       int      NOT NULL,
    hot              boolean  NOT NULL
);
CREATE INDEX product_search_hot_document_idx ON product_search USING gin (document) WHERE hot;
CREATE INDEX product_search_cold_document_idx ON product_search USING gin (document) WHERE NOT hot;
CREATE INDEX product_search_popularity_idx ON product_search (popularity);
COMMENT ON TABLE product_search IS 'Search index over active products, kept by refresh_product_search()';
COMMENT ON COLUMN product_search.document IS 'Weighted words: name A, brand and category B, tags, packs, SKUs and barcodes C';
COMMENT ON COLUMN product_search.attributes IS 'Filterable values as code=value';
COMMENT ON COLUMN product_search.hot IS 'Among the most popular: searched first, so that a frequent word costs the same in a large catalogue';

CREATE TABLE search_words (
    word text NOT NULL CONSTRAINT search_words_pkey PRIMARY KEY
);
CREATE INDEX search_words_trigram_idx ON search_words USING gin (word gin_trgm_ops);
CREATE INDEX search_words_prefix_idx ON search_words (word text_pattern_ops);
COMMENT ON TABLE search_words IS 'Every word of the search index, for typing errors and suggestions';

CREATE TEXT SEARCH CONFIGURATION catalog (COPY = english);
ALTER TEXT SEARCH CONFIGURATION catalog
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;

-- Brings the search rows of these products in line with the catalogue.
CREATE FUNCTION refresh_product_search(ids uuid[], as_hot boolean) RETURNS void LANGUAGE sql AS $$
    DELETE FROM product_search s USING products p
        WHERE s.product_id = ANY (ids) AND p.id = s.product_id AND p.status <> 'active';
    INSERT INTO product_search (product_id, document, category_id, category_path, brand_id, dietary, price_from_minor,
                                attributes, popularity, hot)
    SELECT p.id,
           setweight(to_tsvector('catalog', p.name), 'A')
               || setweight(to_tsvector('catalog', concat_ws(' ', b.name, c.name)), 'B')
               || setweight(to_tsvector('catalog', concat_ws(' ', array_to_string(p.tags, ' '), v.words)), 'C'),
           p.category_id, c.path, p.brand_id, p.dietary, p.price_from_minor, coalesce(a.attributes, '{}'), p.popularity,
           as_hot
    FROM products p
    JOIN categories c ON c.id = p.category_id
    LEFT JOIN brands b ON b.id = p.brand_id
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', v.name, v.sku, v.barcode), ' ') AS words
        FROM product_variants v WHERE v.product_id = p.id AND v.status = 'active'
    ) v ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT t.code || '=' ||
                   coalesce(va.text_value, trim_scale(va.number_value)::text, va.boolean_value::text)) AS attributes
        FROM product_variants v
        JOIN variant_attributes va ON va.variant_id = v.id
        JOIN attributes t ON t.id = va.attribute_id AND t.filterable
        WHERE v.product_id = p.id AND v.status = 'active'
    ) a ON true
    WHERE p.id = ANY (ids) AND p.status = 'active'
    ON CONFLICT (product_id) DO UPDATE SET
        document = excluded.document, category_id = excluded.category_id, category_path = excluded.category_path,
        brand_id = excluded.brand_id, dietary = excluded.dietary, price_from_minor = excluded.price_from_minor,
        attributes = excluded.attributes, popularity = excluded.popularity;
    INSERT INTO search_words
    SELECT DISTINCT lower(unaccent(w))
    FROM products p LEFT JOIN brands b ON b.id = p.brand_id,
         regexp_split_to_table(concat_ws(' ', p.name, b.name, array_to_string(p.tags, ' ')), '[^[:alnum:]]+') w
    WHERE p.id = ANY (ids) AND p.status = 'active' AND length(w) BETWEEN 3 AND 40 AND w !~ '[0-9]'
    ON CONFLICT DO NOTHING;
$$;
