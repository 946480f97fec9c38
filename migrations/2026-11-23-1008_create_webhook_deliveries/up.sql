-- What gateways told, as it came.
CREATE TABLE webhook_deliveries (
    id           uuid        NOT NULL CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    gateway      text        NOT NULL CONSTRAINT webhook_deliveries_gateway_check
        CHECK (gateway IN ('razorpay', 'stripe', 'upi', 'cash', 'credit')),
    event        text        NOT NULL CONSTRAINT webhook_deliveries_event_check CHECK (length(event) BETWEEN 1 AND 200),
    kind         text        CONSTRAINT webhook_deliveries_kind_check CHECK (length(kind) <= 100),
    body         bytea       NOT NULL
        CONSTRAINT webhook_deliveries_body_check CHECK (octet_length(body) <= 1048576),
    status       text        NOT NULL CONSTRAINT webhook_deliveries_status_check
        CHECK (status IN ('received', 'processed', 'ignored', 'failed')),
    problem      text        CONSTRAINT webhook_deliveries_problem_check CHECK (length(problem) <= 500),
    repeats      int         NOT NULL DEFAULT 0,
    received_at  timestamptz NOT NULL,
    processed_at timestamptz,
    CONSTRAINT webhook_deliveries_event_key UNIQUE (gateway, event)
) WITH (fillfactor = 80);
CREATE INDEX webhook_deliveries_received_idx ON webhook_deliveries (received_at, id);
COMMENT ON TABLE webhook_deliveries IS 'Genuine webhooks of gateways, each event once, with the bytes as they came';
COMMENT ON COLUMN webhook_deliveries.event IS
    'The gateway''s ID of the event; where it has none, sha256: and the hash of the body';
COMMENT ON COLUMN webhook_deliveries.kind IS 'Kind of event, as the gateway calls it';
COMMENT ON COLUMN webhook_deliveries.repeats IS 'How often it came again';
COMMENT ON COLUMN webhook_deliveries.problem IS 'Why it could not be processed, or was ignored';
