//! Cancelling: who may when, and that pieces, money and coupons go back once.

use futures_util::future::join_all;
use serde_json::json;

use super::{Shop, cancel, kinds};
use crate::{
    offers::{HOUSE, MINE, OTHER, SMALL, create, offer},
    sales::{cart::change, coupons::make},
};

#[tokio::test]
async fn a_cancelled_order_gives_back_pieces_money_and_coupons() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let once = json!({ "code": "ONCE", "kind": "PERCENT", "rateBp": 1000, "maxUses": 1, "maxUsesPerCustomer": 1, "firstOrder": true });
    make(&admin, once).await;
    let buyer = shop.shopper(2).await;
    let apply = "mutation { cartCouponApply(input: { code: \"ONCE\" }) { errors { code } } }";
    buyer.client.query(apply, json!({})).await;
    let order = buyer.order("one", json!({})).await;
    assert_eq!(order["total"]["amount"], json!("136.00"));
    assert_eq!(cancel(&buyer.client, &order, "c").await, [""; 0]);
    let after = buyer.look(&order).await;
    assert_eq!((&after["status"], &after["payment"]["status"]), (&json!("CANCELLED"), &json!("CANCELLED")));
    assert_eq!(kinds(&after), ["CREATED", "PLACED", "CANCELLED", "REFUND_REQUESTED"]);
    let entry = &after["timeline"][2];
    assert_eq!((&entry["reason"], &entry["note"]), (&json!("CHANGED_MIND"), &json!("not needed")));
    assert_eq!((&entry["by"], &entry["amount"]["amount"]), (&json!("CUSTOMER"), &json!("136.00")));
    assert_eq!(after["subOrders"][0]["refunded"]["amount"], json!("136.00"));
    assert_eq!(shop.stock().await, (100, 0));
    let uses = "SELECT jsonb_build_array(uses, (SELECT count(*) FROM coupon_redemptions WHERE released_at IS NULL)) FROM coupons";
    assert_eq!(shop.app.database.value(uses).await, json!([0, 0]));

    // The coupon is good for a first order again, and the second cancel changed nothing.
    assert_eq!(cancel(&buyer.client, &order, "d").await, [""; 0]);
    assert_eq!(buyer.look(&order).await["version"], after["version"]);
    change(&buyer.client, "cartItemAdd", json!({ "offerId": shop.offer, "quantity": 1 })).await;
    buyer.client.query(apply, json!({})).await;
    assert_eq!(buyer.order("two", json!({})).await["discount"]["amount"], json!("7.00"));
    shop.app.finish().await;
}

#[tokio::test]
async fn parallel_cancels_change_things_once() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(5).await;
    let order = buyer.order("one", json!({})).await;
    let keys: Vec<String> = (0..8).map(|n| format!("k{}", n % 4)).collect();
    let all = join_all(keys.iter().map(|key| cancel(&buyer.client, &order, key))).await;
    assert!(all.iter().all(Vec::is_empty), "{all:?}");
    assert_eq!(shop.stock().await, (100, 0));
    assert_eq!(kinds(&buyer.look(&order).await).iter().filter(|kind| **kind == "CANCELLED").count(), 1);
    shop.app.finish().await;
}

