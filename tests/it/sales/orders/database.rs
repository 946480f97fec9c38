//! What the database refuses, whatever the program does.

use serde_json::json;

use super::Shop;

#[tokio::test]
async fn what_was_sold_cannot_be_changed_and_always_sums_up() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    buyer.order("k", json!({})).await;
    let db = &shop.app.database;
    for (statement, complaint) in [
        ("UPDATE orders SET total_minor = total_minor + 1", "append-only"),
        ("UPDATE sub_orders SET cgst_minor = 0", "append-only"),
        ("UPDATE order_lines SET quantity = 1", "append-only"),
        ("UPDATE order_line_terms SET commission_minor = 0", "append-only"),
        ("UPDATE order_addresses SET city = 'x'", "append-only"),
        ("DELETE FROM order_timeline", "append-only"),
        ("DELETE FROM orders", "append-only"),
        ("UPDATE sub_orders SET status = 'cancelled'", "sub_orders_cancelled_check"),
        ("UPDATE sub_orders SET refunded_minor = total_minor + 1", "sub_orders_refunded_check"),
        ("UPDATE order_lines SET quantity_shipped = 2, quantity_cancelled = 1", "order_lines_fate_check"),
        (
            "INSERT INTO order_lines SELECT (jsonb_populate_record(l, jsonb_build_object('id', gen_random_uuid()))).* \
             FROM order_lines l",
            "do not sum",
        ),
        (
            "INSERT INTO sub_orders SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), \
             'number', 'x', 'location_id', '01900000-0000-7000-8000-0000000000e2', \
             'seller_id', '01900000-0000-7000-8000-0000000000a2', 'reservation_id', gen_random_uuid()))).* FROM sub_orders s",
            "no further parts",
        ),
        (
            "INSERT INTO orders SELECT (jsonb_populate_record(o, jsonb_build_object('id', gen_random_uuid(), 'number', \
             'FV-0000-0000', 'cart_id', (SELECT id FROM carts LIMIT 1), 'payment_intent_id', gen_random_uuid()))).* FROM orders o",
            "",
        ),
    ] {
        let refused = db.try_execute(statement).await.unwrap_err().to_string();
        assert!(refused.contains(complaint), "{statement}: {refused}");
    }
    shop.app.finish().await;
}
