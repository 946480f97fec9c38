-- What was bought: an order, its parts by seller and origin, their lines. Money is in paise with all taxes, and every
-- column of an order is the sum of its parts', every part's the sum of its lines'.
CREATE TABLE orders (
    id                    uuid        NOT NULL CONSTRAINT orders_pkey PRIMARY KEY,
    number                text        NOT NULL CONSTRAINT orders_number_key UNIQUE
        CONSTRAINT orders_number_check CHECK (number ~ '^FV-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$'),
    account_id            uuid        NOT NULL CONSTRAINT orders_account_id_fkey REFERENCES accounts ON DELETE RESTRICT,
    cart_id               uuid        NOT NULL CONSTRAINT orders_cart_id_fkey REFERENCES carts ON DELETE RESTRICT,
    payment_intent_id     uuid        NOT NULL CONSTRAINT orders_payment_intent_id_key UNIQUE
        CONSTRAINT orders_payment_intent_id_fkey REFERENCES payment_intents ON DELETE RESTRICT,
    email                 text        NOT NULL,
    business_name         text,
    gstin                 text        CONSTRAINT orders_gstin_check CHECK (length(gstin) = 15),
    purchase_order        text        CONSTRAINT orders_purchase_order_check CHECK (length(purchase_order) BETWEEN 1 AND 64),
    deliver_at            timestamptz NOT NULL,
    subtotal_minor        bigint      NOT NULL,
    discount_minor        bigint      NOT NULL,
    delivery_minor        bigint      NOT NULL,
    taxable_minor         bigint      NOT NULL,
    cgst_minor            bigint      NOT NULL,
    sgst_minor            bigint      NOT NULL,
    utgst_minor           bigint      NOT NULL,
    igst_minor            bigint      NOT NULL,
    cess_minor            bigint      NOT NULL,
    total_minor           bigint      NOT NULL,
    expires_at            timestamptz,
    placed_at             timestamptz,
    expired_at            timestamptz,
    cancelled_at          timestamptz,
    event_seq             bigint      NOT NULL DEFAULT 0,
    version               int         NOT NULL DEFAULT 1,
    created_at            timestamptz NOT NULL,
    updated_at            timestamptz NOT NULL,
    CONSTRAINT orders_cart_id_key UNIQUE (cart_id),
    CONSTRAINT orders_amounts_check CHECK (
        least(subtotal_minor, delivery_minor, taxable_minor, cgst_minor, sgst_minor, utgst_minor, igst_minor, cess_minor) >= 0
        AND discount_minor BETWEEN 0 AND subtotal_minor),
    CONSTRAINT orders_total_check CHECK (total_minor = subtotal_minor - discount_minor + delivery_minor),
    CONSTRAINT orders_tax_check CHECK (
        total_minor = taxable_minor + cgst_minor + sgst_minor + utgst_minor + igst_minor + cess_minor),
    CONSTRAINT orders_buyer_check CHECK (purchase_order IS NULL OR gstin IS NOT NULL),
    CONSTRAINT orders_waiting_check CHECK (placed_at IS NOT NULL OR cancelled_at IS NOT NULL OR expires_at IS NOT NULL),
    CONSTRAINT orders_expired_check CHECK (expired_at IS NULL OR placed_at IS NOT NULL OR cancelled_at IS NOT NULL)
) WITH (fillfactor = 80);
CREATE INDEX orders_account_id_idx ON orders (account_id, created_at, id);
CREATE INDEX orders_created_idx ON orders (created_at, id);
CREATE INDEX orders_email_idx ON orders (email);
CREATE INDEX orders_waiting_idx ON orders (expires_at) WHERE placed_at IS NULL AND cancelled_at IS NULL;
COMMENT ON TABLE orders IS
    'What a customer bought with one payment; where it stands is derived from its sub-orders and never stored';
