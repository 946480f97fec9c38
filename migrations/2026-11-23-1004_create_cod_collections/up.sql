-- Money taken at the door.
CREATE TABLE cod_collections (
    attempt_id      uuid        NOT NULL CONSTRAINT cod_collections_pkey PRIMARY KEY
        CONSTRAINT cod_collections_attempt_id_fkey REFERENCES payment_attempts ON DELETE RESTRICT,
    intent_id       uuid        NOT NULL
        CONSTRAINT cod_collections_intent_id_fkey REFERENCES payment_intents ON DELETE RESTRICT,
    mode            text        NOT NULL
        CONSTRAINT cod_collections_mode_check CHECK (mode IN ('cash', 'upi_on_delivery')),
    due_minor       bigint      NOT NULL CONSTRAINT cod_collections_due_check CHECK (due_minor > 0),
    collected_minor bigint      NOT NULL CONSTRAINT cod_collections_collected_check CHECK (collected_minor >= 0),
    rounding_minor  bigint      NOT NULL
        CONSTRAINT cod_collections_rounding_check CHECK (rounding_minor BETWEEN -50 AND 50),
    collected_by    uuid        NOT NULL
        CONSTRAINT cod_collections_collected_by_fkey REFERENCES accounts ON DELETE RESTRICT,
    collected_at    timestamptz NOT NULL,
    CONSTRAINT cod_collections_sum_check CHECK (collected_minor = due_minor + rounding_minor),
    CONSTRAINT cod_collections_whole_rupees_check CHECK (
        CASE mode WHEN 'cash' THEN collected_minor % 100 = 0 ELSE rounding_minor = 0 END)
);
CREATE INDEX cod_collections_intent_id_idx ON cod_collections (intent_id);
CREATE INDEX cod_collections_collected_by_idx ON cod_collections (collected_by, collected_at);
COMMENT ON TABLE cod_collections IS 'Money taken on delivery, by a named person: once for each delivery of what an intent pays for';
COMMENT ON COLUMN cod_collections.due_minor IS 'What was to be paid, in paise';
COMMENT ON COLUMN cod_collections.collected_minor IS 'What was taken, in paise: cash in whole rupees';
COMMENT ON COLUMN cod_collections.rounding_minor IS 'What rounding to whole rupees added, or took away, in paise';
