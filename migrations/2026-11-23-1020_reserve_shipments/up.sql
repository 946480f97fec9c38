-- Orders hold their pieces until sales decides: no clock of the stock's own may take them from a paid order.
ALTER TABLE stock_reservations ALTER COLUMN expires_at DROP NOT NULL;
COMMENT ON COLUMN stock_reservations.expires_at IS
    'When its pieces are given back; NULL for an order''s, which are held until the order ends them';

-- Several locations in one call. All items are locked before the first is touched, in the order of their IDs over all
-- locations, so that orders which cross never wait for each other in a circle.
CREATE FUNCTION reserve_shipments(
    new_ids uuid[],
    new_location_ids uuid[],
    new_seller_ids uuid[],
    new_owner text,
    new_created_by uuid,
    new_created_at timestamptz,
    line_shipments integer[],
    variants uuid[],
    quantities integer[],
    today date,
    event_kind text,
    event_feeds text[]
) RETURNS TABLE (shipment integer, line bigint, item_id uuid, picked integer, turned_low boolean)
LANGUAGE plpgsql
-- As for reserve_stock.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM unnest(line_shipments, variants) AS given (shipment, variant_id)
      JOIN stock_items item
        ON item.variant_id = given.variant_id AND item.location_id = new_location_ids[given.shipment]
     ORDER BY item.id FOR NO KEY UPDATE OF item;

    FOR at IN 1 .. cardinality(new_ids) LOOP
        RETURN QUERY
        SELECT at, found.line, found.item_id, found.picked, found.turned_low
          FROM reserve_stock(
                   new_ids[at], new_location_ids[at], new_seller_ids[at], new_owner, NULL, new_created_by, new_created_at,
                   (SELECT array_agg(given.variant_id ORDER BY given.n)
                      FROM unnest(line_shipments, variants) WITH ORDINALITY AS given (shipment, variant_id, n)
                     WHERE given.shipment = at),
                   (SELECT array_agg(given.quantity ORDER BY given.n)
                      FROM unnest(line_shipments, quantities) WITH ORDINALITY AS given (shipment, quantity, n)
                     WHERE given.shipment = at),
                   today, event_kind, event_feeds[at]) AS found;
    END LOOP;
END
$$;

COMMENT ON FUNCTION reserve_shipments IS
    'Sets pieces aside at several locations, each shipment whole or not at all; its lines each name another variant';
