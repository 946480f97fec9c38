ALTER TABLE order_timeline DROP CONSTRAINT order_timeline_kind_check;
ALTER TABLE order_timeline ADD CONSTRAINT order_timeline_kind_check CHECK (kind IN
    ('created', 'placed', 'confirmed', 'packed', 'shipped', 'delivered', 'cancelled', 'expired', 'revived',
     'paid_too_late', 'paid', 'refund_requested', 'refunded'));
DROP TABLE package_events, package_lines, packages, fulfilments;
ALTER TABLE stock_reservation_lots DROP COLUMN sent;
