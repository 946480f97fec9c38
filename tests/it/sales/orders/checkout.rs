//! Checkout: what an order is made of, what is refused, and that it costs the same number of statements whatever its
//! size.

use serde_json::{Value, json};

use super::{LOTS, Shop, give_address, kinds};
use crate::{
    offers::{HOUSE, MINE, SMALL, create, id, offer},
    sales::{
        cart::{change, read},
        coupons::make,
    },
    support::Client,
};

async fn apply(client: &Client, code: &str) {
    let text = "mutation($code: String!) { cartCouponApply(input: { code: $code }) { errors { code } } }";
    let applied = client.query(text, json!({ "code": code })).await;
    assert_eq!(applied.problems("cartCouponApply"), Vec::<&str>::new());
}

#[tokio::test]
async fn a_cart_becomes_an_order_that_is_placed_at_once_when_it_is_paid_on_delivery() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    let order = buyer.order("one", json!({ "expectedTotal": { "amount": "150.00" } })).await;
    assert_eq!((&order["status"], &order["total"]["amount"]), (&json!("PLACED"), &json!("150.00")));
    assert_eq!((&order["subtotal"]["amount"], &order["delivery"]["amount"]), (&json!("140.00"), &json!("10.00")));
    assert_eq!(
        order["tax"],
        json!({ "taxable": { "amount": "142.86" }, "cgst": { "amount": "3.57" },
                                     "sgst": { "amount": "3.57" }, "igst": { "amount": "0.00" } })
    );
    assert_eq!(order["address"], json!({ "contactName": "Asha", "pincode": "560066", "stateCode": "29" }));
    assert_eq!(kinds(&order), ["CREATED", "PLACED"]);
    assert_eq!((&order["payment"]["method"], &order["payment"]["status"]), (&json!("COD"), &json!("PROMISED")));
    let part = &order["subOrders"][0];
    assert_eq!(part["number"], json!(format!("{}-1", order["number"].as_str().unwrap())));
    assert_eq!((&part["taxHeads"], &part["seller"]["name"]), (&json!("CGST_SGST"), &json!("Mine")));
    assert!(part["confirmBy"].is_string() && part["terms"].is_null(), "the commission is not the buyer's business");
    let line = &part["lines"][0];
    assert_eq!(
        (&line["productName"], &line["sku"], &line["gstBp"]),
        (&json!("Basmati"), &json!("RICE-1"), &json!(500))
    );
    assert_eq!(shop.stock().await, (98, 2));
    assert_eq!(read(&buyer.client, None).await, Value::Null, "the cart became the order");
    let ends = "SELECT count(*) FROM stock_reservations WHERE status = 'active' AND expires_at IS NULL";
    assert_eq!(shop.app.database.value(ends).await, json!(1), "no clock takes the pieces away");

    let again = buyer.order("one", json!({ "expectedTotal": { "amount": "150.00" } })).await;
    assert_eq!(again["id"], order["id"], "the same key, the same order");
    assert_eq!(buyer.refused("one", json!({})).await, ["IDEMPOTENCY_KEY_REUSED"]);
    assert_eq!(buyer.refused("two", json!({})).await, ["CART_EMPTY"]);
    assert_eq!(shop.stock().await, (98, 2));
    shop.app.finish().await;
}

