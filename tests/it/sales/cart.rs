//! Carts of customers: prices of now, what changed, limits, and parallel clients.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    offers::{LARGE, MINE, OTHER, SMALL, create, fill_warehouses, id, offer, stock_a_shelf},
    performance,
    support::{Answer, Client, TestApp},
};

/// What is read of a cart.
pub const CART: &str = "id status version guestToken hasChanges subtotal { amount } items { id quantity \
    unitPrice { amount } total { amount } problem availableQuantity seenUnitPrice { amount } seenProblem changes \
    offer { id seller { name } variant { sku } } } savedItems { id quantity }";

/// Calls a mutation of carts; answers its payload.
pub async fn call(client: &Client, name: &str, input: Value) -> Answer {
    let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let text = format!(
        "mutation($input: {pascal}Input!) {{ {name}(input: $input) {{ cart {{ {CART} }} errors {{ code path }} }} }}"
    );
    client.query(&text, json!({ "input": input })).await
}

/// The same; answers the cart.
pub async fn change(client: &Client, name: &str, input: Value) -> Value {
    let answer = call(client, name, input).await;
    assert_eq!(answer.problems(name), Vec::<&str>::new(), "{:#}", answer.body);
    answer.data(&format!("/{name}/cart")).clone()
}

/// The codes with which a change is refused.
pub async fn refused(client: &Client, name: &str, input: Value) -> Vec<String> {
    let answer = call(client, name, input).await;
    assert!(answer.data(&format!("/{name}/cart")).is_null(), "{:#}", answer.body);
    answer.problems(name).into_iter().map(str::to_owned).collect()
}

/// The caller's cart.
pub async fn read(client: &Client, guest_token: Option<&str>) -> Value {
    let text = format!("query($token: String) {{ cart(guestToken: $token) {{ {CART} }} }}");
    client.query(&text, json!({ "token": guest_token })).await.data("/cart").clone()
}

/// A shop with an offer of Rs 70 (Rs 60 from ten on, Rs 65 for businesses); answers the offer.
pub async fn open_shop() -> (TestApp, String) {
    let app = TestApp::start_with(&["--offer-approval", "automatic", "--access-token-seconds", "86400"]).await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    let admin = app.sign_in("administrator").await;
    let terms = json!({ "status": "LIVE", "maxQuantity": 20, "businessPrice": { "amount": "65" },
                        "priceBreaks": [{ "minQuantity": 10, "price": { "amount": "60" } }] });
    let made = create(&admin, offer(MINE, SMALL, "M1", "70"), terms).await;
    (app, made)
}

async fn set_price(app: &TestApp, minor: i64) {
    app.database.execute(&format!("UPDATE offers SET price_minor = {minor}, business_price_minor = NULL")).await;
}

#[tokio::test]
async fn a_cart_answers_the_prices_of_now() {
    let (app, offer) = open_shop().await;
    let customer = app.sign_in("customer").await;
    assert_eq!(read(&customer, None).await, Value::Null);
    let cart = change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 2 })).await;
    assert_eq!(cart["guestToken"], Value::Null, "whoever is logged in needs none");
    assert_eq!(cart["subtotal"]["amount"], json!("140.00"));
    assert_eq!(cart["items"][0]["offer"]["seller"]["name"], json!("Mine"));
    let cart = change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 8 })).await;
    assert_eq!(cart["items"].as_array().unwrap().len(), 1, "of one offer one line");
    assert_eq!(cart["items"][0]["unitPrice"]["amount"], json!("60.00"), "ten packs reach the price break");
    assert_eq!(cart["hasChanges"], json!(false), "the shopper was answered this price");
    let item = cart["items"][0]["id"].clone();
    let cart = change(&customer, "cartItemUpdate", json!({ "itemId": item, "quantity": 3 })).await;
    assert_eq!((&cart["subtotal"]["amount"], &cart["hasChanges"]), (&json!("210.00"), &json!(false)));

    let business = "INSERT INTO customer_profiles (account_id, customer_number, language, gstin, created_at, updated_at) \
                    SELECT id, 'FVC-TEST0001', 'en', '29AAACF1234A1Z5', now(), now() FROM accounts WHERE kind = 'customer'";
    app.database.execute(business).await;
    let cart = read(&customer, None).await;
    assert_eq!(cart["items"][0]["unitPrice"]["amount"], json!("65.00"), "for a customer with a GSTIN");
    assert_eq!(cart["items"][0]["changes"], json!(["PRICE_LOWERED"]));

    let cart = change(&customer, "cartItemSaveForLater", json!({ "itemId": item })).await;
    assert_eq!((&cart["subtotal"]["amount"], &cart["savedItems"][0]["id"]), (&json!("0.00"), &item));
    let cart = change(&customer, "cartItemMoveToCart", json!({ "itemId": item })).await;
    assert_eq!(cart["subtotal"]["amount"], json!("195.00"));
    change(&customer, "cartItemSaveForLater", json!({ "itemId": item })).await;
    let cart = change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 4 })).await;
    assert_eq!(
        (&cart["items"][0]["quantity"], &cart["savedItems"]),
        (&json!(4), &json!([])),
        "back with the new quantity"
    );
    let cart = change(&customer, "cartItemRemove", json!({ "itemId": item })).await;
    assert_eq!(cart["items"], json!([]));
    assert_eq!(refused(&customer, "cartItemRemove", json!({ "itemId": item })).await, ["NOT_FOUND"]);
    app.finish().await;
}

