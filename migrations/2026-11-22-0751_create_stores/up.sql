-- Stores, and the cities by which they are numbered.
CREATE TABLE store_cities (
    state_code  text NOT NULL CONSTRAINT store_cities_state_code_fkey REFERENCES states (gst_code),
    slug        text NOT NULL CONSTRAINT store_cities_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    code        text NOT NULL CONSTRAINT store_cities_code_check CHECK (code ~ '^[A-Z]{3}$'),
    last_number int  NOT NULL CONSTRAINT store_cities_last_number_check CHECK (last_number >= 0),
    CONSTRAINT store_cities_pkey PRIMARY KEY (state_code, slug),
    CONSTRAINT store_cities_code_key UNIQUE (state_code, code)
);
COMMENT ON TABLE store_cities IS 'Cities with stores: the city''s part of their codes, and the last number given out';
COMMENT ON COLUMN store_cities.slug IS 'Made from the city''s name: the same for every way to write it in capitals';
COMMENT ON COLUMN store_cities.code IS 'Chosen with the city''s first store, unique in its state, never changed';

CREATE TABLE stores (
    id                  uuid         NOT NULL CONSTRAINT stores_pkey PRIMARY KEY,
    location_kind       text         NOT NULL DEFAULT 'store'
        CONSTRAINT stores_location_kind_check CHECK (location_kind = 'store'),
    seller_id           uuid         NOT NULL,
    kind                text         NOT NULL CONSTRAINT stores_kind_check CHECK (kind IN ('brand', 'integrated')),
    code                text         NOT NULL CONSTRAINT stores_code_key UNIQUE
        CONSTRAINT stores_code_check CHECK (code ~ '^[A-Z]{2}-[A-Z]{3}-[0-9]{3,}$'),
    number              int          NOT NULL CONSTRAINT stores_number_check CHECK (number > 0),
    slug                text         NOT NULL CONSTRAINT stores_slug_key UNIQUE
        CONSTRAINT stores_slug_check CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name                text         NOT NULL CONSTRAINT stores_name_check CHECK (length(name) BETWEEN 1 AND 120),
    status              text         NOT NULL
        CONSTRAINT stores_status_check CHECK (status IN ('active', 'inactive', 'maintenance', 'terminated')),
    gst_registration_id uuid,
    fssai_licence       text         CONSTRAINT stores_fssai_licence_check CHECK (fssai_licence ~ '^[0-9]{14}$'),
    fssai_expires_on    date,
    phone               text,
    line1               text         NOT NULL,
    line2               text         NOT NULL,
    city                text         NOT NULL,
    city_slug           text         NOT NULL,
    state_code          text         NOT NULL,
    pincode             text         NOT NULL,
    latitude            numeric(9,6) CONSTRAINT stores_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    longitude           numeric(9,6) CONSTRAINT stores_longitude_check CHECK (longitude BETWEEN -180 AND 180),
    allows_pickup       boolean      NOT NULL,
    allows_returns      boolean      NOT NULL,
    version             int          NOT NULL DEFAULT 1,
    created_at          timestamptz  NOT NULL,
    updated_at          timestamptz  NOT NULL,
    CONSTRAINT stores_number_key UNIQUE (state_code, city_slug, number),
    CONSTRAINT stores_city_fkey FOREIGN KEY (state_code, city_slug) REFERENCES store_cities (state_code, slug),
    CONSTRAINT stores_location_fkey FOREIGN KEY (id, location_kind, seller_id)
        REFERENCES locations (id, kind, seller_id),
    CONSTRAINT stores_gst_registration_fkey FOREIGN KEY (gst_registration_id, seller_id, state_code)
        REFERENCES gst_registrations (id, seller_id, state_code),
    CONSTRAINT stores_pincode_fkey FOREIGN KEY (pincode, state_code) REFERENCES pincodes (code, state_code),
    CONSTRAINT stores_fssai_expires_on_check CHECK ((fssai_licence IS NULL) = (fssai_expires_on IS NULL)),
    CONSTRAINT stores_point_check CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE UNIQUE INDEX stores_name_key ON stores (seller_id, lower(name)) WHERE status <> 'terminated';
CREATE INDEX stores_location_idx ON stores (id, location_kind, seller_id);
CREATE INDEX stores_gst_registration_idx ON stores (gst_registration_id, seller_id, state_code);
CREATE INDEX stores_pincode_idx ON stores (pincode, state_code);
CREATE INDEX stores_seller_idx ON stores (seller_id, name, id);
CREATE INDEX stores_name_idx ON stores (name, id);
CREATE INDEX stores_code_idx ON stores (code, id);
COMMENT ON TABLE stores IS 'Stores: where shoppers fetch, and from where goods are delivered';
COMMENT ON COLUMN stores.location_kind IS 'Ties the row to a location of this kind';
COMMENT ON COLUMN stores.kind IS 'brand: FreshVilla''s own; integrated: a partner''s, who pays commission';
COMMENT ON COLUMN stores.code IS 'State, city and number, such as KA-BLR-001; never changes';
COMMENT ON COLUMN stores.number IS 'Counts the stores of a city';
COMMENT ON COLUMN stores.city_slug IS 'The city by which the store is numbered';
COMMENT ON COLUMN stores.fssai_licence IS 'Licence of the Food Safety and Standards Authority of India';
COMMENT ON COLUMN stores.status IS
    'maintenance: for now neither takes goods in nor gives any out; terminated: closed for good';
COMMENT ON COLUMN stores.version IS 'Counts the writes, for optimistic locking';

ALTER TABLE slug_redirects DROP CONSTRAINT slug_redirects_kind_check;
ALTER TABLE slug_redirects ADD CONSTRAINT slug_redirects_kind_check
    CHECK (kind IN ('product', 'category', 'brand', 'seller', 'store'));