#[tokio::test]
async fn an_order_is_split_by_seller_and_coupons_are_borne_by_whose_they_are() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let theirs = create(&admin, offer(HOUSE, SMALL, "H1", "55"), json!({ "status": "LIVE" })).await;
    let rule =
        "mutation($input: CommissionRuleCreateInput!) { commissionRuleCreate(input: $input) { errors { code } } }";
    let rule = admin.query(rule, json!({ "input": { "rateBp": 1000, "fixed": { "amount": "1" } } })).await;
    assert_eq!(rule.problems("commissionRuleCreate"), Vec::<&str>::new(), "{:#}", rule.body);
    for (code, terms) in [
        ("TEN", json!({ "kind": "PERCENT", "rateBp": 1000, "stackable": true })),
        (
            "OWN",
            json!({ "kind": "FIXED", "amount": { "amount": "20" }, "stackable": true, "sellerId": id("sel", MINE) }),
        ),
        ("FREE", json!({ "kind": "FREE_DELIVERY", "stackable": true })),
    ] {
        let mut input = terms;
        input["code"] = json!(code);
        make(&admin, input).await;
    }
    let buyer = shop.shopper(3).await;
    change(&buyer.client, "cartItemAdd", json!({ "offerId": theirs, "quantity": 1 })).await;
    for code in ["TEN", "OWN", "FREE"] {
        apply(&buyer.client, code).await;
    }
    let order = buyer.order("split", json!({})).await;
    assert_eq!(order["subOrders"].as_array().unwrap().len(), 2);
    // 10 % of 210 and 55, then Rs 20 off what one seller's goods still cost, and no fee.
    assert_eq!((&order["discount"]["amount"], &order["total"]["amount"]), (&json!("46.50"), &json!("218.50")));
    let discounts: Vec<_> = order["discounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["code"].as_str().unwrap(),
                one["goods"]["amount"].as_str().unwrap(),
                one["delivery"]["amount"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(discounts, [("TEN", "26.50", "0.00"), ("OWN", "20.00", "0.00"), ("FREE", "0.00", "10.00")]);
    let seen = format!("query($id: ID!) {{ order(id: $id) {{ {} }} }}", super::ORDER);
    let seen = admin.query(&seen, json!({ "id": order["id"] })).await.data("/order").clone();
    let mine =
        seen["subOrders"].as_array().unwrap().iter().find(|part| part["seller"]["name"] == json!("Mine")).unwrap();
    // Of 210 the seller itself gave 20 off: 10 % of 190, and Rs 1 for each of three packs.
    assert_eq!(mine["lines"][0]["terms"]["base"]["amount"], json!("190.00"));
    assert_eq!(mine["terms"]["commission"]["amount"], json!("22.00"));
    let house = seen["subOrders"].as_array().unwrap().iter().find(|part| part["seller"]["name"] == json!("FreshVilla"));
    assert_eq!(house.unwrap()["terms"]["commission"]["amount"], json!("0.00"), "FreshVilla pays itself none");
    let borne = "SELECT jsonb_build_array(sum(platform_discount_minor), sum(platform_delivery_discount_minor)) \
                 FROM sub_order_terms";
    assert_eq!(shop.app.database.value(borne).await, json!([2650, 1000]));
    let uses = "SELECT jsonb_agg(jsonb_build_array(code, uses) ORDER BY code) FROM coupons";
    assert_eq!(shop.app.database.value(uses).await, json!([["FREE", 1], ["OWN", 1], ["TEN", 1]]));
    let taken = "SELECT jsonb_agg(discount_minor ORDER BY discount_minor) FROM coupon_redemptions";
    assert_eq!(shop.app.database.value(taken).await, json!([1000, 2000, 2650]));
    shop.app.finish().await;
}

#[tokio::test]
async fn what_a_quote_only_tells_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    let db = &shop.app.database;
    let stranger = shop.buyer().await;
    for (change, codes) in [
        (json!({ "expectedTotal": { "amount": "149.99" } }), ["TOTAL_CHANGED"]),
        (json!({ "addressId": stranger.address }), ["NOT_FOUND"]),
        (json!({ "deliverAt": "2999-01-01T00:00:00Z" }), ["INVALID"]),
        (json!({ "gstin": "29AAACF1234A1Z6" }), ["INVALID"]),
        (json!({ "purchaseOrder": "PO-1" }), ["INVALID"]),
        (json!({ "purchaseOrder": "" }), ["REQUIRED"]),
        (json!({ "purchaseOrder": "x".repeat(65), "gstin": "27AAPFU0939F1ZV" }), ["INVALID"]),
        (json!({ "method": "CREDIT" }), ["CREDIT_NOT_OFFERED"]),
    ] {
        assert_eq!(buyer.refused("no", change.clone()).await, codes, "{change}");
    }
    let far = give_address(&shop.app, buyer.account, "160001", "27").await;
    let near = json!({ "addressId": far });
    for (worse, better, change, code) in [
        (
            "UPDATE stock_items SET available = 1",
            "UPDATE stock_items SET available = 100",
            json!({}),
            "INSUFFICIENT_STOCK",
        ),
        (
            "UPDATE sellers SET status = 'suspended' WHERE kind = 'distributor'",
            "UPDATE sellers SET status = 'active'",
            json!({}),
            "OFFER_UNAVAILABLE",
        ),
        ("UPDATE offers SET min_quantity = 5", "UPDATE offers SET min_quantity = 1", json!({}), "QUANTITY_NOT_TAKEN"),
        (
            "UPDATE service_areas SET active = false WHERE pincode = '160001'",
            "UPDATE service_areas SET active = true",
            near.clone(),
            "NOT_DELIVERED",
        ),
        (
            "UPDATE service_areas SET minimum_order_minor = 14001",
            "UPDATE service_areas SET minimum_order_minor = 0",
            json!({}),
            "BELOW_MINIMUM",
        ),
        (
            "UPDATE opening_hours SET weekly = '{}'",
            "UPDATE opening_hours SET weekly = '{0, 10080}'",
            json!({}),
            "CLOSED",
        ),
    ] {
        db.execute(worse).await;
        assert_eq!(buyer.refused("no", change).await, [code], "{worse}");
        db.execute(better).await;
    }
    let admin = shop.app.sign_in("administrator").await;
    let coupon = make(&admin, json!({ "code": "ONCE", "kind": "PERCENT", "rateBp": 1000, "maxUses": 1 })).await;
    apply(&buyer.client, "ONCE").await;
    db.execute("UPDATE coupons SET uses = 1").await;
    assert_eq!(buyer.refused("no", json!({})).await, ["COUPON_USED_UP"], "{coupon}");
    let nothing = "SELECT count(*) FROM orders";
    assert_eq!(db.value(nothing).await, json!(0));
    assert_eq!(db.value("SELECT count(*) FROM stock_reservations").await, json!(0));
    assert_eq!(db.value("SELECT count(*) FROM idempotency_keys WHERE operation = 'checkoutComplete'").await, json!(0));
    assert_eq!(db.value("SELECT count(*) FROM payment_intents").await, json!(0));

    assert_eq!(
        shop.app
            .query(
                "mutation($i: CheckoutCompleteInput!) { checkoutComplete(input: $i) { errors { code } } }",
                json!({ "i": { "addressId": buyer.address, "method": "COD", "idempotencyKey": "x" } })
            )
            .await
            .code(),
        Some("UNAUTHENTICATED")
    );
    shop.app.finish().await;
}

