DROP TABLE order_timeline, order_discounts, order_line_terms, sub_order_terms, order_lines, sub_orders, order_addresses,
    orders;
DROP FUNCTION refuse_late_part, ensure_new_order_sums, ensure_line_sums, ensure_order_sums;
