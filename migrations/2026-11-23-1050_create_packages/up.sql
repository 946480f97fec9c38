-- How sub-orders are packed, sent and handed over.
ALTER TABLE stock_reservation_lots ADD COLUMN sent int NOT NULL DEFAULT 0
    CONSTRAINT stock_reservation_lots_sent_check CHECK (sent BETWEEN 0 AND quantity);
UPDATE stock_reservation_lots SET sent = quantity FROM stock_reservations
WHERE stock_reservations.id = stock_reservation_lots.reservation_id AND stock_reservations.status = 'committed';
COMMENT ON COLUMN stock_reservation_lots.sent IS 'Pieces that left; the others were given back when the reservation was committed';

CREATE TABLE fulfilments (
    sub_order_id    uuid        NOT NULL CONSTRAINT fulfilments_pkey PRIMARY KEY
        CONSTRAINT fulfilments_sub_order_id_fkey REFERENCES sub_orders ON DELETE RESTRICT,
    due_by          timestamptz,
    escalated_at    timestamptz,
    confirmed_at    timestamptz,
    packed_at       timestamptz,
    shipped_at      timestamptz,
    delivered_at    timestamptz,
    collected_minor bigint      NOT NULL DEFAULT 0
        CONSTRAINT fulfilments_collected_minor_check CHECK (collected_minor >= 0),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT fulfilments_order_check CHECK (
        (packed_at IS NULL OR confirmed_at IS NOT NULL) AND (shipped_at IS NULL OR packed_at IS NOT NULL)
        AND (delivered_at IS NULL OR shipped_at IS NOT NULL)),
    CONSTRAINT fulfilments_due_by_check CHECK (due_by IS NULL OR shipped_at IS NULL)
);
CREATE INDEX fulfilments_due_idx ON fulfilments (due_by) WHERE escalated_at IS NULL;
COMMENT ON TABLE fulfilments IS 'How far a seller is with a sub-order, from the moment it was taken on or was too late';
COMMENT ON COLUMN fulfilments.due_by IS 'Until when the seller has to take the next step; NULL when none is left';
COMMENT ON COLUMN fulfilments.escalated_at IS 'When it was seen that the next step is late; NULL again after it';
COMMENT ON COLUMN fulfilments.collected_minor IS 'What was taken at the door, in paise';

