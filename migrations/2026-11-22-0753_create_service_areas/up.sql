-- Where a location delivers to, and on which terms.
CREATE TABLE service_areas (
    id                            uuid        NOT NULL CONSTRAINT service_areas_pkey PRIMARY KEY,
    location_id                   uuid        NOT NULL
        CONSTRAINT service_areas_location_id_fkey REFERENCES locations ON DELETE CASCADE,
    pincode                       text        NOT NULL
        CONSTRAINT service_areas_pincode_check CHECK (pincode ~ '^[1-9][0-9]{5}$'),
    delivery_fee_minor            bigint      NOT NULL
        CONSTRAINT service_areas_delivery_fee_check CHECK (delivery_fee_minor BETWEEN 0 AND 1000000000),
    free_delivery_threshold_minor bigint
        CONSTRAINT service_areas_free_delivery_threshold_check
        CHECK (free_delivery_threshold_minor BETWEEN 0 AND 1000000000),
    minimum_order_minor           bigint      NOT NULL
        CONSTRAINT service_areas_minimum_order_check CHECK (minimum_order_minor BETWEEN 0 AND 1000000000),
    promised_minutes              int         NOT NULL
        CONSTRAINT service_areas_promised_minutes_check CHECK (promised_minutes BETWEEN 1 AND 43200),
    priority                      int         NOT NULL
        CONSTRAINT service_areas_priority_check CHECK (priority BETWEEN 1 AND 1000),
    weekly                        int[]       CONSTRAINT service_areas_weekly_check
        CHECK (cardinality(weekly) % 2 = 0 AND 0 <= ALL (weekly) AND 11520 >= ALL (weekly)),
    active                        boolean     NOT NULL,
    created_at                    timestamptz NOT NULL,
    updated_at                    timestamptz NOT NULL,
    CONSTRAINT service_areas_pincode_key UNIQUE (location_id, pincode)
);
CREATE INDEX service_areas_pincode_idx ON service_areas (pincode, id);
COMMENT ON TABLE service_areas IS 'Postal codes to which locations deliver, and on which terms';
COMMENT ON COLUMN service_areas.free_delivery_threshold_minor IS 'Orders of this value and more are delivered free';
COMMENT ON COLUMN service_areas.promised_minutes IS 'From order to door, while open';
COMMENT ON COLUMN service_areas.priority IS '1 is tried first';
COMMENT ON COLUMN service_areas.weekly IS
    'Hours of delivery, as in opening_hours; null: the location''s. Its holidays hold for both';
