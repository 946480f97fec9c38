-- What lies where. A stock item is a variant at a location; its lots are batches with an expiry date; movements are the
-- ledger, from which both can be added up again (`freshvilla doctor stock`).
ALTER TABLE locations ADD CONSTRAINT locations_id_seller_key UNIQUE (id, seller_id);

CREATE TABLE stock_items (
    id                  uuid        NOT NULL CONSTRAINT stock_items_pkey PRIMARY KEY,
    location_id         uuid        NOT NULL,
    seller_id           uuid        NOT NULL,
    variant_id          uuid        NOT NULL
        CONSTRAINT stock_items_variant_id_fkey REFERENCES product_variants ON DELETE RESTRICT,
    available           int         NOT NULL DEFAULT 0
        CONSTRAINT stock_items_available_check CHECK (available BETWEEN 0 AND 1000000000),
    reserved            int         NOT NULL DEFAULT 0
        CONSTRAINT stock_items_reserved_check CHECK (reserved BETWEEN 0 AND 1000000000),
    damaged             int         NOT NULL DEFAULT 0
        CONSTRAINT stock_items_damaged_check CHECK (damaged BETWEEN 0 AND 1000000000),
    value_minor         bigint      NOT NULL DEFAULT 0 CONSTRAINT stock_items_value_check CHECK (value_minor >= 0),
    last_cost_minor     bigint      CONSTRAINT stock_items_last_cost_check CHECK (last_cost_minor >= 0),
    low_stock_threshold int         CONSTRAINT stock_items_low_stock_threshold_check CHECK (low_stock_threshold >= 0),
    reorder_point       int         CONSTRAINT stock_items_reorder_point_check CHECK (reorder_point >= 0),
    reorder_quantity    int         CONSTRAINT stock_items_reorder_quantity_check CHECK (reorder_quantity > 0),
    event_seq           bigint      NOT NULL DEFAULT 0,
    movement_seq        bigint      NOT NULL DEFAULT 0,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    CONSTRAINT stock_items_variant_location_key UNIQUE (variant_id, location_id),
    CONSTRAINT stock_items_location_fkey FOREIGN KEY (location_id, seller_id)
        REFERENCES locations (id, seller_id) ON DELETE RESTRICT,
    CONSTRAINT stock_items_worthless_when_empty CHECK (available + reserved + damaged > 0 OR value_minor = 0)
) WITH (fillfactor = 60);
CREATE INDEX stock_items_location_idx ON stock_items (location_id, seller_id, id);
CREATE INDEX stock_items_seller_idx ON stock_items (seller_id, id);
COMMENT ON TABLE stock_items IS 'Stock of a variant at a location: the sums of its lots. No index holds a quantity, so that changing one touches no index';
COMMENT ON COLUMN stock_items.seller_id IS 'The location''s, repeated for lists by seller';
COMMENT ON COLUMN stock_items.available IS 'Pieces that can be reserved';
COMMENT ON COLUMN stock_items.reserved IS 'Pieces that active reservations hold';
COMMENT ON COLUMN stock_items.damaged IS 'Pieces that are here but cannot be sold: damaged or expired';
COMMENT ON COLUMN stock_items.value_minor IS 'What all pieces cost, by moving average';
COMMENT ON COLUMN stock_items.last_cost_minor IS 'Cost of a piece in the last receipt; NULL before one named it';
COMMENT ON COLUMN stock_items.low_stock_threshold IS 'An alert is raised when available falls to this; NULL for none';
COMMENT ON COLUMN stock_items.reorder_point IS 'Suggested for reordering when available falls to this; NULL for never';
COMMENT ON COLUMN stock_items.reorder_quantity IS 'How many to order at once; NULL lets recent sales decide';
COMMENT ON COLUMN stock_items.event_seq IS 'Last sequence number of the topic stock_item:<id>';
COMMENT ON COLUMN stock_items.movement_seq IS 'Number of the last movement';

