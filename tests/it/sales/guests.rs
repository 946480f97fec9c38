//! Carts of guests: the token, merging after login, and the end of carts nobody touches.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::cart::{call, change, open_shop, read, refused};
use crate::{
    offers::{LARGE, OTHER, SMALL, create, offer},
    support::{Client, TestApp},
};

/// A guest's cart with so many packs of an offer; answers its token.
async fn begin(app: &TestApp, offer: &str, quantity: i32) -> String {
    let cart = change(app, "cartItemAdd", json!({ "offerId": offer, "quantity": quantity })).await;
    cart["guestToken"].as_str().unwrap().to_owned()
}

async fn more_offers(app: &TestApp) -> (String, String) {
    let admin = app.sign_in("administrator").await;
    let live = json!({ "status": "LIVE" });
    let large = create(&admin, offer(crate::offers::MINE, LARGE, "M2", "400"), live.clone()).await;
    let theirs = create(&admin, offer(OTHER, SMALL, "T1", "55"), live).await;
    (large, theirs)
}

fn quantities(cart: &Value) -> Vec<i64> {
    let items = cart["items"].as_array().unwrap().iter();
    items.map(|item| item["quantity"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_guest_holds_a_token_that_opens_one_cart_and_is_told_once() {
    let (app, offer) = open_shop().await;
    let token = begin(&app, &offer, 2).await;
    let stored =
        app.database.value("SELECT count(*) FROM carts WHERE encode(token_hash, 'escape') LIKE '%' || $$x$$").await;
    assert_eq!(stored, json!(0));
    let cart = read(&app, Some(&token)).await;
    assert_eq!((&cart["guestToken"], &cart["items"][0]["quantity"]), (&Value::Null, &json!(2)), "told once");
    let cart = change(&app, "cartItemAdd", json!({ "offerId": offer, "quantity": 1, "guestToken": token })).await;
    assert_eq!((&cart["guestToken"], &cart["items"][0]["quantity"]), (&Value::Null, &json!(3)));
    let item = cart["items"][0]["id"].clone();
    assert_eq!(read(&app, None).await, Value::Null);
    for wrong in ["", "x", "\u{0}", &"y".repeat(100_000)] {
        assert_eq!(read(&app, Some(wrong)).await, Value::Null);
        let add = refused(&app, "cartItemAdd", json!({ "offerId": offer, "guestToken": wrong })).await;
        assert_eq!(add, ["NOT_FOUND"], "a wrong token begins no cart");
    }
    assert_eq!(refused(&app, "cartItemRemove", json!({ "itemId": item })).await, ["NOT_FOUND"]);
    let customer = app.sign_in("customer").await;
    let both = refused(&customer, "cartItemAdd", json!({ "offerId": offer, "guestToken": token })).await;
    assert_eq!(both, ["INVALID"], "who is logged in has a cart of their own");
    let mut limited = None;
    for _ in 0..70 {
        let text = "mutation($input: CartItemAddInput!) { cartItemAdd(input: $input) { errors { code } } }";
        let begun = app.query(text, json!({ "input": { "offerId": offer } })).await;
        limited = limited.or(begun.code().map(str::to_owned));
    }
    assert_eq!(limited.as_deref(), Some("RATE_LIMITED"), "carts are not begun without end");
    app.finish().await;
}

#[tokio::test]
async fn a_guests_lines_come_into_the_customers_cart_once() {
    let (app, offer) = open_shop().await;
    let (large, theirs) = more_offers(&app).await;
    let (customer, other) = (app.sign_in("customer").await, app.sign_in("customer").await);
    change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 3 })).await;
    let cart = change(&customer, "cartItemAdd", json!({ "offerId": large, "quantity": 2 })).await;
    let saved = cart["items"][1]["id"].clone();
    change(&customer, "cartItemSaveForLater", json!({ "itemId": saved })).await;
    let token = begin(&app, &offer, 5).await;
    change(&app, "cartItemAdd", json!({ "offerId": large, "quantity": 1, "guestToken": token })).await;
    change(&app, "cartItemAdd", json!({ "offerId": theirs, "quantity": 4, "guestToken": token })).await;

    let merge = |client: Client| async move { call(&client, "cartMerge", json!({ "guestToken": "" })).await };
    assert_eq!(merge(customer.clone()).await.problems("cartMerge"), ["NOT_FOUND"]);
    let input = json!({ "guestToken": token });
    let answers = join_all((0..8).map(|_| call(&customer, "cartMerge", input.clone()))).await;
    for answer in &answers {
        let cart = answer.data("/cartMerge/cart");
        assert_eq!(quantities(cart), [5, 2, 4], "the larger quantity stays: {:#}", answer.body);
        assert_eq!(cart["savedItems"], json!([]), "it was in the guest's cart to be bought");
    }
    assert_eq!(quantities(&read(&customer, None).await), [5, 2, 4]);
    assert_eq!(read(&app, Some(&token)).await, Value::Null, "the token opens nothing");
    let add = refused(&app, "cartItemAdd", json!({ "offerId": offer, "guestToken": token })).await;
    assert_eq!(add, ["NOT_FOUND"]);
    assert_eq!(refused(&other, "cartMerge", input.clone()).await, ["NOT_FOUND"], "nor for anybody else");
    let states = "SELECT jsonb_agg(status ORDER BY status) FROM carts";
    assert_eq!(app.database.value(states).await, json!(["active", "merged"]));
    assert_eq!(
        app.query("mutation { cartMerge(input: { guestToken: \"x\" }) { errors { code } } }", json!({})).await.code(),
        Some("UNAUTHENTICATED")
    );

    let token = begin(&app, &offer, 1).await;
    let input = json!({ "guestToken": token });
    let (one, two) =
        tokio::join!(call(&customer, "cartMerge", input.clone()), call(&other, "cartMerge", input.clone()));
    let merged = [&one, &two].iter().filter(|answer| answer.problems("cartMerge").is_empty()).count();
    assert_eq!(merged, 1, "one of two customers gets it");
    app.finish().await;
}

