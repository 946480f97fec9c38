//! Who finds which orders, by what, and in how many statements.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{Shop, cancel};
use crate::{
    offers::{HOUSE, MINE, OTHER, SMALL, create, id, offer},
    sales::cart::{change, read},
    support::Client,
};

async fn numbers(client: &Client, filter: Value) -> Vec<String> {
    let text = "query($where: OrderWhere) { orders(where: $where) { totalCount nodes { number } } }";
    let answer = client.query(text, json!({ "where": filter })).await;
    let nodes = answer.data("/orders/nodes").as_array().unwrap();
    assert_eq!(answer.data("/orders/totalCount"), &json!(nodes.len()));
    nodes.iter().map(|node| node["number"].as_str().unwrap().to_owned()).collect()
}

async fn parts(client: &Client, filter: Value) -> Vec<String> {
    let text = "query($where: SubOrderWhere) { subOrders(where: $where) { totalCount nodes { number } } }";
    let answer = client.query(text, json!({ "where": filter })).await;
    let nodes = answer.data("/subOrders/nodes").as_array().unwrap();
    nodes.iter().map(|node| node["number"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn buyers_sellers_and_the_back_office_find_what_is_theirs() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let theirs = create(&admin, offer(HOUSE, SMALL, "H1", "55"), json!({ "status": "LIVE" })).await;
    let (one, two) = (shop.shopper(1).await, shop.shopper(2).await);
    change(&two.client, "cartItemAdd", json!({ "offerId": theirs })).await;
    let first = one.order("k", json!({})).await;
    shop.app.advance(TimeDelta::minutes(1));
    let second = two.order("k", json!({ "method": "UPI" })).await;
    let number = |order: &Value| order["number"].as_str().unwrap().to_owned();
    assert_eq!(numbers(&one.client, json!({})).await, [number(&first)]);
    assert_eq!(numbers(&two.client, json!({})).await, [number(&second)]);
    assert_eq!(numbers(&admin, json!({})).await, [number(&second), number(&first)]);
    for (filter, found) in [
        (json!({ "search": number(&first).to_lowercase().replace('-', " ") }), vec![number(&first)]),
        (json!({ "search": "98765 43210" }), vec![number(&second), number(&first)]),
        (json!({ "search": "+91 98765-43210" }), vec![number(&second), number(&first)]),
        (json!({ "search": format!(" {}@TEST.example ", one.account.0.simple()) }), vec![number(&first)]),
        (json!({ "search": "nothing of the sort \u{0}" }), vec![]),
        (json!({ "status": ["AWAITING_PAYMENT"] }), vec![number(&second)]),
        (json!({ "status": ["PLACED", "CANCELLED"] }), vec![number(&first)]),
        (json!({ "customerId": two.account }), vec![number(&second)]),
        (json!({ "sellerId": id("sel", HOUSE) }), vec![number(&second)]),
        (json!({ "createdBefore": "2001-01-01T00:00:00Z" }), vec![]),
        (json!({ "createdFrom": "2001-01-01T00:00:00Z", "status": ["PLACED"] }), vec![number(&first)]),
    ] {
        assert_eq!(numbers(&admin, filter.clone()).await, found, "{filter}");
    }
    let by = "query($id: ID, $n: String) { order(id: $id, number: $n) { number } }";
    assert_eq!(one.client.query(by, json!({ "n": number(&first) })).await.text("/order/number"), number(&first));
    assert!(one.client.query(by, json!({ "n": number(&second) })).await.data("/order").is_null());
    assert!(one.client.query(by, json!({ "id": second["id"] })).await.data("/order").is_null());
    assert_eq!(one.client.query(by, json!({})).await.code(), Some("BAD_USER_INPUT"));
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for what in [&first["id"], &first["subOrders"][0]["id"], &first["subOrders"][0]["lines"][0]["id"]] {
        assert_eq!(one.client.query(node, json!({ "id": what })).await.data("/node/id"), what);
        assert!(two.client.query(node, json!({ "id": what })).await.data("/node").is_null());
        assert!(shop.app.query(node, json!({ "id": what })).await.data("/node").is_null());
    }

    let owner = shop.app.sign_in_over("distributor_owner", MINE).await;
    let mine = format!("{}-1", number(&first));
    assert_eq!(parts(&owner, json!({})).await, [mine], "what is not paid is none of their business");
    let hidden = second["subOrders"].as_array().unwrap().iter().find(|part| part["seller"]["name"] == json!("Mine"));
    assert!(owner.query(node, json!({ "id": hidden.unwrap()["id"] })).await.data("/node").is_null());
    shop.pay(&second).await;
    assert_eq!(parts(&owner, json!({})).await.len(), 2);
    assert_eq!(parts(&admin, json!({})).await.len(), 3);
    assert_eq!(parts(&shop.app.sign_in_over("distributor_owner", OTHER).await, json!({})).await, [""; 0]);
    for (filter, found) in [
        (json!({ "text": number(&first).to_lowercase() }), 1),
        (json!({ "text": "BASM" }), 2),
        (json!({ "text": "M1" }), 2),
        (json!({ "text": "%" }), 0),
        (json!({ "pincode": "560066" }), 2),
        (json!({ "pincode": "560001" }), 0),
        (json!({ "status": ["PLACED"], "overdue": false }), 2),
        (json!({ "overdue": true }), 0),
        (json!({ "sellerId": id("sel", HOUSE) }), 0),
    ] {
        assert_eq!(parts(&owner, filter.clone()).await.len(), found, "{filter}");
    }
    shop.app.advance(TimeDelta::minutes(61));
    assert_eq!(parts(&owner, json!({ "overdue": true })).await.len(), 2);
    let counts = owner.query("{ subOrderCounts { status count } }", json!({})).await;
    assert_eq!(counts.data("/subOrderCounts/1"), &json!({ "status": "PLACED", "count": 2 }));
    let detail = "{ subOrders { nodes { order { number } address { contactName } paymentMethod terms { commission { amount } } \
                  lines { sellerSku terms { rateBp } } timeline { kind } } } }";
    let seen = owner.query(detail, json!({})).await;
    let seen = seen.data("/subOrders/nodes/0");
    assert!(seen["order"].is_null(), "the others' parts are none of their business");
    assert_eq!((&seen["address"]["contactName"], &seen["paymentMethod"]), (&json!("Asha"), &json!("UPI")));
    assert!(seen["terms"]["commission"]["amount"].is_string());
    assert_eq!(two.client.query("{ subOrders { nodes { id } } }", json!({})).await.code(), Some("FORBIDDEN"));
    shop.app.finish().await;
}

/// The list's filter is the pure rule, for every combination of two parts' states.
#[tokio::test]
async fn lists_filter_by_the_derived_status() {
    use freshvilla::sales::order::status::{OrderStatus, SubOrderStatus};
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let theirs = create(&admin, offer(HOUSE, SMALL, "H1", "55"), json!({ "status": "LIVE" })).await;
    let buyer = shop.shopper(1).await;
    change(&buyer.client, "cartItemAdd", json!({ "offerId": theirs })).await;
    let order = buyer.order("k", json!({})).await;
    for one in SubOrderStatus::ALL {
        for other in SubOrderStatus::ALL {
            let cancelled =
                |status: &SubOrderStatus| if *status == SubOrderStatus::Cancelled { "now()" } else { "NULL" };
            let set = format!(
                "UPDATE sub_orders SET status = '{one}', cancelled_at = {} WHERE number LIKE '%-1'; \
                 UPDATE sub_orders SET status = '{other}', cancelled_at = {} WHERE number LIKE '%-2'",
                cancelled(one),
                cancelled(other)
            );
            shop.app.database.execute(&set).await;
            let expected = OrderStatus::of(&[*one, *other]);
            let known = shop
                .app
                .database
                .value(&format!("SELECT {} FROM orders", freshvilla::sales::order::status::OF_ORDER))
                .await;
            assert_eq!(known, json!(expected.as_str()), "{one} and {other}");
        }
    }
    assert!(order["id"].is_string());
    shop.app.finish().await;
}

#[tokio::test]
async fn a_list_costs_the_same_whatever_its_length() {
    let shop = Shop::open().await;
    let buyer = shop.buyer().await;
    let text = "{ orders { nodes { number status total { amount } payment { status } address { city } timeline { kind } \
                discounts { code } subOrders { status seller { name } lines { productName variant { sku } } terms { commission { amount } } } } } }";
    let mut counts = Vec::new();
    for round in 0..6 {
        change(&buyer.client, "cartItemAdd", json!({ "offerId": shop.offer })).await;
        buyer.order(&format!("k{round}"), json!({})).await;
        counts.push(buyer.client.query(text, json!({})).await.statements());
    }
    assert_eq!(counts[1], counts[5], "{counts:?}");
    assert!(counts[5] <= 14, "{counts:?}");
    shop.app.finish().await;
}

#[tokio::test]
async fn an_order_goes_into_the_cart_again() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let theirs = create(&admin, offer(HOUSE, SMALL, "H1", "55"), json!({ "status": "LIVE" })).await;
    let buyer = shop.shopper(3).await;
    change(&buyer.client, "cartItemAdd", json!({ "offerId": theirs })).await;
    let order = buyer.order("k", json!({})).await;
    shop.app.database.execute("UPDATE offers SET status = 'paused' WHERE sku = 'H1'").await;
    let text = "mutation($id: ID!) { orderReorder(input: { orderId: $id }) { cart { items { quantity offer { id } } hasChanges } \
                unavailable { productName quantity } errors { code } } }";
    for _ in 0..2 {
        let again = buyer.client.query(text, json!({ "id": order["id"] })).await;
        assert_eq!(again.problems("orderReorder"), Vec::<&str>::new(), "{:#}", again.body);
        assert_eq!(again.data("/orderReorder/cart/items"), &json!([{ "quantity": 3, "offer": { "id": shop.offer } }]));
        assert_eq!(again.data("/orderReorder/unavailable"), &json!([{ "productName": "Basmati", "quantity": 1 }]));
        assert_eq!(again.data("/orderReorder/cart/hasChanges"), &json!(false));
    }
    assert_eq!(read(&buyer.client, None).await["items"].as_array().unwrap().len(), 1);
    let stranger = shop.buyer().await;
    assert_eq!(stranger.client.query(text, json!({ "id": order["id"] })).await.problems("orderReorder"), ["NOT_FOUND"]);
    assert_eq!(admin.query(text, json!({ "id": order["id"] })).await.problems("orderReorder"), ["NOT_FOUND"]);
    assert_eq!(cancel(&admin, &order, "c").await, [""; 0]);
    shop.app.finish().await;
}