#[tokio::test]
async fn a_part_goes_back_with_exactly_its_money() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let theirs = create(&admin, offer(HOUSE, SMALL, "H1", "55"), json!({ "status": "LIVE" })).await;
    make(&admin, json!({ "code": "TEN", "kind": "PERCENT", "rateBp": 1000 })).await;
    let buyer = shop.shopper(2).await;
    change(&buyer.client, "cartItemAdd", json!({ "offerId": theirs })).await;
    buyer.client.query("mutation { cartCouponApply(input: { code: \"TEN\" }) { errors { code } } }", json!({})).await;
    let order = buyer.order("one", json!({ "method": "UPI" })).await;
    assert_eq!(order["status"], json!("AWAITING_PAYMENT"));
    assert_eq!(
        cancel(&buyer.client, &order["subOrders"][0], "x").await,
        ["NOT_CANCELLABLE"],
        "as a whole or not at all"
    );
    shop.pay(&order).await;
    let parts = order["subOrders"].as_array().unwrap();
    let mine = parts.iter().find(|part| part["seller"]["name"] == json!("Mine")).unwrap();
    let owner = shop.app.sign_in_over("distributor_owner", MINE).await;
    assert_eq!(cancel(&owner, mine, "s").await, [""; 0], "the seller does not have it");
    let after = buyer.look(&order).await;
    assert_eq!(after["status"], json!("PLACED"));
    assert_eq!(kinds(&after)[2..], ["PLACED", "CANCELLED", "REFUND_REQUESTED"]);
    assert_eq!(after["timeline"][3]["by"], json!("SELLER"));
    let refund = "SELECT jsonb_agg(amount_minor) FROM payment_refunds";
    assert_eq!(shop.app.database.value(refund).await, json!([13_600]), "Rs 126 and the fee");
    assert_eq!(shop.app.database.value("SELECT uses FROM coupons").await, json!(1), "the order still stands");
    assert_eq!(shop.stock().await, (100, 0));
    assert_eq!(cancel(&buyer.client, &order, "rest").await, [""; 0]);
    assert_eq!(shop.app.database.value("SELECT uses FROM coupons").await, json!(0));
    let whole = "SELECT (SELECT sum(amount_minor) FROM payment_refunds) = (SELECT total_minor FROM orders)";
    assert_eq!(shop.app.database.value(whole).await, json!(true));
    shop.app.finish().await;
}

#[tokio::test]
async fn who_may_cancel_and_until_when() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(1).await;
    let order = buyer.order("one", json!({})).await;
    let part = &order["subOrders"][0];
    let stranger = shop.buyer().await;
    let other = shop.app.sign_in_over("distributor_owner", OTHER).await;
    let reader = shop.app.sign_in("administrator").await;
    for client in [&stranger.client, &other] {
        assert_eq!(cancel(client, &order, "x").await, ["NOT_FOUND"]);
        assert_eq!(cancel(client, part, "x").await, ["NOT_FOUND"]);
    }
    let owner = shop.app.sign_in_over("distributor_owner", MINE).await;
    assert_eq!(cancel(&owner, &order, "x").await, ["NOT_FOUND"], "a seller has parts, not orders");
    for (status, by_buyer, by_seller) in [("packed", true, false), ("shipped", true, true), ("delivered", true, true)] {
        shop.app.database.execute(&format!("UPDATE sub_orders SET status = '{status}'")).await;
        let too_late = |late: bool| if late { vec!["NOT_CANCELLABLE"] } else { vec![] };
        assert_eq!(cancel(&buyer.client, &order, status).await, too_late(by_buyer), "{status}");
        if by_seller {
            assert_eq!(cancel(&owner, part, status).await, too_late(by_seller), "{status}");
        }
    }
    shop.app.database.execute("UPDATE sub_orders SET status = 'confirmed'").await;
    let old = "mutation($i: OrderCancelInput!) { orderCancel(input: $i) { errors { code } } }";
    let input = json!({ "orderId": order["id"], "reason": "OTHER", "expectedVersion": 7, "idempotencyKey": "v" });
    assert_eq!(buyer.client.query(old, json!({ "i": input })).await.problems("orderCancel"), ["VERSION_CONFLICT"]);
    let input = json!({ "orderId": order["id"], "reason": "OTHER", "note": "x".repeat(501), "idempotencyKey": "v" });
    assert_eq!(buyer.client.query(old, json!({ "i": input })).await.problems("orderCancel"), ["INVALID"]);
    assert_eq!(cancel(&reader, &order, "staff").await, [""; 0]);
    assert_eq!(buyer.look(&order).await["timeline"][2]["by"], json!("STAFF"));
    let audit = "SELECT count(*) FROM audit_log WHERE action = 'orderCancel'";
    assert_eq!(shop.app.database.value(audit).await, json!(2), "the order and its part");
    shop.app.finish().await;
}