#[tokio::test]
async fn what_changed_is_said_until_the_shopper_takes_note() {
    let (app, offer) = open_shop().await;
    let customer = app.sign_in("customer").await;
    let cart = change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 2 })).await;
    let item = cart["items"][0]["id"].clone();
    set_price(&app, 7_500).await;
    let cart = read(&customer, None).await;
    let line = &cart["items"][0];
    assert_eq!(line["changes"], json!(["PRICE_RAISED"]));
    assert_eq!((&line["seenUnitPrice"]["amount"], &line["total"]["amount"]), (&json!("70.00"), &json!("150.00")));
    let seen = |price: &str, problem: Value| json!({ "items": [{ "itemId": item, "unitPrice": { "amount": price }, "problem": problem }] });
    set_price(&app, 8_000).await;
    assert_eq!(
        refused(&customer, "cartChangesAcknowledge", seen("75", Value::Null)).await,
        ["CHANGED_AGAIN"],
        "another price than the shopper was shown"
    );
    assert_eq!(read(&customer, None).await["items"][0]["seenUnitPrice"]["amount"], json!("70.00"));
    let cart = change(&customer, "cartChangesAcknowledge", seen("80", Value::Null)).await;
    assert_eq!(cart["hasChanges"], json!(false));

    let stock = |n: i32| format!("UPDATE stock_items SET available = {n} WHERE seller_id = '{MINE}'");
    let (seller, variant, product) = (
        |status: &str| format!("UPDATE sellers SET status = '{status}' WHERE id = '{MINE}'"),
        |status: &str| format!("UPDATE product_variants SET status = '{status}' WHERE id = '{SMALL}'"),
        |status: &str| format!("UPDATE products SET status = '{status}'"),
    );
    let offer_is = |set: &str| format!("UPDATE offers SET {set}");
    for (worse, better, problem) in [
        (stock(0), stock(1), "OUT_OF_STOCK"),
        (stock(1), stock(100), "INSUFFICIENT_STOCK"),
        (seller("suspended"), seller("active"), "SELLER_GONE"),
        (variant("archived"), variant("active"), "PRODUCT_GONE"),
        (product("archived"), product("active"), "PRODUCT_GONE"),
        (offer_is("status = 'paused'"), offer_is("status = 'live'"), "OFFER_WITHDRAWN"),
        (
            offer_is("ends_at = now() - interval '1 hour', starts_at = NULL"),
            offer_is("ends_at = NULL"),
            "OFFER_WITHDRAWN",
        ),
        (offer_is("min_quantity = 5"), offer_is("min_quantity = 1"), "QUANTITY_NOT_TAKEN"),
    ] {
        app.database.execute(&worse).await;
        let cart = read(&customer, None).await;
        let line = &cart["items"][0];
        assert_eq!((&line["problem"], &line["changes"]), (&json!(problem), &json!(["PROBLEM_AROSE"])), "{worse}");
        assert_eq!(cart["subtotal"]["amount"], json!("0.00"), "{worse}");
        let few = ["OUT_OF_STOCK", "INSUFFICIENT_STOCK"].contains(&problem);
        assert_eq!(!line["availableQuantity"].is_null(), few, "{worse}");
        let cart = change(&customer, "cartChangesAcknowledge", seen("80", json!(problem))).await;
        assert_eq!(cart["items"][0]["changes"], json!([]), "{worse}");
        if !few {
            let put = refused(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 1 })).await;
            let code = if problem == "QUANTITY_NOT_TAKEN" { problem } else { "OFFER_UNAVAILABLE" };
            assert_eq!(put, [code], "{worse}");
        }
        app.database.execute(&better).await;
        if problem == "OUT_OF_STOCK" {
            continue;
        }
        let cart = read(&customer, None).await;
        assert_eq!(cart["items"][0]["changes"], json!(["PROBLEM_GONE"]), "{better}");
        change(&customer, "cartChangesAcknowledge", seen("80", Value::Null)).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn what_a_cart_cannot_hold_is_refused_and_changes_nothing() {
    let (app, offer) = open_shop().await;
    let (customer, other) = (app.sign_in("customer").await, app.sign_in("customer").await);
    assert_eq!(refused(&customer, "cartClear", json!({})).await, ["NOT_FOUND"], "there is no cart yet");
    let cart = change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 15 })).await;
    let item = cart["items"][0]["id"].clone();
    for quantity in [0, -1, i32::MIN, i32::MAX, 10_001, 10_000, 6] {
        let put = refused(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": quantity })).await;
        assert_eq!(put, ["QUANTITY_NOT_TAKEN"], "{quantity} on top of 15, at most 20");
    }
    for quantity in [0, -1, 21, i32::MAX] {
        let set = refused(&customer, "cartItemUpdate", json!({ "itemId": item, "quantity": quantity })).await;
        assert_eq!(set, ["QUANTITY_NOT_TAKEN"], "{quantity}");
    }
    let unknown = id("ofr", OTHER);
    assert_eq!(refused(&customer, "cartItemAdd", json!({ "offerId": unknown })).await, ["NOT_FOUND"]);
    let old = json!({ "itemId": item, "quantity": 2, "expectedVersion": 1 });
    assert_eq!(refused(&customer, "cartItemUpdate", old).await, ["VERSION_CONFLICT"]);
    assert_eq!(read(&customer, None).await["items"][0]["quantity"], json!(15));

    change(&other, "cartItemAdd", json!({ "offerId": offer })).await;
    for (name, input) in [
        ("cartItemUpdate", json!({ "itemId": item, "quantity": 1 })),
        ("cartItemRemove", json!({ "itemId": item })),
        ("cartItemSaveForLater", json!({ "itemId": item })),
        ("cartItemMoveToCart", json!({ "itemId": item })),
        ("cartChangesAcknowledge", json!({ "items": [{ "itemId": item, "unitPrice": { "amount": "70" } }] })),
    ] {
        assert_eq!(refused(&other, name, input).await, ["NOT_FOUND"], "{name} of somebody else's line");
    }
    let node = "query($id: ID!) { node(id: $id) { id ... on Cart { items { quantity } } } }";
    let own = customer.query(node, json!({ "id": cart["id"] })).await;
    assert_eq!(*own.data("/node/items/0/quantity"), json!(15));
    assert_eq!(*other.query(node, json!({ "id": cart["id"] })).await.data("/node"), Value::Null);
    assert_eq!(*app.query(node, json!({ "id": cart["id"] })).await.data("/node"), Value::Null);

    let lines = "WITH made AS (INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, created_at, updated_at) \
                 SELECT gen_random_uuid(), seller_id, variant_id, 'X' || n, 100, 'archived', now(), now() FROM offers, \
                 generate_series(1, 99) n RETURNING id) INSERT INTO cart_items (id, cart_id, offer_id, quantity, \
                 seen_price_minor, created_at, updated_at) SELECT gen_random_uuid(), carts.id, made.id, 1, 100, now(), now() \
                 FROM made, carts WHERE carts.version = 2 AND EXISTS (SELECT FROM cart_items WHERE cart_id = carts.id AND quantity = 15)";
    app.database.execute(lines).await;
    let admin = app.sign_in("administrator").await;
    let large = create(&admin, crate::offers::offer(MINE, LARGE, "M2", "400"), json!({ "status": "LIVE" })).await;
    assert_eq!(refused(&customer, "cartItemAdd", json!({ "offerId": large })).await, ["CART_FULL"]);
    let cart = change(&customer, "cartClear", json!({})).await;
    assert_eq!((&cart["items"], &cart["subtotal"]["amount"]), (&json!([]), &json!("0.00")));
    app.finish().await;
}

