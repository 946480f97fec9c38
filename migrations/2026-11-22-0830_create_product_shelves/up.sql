-- What shoppers may buy: the one condition. PostgreSQL plans it as a part of the statement that asks.
CREATE FUNCTION buyable_offers(at timestamptz) RETURNS SETOF offers LANGUAGE sql STABLE AS $$
    SELECT offers.* FROM offers
    JOIN sellers ON sellers.id = offers.seller_id
    JOIN product_variants ON product_variants.id = offers.variant_id
    JOIN products ON products.id = product_variants.product_id
    WHERE offers.status = 'live' AND (offers.starts_at IS NULL OR offers.starts_at <= at)
        AND (offers.ends_at IS NULL OR offers.ends_at > at) AND sellers.status = 'active'
        AND product_variants.status = 'active' AND products.status = 'active'
        AND offers.price_minor <= product_variants.mrp_minor
$$;
COMMENT ON FUNCTION buyable_offers IS
    'Offers that are live, within their window, of active sellers, for active variants of active products, not above the MRP';

-- Lists of products are narrowed and sorted by their offers: one lean row per product with a live offer.
CREATE TABLE product_shelves (
    product_id  uuid    NOT NULL CONSTRAINT product_shelves_pkey PRIMARY KEY
        CONSTRAINT product_shelves_product_id_fkey REFERENCES products ON DELETE CASCADE,
    price_minor bigint  CONSTRAINT product_shelves_price_minor_check CHECK (price_minor > 0),
    seller_ids  uuid[]  NOT NULL,
    in_stock    boolean NOT NULL,
    changes_at  timestamptz,
    CONSTRAINT product_shelves_offered_check CHECK (
        (price_minor IS NULL) = (cardinality(seller_ids) = 0) AND (price_minor IS NOT NULL OR NOT in_stock))
) WITH (fillfactor = 80);
CREATE INDEX product_shelves_price_idx ON product_shelves (price_minor, product_id) WHERE price_minor IS NOT NULL;
CREATE INDEX product_shelves_seller_ids_idx ON product_shelves USING gin (seller_ids);
CREATE INDEX product_shelves_changes_idx ON product_shelves (changes_at) WHERE changes_at IS NOT NULL;
COMMENT ON TABLE product_shelves IS
    'What of a product can be bought, for lists; follows the offers within a second. What is shown is read from the offers';
COMMENT ON COLUMN product_shelves.price_minor IS 'Price of the cheapest buyable offer, in paise; NULL while none can be bought';
COMMENT ON COLUMN product_shelves.seller_ids IS 'Sellers with a buyable offer';
COMMENT ON COLUMN product_shelves.in_stock IS 'Whether one of them has some where it can be sent from';
COMMENT ON COLUMN product_shelves.changes_at IS 'When the window of a live offer opens or closes next';

-- Without a key of its own for a product and without a foreign key: writers must never wait for each other here.
CREATE TABLE product_shelf_queue (
    id         bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT product_shelf_queue_pkey PRIMARY KEY,
    product_id uuid   NOT NULL
);
COMMENT ON TABLE product_shelf_queue IS 'Products whose shelf has to be looked at again; written by triggers only';

CREATE FUNCTION queue_shelves_of_new_offers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id)
    SELECT DISTINCT variants.product_id FROM new_rows
    JOIN product_variants variants ON variants.id = new_rows.variant_id WHERE new_rows.status = 'live';
    RETURN NULL;
END $$;
CREATE TRIGGER offers_queue_new AFTER INSERT ON offers REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION queue_shelves_of_new_offers();

CREATE FUNCTION queue_shelves_of_changed_offers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id)
    SELECT DISTINCT variants.product_id FROM new_rows
    JOIN old_rows ON old_rows.id = new_rows.id
    JOIN product_variants variants ON variants.id = new_rows.variant_id
    WHERE 'live' IN (old_rows.status, new_rows.status)
        AND (old_rows.status, old_rows.price_minor, old_rows.starts_at, old_rows.ends_at)
            IS DISTINCT FROM (new_rows.status, new_rows.price_minor, new_rows.starts_at, new_rows.ends_at);
    RETURN NULL;
END $$;
CREATE TRIGGER offers_queue_changed AFTER UPDATE ON offers REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION queue_shelves_of_changed_offers();

CREATE FUNCTION queue_shelves_of_gone_offers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id)
    SELECT DISTINCT variants.product_id FROM old_rows
    JOIN product_variants variants ON variants.id = old_rows.variant_id WHERE old_rows.status = 'live';
    RETURN NULL;
END $$;
CREATE TRIGGER offers_queue_gone AFTER DELETE ON offers REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION queue_shelves_of_gone_offers();

CREATE FUNCTION queue_shelves_of_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id)
    SELECT DISTINCT variants.product_id FROM offers
    JOIN product_variants variants ON variants.id = offers.variant_id
    WHERE offers.seller_id = NEW.id AND offers.status = 'live';
    RETURN NULL;
END $$;
CREATE TRIGGER sellers_queue_shelves AFTER UPDATE OF status ON sellers FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION queue_shelves_of_seller();

CREATE FUNCTION queue_shelf_of_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER products_queue_shelf AFTER UPDATE OF status ON products FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION queue_shelf_of_product();

CREATE FUNCTION queue_shelf_of_variant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id)
    SELECT NEW.product_id WHERE EXISTS (SELECT FROM offers WHERE variant_id = NEW.id AND status = 'live');
    RETURN NULL;
END $$;
CREATE TRIGGER product_variants_queue_shelf AFTER UPDATE OF status, mrp_minor ON product_variants FOR EACH ROW
    WHEN (OLD.status <> NEW.status OR OLD.mrp_minor IS DISTINCT FROM NEW.mrp_minor)
    EXECUTE FUNCTION queue_shelf_of_variant();

-- Stock counts only where it comes to nothing or to something: other changes write nothing here.
CREATE FUNCTION queue_shelf_of_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id) SELECT product_id FROM product_variants WHERE id = NEW.variant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER stock_items_queue_new AFTER INSERT ON stock_items FOR EACH ROW
    WHEN (NEW.available > 0) EXECUTE FUNCTION queue_shelf_of_stock();
CREATE TRIGGER stock_items_queue_changed AFTER UPDATE OF available ON stock_items FOR EACH ROW
    WHEN ((OLD.available > 0) <> (NEW.available > 0)) EXECUTE FUNCTION queue_shelf_of_stock();

CREATE FUNCTION queue_shelves_of_location() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO product_shelf_queue (product_id)
    SELECT DISTINCT variants.product_id FROM stock_items
    JOIN product_variants variants ON variants.id = stock_items.variant_id
    WHERE stock_items.location_id = NEW.id AND stock_items.available > 0;
    RETURN NULL;
END $$;
CREATE TRIGGER stores_queue_shelves AFTER UPDATE OF status ON stores FOR EACH ROW
    WHEN ((OLD.status = 'active') <> (NEW.status = 'active')) EXECUTE FUNCTION queue_shelves_of_location();
CREATE TRIGGER warehouses_queue_shelves AFTER UPDATE OF status ON warehouses FOR EACH ROW
    WHEN ((OLD.status = 'active') <> (NEW.status = 'active')) EXECUTE FUNCTION queue_shelves_of_location();

INSERT INTO product_shelf_queue (product_id)
SELECT DISTINCT variants.product_id FROM offers JOIN product_variants variants ON variants.id = offers.variant_id
WHERE offers.status = 'live';