#[tokio::test]
async fn what_is_saved_for_later_goes_on_in_a_new_cart() {
    let shop = Shop::open().await;
    let admin = shop.app.sign_in("administrator").await;
    let other = create(&admin, offer(HOUSE, SMALL, "H1", "55"), json!({ "status": "LIVE" })).await;
    let buyer = shop.shopper(1).await;
    let cart = change(&buyer.client, "cartItemAdd", json!({ "offerId": other })).await;
    change(&buyer.client, "cartItemSaveForLater", json!({ "itemId": cart["items"][1]["id"] })).await;
    let order = buyer.order("one", json!({})).await;
    assert_eq!(order["subOrders"].as_array().unwrap().len(), 1);
    let cart = read(&buyer.client, None).await;
    assert_eq!((&cart["items"], cart["savedItems"].as_array().unwrap().len()), (&json!([]), 1));
    shop.app.finish().await;
}

#[tokio::test]
async fn a_business_orders_at_its_prices_with_its_numbers() {
    let shop = Shop::open().await;
    let buyer = shop.shopper(2).await;
    let profile = format!(
        "INSERT INTO customer_profiles (account_id, customer_number, language, gstin, business_name, created_at, updated_at) \
         VALUES ('{}', 'FVC-TEST0001', 'en', '29AAACF1234A1Z5', 'Asha Foods', now(), now())",
        buyer.account.0
    );
    shop.app.database.execute(&profile).await;
    let order = buyer.order("b2b", json!({ "purchaseOrder": " PO  7 " })).await;
    assert_eq!(order["subtotal"]["amount"], json!("130.00"), "Rs 65 for businesses");
    assert_eq!((&order["gstin"], &order["purchaseOrder"]), (&json!("29AAACF1234A1Z5"), &json!("PO 7")));
    assert_eq!(order["businessName"], json!("Asha Foods"));
    shop.app.finish().await;
}

