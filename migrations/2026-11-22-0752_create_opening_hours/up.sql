-- When locations are open. Spans are pairs of minutes: opening and closing by turns, in India's time.
CREATE TABLE opening_hours (
    location_id uuid        NOT NULL CONSTRAINT opening_hours_pkey PRIMARY KEY
        CONSTRAINT opening_hours_location_id_fkey REFERENCES locations ON DELETE CASCADE,
    weekly      int[]       NOT NULL CONSTRAINT opening_hours_weekly_check
        CHECK (cardinality(weekly) % 2 = 0 AND 0 <= ALL (weekly) AND 11520 >= ALL (weekly)),
    version     int         NOT NULL DEFAULT 1,
    updated_at  timestamptz NOT NULL
);
COMMENT ON TABLE opening_hours IS 'Weekly opening hours of locations; a location without them is closed';
COMMENT ON COLUMN opening_hours.weekly IS
    'Minutes since Monday 00:00; a span that passes Sunday midnight closes after minute 10080';
COMMENT ON COLUMN opening_hours.version IS 'Counts the writes, for optimistic locking';

CREATE TABLE opening_holidays (
    location_id uuid  NOT NULL CONSTRAINT opening_holidays_location_id_fkey REFERENCES opening_hours ON DELETE CASCADE,
    on_date     date  NOT NULL,
    name        text  NOT NULL CONSTRAINT opening_holidays_name_check CHECK (length(name) <= 60),
    spans       int[] NOT NULL CONSTRAINT opening_holidays_spans_check
        CHECK (cardinality(spans) % 2 = 0 AND 0 <= ALL (spans) AND 2880 >= ALL (spans)),
    CONSTRAINT opening_holidays_pkey PRIMARY KEY (location_id, on_date)
);
COMMENT ON TABLE opening_holidays IS 'Dates on which other hours than the weekly ones hold';
COMMENT ON COLUMN opening_holidays.spans IS
    'Minutes since the date''s midnight; none means closed; a span that passes midnight closes after minute 1440';