COMMENT ON COLUMN orders.number IS 'What people say and type: seven random characters and a check character';
COMMENT ON COLUMN orders.cart_id IS 'The cart that became it';
COMMENT ON COLUMN orders.payment_intent_id IS 'What is to be paid for it';
COMMENT ON COLUMN orders.email IS 'The customer''s mail address at that time';
COMMENT ON COLUMN orders.gstin IS 'The buyer''s GST number, for tax invoices to businesses';
COMMENT ON COLUMN orders.purchase_order IS 'The buyer''s own reference';
COMMENT ON COLUMN orders.deliver_at IS 'The instant of delivery that was asked for';
COMMENT ON COLUMN orders.subtotal_minor IS 'Goods before coupons, in paise with all taxes';
COMMENT ON COLUMN orders.delivery_minor IS 'What is paid for delivery, coupons for free delivery taken off';
COMMENT ON COLUMN orders.expires_at IS 'Until when it waits for its payment; NULL where none is waited for';
COMMENT ON COLUMN orders.placed_at IS 'When its payment was certain and its sellers were told';
COMMENT ON COLUMN orders.expired_at IS 'When it was cancelled since nobody paid; kept when a late payment revived it';
COMMENT ON COLUMN orders.cancelled_at IS 'When the last of it was cancelled';
COMMENT ON COLUMN orders.event_seq IS 'Counts its events, taken under the row''s lock';
COMMENT ON COLUMN orders.version IS 'Counts the writes, for optimistic locking';

