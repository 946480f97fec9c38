//! What payments do to orders: placed when the money is certain, cancelled when nobody pays, revived when it comes late.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Shop, kinds};
use crate::sales::coupons::make;

/// Lets the time to pay pass, and the job come by.
async fn let_it_expire(shop: &Shop) {
    shop.app.advance(TimeDelta::minutes(21));
    freshvilla_expire(shop).await;
}

async fn freshvilla_expire(shop: &Shop) {
    let app = shop.app.node.app.clone();
    shop.app.node.on_runtime(async move { freshvilla::sales::order::jobs::expire_all(&app).await }).await.unwrap();
}

#[tokio::test]
async fn an_order_waits_for_its_payment_and_is_placed_once() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    let order = buyer.order("one", json!({ "method": "UPI" })).await;
    assert_eq!((&order["status"], &order["placedAt"]), (&json!("AWAITING_PAYMENT"), &Value::Null));
    assert!(order["expiresAt"].is_string());
    assert_eq!(shop.stock().await, (98, 2));
    assert_eq!(shop.app.database.value("SELECT count(*) FROM outbox WHERE feed LIKE 'sub_orders:%'").await, json!(0));
    shop.pay(&order).await;
    let after = buyer.look(&order).await;
    assert_eq!((&after["status"], &after["payment"]["status"]), (&json!("PLACED"), &json!("PAID")));
    assert_eq!(kinds(&after), ["CREATED", "PAID", "PLACED"]);
    assert_eq!(shop.app.database.value("SELECT count(*) FROM outbox WHERE feed LIKE 'sub_orders:%'").await, json!(1));
    let revenue = "SELECT payload -> 'lines' -> 0 -> 'revenue_minor' FROM outbox WHERE kind = 'offer.ordered'";
    assert_eq!(shop.app.database.value(revenue).await, json!(14_000));
    let_it_expire(&shop).await;
    assert_eq!(buyer.look(&order).await["status"], json!("PLACED"), "it was paid");
    assert_eq!(shop.stock().await, (98, 2), "and its goods are held without end");
    shop.app.finish().await;
}

#[tokio::test]
async fn nobody_pays_and_everything_goes_back() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    make(&admin, json!({ "code": "ONCE", "kind": "PERCENT", "rateBp": 1000, "maxUses": 1 })).await;
    let buyer = shop.shopper(2).await;
    buyer.client.query("mutation { cartCouponApply(input: { code: \"ONCE\" }) { errors { code } } }", json!({})).await;
    let order = buyer.order("one", json!({ "method": "CARD" })).await;
    freshvilla_expire(&shop).await;
    assert_eq!(buyer.look(&order).await["status"], json!("AWAITING_PAYMENT"), "there still is time");
    let_it_expire(&shop).await;
    let after = buyer.look(&order).await;
    assert_eq!((&after["status"], &after["payment"]["status"]), (&json!("CANCELLED"), &json!("CANCELLED")));
    assert_eq!(kinds(&after), ["CREATED", "EXPIRED"]);
    assert_eq!(shop.stock().await, (100, 0));
    assert_eq!(shop.app.database.value("SELECT uses FROM coupons").await, json!(0));

    // Late, and there still is stock: it goes ahead at the old price, with the coupon.
    shop.app.database.execute("UPDATE offers SET price_minor = 9999").await;
    shop.pay(&order).await;
    let after = buyer.look(&order).await;
    assert_eq!((&after["status"], &after["payment"]["status"]), (&json!("PLACED"), &json!("PAID")));
    assert_eq!(kinds(&after)[2..], ["PAID", "REVIVED"]);
    assert_eq!((&after["total"], &after["cancelledAt"]), (&order["total"], &Value::Null));
    assert_eq!(shop.stock().await, (98, 2));
    assert_eq!(shop.app.database.value("SELECT uses FROM coupons").await, json!(1));
    shop.app.finish().await;
}

#[tokio::test]
async fn a_late_payment_without_stock_or_coupon_or_seller_is_given_back() {
    for obstacle in [
        "UPDATE stock_lots SET available = 0; UPDATE stock_items SET available = 0",
        "UPDATE coupons SET max_uses = 1, uses = 1",
        "UPDATE sellers SET status = 'suspended'",
    ] {
        let shop = Shop::open().await;
        let admin = shop.app.sign_in("administrator").await;
        make(&admin, json!({ "code": "ONCE", "kind": "PERCENT", "rateBp": 1000, "maxUses": 1 })).await;
        let buyer = shop.shopper(2).await;
        buyer
            .client
            .query("mutation { cartCouponApply(input: { code: \"ONCE\" }) { errors { code } } }", json!({}))
            .await;
        let order = buyer.order("one", json!({ "method": "UPI" })).await;
        let_it_expire(&shop).await;
        let before = shop.stock().await;
        shop.app.database.execute(obstacle).await;
        shop.pay(&order).await;
        let after = buyer.look(&order).await;
        assert_eq!(after["status"], json!("CANCELLED"), "{obstacle}");
        assert_eq!(kinds(&after)[2..], ["PAID", "PAID_TOO_LATE"], "{obstacle}");
        let refund = "SELECT jsonb_agg(amount_minor) FROM payment_refunds";
        assert_eq!(shop.app.database.value(refund).await, json!([13_600]), "{obstacle}");
        assert_eq!(shop.stock().await.1, before.1, "{obstacle}");
        let held = "SELECT count(*) FROM stock_reservations WHERE status = 'active'";
        assert_eq!(shop.app.database.value(held).await, json!(0), "{obstacle}");
        shop.app.finish().await;
    }
}

#[tokio::test]
async fn money_for_an_order_that_its_buyer_cancelled_is_given_back() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    let order = buyer.order("one", json!({ "method": "UPI" })).await;
    assert_eq!(super::cancel(&buyer.client, &order, "c").await, [""; 0]);
    shop.pay(&order).await;
    let after = buyer.look(&order).await;
    assert_eq!(after["status"], json!("CANCELLED"));
    assert_eq!(kinds(&after), ["CREATED", "CANCELLED", "PAID", "PAID_TOO_LATE"]);
    assert_eq!(shop.app.database.value("SELECT sum(amount_minor) FROM payment_refunds").await, json!(15_000));
    assert_eq!(shop.stock().await, (100, 0));
    shop.app.finish().await;
}

#[tokio::test]
async fn credit_is_taken_and_given_back() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    let credit = format!(
        "INSERT INTO credit_accounts (id, account_id, limit_minor, days, suspended, created_at, updated_at)
         VALUES (gen_random_uuid(), '{}', 14999, 30, false, now(), now())",
        buyer.account.0
    );
    shop.app.database.execute(&credit).await;
    assert_eq!(buyer.refused("no", json!({ "method": "CREDIT" })).await, ["CREDIT_LIMIT_EXCEEDED"]);
    shop.app.database.execute("UPDATE credit_accounts SET limit_minor = 15000").await;
    let order = buyer.order("one", json!({ "method": "CREDIT" })).await;
    assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("PLACED"), &json!("PROMISED")));
    assert_eq!(super::cancel(&buyer.client, &order["subOrders"][0], "c").await, [""; 0]);
    assert_eq!(shop.app.database.value("SELECT used_minor FROM credit_accounts").await, json!(0));
    shop.app.finish().await;
}
