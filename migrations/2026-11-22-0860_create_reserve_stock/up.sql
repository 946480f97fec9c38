-- One call of the server instead of two statements: between them every buyer of the same goods had to wait for the way
-- to the server and back.
CREATE FUNCTION reserve_stock(
    new_id uuid,
    new_location_id uuid,
    new_seller_id uuid,
    new_owner text,
    new_expires_at timestamptz,
    new_created_by uuid,
    new_created_at timestamptz,
    variants uuid[],
    quantities integer[],
    today date,
    event_kind text,
    event_feed text
) RETURNS TABLE (line bigint, item_id uuid, picked integer, turned_low boolean)
LANGUAGE plpgsql
-- Planned once for each connection instead of once for each call, which took longer than the work; for the size of a
-- shop, not of the few rows that it has on its first day.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
    -- In the order in which everybody locks items. The next statement sees what others have committed meanwhile.
    PERFORM 1 FROM stock_items
     WHERE location_id = new_location_id AND variant_id = ANY (variants)
     ORDER BY id FOR NO KEY UPDATE;

    RETURN QUERY
    WITH wanted AS (
        SELECT given.line, item.id AS item_id, given.quantity
          FROM unnest(variants, quantities) WITH ORDINALITY AS given (variant_id, quantity, line)
          LEFT JOIN stock_items item ON item.variant_id = given.variant_id AND item.location_id = new_location_id
    ), queue AS (
        -- Lots in the order in which they go; `before` is what goes ahead of each.
        SELECT lot.id, lot.item_id, lot.available, wanted.quantity,
               sum(lot.available) OVER (PARTITION BY lot.item_id ORDER BY lot.expires_on, lot.received_at, lot.id)
                   - lot.available AS before
          FROM wanted JOIN stock_lots lot ON lot.item_id = wanted.item_id
         WHERE lot.available > 0 AND (lot.expires_on IS NULL OR lot.expires_on >= today)
    ), picks AS (
        SELECT id, item_id, least(available, quantity - before)::integer AS quantity FROM queue WHERE before < quantity
    ), found AS (
        SELECT wanted.line, wanted.item_id, wanted.quantity, coalesce(sum(picks.quantity), 0)::integer AS picked
          FROM wanted LEFT JOIN picks ON picks.item_id = wanted.item_id GROUP BY 1, 2, 3
    ), whole AS (
        SELECT FROM found HAVING bool_and(found.picked = found.quantity)
    ), lots AS (
        UPDATE stock_lots lot
           SET available = lot.available - picks.quantity, reserved = lot.reserved + picks.quantity
          FROM picks, whole WHERE lot.id = picks.id
    ), items AS (
        UPDATE stock_items item
           SET available = item.available - found.quantity, reserved = item.reserved + found.quantity,
               event_seq = item.event_seq + 1, updated_at = greatest(item.updated_at, new_created_at)
          FROM found, whole WHERE item.id = found.item_id RETURNING item.*
    ), reservation AS (
        INSERT INTO stock_reservations
               (id, location_id, seller_id, owner, status, expires_at, created_by, created_at)
        SELECT new_id, new_location_id, new_seller_id, new_owner, 'active', new_expires_at, new_created_by, new_created_at
          FROM whole
    ), kept AS (
        INSERT INTO stock_reservation_lots (reservation_id, lot_id, item_id, quantity)
        SELECT new_id, picks.id, picks.item_id, picks.quantity FROM picks, whole
    ), told AS (
        INSERT INTO outbox (id, topic, sequence, kind, payload, created_at, feed)
        SELECT gen_random_uuid(), 'stock_item:' || id, event_seq, event_kind,
               jsonb_build_object('item', id, 'location', location_id, 'variant', variant_id,
                   'available', available, 'reserved', reserved, 'damaged', damaged),
               updated_at, event_feed
          FROM items
    )
    SELECT found.line, found.item_id, found.picked,
           coalesce(items.available <= items.low_stock_threshold
               AND items.available + found.quantity > items.low_stock_threshold, FALSE)
      FROM found LEFT JOIN items ON items.id = found.item_id
     ORDER BY found.line;
END
$$;

COMMENT ON FUNCTION reserve_stock IS
    'Sets pieces aside for a new reservation, all lines or none, first to expire first; each variant stands in one line';