#[tokio::test]
async fn parallel_adds_make_one_line_with_the_sum() {
    let (app, offer) = open_shop().await;
    let customer = app.sign_in("customer").await;
    let one = || call(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 1 }));
    let answers = join_all((0..16).map(|_| one())).await;
    assert!(answers.iter().all(|answer| answer.problems("cartItemAdd").is_empty()));
    let cart = read(&customer, None).await;
    assert_eq!((&cart["items"][0]["quantity"], &cart["version"]), (&json!(16), &json!(17)));
    assert_eq!(app.database.value("SELECT count(*) FROM carts").await, json!(1));
    assert_eq!(app.database.value("SELECT count(*) FROM cart_items").await, json!(1));
    // At most twenty: of eight more, four fit.
    let answers = join_all((0..8).map(|_| one())).await;
    let fit = answers.iter().filter(|answer| answer.problems("cartItemAdd").is_empty()).count();
    assert_eq!(fit, 4);
    assert_eq!(read(&customer, None).await["items"][0]["quantity"], json!(20));

    performance::settle(&app).await;
    let owner = app.sign_in_over("distributor_owner", MINE).await;
    let today = app.clock().today();
    let report = "query($from: Date!, $to: Date!) { offerPerformance(from: $from, to: $to) { carts days { carts } \
                  topOffers { carts } } }";
    let report = owner.query(report, json!({ "from": today - TimeDelta::days(1), "to": today })).await;
    assert_eq!(
        *report.data("/offerPerformance"),
        json!({ "carts": "1", "days": [{ "carts": "1" }], "topOffers": [] }),
        "a line was added once; what was never shown is no top offer"
    );
    app.finish().await;
}

