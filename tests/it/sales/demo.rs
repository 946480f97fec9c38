//! Orders of the demo shop.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use freshvilla::{app::App, inventory::stock_doctor::model::differences, seed};
use serde_json::json;

use crate::support::TestApp;

/// How far the clock is from the machine's, in milliseconds.
fn apart(app: &App) -> i64 {
    (app.clock.now() - DateTime::<Utc>::from(SystemTime::now())).num_milliseconds().abs()
}

#[tokio::test]
async fn the_demo_has_orders_in_every_state_once() {
    let mut app = TestApp::start_with(&["--upi-address", "freshvilla@upi"]).await;
    let handle = app.node.app.clone();
    let load = async move {
        for step in seed::steps().into_iter().filter(|step| step.name != "orders") {
            (step.run)(handle.clone()).await.unwrap();
        }
        assert_eq!(seed::orders(&handle, 60).await.unwrap(), "60 orders of 24 shoppers");
        assert!(apart(&handle) < 2_000);
        assert_eq!(differences(&handle.db.write().await.unwrap()).await.unwrap().len(), 0);
    };
    app.node.on_runtime(load).await;
    let db = &app.database;
    let states = db.value("SELECT string_agg(DISTINCT status, ' ' ORDER BY status) FROM sub_orders").await;
    assert_eq!(states, "awaiting_payment cancelled confirmed delivered packed placed shipped");
    for (some, what) in [
        ("FROM orders WHERE expired_at IS NOT NULL", "expired"),
        ("FROM orders WHERE created_at < now() - interval '5 months'", "old"),
        ("FROM order_lines WHERE quantity_cancelled BETWEEN 1 AND quantity - 1", "packed partly"),
        ("FROM order_discounts", "with a coupon"),
        ("FROM packages WHERE carriage = 'carrier' AND status = 'delivered'", "by a carrier"),
        ("FROM cod_collections", "paid in cash"),
        ("FROM payment_intents WHERE method = 'upi' AND captured_minor > 0", "paid by UPI"),
    ] {
        assert_ne!(db.value(&format!("SELECT count(*) {some}")).await, 0, "{what}");
    }
    for (none, what) in [
        ("FROM orders WHERE updated_at > now() + interval '2 seconds'", "orders after the present"),
        ("FROM package_events WHERE recorded_at > now() + interval '2 seconds'", "events after the present"),
        (
            "FROM sub_orders JOIN sub_order_terms ON sub_order_id = sub_orders.id JOIN sellers ON sellers.id = seller_id \
             WHERE sellers.kind = 'distributor' AND commission_minor = 0",
            "sales without commission",
        ),
        (
            "FROM orders JOIN (SELECT order_id, sum(total_minor) AS total FROM sub_orders GROUP BY 1) AS parts \
             ON order_id = id WHERE total <> total_minor",
            "orders that do not sum",
        ),
        ("FROM orders JOIN offers ON offers.created_at > orders.created_at", "orders before there were offers"),
    ] {
        assert_eq!(db.value(&format!("SELECT count(*) {none}")).await, 0, "{what}");
    }
    let written = "SELECT (SELECT count(*) FROM order_timeline) + (SELECT count(*) FROM stock_movements) \
                   + (SELECT count(*) FROM accounts) + (SELECT count(*) FROM coupons) AS n";
    let before = db.value(written).await;
    let handle = app.node.app.clone();
    app.node.on_runtime(async move { drop(seed::orders(&handle, 60).await.unwrap()) }).await;
    assert_eq!(db.value(written).await, before);
    assert_ne!(before, json!(0));
    app.leave_jobs();
    app.finish().await;
}
