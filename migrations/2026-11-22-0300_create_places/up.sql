-- Where people live: states with their GST codes, postal codes, and customers' addresses.

CREATE TABLE states (
    gst_code           text    NOT NULL CONSTRAINT states_pkey PRIMARY KEY
        CONSTRAINT states_gst_code_check CHECK (gst_code ~ '^[0-9]{2}$'),
    alpha              text    NOT NULL CONSTRAINT states_alpha_check CHECK (alpha ~ '^[A-Z]{2}$'),
    name               text    NOT NULL,
    is_union_territory boolean NOT NULL,
    has_legislature    boolean NOT NULL,
    retired            boolean NOT NULL,
    aliases            text[]  NOT NULL DEFAULT '{}'
);
CREATE UNIQUE INDEX states_alpha_key ON states (alpha) WHERE NOT retired;
COMMENT ON TABLE states IS 'States and union territories of India';
COMMENT ON COLUMN states.gst_code IS 'First two digits of a GSTIN registered there';
COMMENT ON COLUMN states.alpha IS 'Two letters, as on number plates and in ISO 3166-2:IN';
COMMENT ON COLUMN states.has_legislature IS 'Without one, UTGST takes the place of SGST';
COMMENT ON COLUMN states.retired IS 'The code is no longer given out; old documents still carry it';
COMMENT ON COLUMN states.aliases IS 'Other spellings and codes found in data';

CREATE TABLE pincodes (
    id         uuid   NOT NULL CONSTRAINT pincodes_pkey PRIMARY KEY,
    code       text   NOT NULL CONSTRAINT pincodes_code_check CHECK (code ~ '^[1-9][0-9]{5}$'),
    state_code text   NOT NULL CONSTRAINT pincodes_state_code_fkey REFERENCES states (gst_code),
    place      text   NOT NULL,
    taluk      text   NOT NULL,
    districts  text[] NOT NULL,
    latitude   numeric(9,6) CONSTRAINT pincodes_latitude_check CHECK (latitude BETWEEN 6 AND 38),
    longitude  numeric(9,6) CONSTRAINT pincodes_longitude_check CHECK (longitude BETWEEN 68 AND 98),
    CONSTRAINT pincodes_code_state_key UNIQUE (code, state_code)
);
CREATE INDEX pincodes_code_idx ON pincodes (code, id);
CREATE INDEX pincodes_state_idx ON pincodes (state_code, code);
COMMENT ON TABLE pincodes IS 'Postal codes; one that crosses a state border has a row for each state';
COMMENT ON COLUMN pincodes.place IS 'First post office of the code';
COMMENT ON COLUMN pincodes.districts IS 'Districts that the code touches in this state';
COMMENT ON COLUMN pincodes.latitude IS 'Degrees north of the code''s centre, where known; six decimals are 11 cm';

CREATE TABLE addresses (
    id                    uuid        NOT NULL CONSTRAINT addresses_pkey PRIMARY KEY,
    account_id            uuid        NOT NULL
        CONSTRAINT addresses_account_id_fkey REFERENCES accounts (id) ON DELETE CASCADE,
    kind                  text        NOT NULL
        CONSTRAINT addresses_kind_check CHECK (kind IN ('home', 'work', 'other')),
    label                 text        NOT NULL DEFAULT '' CONSTRAINT addresses_label_check CHECK (length(label) <= 60),
    contact_name          text        NOT NULL
        CONSTRAINT addresses_contact_check CHECK (length(contact_name) BETWEEN 1 AND 120),
    phone                 text        NOT NULL
        CONSTRAINT addresses_phone_check CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
    alternate_phone       text
        CONSTRAINT addresses_alternate_phone_check CHECK (alternate_phone ~ '^\+[1-9][0-9]{6,14}$'),
    line1                 text        NOT NULL CONSTRAINT addresses_line1_check CHECK (length(line1) BETWEEN 1 AND 200),
    line2                 text        NOT NULL DEFAULT '' CONSTRAINT addresses_line2_check CHECK (length(line2) <= 200),
    landmark              text        NOT NULL DEFAULT ''
        CONSTRAINT addresses_landmark_check CHECK (length(landmark) <= 200),
    city                  text        NOT NULL CONSTRAINT addresses_city_check CHECK (length(city) BETWEEN 1 AND 100),
    state_code            text        NOT NULL,
    pincode               text        NOT NULL,
    latitude              numeric(9,6) CONSTRAINT addresses_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    longitude             numeric(9,6) CONSTRAINT addresses_longitude_check CHECK (longitude BETWEEN -180 AND 180),
    delivery_instructions text        NOT NULL DEFAULT ''
        CONSTRAINT addresses_instructions_check CHECK (length(delivery_instructions) <= 500),
    is_default_shipping   boolean     NOT NULL DEFAULT false,
    is_default_billing    boolean     NOT NULL DEFAULT false,
    import_key            text,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    deleted_at            timestamptz,
    CONSTRAINT addresses_pincode_state_fkey FOREIGN KEY (pincode, state_code) REFERENCES pincodes (code, state_code),
    CONSTRAINT addresses_deleted_check CHECK (deleted_at IS NULL OR NOT (is_default_shipping OR is_default_billing))
);
CREATE UNIQUE INDEX addresses_default_shipping_key ON addresses (account_id) WHERE is_default_shipping;
CREATE UNIQUE INDEX addresses_default_billing_key ON addresses (account_id) WHERE is_default_billing;
CREATE UNIQUE INDEX addresses_import_key ON addresses (account_id, import_key) WHERE import_key IS NOT NULL;
CREATE INDEX addresses_account_idx ON addresses (account_id, created_at, id);
CREATE INDEX addresses_pincode_idx ON addresses (pincode, state_code);
COMMENT ON TABLE addresses IS 'Where customers have things sent and billed';
COMMENT ON COLUMN addresses.state_code IS 'GST state code; the database holds that the postal code lies there';
COMMENT ON COLUMN addresses.import_key IS 'SHA-256 of an imported address''s content: importing it again changes nothing';
COMMENT ON COLUMN addresses.deleted_at IS 'Hidden since; a repeated import does not bring it back';