CREATE TABLE packages (
    id              uuid        NOT NULL CONSTRAINT packages_pkey PRIMARY KEY,
    sub_order_id    uuid        NOT NULL
        CONSTRAINT packages_sub_order_id_fkey REFERENCES sub_orders ON DELETE RESTRICT,
    number          int         NOT NULL CONSTRAINT packages_number_check CHECK (number BETWEEN 1 AND 50),
    status          text        NOT NULL
        CONSTRAINT packages_status_check CHECK (status IN ('packed', 'shipped', 'delivered', 'cancelled')),
    weight_grams    int         CONSTRAINT packages_weight_grams_check CHECK (weight_grams BETWEEN 1 AND 1000000),
    carriage        text        CONSTRAINT packages_carriage_check CHECK (carriage IN ('own', 'carrier')),
    carrier         text        CONSTRAINT packages_carrier_check CHECK (length(carrier) BETWEEN 1 AND 60),
    tracking_number text        CONSTRAINT packages_tracking_number_check CHECK (length(tracking_number) BETWEEN 1 AND 60),
    tracking_url    text        CONSTRAINT packages_tracking_url_check CHECK (tracking_url ~ '^https://' AND length(tracking_url) <= 500),
    courier         text        CONSTRAINT packages_courier_check CHECK (length(courier) BETWEEN 1 AND 100),
    code_tries      int         NOT NULL DEFAULT 0 CONSTRAINT packages_code_tries_check CHECK (code_tries BETWEEN 0 AND 5),
    failed_attempts int         NOT NULL DEFAULT 0 CONSTRAINT packages_failed_attempts_check CHECK (failed_attempts >= 0),
    received_by     text        CONSTRAINT packages_received_by_check CHECK (length(received_by) BETWEEN 1 AND 100),
    shipped_at      timestamptz,
    delivered_at    timestamptz,
    version         int         NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT packages_number_key UNIQUE (sub_order_id, number),
    CONSTRAINT packages_shipped_check CHECK (
        (status IN ('shipped', 'delivered')) = (shipped_at IS NOT NULL) AND (shipped_at IS NULL) = (carriage IS NULL)),
    CONSTRAINT packages_delivered_check CHECK ((status = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT packages_carriage_details_check CHECK (
        (carriage IS NOT DISTINCT FROM 'carrier') = (carrier IS NOT NULL)
        AND (carriage IS NOT DISTINCT FROM 'carrier') = (tracking_number IS NOT NULL)
        AND (tracking_url IS NULL OR carrier IS NOT NULL) AND (courier IS NULL OR carriage = 'own'))
) WITH (fillfactor = 80);
CREATE INDEX packages_tracking_number_idx ON packages (tracking_number);
COMMENT ON TABLE packages IS 'Parcels in which the goods of sub-orders travel';
COMMENT ON COLUMN packages.carriage IS 'Brought by the seller''s own people, or by a carrier; NULL before it leaves';
COMMENT ON COLUMN packages.courier IS 'Who brings it, of the seller''s own people';
COMMENT ON COLUMN packages.code_tries IS 'Wrong codes that were given at the door';

CREATE TABLE package_lines (
    package_id    uuid NOT NULL CONSTRAINT package_lines_package_id_fkey REFERENCES packages ON DELETE RESTRICT,
    order_line_id uuid NOT NULL CONSTRAINT package_lines_order_line_id_fkey REFERENCES order_lines ON DELETE RESTRICT,
    quantity      int  NOT NULL CONSTRAINT package_lines_quantity_check CHECK (quantity >= 1),
    CONSTRAINT package_lines_pkey PRIMARY KEY (package_id, order_line_id)
);
CREATE INDEX package_lines_order_line_id_idx ON package_lines (order_line_id);
COMMENT ON TABLE package_lines IS 'What is in a package: packs of a line; append-only';
CREATE TRIGGER package_lines_append_only BEFORE UPDATE OR DELETE ON package_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE package_events (
    id          uuid        NOT NULL CONSTRAINT package_events_pkey PRIMARY KEY,
    package_id  uuid        NOT NULL CONSTRAINT package_events_package_id_fkey REFERENCES packages ON DELETE RESTRICT,
    kind        text        NOT NULL CONSTRAINT package_events_kind_check CHECK (kind IN
        ('packed', 'shipped', 'in_transit', 'out_for_delivery', 'attempt_failed', 'delivered', 'cancelled')),
    place       text        CONSTRAINT package_events_place_check CHECK (length(place) BETWEEN 1 AND 100),
    note        text        CONSTRAINT package_events_note_check CHECK (length(note) BETWEEN 1 AND 500),
    recorded_by uuid,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX package_events_package_id_idx ON package_events (package_id, occurred_at, id);
COMMENT ON TABLE package_events IS 'Where packages were and what happened to them; append-only';
COMMENT ON COLUMN package_events.recorded_by IS 'Account or API key that told; NULL for the system';
COMMENT ON COLUMN package_events.occurred_at IS 'When it happened, as it was told';
CREATE TRIGGER package_events_append_only BEFORE UPDATE OR DELETE ON package_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What is packed, shipped and cancelled of a line never exceeds what was ordered: see order_lines_fate_check; and the
-- packages that are not cancelled hold what is not cancelled.
ALTER TABLE order_timeline DROP CONSTRAINT order_timeline_kind_check;
ALTER TABLE order_timeline ADD CONSTRAINT order_timeline_kind_check CHECK (kind IN
    ('created', 'placed', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled', 'expired', 'revived',
     'paid_too_late', 'paid', 'refund_requested', 'refunded', 'partly_cancelled', 'late',
     'package_moved', 'delivery_failed', 'collected'));