CREATE TABLE stock_lots (
    id          uuid        NOT NULL CONSTRAINT stock_lots_pkey PRIMARY KEY,
    item_id     uuid        NOT NULL CONSTRAINT stock_lots_item_id_fkey REFERENCES stock_items ON DELETE RESTRICT,
    batch       text        NOT NULL CONSTRAINT stock_lots_batch_check CHECK (length(batch) <= 60),
    expires_on  date,
    available   int         NOT NULL DEFAULT 0 CONSTRAINT stock_lots_available_check CHECK (available >= 0),
    reserved    int         NOT NULL DEFAULT 0 CONSTRAINT stock_lots_reserved_check CHECK (reserved >= 0),
    damaged     int         NOT NULL DEFAULT 0 CONSTRAINT stock_lots_damaged_check CHECK (damaged >= 0),
    received_at timestamptz NOT NULL,
    CONSTRAINT stock_lots_batch_key UNIQUE NULLS NOT DISTINCT (item_id, batch, expires_on),
    CONSTRAINT stock_lots_id_item_key UNIQUE (id, item_id)
) WITH (fillfactor = 60);
CREATE INDEX stock_lots_expires_idx ON stock_lots (expires_on) WHERE expires_on IS NOT NULL;
COMMENT ON TABLE stock_lots IS 'Batches of a stock item; changed only under the item''s row lock';
COMMENT ON COLUMN stock_lots.batch IS 'Maker''s batch; empty where goods come without one';
COMMENT ON COLUMN stock_lots.expires_on IS 'Last day on which it may be sold; NULL for goods that keep';
COMMENT ON COLUMN stock_lots.received_at IS 'When the first of it came';

CREATE TABLE stock_movements (
    id              uuid        NOT NULL CONSTRAINT stock_movements_pkey PRIMARY KEY,
    item_id         uuid        NOT NULL,
    lot_id          uuid        NOT NULL,
    sequence        bigint      NOT NULL,
    kind            text        NOT NULL CONSTRAINT stock_movements_kind_check CHECK (kind IN
        ('receive', 'sale', 'return', 'adjustment', 'damage', 'transfer_out', 'transfer_in', 'expiry')),
    quantity        int         NOT NULL,
    damaged         int         NOT NULL,
    value_minor     bigint      NOT NULL,
    on_hand_after   int         NOT NULL CONSTRAINT stock_movements_on_hand_after_check CHECK (on_hand_after >= 0),
    value_after_minor bigint    NOT NULL CONSTRAINT stock_movements_value_after_check CHECK (value_after_minor >= 0),
    reference       text        CONSTRAINT stock_movements_reference_check CHECK (length(reference) BETWEEN 1 AND 100),
    note            text        CONSTRAINT stock_movements_note_check CHECK (length(note) BETWEEN 1 AND 500),
    actor_kind      text        NOT NULL
        CONSTRAINT stock_movements_actor_kind_check CHECK (actor_kind IN ('anonymous', 'account', 'api_key', 'system')),
    actor_id        uuid,
    created_at      timestamptz NOT NULL,
    CONSTRAINT stock_movements_item_sequence_key UNIQUE (item_id, sequence),
    CONSTRAINT stock_movements_lot_fkey FOREIGN KEY (lot_id, item_id)
        REFERENCES stock_lots (id, item_id) ON DELETE RESTRICT,
    CONSTRAINT stock_movements_direction_check CHECK (CASE kind
        WHEN 'receive' THEN quantity > 0 AND damaged >= 0
        WHEN 'return' THEN quantity > 0 AND damaged >= 0
        WHEN 'transfer_in' THEN quantity > 0 AND damaged >= 0
        WHEN 'sale' THEN quantity < 0 AND damaged = 0
        WHEN 'transfer_out' THEN quantity < 0 AND damaged <= 0
        WHEN 'adjustment' THEN quantity <> 0 OR damaged <> 0
        ELSE quantity = 0 AND damaged > 0 END)
);
CREATE INDEX stock_movements_lot_idx ON stock_movements (lot_id, item_id);
CREATE INDEX stock_movements_created_idx ON stock_movements (created_at, id);
CREATE INDEX stock_movements_item_created_idx ON stock_movements (item_id, created_at, sequence);
COMMENT ON TABLE stock_movements IS 'The stock ledger: every change of what is on hand or of its condition; append-only';
COMMENT ON COLUMN stock_movements.sequence IS 'Number within the item, from 1, without gaps';
COMMENT ON COLUMN stock_movements.quantity IS 'Change of the pieces on hand (available, reserved and damaged together)';
COMMENT ON COLUMN stock_movements.damaged IS 'Change of the damaged pieces among them';
COMMENT ON COLUMN stock_movements.value_minor IS 'Change of the item''s value';
COMMENT ON COLUMN stock_movements.on_hand_after IS 'The item''s pieces on hand since then';
COMMENT ON COLUMN stock_movements.value_after_minor IS 'The item''s value since then';
COMMENT ON COLUMN stock_movements.reference IS 'What it was for: an order, a transfer, a delivery note';
CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OR DELETE ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE stock_reservations (
    id          uuid        NOT NULL CONSTRAINT stock_reservations_pkey PRIMARY KEY,
    location_id uuid        NOT NULL,
    seller_id   uuid        NOT NULL,
    owner       text        NOT NULL CONSTRAINT stock_reservations_owner_check CHECK (length(owner) BETWEEN 1 AND 100),
    status      text        NOT NULL CONSTRAINT stock_reservations_status_check
        CHECK (status IN ('active', 'committed', 'released', 'expired')),
    expires_at  timestamptz NOT NULL,
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    closed_at   timestamptz,
    CONSTRAINT stock_reservations_location_fkey FOREIGN KEY (location_id, seller_id)
        REFERENCES locations (id, seller_id) ON DELETE RESTRICT,
    CONSTRAINT stock_reservations_closed_check CHECK ((status = 'active') = (closed_at IS NULL))
);
CREATE INDEX stock_reservations_location_idx ON stock_reservations (location_id, seller_id, id);
CREATE INDEX stock_reservations_seller_idx ON stock_reservations (seller_id, id);
CREATE INDEX stock_reservations_owner_idx ON stock_reservations (owner);
CREATE INDEX stock_reservations_due_idx ON stock_reservations (expires_at) WHERE status = 'active';
COMMENT ON TABLE stock_reservations IS 'Pieces set aside for somebody until an instant';
COMMENT ON COLUMN stock_reservations.owner IS 'For whom: a cart, an order, a person''s remark';
COMMENT ON COLUMN stock_reservations.created_by IS 'Account that asked for it; NULL for API keys and the system';

