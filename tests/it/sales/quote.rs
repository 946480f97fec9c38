//! Quotes: where lines are sent from, what that costs, the tax of it, and what cannot be bought.

use serde_json::{Value, json};

use super::{
    cart::{change, open_shop, refused},
    coupons::make,
};
use crate::{
    offers::{LARGE, MINE, OTHER, SMALL, create, id, offer},
    support::{Answer, Client, TestApp},
};

const TAX: &str =
    "{ taxable { amount } cgst { amount } sgst { amount } utgst { amount } igst { amount } cess { amount } }";

/// The depot of the seller with the offers.
const DEPOT: &str = "01900000-0000-7000-8000-0000000000e1";
/// Another one.
const ANNEX: &str = "01900000-0000-7000-8000-0000000000e7";

async fn ask(client: &Client, input: Value) -> Answer {
    let text = format!(
        "query($input: CartQuoteInput!) {{ cartQuote(input: $input) {{ complete subtotal {{ amount }} discount {{ amount }} \
         delivery {{ amount }} total {{ amount }} tax {TAX} coupons {{ code refusal discount {{ amount }} }} \
         obstacles {{ itemIds reason missing {{ amount }} nextOpening }} shipments {{ seller {{ name }} locationId \
         location {{ id }} taxHeads promisedMinutes subtotal {{ amount }} discount {{ amount }} deliveryFee {{ amount }} \
         deliveryDiscount {{ amount }} total {{ amount }} options {{ locationId open deliveryFee {{ amount }} }} \
         lines {{ itemId amount {{ amount }} discount {{ amount }} delivery {{ amount }} gstBp cessBp \
         goodsTax {TAX} deliveryTax {TAX} }} }} }} }}"
    );
    client.query(&text, json!({ "input": input })).await
}

async fn quote(client: &Client, pincode: &str) -> Value {
    ask(client, json!({ "pincode": pincode })).await.data("/cartQuote").clone()
}

/// The one obstacle of a quote of which nothing can be bought: its reason.
async fn reason(client: &Client) -> Value {
    let quote = quote(client, "560066").await;
    assert_eq!((&quote["complete"], &quote["total"]["amount"]), (&json!(false), &json!("0.00")), "{quote:#}");
    assert_eq!(quote["shipments"], json!([]));
    quote["obstacles"][0].clone()
}

/// Rice is taxed at 5 %, the seller is registered in Karnataka and delivers to three states.
pub async fn open_taxed_shop() -> (TestApp, String, Client) {
    let (app, made) = open_shop().await;
    let rows = format!(
        "INSERT INTO gst_rates (id, hsn_prefix, rate_bp, cess_bp, valid_from, source, created_at) VALUES \
         (gen_random_uuid(), '1006', 500, 0, '2020-01-01', 'test', now()), \
         (gen_random_uuid(), '1006', 1800, 0, '2999-01-01', 'to come', now()); \
         INSERT INTO gst_registrations (id, seller_id, gstin, pan, state_code, legal_name, trade_name, scheme, turnover_band, \
         status, created_at, updated_at) VALUES ('{MINE}', '{MINE}', '29AAACF1234A1Z5', 'AAACF1234A', '29', 'Mine', '', \
         'regular', 'up_to_5_crore', 'active', now(), now()); \
         UPDATE warehouses SET gst_registration_id = '{MINE}' WHERE seller_id = '{MINE}'; \
         INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) VALUES \
         ('27', 'MH', 'Maharashtra', false, true, false), ('04', 'CH', 'Chandigarh', true, false, false); \
         INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
         (gen_random_uuid(), '400001', '27', 'Fort', 'Mumbai', '{{Mumbai}}'), \
         (gen_random_uuid(), '160001', '27', 'Sector 1', 'Chandigarh', '{{Chandigarh}}'), \
         (gen_random_uuid(), '160001', '04', 'Sector 1', 'Chandigarh', '{{Chandigarh}}'); \
         INSERT INTO service_areas (id, location_id, pincode, delivery_fee_minor, minimum_order_minor, promised_minutes, \
         priority, active, created_at, updated_at) SELECT gen_random_uuid(), '{DEPOT}', pincode, 2000, 0, 90, 1, true, now(), \
         now() FROM (VALUES ('400001'), ('160001')) AS far(pincode)"
    );
    app.database.execute(&rows).await;
    let customer = app.sign_in("customer").await;
    (app, made, customer)
}

