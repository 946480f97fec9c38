-- Stock that can be sent from where it lies.
CREATE VIEW sendable_stock AS
    SELECT stock_items.* FROM stock_items
    WHERE stock_items.available > 0
        AND (EXISTS (SELECT FROM stores WHERE stores.id = stock_items.location_id AND stores.status = 'active')
            OR EXISTS (SELECT FROM warehouses WHERE warehouses.id = stock_items.location_id AND warehouses.status = 'active'));
COMMENT ON VIEW sendable_stock IS 'Stock items of active stores and warehouses of which some is available';

-- Planned once for each connection, and asked for one product after the other, in the order of the list: written into
-- the list's own statement, the planner would look at all offers first.
CREATE FUNCTION is_offered(
    product uuid, at timestamptz, sellers uuid[], stocked boolean, price_min bigint, price_max bigint
) RETURNS boolean LANGUAGE plpgsql STABLE COST 1000 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF price_min IS NULL AND price_max IS NULL THEN
        RETURN EXISTS (
            SELECT FROM product_variants JOIN buyable_offers(at) AS offers ON offers.variant_id = product_variants.id
            WHERE product_variants.product_id = product AND (sellers IS NULL OR offers.seller_id = ANY (sellers))
                AND (stocked IS NULL OR stocked = EXISTS (SELECT FROM sendable_stock
                    WHERE sendable_stock.variant_id = offers.variant_id AND sendable_stock.seller_id = offers.seller_id)));
    END IF;
    RETURN (
        SELECT min(offers.price_minor)
        FROM product_variants JOIN buyable_offers(at) AS offers ON offers.variant_id = product_variants.id
        WHERE product_variants.product_id = product AND (sellers IS NULL OR offers.seller_id = ANY (sellers))
            AND (stocked IS NULL OR stocked = EXISTS (SELECT FROM sendable_stock
                WHERE sendable_stock.variant_id = offers.variant_id AND sendable_stock.seller_id = offers.seller_id))
    ) BETWEEN coalesce(price_min, 0) AND coalesce(price_max, 9223372036854775807);
END $$;
COMMENT ON FUNCTION is_offered IS
    'Whether a product has a buyable offer of one of the sellers, in stock or not, of which the cheapest costs so much';
