-- How offers perform, by day: a projection of events. See src/marketplace/performance/mod.rs for their form.
CREATE TABLE offer_performance_days (
    offer_id      uuid   NOT NULL
        CONSTRAINT offer_performance_days_offer_id_fkey REFERENCES offers ON DELETE CASCADE,
    day           date   NOT NULL,
    views         bigint NOT NULL CONSTRAINT offer_performance_days_views_check CHECK (views >= 0),
    carts         bigint NOT NULL CONSTRAINT offer_performance_days_carts_check CHECK (carts >= 0),
    orders        bigint NOT NULL CONSTRAINT offer_performance_days_orders_check CHECK (orders >= 0),
    units         bigint NOT NULL CONSTRAINT offer_performance_days_units_check CHECK (units >= 0),
    revenue_minor bigint NOT NULL CONSTRAINT offer_performance_days_revenue_check CHECK (revenue_minor >= 0),
    returns       bigint NOT NULL CONSTRAINT offer_performance_days_returns_check CHECK (returns >= 0),
    CONSTRAINT offer_performance_days_pkey PRIMARY KEY (offer_id, day)
) WITH (fillfactor = 80);
CREATE INDEX offer_performance_days_day_idx ON offer_performance_days (day, offer_id);
COMMENT ON TABLE offer_performance_days IS 'What happened with an offer on a day in India, counted from events';
COMMENT ON COLUMN offer_performance_days.views IS 'How often it was shown to a shopper';
COMMENT ON COLUMN offer_performance_days.carts IS 'How often it was put into a cart';
COMMENT ON COLUMN offer_performance_days.orders IS 'Orders with it';
COMMENT ON COLUMN offer_performance_days.units IS 'Packs ordered';
COMMENT ON COLUMN offer_performance_days.revenue_minor IS 'What these packs cost the customers, all taxes included, in paise';
COMMENT ON COLUMN offer_performance_days.returns IS 'Packs that came back';

CREATE TABLE projections (
    name          text   NOT NULL CONSTRAINT projections_pkey PRIMARY KEY,
    last_feed_seq bigint NOT NULL CONSTRAINT projections_last_feed_seq_check CHECK (last_feed_seq >= 0)
);
INSERT INTO projections VALUES ('offer_performance', 0);
COMMENT ON TABLE projections IS 'How far each projection has read the events; its row lock makes one node work at a time';
COMMENT ON COLUMN projections.last_feed_seq IS 'Number of the last event that was counted';