#[tokio::test]
async fn carts_that_nobody_touches_are_given_up() {
    let (app, offer) = open_shop().await;
    let customer = app.sign_in("customer").await;
    change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 3 })).await;
    let token = begin(&app, &offer, 1).await;
    let sweep = async |app: &TestApp| {
        let inside = app.node.app.clone();
        app.node.on_runtime(async move { freshvilla::sales::cart::jobs::sweep(&inside).await.unwrap() }).await
    };
    app.advance(TimeDelta::days(29));
    assert_eq!(sweep(&app).await, (0, 0));
    assert_eq!(quantities(&read(&app, Some(&token)).await), [1]);
    app.advance(TimeDelta::days(2));
    assert_eq!(read(&app, Some(&token)).await, Value::Null, "also before it is swept");
    assert_eq!(refused(&app, "cartClear", json!({ "guestToken": token })).await, ["NOT_FOUND"]);
    // What looked and found it expired rolled back, perhaps not yet: the sweep passes over locked rows.
    let mut swept = sweep(&app).await;
    for _ in 0..100 {
        if swept != (0, 0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        swept = sweep(&app).await;
    }
    assert_eq!(swept, (1, 0), "the guest's");
    let until = app.database.value("SELECT status FROM carts WHERE account_id IS NULL").await;
    assert_eq!(until, json!("abandoned"));
    app.advance(TimeDelta::days(59));
    let (id, fresh) = app.sign_in_as("customer").await;
    let account = app.database.value("SELECT account_id FROM carts WHERE account_id IS NOT NULL").await;
    app.database
        .execute(&format!(
            "UPDATE carts SET account_id = '{}' WHERE account_id = '{}'",
            id.0,
            account.as_str().unwrap()
        ))
        .await;
    assert_eq!(read(&fresh, None).await, Value::Null, "after ninety days");
    let cart = change(&fresh, "cartItemAdd", json!({ "offerId": offer, "quantity": 2 })).await;
    assert_eq!(quantities(&cart), [2], "a new one");
    let states = "SELECT jsonb_agg(status ORDER BY status) FROM carts";
    assert_eq!(app.database.value(states).await, json!(["abandoned", "abandoned", "active"]));
    app.advance(TimeDelta::days(2));
    assert_eq!(sweep(&app).await, (0, 1), "a guest's is forgotten in the end");
    app.finish().await;
}
