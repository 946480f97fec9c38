//! Live orders: the buyer's, the seller's, everybody's.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Shop, cancel};
use crate::offers::{MINE, OTHER, id};

const EVENTS: &str = "subscription($where: OrderEventWhere, $after: String) { orderEvents(where: $where, after: $after) { \
    cursor kind order { status } subOrder { status number } } }";

#[tokio::test]
async fn each_hears_of_what_is_theirs() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(1).await;
    let order = buyer.order("k", json!({ "method": "UPI" })).await;
    let of_order = json!({ "where": { "orderId": order["id"] }, "after": "0" });
    let of_seller = json!({ "where": { "sellerId": id("sel", MINE) }, "after": "0" });
    let (buyers, owners, admins) = (
        buyer.client.socket().await,
        shop.app.sign_in_over("distributor_owner", MINE).await.socket().await,
        shop.app.sign_in("administrator").await.socket().await,
    );
    let mut own = buyers.subscribe(EVENTS, of_order.clone()).await;
    let mut sold = owners.subscribe(EVENTS, of_seller.clone()).await;
    let mut all = admins.subscribe(EVENTS, json!({ "after": "0" })).await;
    let kind = |event: &Value| event["orderEvents"]["kind"].as_str().unwrap_or("?").to_owned();
    assert_eq!(kind(&own.next().await), "CREATED");
    assert_eq!(kind(&all.next().await), "CREATED");
    sold.silent_for(Duration::from_millis(300)).await;
    shop.pay(&order).await;
    assert_eq!([kind(&own.next().await), kind(&own.next().await)], ["PAID", "PLACED"]);
    let placed = sold.next().await;
    assert_eq!(kind(&placed), "PLACED");
    assert_eq!(placed["orderEvents"]["order"], Value::Null, "a seller sees its part");
    assert_eq!(placed["orderEvents"]["subOrder"]["status"], json!("PLACED"));
    assert_eq!(cancel(&buyer.client, &order["subOrders"][0], "c").await, [""; 0]);
    assert_eq!([kind(&own.next().await), kind(&own.next().await)], ["CANCELLED", "REFUND_REQUESTED"]);
    assert_eq!(kind(&sold.next().await), "CANCELLED");
    let last = "1";
    let mut again = buyers.subscribe(EVENTS, json!({ "where": { "orderId": order["id"] }, "after": last })).await;
    assert_eq!(kind(&again.next().await), "PAID", "from the cursor on");

    let stranger = shop.buyer().await.client.socket().await;
    for (variables, code) in [
        (of_order.clone(), "NOT_FOUND"),
        (of_seller.clone(), "NOT_FOUND"),
        (json!({}), "FORBIDDEN"),
        (json!({ "where": { "orderId": order["id"] }, "after": "x" }), "BAD_USER_INPUT"),
    ] {
        assert_eq!(stranger.subscribe(EVENTS, variables.clone()).await.refused().await, code, "{variables}");
    }
    let other = shop.app.sign_in_over("distributor_owner", OTHER).await.socket().await;
    assert_eq!(other.subscribe(EVENTS, of_seller).await.refused().await, "NOT_FOUND");
    assert_eq!(other.subscribe(EVENTS, of_order).await.refused().await, "NOT_FOUND");
    shop.app.finish().await;
}
