-- Where goods lie. Stock refers to locations, whatever they are.
CREATE TABLE locations (
    id         uuid        NOT NULL CONSTRAINT locations_pkey PRIMARY KEY,
    kind       text        NOT NULL CONSTRAINT locations_kind_check CHECK (kind IN ('store', 'warehouse')),
    seller_id  uuid        NOT NULL CONSTRAINT locations_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    created_at timestamptz NOT NULL,
    CONSTRAINT locations_id_kind_seller_key UNIQUE (id, kind, seller_id)
);
CREATE INDEX locations_seller_id_idx ON locations (seller_id);
COMMENT ON TABLE locations IS 'Stores and warehouses as the places where stock lies';

-- A location's registration is its seller's, for the state where it stands.
ALTER TABLE gst_registrations ADD CONSTRAINT gst_registrations_id_seller_state_key UNIQUE (id, seller_id, state_code);

CREATE TABLE warehouses (
    id                  uuid         NOT NULL CONSTRAINT warehouses_pkey PRIMARY KEY,
    location_kind       text         NOT NULL DEFAULT 'warehouse'
        CONSTRAINT warehouses_location_kind_check CHECK (location_kind = 'warehouse'),
    seller_id           uuid         NOT NULL,
    name                text         NOT NULL CONSTRAINT warehouses_name_check CHECK (length(name) BETWEEN 1 AND 120),
    kind                text         NOT NULL
        CONSTRAINT warehouses_kind_check CHECK (kind IN ('main', 'regional', 'satellite')),
    status              text         NOT NULL
        CONSTRAINT warehouses_status_check CHECK (status IN ('active', 'inactive', 'maintenance')),
    gst_registration_id uuid,
    phone               text,
    line1               text         NOT NULL,
    line2               text         NOT NULL,
    city                text         NOT NULL,
    state_code          text         NOT NULL,
    pincode             text         NOT NULL,
    latitude            numeric(9,6) CONSTRAINT warehouses_latitude_check CHECK (latitude BETWEEN -90 AND 90),
    longitude           numeric(9,6) CONSTRAINT warehouses_longitude_check CHECK (longitude BETWEEN -180 AND 180),
    version             int          NOT NULL DEFAULT 1,
    created_at          timestamptz  NOT NULL,
    updated_at          timestamptz  NOT NULL,
    CONSTRAINT warehouses_location_fkey FOREIGN KEY (id, location_kind, seller_id)
        REFERENCES locations (id, kind, seller_id),
    CONSTRAINT warehouses_gst_registration_fkey FOREIGN KEY (gst_registration_id, seller_id, state_code)
        REFERENCES gst_registrations (id, seller_id, state_code),
    CONSTRAINT warehouses_pincode_fkey FOREIGN KEY (pincode, state_code) REFERENCES pincodes (code, state_code),
    CONSTRAINT warehouses_point_check CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE UNIQUE INDEX warehouses_name_key ON warehouses (seller_id, lower(name));
CREATE INDEX warehouses_location_idx ON warehouses (id, location_kind, seller_id);
CREATE INDEX warehouses_gst_registration_idx ON warehouses (gst_registration_id, seller_id, state_code);
CREATE INDEX warehouses_pincode_idx ON warehouses (pincode, state_code);
CREATE INDEX warehouses_name_idx ON warehouses (name, id);
COMMENT ON TABLE warehouses IS 'Where goods lie that no shopper enters';
COMMENT ON COLUMN warehouses.location_kind IS 'Ties the row to a location of this kind';
COMMENT ON COLUMN warehouses.status IS 'maintenance: for now neither takes goods in nor gives any out';
COMMENT ON COLUMN warehouses.version IS 'Counts the writes, for optimistic locking';

INSERT INTO role_permissions (role_id, permission)
SELECT roles.id, granted.permission
FROM roles JOIN (VALUES
    ('super_administrator', 'locations.write'), ('administrator', 'locations.write'),
    ('store_owner', 'locations.write'), ('warehouse_manager', 'locations.write'),
    ('distributor_owner', 'locations.write'), ('distributor_manager', 'locations.write')
) AS granted (role, permission) ON granted.role = roles.name AND roles.built_in;
