DROP INDEX outbox_feed_idx;
ALTER TABLE outbox DROP COLUMN feed;
DROP TABLE stock_alerts, stock_reservation_lots, stock_reservations, stock_movements, stock_lots, stock_items;
ALTER TABLE locations DROP CONSTRAINT locations_id_seller_key;