/// A second depot, which delivers to Whitefield for Rs 30, with so many packs of both variants.
pub async fn open_annex(app: &TestApp, small: i32, large: i32) {
    let rows = format!(
        "INSERT INTO locations (id, kind, seller_id, created_at) VALUES ('{ANNEX}', 'warehouse', '{MINE}', now()); \
         INSERT INTO warehouses (id, seller_id, name, kind, status, line1, line2, city, state_code, pincode, \
         gst_registration_id, created_at, updated_at) VALUES ('{ANNEX}', '{MINE}', 'Annex', 'satellite', 'active', '1', '', \
         'Bengaluru', '29', '560066', '{MINE}', now(), now()); \
         INSERT INTO opening_hours (location_id, weekly, updated_at) VALUES ('{ANNEX}', '{{0, 10080}}', now()); \
         INSERT INTO stock_items (id, location_id, seller_id, variant_id, available, created_at, updated_at) VALUES \
         (gen_random_uuid(), '{ANNEX}', '{MINE}', '{SMALL}', {small}, now(), now()), \
         (gen_random_uuid(), '{ANNEX}', '{MINE}', '{LARGE}', {large}, now(), now()); \
         INSERT INTO service_areas (id, location_id, pincode, delivery_fee_minor, minimum_order_minor, promised_minutes, \
         priority, active, created_at, updated_at) VALUES (gen_random_uuid(), '{ANNEX}', '560066', 3000, 0, 30, 1, true, \
         now(), now())"
    );
    app.database.execute(&rows).await;
}

fn amounts(tax: &Value) -> Vec<&str> {
    ["taxable", "cgst", "sgst", "utgst", "igst", "cess"].map(|head| tax[head]["amount"].as_str().unwrap()).to_vec()
}

