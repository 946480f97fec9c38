-- What of the demo data is in, so that a load that was cut off goes on instead of starting over or being taken for whole.

CREATE TABLE seed_steps (
    name        text        NOT NULL CONSTRAINT seed_steps_pkey PRIMARY KEY,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz
);
COMMENT ON TABLE seed_steps IS 'Steps of the demo data; a database without a row was never seeded';
COMMENT ON COLUMN seed_steps.finished_at IS 'NULL for a step that was begun; it is repeated';
