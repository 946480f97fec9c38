-- Alerts about offers: what can be sold of an offer, over all locations of its seller, has fallen to its threshold.
ALTER TABLE stock_alerts
    ADD COLUMN offer_id uuid CONSTRAINT stock_alerts_offer_id_fkey REFERENCES offers ON DELETE RESTRICT,
    DROP CONSTRAINT stock_alerts_kind_check,
    DROP CONSTRAINT stock_alerts_lot_check;
ALTER TABLE stock_alerts
    ADD CONSTRAINT stock_alerts_kind_check
        CHECK (kind IN ('low_stock', 'expiring', 'expired', 'offer_low_stock')),
    ADD CONSTRAINT stock_alerts_lot_check CHECK ((kind IN ('expiring', 'expired')) = (lot_id IS NOT NULL)),
    ADD CONSTRAINT stock_alerts_offer_check CHECK ((kind = 'offer_low_stock') = (offer_id IS NOT NULL));
DROP INDEX stock_alerts_open_key;
CREATE UNIQUE INDEX stock_alerts_open_key ON stock_alerts (item_id, kind, lot_id) NULLS NOT DISTINCT
    WHERE resolved_at IS NULL AND offer_id IS NULL;
CREATE UNIQUE INDEX stock_alerts_open_offer_key ON stock_alerts (offer_id) WHERE resolved_at IS NULL;
CREATE INDEX stock_alerts_offer_idx ON stock_alerts (offer_id);
COMMENT ON COLUMN stock_alerts.item_id IS 'The item that it is about; of an offer''s alert, the item whose change brought it about';
COMMENT ON COLUMN stock_alerts.offer_id IS 'The offer that it is about; NULL where it is about an item or a lot';

CREATE INDEX offers_watched_idx ON offers (id) WHERE status = 'live' AND low_stock_threshold IS NOT NULL;

INSERT INTO projections VALUES ('offer_low_stock', 0);