#[tokio::test]
async fn a_quote_has_delivery_coupons_and_tax_by_place_of_supply() {
    let (app, offer, customer) = open_taxed_shop().await;
    assert_eq!(quote(&customer, "560066").await, Value::Null, "no cart");
    change(&customer, "cartItemAdd", json!({ "offerId": offer, "quantity": 2 })).await;
    let near = quote(&customer, "560066").await;
    assert_eq!((&near["complete"], &near["total"]["amount"]), (&json!(true), &json!("150.00")));
    let shipment = &near["shipments"][0];
    assert_eq!((&shipment["taxHeads"], &shipment["location"]), (&json!("CGST_SGST"), &Value::Null));
    // 5 / 105 of Rs 140 is Rs 6.666, of Rs 10 Rs 0.476: half of each, rounded by itself.
    assert_eq!(amounts(&shipment["lines"][0]["goodsTax"]), ["133.34", "3.33", "3.33", "0.00", "0.00", "0.00"]);
    assert_eq!(amounts(&shipment["lines"][0]["deliveryTax"]), ["9.52", "0.24", "0.24", "0.00", "0.00", "0.00"]);
    assert_eq!(amounts(&near["tax"]), ["142.86", "3.57", "3.57", "0.00", "0.00", "0.00"]);
    assert_eq!(shipment["lines"][0]["gstBp"], json!(500), "the rate in force, not the one to come");

    let far = quote(&customer, "400001").await;
    assert_eq!((&far["shipments"][0]["taxHeads"], &far["total"]["amount"]), (&json!("IGST"), &json!("160.00")));
    assert_eq!(amounts(&far["tax"]), ["152.38", "0.00", "0.00", "0.00", "7.62", "0.00"]);

    let admin = app.sign_in("administrator").await;
    for (code, terms) in [
        ("TEN", json!({ "kind": "PERCENT", "rateBp": 1000, "stackable": true })),
        ("FREE", json!({ "kind": "FREE_DELIVERY", "stackable": true })),
    ] {
        let mut input = terms;
        input["code"] = json!(code);
        make(&admin, input).await;
        let apply = "mutation($code: String!) { cartCouponApply(input: { code: $code }) { errors { code } } }";
        let applied = customer.query(apply, json!({ "code": code })).await;
        assert_eq!(applied.problems("cartCouponApply"), Vec::<&str>::new());
    }
    let less = quote(&customer, "560066").await;
    assert_eq!((&less["discount"]["amount"], &less["delivery"]["amount"]), (&json!("14.00"), &json!("0.00")));
    let shipment = &less["shipments"][0];
    assert_eq!(
        (&shipment["deliveryFee"]["amount"], &shipment["deliveryDiscount"]["amount"]),
        (&json!("10.00"), &json!("10.00"))
    );
    assert_eq!(amounts(&less["tax"]), ["120.00", "3.00", "3.00", "0.00", "0.00", "0.00"], "of Rs 126");
    assert_eq!(less["total"]["amount"], json!("126.00"));

    app.database.execute("UPDATE gst_registrations SET scheme = 'composition'").await;
    let untaxed = quote(&customer, "560066").await;
    assert_eq!(
        (&untaxed["shipments"][0]["taxHeads"], &untaxed["tax"]["taxable"]["amount"]),
        (&json!("NONE"), &json!("126.00"))
    );
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_bought_is_said_with_the_reason() {
    let (app, made) = open_shop().await;
    let customer = app.sign_in("customer").await;
    let cart = change(&customer, "cartItemAdd", json!({ "offerId": made, "quantity": 2 })).await;
    let item = cart["items"][0]["id"].clone();
    assert_eq!(reason(&customer).await["reason"], json!("TAX_RATE_MISSING"));
    let rate = "INSERT INTO gst_rates (id, hsn_prefix, rate_bp, cess_bp, valid_from, source, created_at) VALUES \
                (gen_random_uuid(), '1006', 0, 0, '2020-01-01', 'test', now())";
    app.database.execute(rate).await;
    assert_eq!(quote(&customer, "560066").await["total"]["amount"], json!("150.00"), "a seller without a registration");
    let area = |set: &str| format!("UPDATE service_areas SET {set} WHERE location_id = '{DEPOT}'");

    app.database.execute(&area("minimum_order_minor = 15000")).await;
    let below = reason(&customer).await;
    assert_eq!((&below["reason"], &below["missing"]["amount"]), (&json!("BELOW_MINIMUM"), &json!("10.00")));
    app.database.execute(&area("minimum_order_minor = 14000, free_delivery_threshold_minor = 14000")).await;
    let free = quote(&customer, "560066").await;
    assert_eq!(
        (&free["delivery"]["amount"], &free["shipments"][0]["deliveryFee"]["amount"]),
        (&json!("0.00"), &json!("0.00"))
    );

    app.database.execute(&format!("UPDATE opening_hours SET weekly = '{{}}' WHERE location_id = '{DEPOT}'")).await;
    let closed = reason(&customer).await;
    assert_eq!((&closed["reason"], &closed["nextOpening"]), (&json!("CLOSED"), &Value::Null));
    app.database
        .execute(&format!("UPDATE opening_hours SET weekly = '{{0, 10080}}' WHERE location_id = '{DEPOT}'"))
        .await;
    app.database.execute(&area("active = false")).await;
    assert_eq!(reason(&customer).await["reason"], json!("NOT_DELIVERED"));
    app.database.execute(&area("active = true")).await;

    // The stock lies where nothing is delivered from.
    let rows = format!(
        "INSERT INTO locations (id, kind, seller_id, created_at) VALUES ('{ANNEX}', 'warehouse', '{MINE}', now()); \
         INSERT INTO warehouses (id, seller_id, name, kind, status, line1, line2, city, state_code, pincode, created_at, \
         updated_at) VALUES ('{ANNEX}', '{MINE}', 'Annex', 'satellite', 'active', '1', '', 'Bengaluru', '29', '560066', now(), \
         now()); UPDATE stock_items SET location_id = '{ANNEX}' WHERE seller_id = '{MINE}'"
    );
    app.database.execute(&rows).await;
    assert_eq!(reason(&customer).await["reason"], json!("OUT_OF_REACH"));
    app.database.execute("UPDATE offers SET status = 'paused'").await;
    let paused = reason(&customer).await;
    assert_eq!((&paused["reason"], &paused["itemIds"]), (&json!("ITEM_PROBLEM"), &json!([item])));
    app.finish().await;
}

#[tokio::test]
async fn lines_go_from_as_few_places_as_can_be() {
    let (app, small, customer) = open_taxed_shop().await;
    let admin = app.sign_in("administrator").await;
    let live = json!({ "status": "LIVE" });
    let large = create(&admin, offer(MINE, LARGE, "M2", "400"), live.clone()).await;
    let theirs = create(&admin, offer(OTHER, SMALL, "T1", "55"), live).await;
    open_annex(&app, 0, 5).await;
    for offer in [&small, &large, &theirs] {
        change(&customer, "cartItemAdd", json!({ "offerId": offer })).await;
    }
    let two = quote(&customer, "560066").await;
    assert_eq!(two["shipments"].as_array().unwrap().len(), 2, "each has one of the two: {two:#}");
    assert_eq!((&two["complete"], &two["obstacles"][0]["reason"]), (&json!(false), &json!("NOT_DELIVERED")));
    assert_eq!((&two["delivery"]["amount"], &two["total"]["amount"]), (&json!("40.00"), &json!("510.00")));
    app.database.execute(&format!("UPDATE stock_items SET available = 5 WHERE location_id = '{ANNEX}'")).await;
    let one = quote(&customer, "560066").await;
    assert_eq!(one["shipments"].as_array().unwrap().len(), 1, "the annex has both");
    assert_eq!(one["shipments"][0]["options"].as_array().unwrap().len(), 1);
    let chosen = ask(&customer, json!({ "pincode": "560066", "locationIds": [id("loc", DEPOT)] })).await;
    let places: Vec<&Value> = chosen
        .data("/cartQuote/shipments")
        .as_array()
        .unwrap()
        .iter()
        .map(|shipment| &shipment["locationId"])
        .collect();
    assert_eq!(places, [&json!(id("loc", DEPOT)), &json!(id("loc", ANNEX))], "the shopper chose the depot");
    // Parts sum to the whole, in every column.
    let whole = chosen.data("/cartQuote");
    let paise = |value: &Value| value["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let lines =
        || whole["shipments"].as_array().unwrap().iter().flat_map(|shipment| shipment["lines"].as_array().unwrap());
    for head in ["taxable", "cgst", "sgst", "utgst", "igst", "cess"] {
        let sum: i64 = lines().map(|line| paise(&line["goodsTax"][head]) + paise(&line["deliveryTax"][head])).sum();
        assert_eq!(sum, paise(&whole["tax"][head]), "{head}");
    }
    let shipments: i64 = whole["shipments"].as_array().unwrap().iter().map(|shipment| paise(&shipment["total"])).sum();
    assert_eq!(shipments, paise(&whole["total"]));
    app.finish().await;
}

#[tokio::test]
async fn a_door_that_does_not_exist_is_refused() {
    let (app, made, customer) = open_taxed_shop().await;
    change(&customer, "cartItemAdd", json!({ "offerId": made })).await;
    for wrong in ["", "56006", "5600666", "56006x", "५६००६६", "\u{0}", "999999"] {
        let refused = ask(&customer, json!({ "pincode": wrong })).await;
        assert_eq!(refused.code(), Some("BAD_USER_INPUT"), "{wrong:?}");
    }
    let both = ask(&customer, json!({ "pincode": "160001" })).await;
    assert_eq!(both.code(), Some("BAD_USER_INPUT"), "in two states");
    let named = ask(&customer, json!({ "pincode": "160001", "stateCode": "04" })).await;
    assert_eq!(named.text("/cartQuote/shipments/0/taxHeads"), "IGST");
    for input in [
        json!({ "pincode": "560066", "stateCode": "27" }),
        json!({ "pincode": "560066", "at": "2100-01-01T00:00:00Z" }),
        json!({ "pincode": "560066", "locationIds": vec![id("loc", DEPOT); 51] }),
    ] {
        assert_eq!(ask(&customer, input).await.code(), Some("BAD_USER_INPUT"));
    }
    assert_eq!(*ask(&app, json!({ "pincode": "560066" })).await.data("/cartQuote"), Value::Null, "a stranger");
    assert_eq!(refused(&app, "cartClear", json!({})).await, ["NOT_FOUND"]);
    app.finish().await;
}

#[tokio::test]
async fn a_quote_takes_the_same_statements_for_3_lines_and_40() {
    let (app, made, customer) = open_taxed_shop().await;
    change(&customer, "cartItemAdd", json!({ "offerId": made })).await;
    let more = |from: i32, to: i32| {
        format!(
            "WITH packs AS (INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, mrp_minor, status, position, \
             created_at, updated_at) SELECT gen_random_uuid(), '01900000-0000-7000-8000-0000000000d1', 'P' || n, 'P', 'weight', 1, \
             10000, 'active', n, now(), now() FROM generate_series({from}, {to}) n RETURNING id, sku), \
             made AS (INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, approved_at, created_at, updated_at) \
             SELECT gen_random_uuid(), '{MINE}', id, sku, 900, 'live', now(), now(), now() FROM packs RETURNING id), \
             shelf AS (INSERT INTO stock_items (id, location_id, seller_id, variant_id, available, created_at, updated_at) \
             SELECT gen_random_uuid(), '{DEPOT}', '{MINE}', id, 9, now(), now() FROM packs) \
             INSERT INTO cart_items (id, cart_id, offer_id, quantity, seen_price_minor, created_at, updated_at) \
             SELECT gen_random_uuid(), carts.id, made.id, 1, 900, now(), now() FROM made, carts"
        )
    };
    let mut counts = Vec::new();
    for (from, to) in [(1, 2), (3, 39)] {
        app.database.execute(&more(from, to)).await;
        let quoted = ask(&customer, json!({ "pincode": "560066" })).await;
        let lines = quoted.data("/cartQuote/shipments/0/lines").as_array().unwrap().len();
        assert_eq!(lines, usize::try_from(to + 1).unwrap(), "{:#}", quoted.body);
        counts.push(quoted.statements());
    }
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0] <= 10, "{counts:?}: eight of the quote, seller and location");
    app.finish().await;
}
