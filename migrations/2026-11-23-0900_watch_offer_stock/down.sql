DELETE FROM projections WHERE name = 'offer_low_stock';
DROP INDEX offers_watched_idx;
DELETE FROM stock_alerts WHERE offer_id IS NOT NULL;
DROP INDEX stock_alerts_offer_idx, stock_alerts_open_offer_key, stock_alerts_open_key;
ALTER TABLE stock_alerts
    DROP CONSTRAINT stock_alerts_kind_check,
    DROP CONSTRAINT stock_alerts_lot_check,
    DROP CONSTRAINT stock_alerts_offer_check,
    DROP COLUMN offer_id;
ALTER TABLE stock_alerts
    ADD CONSTRAINT stock_alerts_kind_check CHECK (kind IN ('low_stock', 'expiring', 'expired')),
    ADD CONSTRAINT stock_alerts_lot_check CHECK ((kind = 'low_stock') = (lot_id IS NULL));
CREATE UNIQUE INDEX stock_alerts_open_key ON stock_alerts (item_id, kind, lot_id) NULLS NOT DISTINCT
    WHERE resolved_at IS NULL;
COMMENT ON COLUMN stock_alerts.item_id IS NULL;
