CREATE TABLE stock_counts (
    id          uuid        NOT NULL CONSTRAINT stock_counts_pkey PRIMARY KEY,
    location_id uuid        NOT NULL,
    seller_id   uuid        NOT NULL,
    status      text        NOT NULL
        CONSTRAINT stock_counts_status_check CHECK (status IN ('open', 'posted', 'cancelled')),
    note        text        CONSTRAINT stock_counts_note_check CHECK (length(note) BETWEEN 1 AND 500),
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    closed_at   timestamptz,
    CONSTRAINT stock_counts_location_fkey FOREIGN KEY (location_id, seller_id)
        REFERENCES locations (id, seller_id) ON DELETE RESTRICT,
    CONSTRAINT stock_counts_closed_check CHECK ((status = 'open') = (closed_at IS NULL))
);
CREATE INDEX stock_counts_location_idx ON stock_counts (location_id, seller_id, id);
CREATE INDEX stock_counts_seller_idx ON stock_counts (seller_id, id);
COMMENT ON TABLE stock_counts IS 'Counts of what lies on the shelves, a part of them at a time';
COMMENT ON COLUMN stock_counts.created_by IS 'Account that opened it; NULL for API keys';

CREATE TABLE stock_count_lines (
    count_id         uuid        NOT NULL CONSTRAINT stock_count_lines_count_id_fkey REFERENCES stock_counts ON DELETE CASCADE,
    lot_id           uuid        NOT NULL,
    item_id          uuid        NOT NULL,
    expected         int         NOT NULL CONSTRAINT stock_count_lines_expected_check CHECK (expected >= 0),
    expected_damaged int         NOT NULL
        CONSTRAINT stock_count_lines_expected_damaged_check CHECK (expected_damaged >= 0),
    counted          int         NOT NULL CONSTRAINT stock_count_lines_counted_check CHECK (counted >= 0),
    counted_damaged  int         NOT NULL
        CONSTRAINT stock_count_lines_counted_damaged_check CHECK (counted_damaged >= 0),
    counted_by       uuid,
    counted_at       timestamptz NOT NULL,
    CONSTRAINT stock_count_lines_pkey PRIMARY KEY (count_id, lot_id),
    CONSTRAINT stock_count_lines_lot_fkey FOREIGN KEY (lot_id, item_id)
        REFERENCES stock_lots (id, item_id) ON DELETE RESTRICT
);
CREATE INDEX stock_count_lines_lot_idx ON stock_count_lines (lot_id, item_id);
COMMENT ON TABLE stock_count_lines IS 'What was counted of a lot, beside what the books said at that moment';
COMMENT ON COLUMN stock_count_lines.expected IS 'Sound pieces by the books: available and reserved';
COMMENT ON COLUMN stock_count_lines.counted IS 'Sound pieces on the shelf';