#[tokio::test]
async fn a_cart_takes_few_statements_whatever_its_size() {
    let (app, offer) = open_shop().await;
    let customer = app.sign_in("customer").await;
    let first = call(&customer, "cartItemAdd", json!({ "offerId": offer })).await;
    assert!(first.statements() <= 11, "{} with a new cart", first.statements());
    let many = |n: i32| {
        format!(
            "WITH made AS (INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, created_at, updated_at) \
             SELECT gen_random_uuid(), seller_id, variant_id, 'X{n}' || n, 100, 'archived', now(), now() FROM offers, \
             generate_series(1, {n}) n WHERE sku = 'M1' RETURNING id) INSERT INTO cart_items (id, cart_id, offer_id, quantity, \
             seen_price_minor, created_at, updated_at) SELECT gen_random_uuid(), carts.id, made.id, 1, 100, now(), now() \
             FROM made, carts"
        )
    };
    let mut counts = Vec::new();
    for (more, lines) in [(2, 3), (37, 40)] {
        app.database.execute(&many(more)).await;
        let text = format!("{{ cart {{ {CART} }} }}");
        let seen = customer.query(&text, json!({})).await;
        assert_eq!(seen.data("/cart/items").as_array().unwrap().len(), lines);
        let added = call(&customer, "cartItemAdd", json!({ "offerId": offer })).await;
        assert_eq!(added.problems("cartItemAdd"), Vec::<&str>::new());
        counts.push((seen.statements(), added.statements()));
    }
    assert_eq!(counts[0].0, counts[1].0, "3 and 40 lines take the same statements");
    assert!(counts[0].0 <= 4, "{counts:?}: cart, lines, seller, variant");
    // Loaders keep nothing in a mutation, so that one or the other key may be fetched twice; never once for each line.
    assert!(counts.iter().all(|(_, added)| *added <= 10), "{counts:?}");
    let bare = "mutation($input: CartItemAddInput!) { cartItemAdd(input: $input) { cart { subtotal { amount } } } }";
    let added = customer.query(bare, json!({ "input": { "offerId": offer } })).await;
    assert!(added.statements() <= 7, "{}: begin, cart, line, lines, line, cart, commit", added.statements());
    app.finish().await;
}