CREATE TABLE order_addresses (
    order_id              uuid NOT NULL CONSTRAINT order_addresses_pkey PRIMARY KEY
        CONSTRAINT order_addresses_order_id_fkey REFERENCES orders ON DELETE RESTRICT,
    contact_name          text NOT NULL,
    phone                 text NOT NULL,
    alternate_phone       text,
    line1                 text NOT NULL,
    line2                 text NOT NULL,
    landmark              text NOT NULL,
    city                  text NOT NULL,
    state_code            text NOT NULL,
    pincode               text NOT NULL,
    latitude              numeric(9,6),
    longitude             numeric(9,6),
    delivery_instructions text NOT NULL
);
CREATE INDEX order_addresses_phone_idx ON order_addresses (phone);
CREATE INDEX order_addresses_pincode_idx ON order_addresses (pincode);
COMMENT ON TABLE order_addresses IS 'Where orders go: the customer''s address as it stood at the time of sale; append-only';
COMMENT ON COLUMN order_addresses.state_code IS 'GST code of the state, the place of supply';
CREATE TRIGGER order_addresses_append_only BEFORE UPDATE OR DELETE ON order_addresses
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE sub_orders (
    id                               uuid        NOT NULL CONSTRAINT sub_orders_pkey PRIMARY KEY,
    order_id                         uuid        NOT NULL
        CONSTRAINT sub_orders_order_id_fkey REFERENCES orders ON DELETE RESTRICT,
    number                           text        NOT NULL CONSTRAINT sub_orders_number_key UNIQUE,
    seller_id                        uuid        NOT NULL,
    location_id                      uuid        NOT NULL,
    origin_state_code                text        NOT NULL,
    tax_heads                        text        NOT NULL
        CONSTRAINT sub_orders_tax_heads_check CHECK (tax_heads IN ('cgst_sgst', 'cgst_utgst', 'igst', 'none')),
    status                           text        NOT NULL CONSTRAINT sub_orders_status_check CHECK (status IN
        ('awaiting_payment', 'placed', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled')),
    reservation_id                   uuid        NOT NULL
        CONSTRAINT sub_orders_reservation_id_fkey REFERENCES stock_reservations DEFERRABLE INITIALLY DEFERRED,
    subtotal_minor                   bigint      NOT NULL,
    discount_minor                   bigint      NOT NULL,
    delivery_fee_minor               bigint      NOT NULL,
    delivery_discount_minor          bigint      NOT NULL,
    delivery_minor                   bigint      NOT NULL,
    taxable_minor                    bigint      NOT NULL,
    cgst_minor                       bigint      NOT NULL,
    sgst_minor                       bigint      NOT NULL,
    utgst_minor                      bigint      NOT NULL,
    igst_minor                       bigint      NOT NULL,
    cess_minor                       bigint      NOT NULL,
    total_minor                      bigint      NOT NULL,
    refunded_minor                   bigint      NOT NULL DEFAULT 0,
    promised_at                      timestamptz NOT NULL,
    placed_at                        timestamptz,
    confirm_by                       timestamptz,
    cancelled_at                     timestamptz,
    event_seq                        bigint      NOT NULL DEFAULT 0,
    version                          int         NOT NULL DEFAULT 1,
    created_at                       timestamptz NOT NULL,
    updated_at                       timestamptz NOT NULL,
    CONSTRAINT sub_orders_origin_key UNIQUE (order_id, seller_id, location_id),
    CONSTRAINT sub_orders_reservation_id_key UNIQUE (reservation_id),
    CONSTRAINT sub_orders_location_fkey FOREIGN KEY (location_id, seller_id)
        REFERENCES locations (id, seller_id) ON DELETE RESTRICT,
    CONSTRAINT sub_orders_amounts_check CHECK (
        least(subtotal_minor, delivery_minor, taxable_minor, cgst_minor, sgst_minor, utgst_minor, igst_minor, cess_minor) >= 0
        AND discount_minor BETWEEN 0 AND subtotal_minor AND delivery_discount_minor BETWEEN 0 AND delivery_fee_minor),
    CONSTRAINT sub_orders_delivery_check CHECK (delivery_minor = delivery_fee_minor - delivery_discount_minor),
    CONSTRAINT sub_orders_total_check CHECK (total_minor = subtotal_minor - discount_minor + delivery_minor),
    CONSTRAINT sub_orders_tax_check CHECK (
        total_minor = taxable_minor + cgst_minor + sgst_minor + utgst_minor + igst_minor + cess_minor),
    CONSTRAINT sub_orders_refunded_check CHECK (refunded_minor BETWEEN 0 AND total_minor),
    CONSTRAINT sub_orders_placed_check CHECK (
        status IN ('awaiting_payment', 'cancelled') OR (placed_at IS NOT NULL AND confirm_by IS NOT NULL)),
    CONSTRAINT sub_orders_cancelled_check CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX sub_orders_seller_idx ON sub_orders (seller_id, created_at, id);
CREATE INDEX sub_orders_seller_status_idx ON sub_orders (seller_id, status);
CREATE INDEX sub_orders_location_idx ON sub_orders (location_id, seller_id, created_at, id);
CREATE INDEX sub_orders_created_idx ON sub_orders (created_at, id);
CREATE INDEX sub_orders_confirm_idx ON sub_orders (confirm_by) WHERE status = 'placed';
COMMENT ON TABLE sub_orders IS 'The part of an order that one seller sends from one location';
COMMENT ON COLUMN sub_orders.number IS 'The order''s number, a hyphen, and which of its parts it is';
COMMENT ON COLUMN sub_orders.origin_state_code IS 'GST code of the state from which it is supplied';
COMMENT ON COLUMN sub_orders.tax_heads IS 'Which heads of tax it bears, by origin and place of delivery at the time of sale';
COMMENT ON COLUMN sub_orders.reservation_id IS 'The pieces that are set aside for it; another one after a late payment';
COMMENT ON COLUMN sub_orders.delivery_fee_minor IS 'What the location asks for delivery';
COMMENT ON COLUMN sub_orders.delivery_discount_minor IS 'What coupons for free delivery take off that';
COMMENT ON COLUMN sub_orders.refunded_minor IS 'What was given back of it, or need not be paid any more';
COMMENT ON COLUMN sub_orders.promised_at IS 'When it is to be at the door';
COMMENT ON COLUMN sub_orders.placed_at IS 'When the seller was told; NULL while the payment is not certain, and the seller sees nothing of it';
COMMENT ON COLUMN sub_orders.confirm_by IS 'Until when the seller has to confirm it';
COMMENT ON COLUMN sub_orders.event_seq IS 'Counts its events, taken under the row''s lock';

CREATE TABLE order_lines (
    id                     uuid   NOT NULL CONSTRAINT order_lines_pkey PRIMARY KEY,
    sub_order_id           uuid   NOT NULL
        CONSTRAINT order_lines_sub_order_id_fkey REFERENCES sub_orders ON DELETE RESTRICT,
    offer_id               uuid   NOT NULL CONSTRAINT order_lines_offer_id_fkey REFERENCES offers ON DELETE RESTRICT,
    variant_id             uuid   NOT NULL
        CONSTRAINT order_lines_variant_id_fkey REFERENCES product_variants ON DELETE RESTRICT,
    product_name           text   NOT NULL,
    variant_name           text   NOT NULL,
    sku                    text   NOT NULL,
    seller_sku             text   NOT NULL,
    hsn_code               text,
    mrp_minor              bigint CONSTRAINT order_lines_mrp_minor_check CHECK (mrp_minor > 0),
    unit_price_minor       bigint NOT NULL CONSTRAINT order_lines_unit_price_minor_check CHECK (unit_price_minor > 0),
    quantity               int    NOT NULL CONSTRAINT order_lines_quantity_check CHECK (quantity BETWEEN 1 AND 10000),
    amount_minor           bigint NOT NULL,
    discount_minor         bigint NOT NULL,
    delivery_minor         bigint NOT NULL,
    gst_bp                 int    NOT NULL,
    cess_bp                int    NOT NULL,
    goods_taxable_minor    bigint NOT NULL,
    goods_cgst_minor       bigint NOT NULL,
    goods_sgst_minor       bigint NOT NULL,
    goods_utgst_minor      bigint NOT NULL,
    goods_igst_minor       bigint NOT NULL,
    goods_cess_minor       bigint NOT NULL,
    delivery_taxable_minor bigint NOT NULL,
    delivery_cgst_minor    bigint NOT NULL,
    delivery_sgst_minor    bigint NOT NULL,
    delivery_utgst_minor   bigint NOT NULL,
    delivery_igst_minor    bigint NOT NULL,
    delivery_cess_minor    bigint NOT NULL,
    quantity_cancelled     int    NOT NULL DEFAULT 0,
    quantity_shipped       int    NOT NULL DEFAULT 0,
    quantity_returned      int    NOT NULL DEFAULT 0,
    CONSTRAINT order_lines_amount_check CHECK (amount_minor = unit_price_minor * quantity),
    CONSTRAINT order_lines_discount_check CHECK (discount_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT order_lines_goods_check CHECK (
        least(goods_taxable_minor, goods_cgst_minor, goods_sgst_minor, goods_utgst_minor, goods_igst_minor, goods_cess_minor) >= 0
        AND amount_minor - discount_minor = goods_taxable_minor + goods_cgst_minor + goods_sgst_minor + goods_utgst_minor
            + goods_igst_minor + goods_cess_minor),
    CONSTRAINT order_lines_delivery_check CHECK (
        least(delivery_taxable_minor, delivery_cgst_minor, delivery_sgst_minor, delivery_utgst_minor, delivery_igst_minor,
            delivery_cess_minor) >= 0
        AND delivery_minor = delivery_taxable_minor + delivery_cgst_minor + delivery_sgst_minor + delivery_utgst_minor
            + delivery_igst_minor + delivery_cess_minor),
    CONSTRAINT order_lines_heads_check CHECK (
        goods_igst_minor + delivery_igst_minor = 0
        OR goods_cgst_minor + goods_sgst_minor + goods_utgst_minor + delivery_cgst_minor + delivery_sgst_minor
            + delivery_utgst_minor = 0),
    CONSTRAINT order_lines_fate_check CHECK (
        least(quantity_cancelled, quantity_shipped, quantity_returned) >= 0
        AND quantity_cancelled + quantity_shipped <= quantity AND quantity_returned <= quantity_shipped)
) WITH (fillfactor = 80);
CREATE INDEX order_lines_sub_order_id_idx ON order_lines (sub_order_id, id);
CREATE INDEX order_lines_offer_id_idx ON order_lines (offer_id);
CREATE INDEX order_lines_variant_id_idx ON order_lines (variant_id);
COMMENT ON TABLE order_lines IS 'What was sold, as it stood at that time: names, prices and taxes do not change any more';
COMMENT ON COLUMN order_lines.sku IS 'The catalogue''s';
COMMENT ON COLUMN order_lines.seller_sku IS 'The seller''s own';
COMMENT ON COLUMN order_lines.mrp_minor IS 'Maximum retail price of a pack, in paise';
COMMENT ON COLUMN order_lines.unit_price_minor IS 'What a pack costs with all taxes, in paise';
COMMENT ON COLUMN order_lines.discount_minor IS 'Its part of what coupons take off the goods';
COMMENT ON COLUMN order_lines.delivery_minor IS 'Its part of what is paid for delivery';
COMMENT ON COLUMN order_lines.gst_bp IS 'GST in force at the time of sale, in basis points';
COMMENT ON COLUMN order_lines.goods_taxable_minor IS 'What is paid for the goods without its taxes';
COMMENT ON COLUMN order_lines.delivery_taxable_minor IS 'Its part of the delivery without its taxes';
COMMENT ON COLUMN order_lines.quantity_cancelled IS 'Packs that will not be sent';
COMMENT ON COLUMN order_lines.quantity_shipped IS 'Packs that left';
COMMENT ON COLUMN order_lines.quantity_returned IS 'Packs that came back';

CREATE TABLE sub_order_terms (
    sub_order_id                     uuid   NOT NULL CONSTRAINT sub_order_terms_pkey PRIMARY KEY
        CONSTRAINT sub_order_terms_sub_order_id_fkey REFERENCES sub_orders ON DELETE RESTRICT,
    platform_discount_minor          bigint NOT NULL,
    platform_delivery_discount_minor bigint NOT NULL,
    commission_minor                 bigint NOT NULL,
    CONSTRAINT sub_order_terms_amounts_check CHECK (
        least(platform_discount_minor, platform_delivery_discount_minor, commission_minor) >= 0)
);
COMMENT ON TABLE sub_order_terms IS 'What is between FreshVilla and the seller of a sub-order, and not the buyer''s business; append-only';
COMMENT ON COLUMN sub_order_terms.platform_discount_minor IS
    'The part of the discount on goods that FreshVilla bears; the seller bears the rest';
COMMENT ON COLUMN sub_order_terms.platform_delivery_discount_minor IS 'The same of the discount on delivery';
COMMENT ON COLUMN sub_order_terms.commission_minor IS 'What FreshVilla takes of the sale, the sum of the lines''';
CREATE TRIGGER sub_order_terms_append_only BEFORE UPDATE OR DELETE ON sub_order_terms
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE order_line_terms (
    order_line_id           uuid   NOT NULL CONSTRAINT order_line_terms_pkey PRIMARY KEY
        CONSTRAINT order_line_terms_order_line_id_fkey REFERENCES order_lines ON DELETE RESTRICT,
    platform_discount_minor bigint NOT NULL,
    commission_rule_id      uuid
        CONSTRAINT order_line_terms_commission_rule_id_fkey REFERENCES commission_rules ON DELETE RESTRICT,
    commission_bp           int    NOT NULL,
    commission_fixed_minor  bigint NOT NULL,
    commission_base_minor   bigint NOT NULL,
    commission_minor        bigint NOT NULL,
    CONSTRAINT order_line_terms_amounts_check CHECK (
        least(platform_discount_minor, commission_bp, commission_fixed_minor, commission_base_minor) >= 0
        AND commission_minor BETWEEN 0 AND commission_base_minor)
);
CREATE INDEX order_line_terms_commission_rule_id_idx ON order_line_terms (commission_rule_id);
COMMENT ON TABLE order_line_terms IS 'The commission on a line, frozen at the time of sale; append-only';
COMMENT ON COLUMN order_line_terms.platform_discount_minor IS
    'The part of the line''s discount that FreshVilla bears; the seller bears the rest';
COMMENT ON COLUMN order_line_terms.commission_rule_id IS 'The rule that decided; NULL where none held';
COMMENT ON COLUMN order_line_terms.commission_bp IS 'The rule''s share, in basis points';
COMMENT ON COLUMN order_line_terms.commission_fixed_minor IS 'The rule''s fixed part for each pack';
COMMENT ON COLUMN order_line_terms.commission_base_minor IS
    'Amount of which the share is taken: the goods less what the seller itself gave off';
CREATE TRIGGER order_line_terms_append_only BEFORE UPDATE OR DELETE ON order_line_terms
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE order_discounts (
    id             uuid   NOT NULL CONSTRAINT order_discounts_pkey PRIMARY KEY,
    order_id       uuid   NOT NULL CONSTRAINT order_discounts_order_id_fkey REFERENCES orders ON DELETE RESTRICT,
    position       int    NOT NULL CONSTRAINT order_discounts_position_check CHECK (position >= 1),
    coupon_id      uuid   NOT NULL CONSTRAINT order_discounts_coupon_id_fkey REFERENCES coupons ON DELETE RESTRICT,
    code           text   NOT NULL,
    seller_id      uuid   CONSTRAINT order_discounts_seller_id_fkey REFERENCES sellers ON DELETE RESTRICT,
    goods_minor    bigint NOT NULL CONSTRAINT order_discounts_goods_minor_check CHECK (goods_minor >= 0),
    delivery_minor bigint NOT NULL CONSTRAINT order_discounts_delivery_minor_check CHECK (delivery_minor >= 0),
    CONSTRAINT order_discounts_position_key UNIQUE (order_id, position),
    CONSTRAINT order_discounts_coupon_key UNIQUE (order_id, coupon_id)
);
CREATE INDEX order_discounts_coupon_id_idx ON order_discounts (coupon_id);
CREATE INDEX order_discounts_seller_id_idx ON order_discounts (seller_id);
COMMENT ON TABLE order_discounts IS 'Which coupons took how much off an order; append-only';
COMMENT ON COLUMN order_discounts.position IS 'The order in which they took effect';
COMMENT ON COLUMN order_discounts.seller_id IS 'Who bears it; NULL for FreshVilla';
COMMENT ON COLUMN order_discounts.goods_minor IS 'What it took off the goods, in paise';
COMMENT ON COLUMN order_discounts.delivery_minor IS 'What it took off delivery fees, in paise';
CREATE TRIGGER order_discounts_append_only BEFORE UPDATE OR DELETE ON order_discounts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE order_timeline (
    order_id     uuid        NOT NULL CONSTRAINT order_timeline_order_id_fkey REFERENCES orders ON DELETE RESTRICT,
    sequence     bigint      NOT NULL CONSTRAINT order_timeline_sequence_check CHECK (sequence >= 1),
    sub_order_id uuid        CONSTRAINT order_timeline_sub_order_id_fkey REFERENCES sub_orders ON DELETE RESTRICT,
    kind         text        NOT NULL CONSTRAINT order_timeline_kind_check CHECK (kind IN
        ('created', 'placed', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled', 'expired', 'revived',
         'paid_too_late', 'paid', 'refund_requested', 'refunded')),
    amount_minor bigint      CONSTRAINT order_timeline_amount_minor_check CHECK (amount_minor >= 0),
    reason       text        CONSTRAINT order_timeline_reason_check CHECK (reason IN
        ('changed_mind', 'ordered_by_mistake', 'too_late', 'wrong_address', 'price', 'out_of_stock', 'suspected_fraud',
         'other')),
    note         text        CONSTRAINT order_timeline_note_check CHECK (length(note) BETWEEN 1 AND 500),
    actor_kind   text        NOT NULL
        CONSTRAINT order_timeline_actor_kind_check CHECK (actor_kind IN ('customer', 'seller', 'staff', 'system')),
    actor_id     uuid,
    at           timestamptz NOT NULL,
    CONSTRAINT order_timeline_pkey PRIMARY KEY (order_id, sequence)
);
CREATE INDEX order_timeline_sub_order_id_idx ON order_timeline (sub_order_id);
COMMENT ON TABLE order_timeline IS 'What happened to an order: one row for each of its events; append-only';
COMMENT ON COLUMN order_timeline.sequence IS 'The event''s number within the order';
COMMENT ON COLUMN order_timeline.sub_order_id IS 'The part that it is about; NULL for the whole order';
COMMENT ON COLUMN order_timeline.amount_minor IS 'The money that it is about, in paise';
COMMENT ON COLUMN order_timeline.actor_id IS 'Account or API key behind it; NULL for the system';
CREATE TRIGGER order_timeline_append_only BEFORE UPDATE OR DELETE ON order_timeline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- What was sold does not change: neither money nor what it was paid for.
CREATE TRIGGER orders_frozen BEFORE DELETE OR UPDATE OF
    number, account_id, cart_id, payment_intent_id, subtotal_minor, discount_minor, delivery_minor, taxable_minor,
    cgst_minor, sgst_minor, utgst_minor, igst_minor, cess_minor, total_minor ON orders
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sub_orders_frozen BEFORE DELETE OR UPDATE OF
    order_id, number, seller_id, location_id, tax_heads, subtotal_minor, discount_minor, delivery_fee_minor,
    delivery_discount_minor, delivery_minor, taxable_minor, cgst_minor, sgst_minor, utgst_minor, igst_minor, cess_minor,
    total_minor ON sub_orders
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_lines_frozen BEFORE DELETE OR UPDATE OF
    sub_order_id, offer_id, variant_id, product_name, unit_price_minor, quantity, amount_minor, discount_minor,
    delivery_minor, gst_bp, cess_bp, goods_taxable_minor, goods_cgst_minor, goods_sgst_minor,
    goods_utgst_minor, goods_igst_minor, goods_cess_minor, delivery_taxable_minor, delivery_cgst_minor, delivery_sgst_minor,
    delivery_utgst_minor, delivery_igst_minor, delivery_cess_minor ON order_lines
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Parts equal the whole in every column, or nothing is stored.
CREATE FUNCTION ensure_order_sums(which uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM sub_orders part CROSS JOIN LATERAL (
            SELECT coalesce(sum(amount_minor), 0) AS subtotal, coalesce(sum(discount_minor), 0) AS discount,
                   coalesce(sum(terms.platform_discount_minor), 0) AS platform_discount,
                   coalesce(sum(delivery_minor), 0) AS delivery,
                   coalesce(sum(goods_taxable_minor + delivery_taxable_minor), 0) AS taxable,
                   coalesce(sum(goods_cgst_minor + delivery_cgst_minor), 0) AS cgst,
                   coalesce(sum(goods_sgst_minor + delivery_sgst_minor), 0) AS sgst,
                   coalesce(sum(goods_utgst_minor + delivery_utgst_minor), 0) AS utgst,
                   coalesce(sum(goods_igst_minor + delivery_igst_minor), 0) AS igst,
                   coalesce(sum(goods_cess_minor + delivery_cess_minor), 0) AS cess,
                   coalesce(sum(terms.commission_minor), 0) AS commission, count(*) AS lines,
                   count(*) FILTER (WHERE terms.platform_discount_minor <= line.discount_minor
                       AND terms.commission_base_minor
                           = line.amount_minor - line.discount_minor + terms.platform_discount_minor) AS sound
              FROM order_lines line LEFT JOIN order_line_terms terms ON terms.order_line_id = line.id
             WHERE line.sub_order_id = part.id) AS sums
          LEFT JOIN sub_order_terms terms ON terms.sub_order_id = part.id
         WHERE part.order_id = which AND (sums.lines = 0 OR sums.sound < sums.lines
            OR terms.platform_delivery_discount_minor > part.delivery_discount_minor
            OR (part.subtotal_minor, part.discount_minor, part.delivery_minor, part.taxable_minor, part.cgst_minor,
                part.sgst_minor, part.utgst_minor, part.igst_minor, part.cess_minor)
            <> (sums.subtotal, sums.discount, sums.delivery, sums.taxable, sums.cgst, sums.sgst, sums.utgst, sums.igst,
                sums.cess)
            OR (terms.platform_discount_minor, terms.commission_minor)
            IS DISTINCT FROM (sums.platform_discount, sums.commission)))
    OR EXISTS (
        SELECT FROM orders whole CROSS JOIN LATERAL (
            SELECT coalesce(sum(subtotal_minor), 0) AS subtotal, coalesce(sum(discount_minor), 0) AS discount,
                   coalesce(sum(delivery_minor), 0) AS delivery, coalesce(sum(delivery_discount_minor), 0) AS fees_off,
                   coalesce(sum(taxable_minor), 0) AS taxable, coalesce(sum(cgst_minor), 0) AS cgst,
                   coalesce(sum(sgst_minor), 0) AS sgst, coalesce(sum(utgst_minor), 0) AS utgst,
                   coalesce(sum(igst_minor), 0) AS igst, coalesce(sum(cess_minor), 0) AS cess, count(*) AS parts
              FROM sub_orders WHERE order_id = whole.id) AS sums CROSS JOIN LATERAL (
            SELECT coalesce(sum(goods_minor), 0) AS goods, coalesce(sum(delivery_minor), 0) AS delivery
              FROM order_discounts WHERE order_id = whole.id) AS coupons
         WHERE whole.id = which AND (sums.parts = 0
            OR (whole.subtotal_minor, whole.discount_minor, whole.delivery_minor, whole.taxable_minor, whole.cgst_minor,
                whole.sgst_minor, whole.utgst_minor, whole.igst_minor, whole.cess_minor, whole.discount_minor)
            <> (sums.subtotal, sums.discount, sums.delivery, sums.taxable, sums.cgst, sums.sgst, sums.utgst, sums.igst,
                sums.cess, coupons.goods)
            OR sums.fees_off <> coupons.delivery))
    THEN
        RAISE EXCEPTION 'the parts of order % do not sum to the whole', which
            USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_sums_check', TABLE = 'orders';
    END IF;
END
$$;
COMMENT ON FUNCTION ensure_order_sums IS 'Refuses an order whose lines, sub-orders and coupons do not sum to it in every column';

-- Lines are written last, with one statement that writes their terms, too.
CREATE FUNCTION ensure_line_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ensure_order_sums(touched.order_id) FROM (
        SELECT DISTINCT sub_orders.order_id FROM added JOIN sub_orders ON sub_orders.id = added.sub_order_id) AS touched;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ensure_line_sums IS 'See ensure_order_sums; for lines that were added';
CREATE TRIGGER order_lines_sums AFTER INSERT ON order_lines REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ensure_line_sums();

-- At the end of the transaction: an order without parts or lines.
CREATE FUNCTION ensure_new_order_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ensure_order_sums(NEW.id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ensure_new_order_sums IS 'See ensure_order_sums; for orders that were added';
CREATE CONSTRAINT TRIGGER orders_sums AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ensure_new_order_sums();

-- What has lines gets no further parts and coupons.
CREATE FUNCTION refuse_late_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM added JOIN sub_orders ON sub_orders.order_id = added.order_id
                 JOIN order_lines ON order_lines.sub_order_id = sub_orders.id) THEN
        RAISE EXCEPTION 'an order gets no further parts' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_late_part IS 'Refuses sub-orders and coupons of an order that has lines already';
CREATE TRIGGER sub_orders_in_time AFTER INSERT ON sub_orders REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_part();
CREATE TRIGGER order_discounts_in_time AFTER INSERT ON order_discounts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_part();