CREATE TABLE stock_reservation_lots (
    reservation_id uuid NOT NULL
        CONSTRAINT stock_reservation_lots_reservation_id_fkey REFERENCES stock_reservations ON DELETE RESTRICT,
    lot_id         uuid NOT NULL,
    item_id        uuid NOT NULL,
    quantity       int  NOT NULL CONSTRAINT stock_reservation_lots_quantity_check CHECK (quantity > 0),
    CONSTRAINT stock_reservation_lots_pkey PRIMARY KEY (reservation_id, lot_id),
    CONSTRAINT stock_reservation_lots_lot_fkey FOREIGN KEY (lot_id, item_id)
        REFERENCES stock_lots (id, item_id) ON DELETE RESTRICT
);
CREATE INDEX stock_reservation_lots_lot_idx ON stock_reservation_lots (lot_id, item_id);
COMMENT ON TABLE stock_reservation_lots IS 'From which lots a reservation takes, first to expire first';

CREATE TABLE stock_alerts (
    id          uuid        NOT NULL CONSTRAINT stock_alerts_pkey PRIMARY KEY,
    item_id     uuid        NOT NULL CONSTRAINT stock_alerts_item_id_fkey REFERENCES stock_items ON DELETE RESTRICT,
    lot_id      uuid        CONSTRAINT stock_alerts_lot_id_fkey REFERENCES stock_lots ON DELETE RESTRICT,
    kind        text        NOT NULL
        CONSTRAINT stock_alerts_kind_check CHECK (kind IN ('low_stock', 'expiring', 'expired')),
    raised_at   timestamptz NOT NULL,
    resolved_at timestamptz,
    CONSTRAINT stock_alerts_lot_check CHECK ((kind = 'low_stock') = (lot_id IS NULL))
);
CREATE UNIQUE INDEX stock_alerts_open_key ON stock_alerts (item_id, kind, lot_id) NULLS NOT DISTINCT
    WHERE resolved_at IS NULL;
CREATE INDEX stock_alerts_item_idx ON stock_alerts (item_id);
CREATE INDEX stock_alerts_lot_idx ON stock_alerts (lot_id);
CREATE INDEX stock_alerts_raised_idx ON stock_alerts (raised_at, id);
COMMENT ON TABLE stock_alerts IS 'What somebody should look at; at most one open alert of a kind for an item or lot';
COMMENT ON COLUMN stock_alerts.resolved_at IS 'When the reason went away; NULL while it stands';

-- Events of many topics that are read as one stream.
ALTER TABLE outbox ADD COLUMN feed text;
CREATE INDEX outbox_feed_idx ON outbox (feed, feed_seq) WHERE feed IS NOT NULL;
COMMENT ON COLUMN outbox.feed IS 'Wider stream that the event belongs to, read by feed_seq: stock:<location>; NULL for none';