/// A cart of so many lines of two sellers.
async fn fill(shop: &Shop, lines: usize) -> super::Buyer {
    let buyer = shop.buyer().await;
    let rows = format!(
        "WITH variants AS (INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, mrp_minor, status, position, \
         created_at, updated_at) SELECT gen_random_uuid(), '01900000-0000-7000-8000-0000000000d1', 'L{lines}-' || n, 'Pack', \
         'weight', 1000, 10000, 'active', 0, now(), now() FROM generate_series(1, {lines}) n RETURNING id, sku), \
         places AS (SELECT variants.id AS variant, variants.sku, locations.id AS location, locations.seller_id FROM variants \
         JOIN locations ON locations.seller_id = CASE WHEN right(variants.sku, 1) IN ('1', '3', '5', '7', '9') \
         THEN '{MINE}'::uuid ELSE '{HOUSE}'::uuid END), \
         stock AS (INSERT INTO stock_items (id, location_id, seller_id, variant_id, available, created_at, updated_at) \
         SELECT gen_random_uuid(), location, seller_id, variant, 50, now(), now() FROM places), \
         made AS (INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, approved_at, created_at, updated_at) \
         SELECT gen_random_uuid(), seller_id, variant, sku, 5000, 'live', now(), now(), now() FROM places RETURNING id), \
         cart AS (INSERT INTO carts (id, account_id, status, expires_at, created_at, updated_at) VALUES (gen_random_uuid(), \
         '{}', 'active', now() + interval '9 days', now(), now()) RETURNING id) \
         INSERT INTO cart_items (id, cart_id, offer_id, quantity, seen_price_minor, created_at, updated_at) \
         SELECT gen_random_uuid(), cart.id, made.id, 3, 5000, now(), now() FROM made, cart",
        buyer.account.0
    );
    shop.app.database.execute(&rows).await;
    shop.app.database.execute(LOTS).await;
    buyer
}

#[tokio::test]
async fn checkout_takes_few_statements_whatever_the_number_of_lines() {
    let shop = Shop::open().await;
    let (few, many) = (fill(&shop, 3).await, fill(&shop, 40).await);
    let warm = fill(&shop, 2).await;
    warm.order("warm", json!({})).await;
    let text = "mutation($i: CheckoutCompleteInput!) { checkoutComplete(input: $i) { order { number total { amount } } \
                errors { code message path } } }";
    let mut counts = Vec::new();
    for (buyer, total) in [(few, "460.00"), (many, "6010.00")] {
        let input = json!({ "addressId": buyer.address, "method": "COD", "idempotencyKey": "count" });
        let answer = buyer.client.query(text, json!({ "i": input })).await;
        assert_eq!(answer.problems("checkoutComplete"), Vec::<&str>::new(), "{:#}", answer.body);
        let paid = answer.text("/checkoutComplete/order/total/amount");
        assert_eq!(paid, total);
        counts.push(answer.statements());
    }
    assert_eq!(counts[0], counts[1], "3 lines and 40");
    assert!(counts[0] <= 40, "{counts:?}");
    println!("checkout: {counts:?} statements");
    shop.app.finish().await;
}
