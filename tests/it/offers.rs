//! Offers of sellers: their rules, their review, who sees what, and what shoppers find.

use chrono::TimeDelta;
use freshvilla::kernel::id::encode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp};

/// FreshVilla's own seller.
pub const HOUSE: &str = "01900000-0000-7000-8000-0000000000a0";
/// A distributor.
pub const MINE: &str = "01900000-0000-7000-8000-0000000000a1";
/// Another one.
pub const OTHER: &str = "01900000-0000-7000-8000-0000000000a2";
/// A variant with an MRP of Rs 100, barcode 8901030865275.
pub const SMALL: &str = "01900000-0000-7000-8000-0000000000b1";
/// A variant of the same product with an MRP of Rs 450.
pub const LARGE: &str = "01900000-0000-7000-8000-0000000000b2";
/// A variant without an MRP.
pub const UNPRICED: &str = "01900000-0000-7000-8000-0000000000b3";

/// Global ID of a row.
pub fn id(prefix: &str, uuid: &str) -> String {
    encode(prefix, Uuid::parse_str(uuid).unwrap())
}

/// A shelf of rice and three sellers.
pub async fn stock_a_shelf(app: &TestApp) {
    let rows = format!(
        "INSERT INTO hsn_codes VALUES ('10063020', 'Basmati rice'); \
         INSERT INTO categories (id, parent_id, path, name, slug, status, created_at, updated_at) VALUES \
         ('01900000-0000-7000-8000-0000000000c1', NULL, '{{01900000-0000-7000-8000-0000000000c1}}', 'Food', 'food', \
         'active', now(), now()), ('01900000-0000-7000-8000-0000000000c2', '01900000-0000-7000-8000-0000000000c1', \
         '{{01900000-0000-7000-8000-0000000000c1,01900000-0000-7000-8000-0000000000c2}}', 'Rice', 'rice', 'active', \
         now(), now()); \
         INSERT INTO products (id, category_id, name, slug, status, hsn_code, price_from_minor, price_to_minor, \
         variant_count, created_at, updated_at) VALUES ('01900000-0000-7000-8000-0000000000d1', \
         '01900000-0000-7000-8000-0000000000c2', 'Basmati', 'basmati', 'active', '10063020', 10000, 45000, 3, now(), \
         now()); \
         INSERT INTO product_variants (id, product_id, sku, barcode, name, unit, pack_size, mrp_minor, status, position, \
         created_at, updated_at) SELECT id::uuid, '01900000-0000-7000-8000-0000000000d1', sku, barcode, sku, 'weight', \
         1000, mrp, 'active', 0, now(), now() FROM (VALUES ('{SMALL}', 'RICE-1', '8901030865275', 10000), \
         ('{LARGE}', 'RICE-5', NULL, 45000), ('{UNPRICED}', 'RICE-X', NULL, NULL)) v(id, sku, barcode, mrp); \
         INSERT INTO sellers (id, kind, name, slug, status, created_at, updated_at) VALUES \
         ('{HOUSE}', 'house', 'FreshVilla', 'freshvilla', 'active', now(), now()), \
         ('{MINE}', 'distributor', 'Mine', 'mine', 'active', now(), now()), \
         ('{OTHER}', 'distributor', 'Other', 'other', 'active', now(), now())"
    );
    app.database.execute(&rows).await;
}

/// Warehouses of the three sellers with a hundred packs of the small variant each; that of the first two delivers.
pub async fn fill_warehouses(app: &TestApp) {
    let mut rows = "INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) \
        VALUES ('29', 'KA', 'Karnataka', false, true, false); \
        INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
        (gen_random_uuid(), '560066', '29', 'Whitefield', 'Bengaluru', '{Bengaluru}');"
        .to_owned();
    for (at, seller) in [HOUSE, MINE, OTHER].into_iter().enumerate() {
        let place = format!("01900000-0000-7000-8000-0000000000e{at}");
        rows += &format!(
            "INSERT INTO locations (id, kind, seller_id, created_at) VALUES ('{place}', 'warehouse', '{seller}', now()); \
             INSERT INTO warehouses (id, seller_id, name, kind, status, line1, line2, city, state_code, pincode, \
             created_at, updated_at) VALUES ('{place}', '{seller}', 'Depot', 'main', 'active', '1', '', 'Bengaluru', \
             '29', '560066', now(), now()); \
             INSERT INTO opening_hours (location_id, weekly, updated_at) VALUES ('{place}', '{{0, 10080}}', now()); \
             INSERT INTO stock_items (id, location_id, seller_id, variant_id, available, created_at, updated_at) \
             VALUES (gen_random_uuid(), '{place}', '{seller}', '{SMALL}', 100, now(), now());"
        );
        if at < 2 {
            rows += &format!(
                "INSERT INTO service_areas (id, location_id, pincode, delivery_fee_minor, minimum_order_minor, \
                 promised_minutes, priority, active, created_at, updated_at) VALUES \
                 (gen_random_uuid(), '{place}', '560066', {}, 0, 60, 1, true, now(), now());",
                at * 1_000
            );
        }
    }
    app.database.execute(&rows).await;
}

const CREATE: &str = "mutation($input: OfferCreateInput!) { offerCreate(input: $input) { \
    offer { id sku status version price { amount } priceBreaks { minQuantity price { amount } } approvedAt buyable } \
    errors { code path message } } }";
const UPDATE: &str = "mutation($input: OfferUpdateInput!) { offerUpdate(input: $input) { \
    offer { id sku status version price { amount } rejectionReason submittedAt buyable } errors { code path } } }";
const REVIEW: &str = "mutation($input: OfferReviewInput!) { offerReview(input: $input) { \
    results { id offer { status rejectionReason approvedAt } errors { code } } errors { code path } } }";
const BULK: &str = "mutation($input: OfferBulkUpdateInput!) { offerBulkUpdate(input: $input) { \
    results { sku offer { id version status price { amount } } errors { code path } } errors { code path } } }";
const SHELF: &str = "query { productVariant(sku: \"RICE-1\") { offers { totalCount nodes { seller { name } \
    price { amount } sku lowStockThreshold businessPrice { amount } businessPriceBreaks { minQuantity } buyable } } } }";

/// The input for a new offer.
pub fn offer(seller: &str, variant: &str, sku: &str, price: &str) -> Value {
    json!({ "sellerId": id("sel", seller), "variantId": id("var", variant),
            "offer": { "sku": sku, "price": { "amount": price } } })
}

/// Makes an offer; answers its ID.
pub async fn create(client: &Client, mut input: Value, terms: Value) -> String {
    for (name, value) in terms.as_object().unwrap() {
        input["offer"][name] = value.clone();
    }
    let made = client.query(CREATE, json!({ "input": input })).await;
    assert_eq!(made.problems("offerCreate"), Vec::<&str>::new(), "{:#}", made.body);
    made.text("/offerCreate/offer/id").to_owned()
}

async fn set(client: &Client, offer: &str, set: Value) -> Value {
    let answer = client.query(UPDATE, json!({ "input": { "id": offer, "set": set } })).await;
    answer.data("/offerUpdate").clone()
}

async fn owner(app: &TestApp) -> Client {
    app.sign_in_over("distributor_owner", MINE).await
}

#[tokio::test]
async fn an_offer_is_proposed_approved_sold_and_archived() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (owner, reviewer) = (owner(&app).await, app.sign_in("catalogue_manager").await);
    let mut input = offer(MINE, SMALL, "R1", "95.50");
    input.as_object_mut().unwrap().remove("variantId");
    input["barcode"] = json!("8901030865275");
    input["offer"]["status"] = json!("LIVE");
    input["offer"]["priceBreaks"] =
        json!([{ "minQuantity": 50, "price": { "amount": "85" } }, { "minQuantity": 10, "price": { "amount": "90" } }]);
    let made = owner.query(CREATE, json!({ "input": input })).await;
    assert_eq!(made.text("/offerCreate/offer/status"), "PENDING_REVIEW", "{:#}", made.body);
    assert_eq!(*made.data("/offerCreate/offer/priceBreaks/0/minQuantity"), json!(10), "by rising quantity");
    let made = made.text("/offerCreate/offer/id").to_owned();
    assert_eq!(*app.query(SHELF, json!({})).await.data("/productVariant/offers/nodes"), json!([]));

    let queue = "{ offers(where: { status: [PENDING_REVIEW] }, orderBy: { field: SUBMITTED_AT, direction: ASC }) { \
                 totalCount nodes { id variant { sku } seller { name } } } }";
    let queue = reviewer.query(queue, json!({})).await;
    assert_eq!(*queue.data("/offers/nodes/0/id"), json!(made));
    let refused = json!({ "input": { "ids": [made], "decision": "REJECT", "reason": " " } });
    let refused = reviewer.query(REVIEW, refused).await;
    assert_eq!(refused.problems("offerReview"), ["REQUIRED"]);
    let refused = json!({ "input": { "ids": [made], "decision": "REJECT", "reason": "a photo is missing" } });
    let refused = reviewer.query(REVIEW, refused).await;
    assert_eq!(refused.text("/offerReview/results/0/offer/status"), "REJECTED");
    let again = json!({ "input": { "ids": [made], "decision": "APPROVE" } });
    let again_refused = reviewer.query(REVIEW, again.clone()).await;
    assert_eq!(*again_refused.data("/offerReview/results/0/errors"), json!([{ "code": "CONFLICT" }]));

    let edited = set(&owner, &made, json!({ "price": { "amount": "94" } })).await;
    assert_eq!(edited["offer"]["rejectionReason"], json!("a photo is missing"), "{edited:#}");
    let edited = set(&owner, &made, json!({ "status": "LIVE" })).await;
    assert_eq!(edited["offer"]["status"], json!("PENDING_REVIEW"));
    assert!(edited["offer"]["rejectionReason"].is_null());
    let approved = reviewer.query(REVIEW, again).await;
    assert_eq!(approved.text("/offerReview/results/0/offer/status"), "LIVE");
    let shown = app.query(SHELF, json!({})).await;
    assert_eq!(
        *shown.data("/productVariant/offers/nodes"),
        json!([{ "seller": { "name": "Mine" }, "price": { "amount": "94.00" }, "sku": null, "lowStockThreshold": null,
                 "businessPrice": null, "businessPriceBreaks": [], "buyable": true }])
    );
    let cheaper = set(&owner, &made, json!({ "price": { "amount": "93" } })).await;
    assert_eq!(cheaper["offer"]["status"], json!("LIVE"), "a price needs no review here");
    assert_eq!(set(&owner, &made, json!({ "status": "PAUSED" })).await["offer"]["buyable"], json!(false));
    assert_eq!(set(&owner, &made, json!({ "status": "LIVE" })).await["offer"]["status"], json!("LIVE"));
    assert_eq!(set(&owner, &made, json!({ "status": "DRAFT" })).await["errors"][0]["path"], json!(["set", "status"]));
    for wrong in ["PENDING_REVIEW", "REJECTED"] {
        assert_eq!(set(&owner, &made, json!({ "status": wrong })).await["errors"][0]["code"], json!("CONFLICT"));
    }
    assert_eq!(set(&owner, &made, json!({ "status": "ARCHIVED" })).await["offer"]["status"], json!("ARCHIVED"));
    assert_eq!(set(&owner, &made, json!({ "status": "LIVE" })).await["errors"][0]["code"], json!("CONFLICT"));
    create(&owner, offer(MINE, SMALL, "r1", "90"), json!({})).await;
    let audited = app.database.value("SELECT count(*) FROM audit_log WHERE action LIKE 'offer%'").await;
    assert_eq!(audited, json!(10), "every write left a record, refused ones none");
    app.finish().await;
}

#[tokio::test]
async fn wrong_terms_are_refused_with_their_field_and_change_nothing() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let owner = owner(&app).await;
    create(&owner, offer(MINE, SMALL, "taken", "50"), json!({})).await;
    let step = |quantity: i32, price: &str| json!({ "minQuantity": quantity, "price": { "amount": price } });
    let many: Vec<Value> = (0..11).map(|n| step(10 + n, &format!("{}", 50 - n))).collect();
    for (terms, code, path) in [
        (json!({ "price": { "amount": "100.01" } }), "PRICE_ABOVE_MRP", "price"),
        (json!({ "price": { "amount": "0" } }), "INVALID", "price"),
        (json!({ "price": { "amount": "-5" } }), "INVALID", "price"),
        (json!({ "price": { "amount": "5.005" } }), "INVALID", "price"),
        (json!({ "price": { "amount": "92233720368547758.07" } }), "PRICE_ABOVE_MRP", "price"),
        (json!({ "price": { "amount": "92233720368547758.08" } }), "INVALID", "price"),
        (json!({ "sku": "" }), "REQUIRED", "sku"),
        (json!({ "sku": "x".repeat(65) }), "INVALID", "sku"),
        (json!({ "sku": "a\u{0}b" }), "INVALID", "sku"),
        (json!({ "sku": "चावल" }), "INVALID", "sku"),
        (json!({ "sku": "TAKEN" }), "SKU_TAKEN", "sku"),
        (json!({ "businessPrice": { "amount": "61" } }), "INVALID", "businessPrice"),
        (json!({ "businessPrice": { "amount": "0" } }), "INVALID", "businessPrice"),
        (json!({ "priceBreaks": [step(1, "50")] }), "INVALID", "priceBreaks"),
        (json!({ "priceBreaks": [step(10, "60")] }), "INVALID", "priceBreaks"),
        (json!({ "priceBreaks": [step(10, "50"), step(20, "50")] }), "INVALID", "priceBreaks"),
        (json!({ "priceBreaks": [step(10, "50"), step(10, "40")] }), "INVALID", "priceBreaks"),
        (json!({ "priceBreaks": [step(10, "0")] }), "INVALID", "priceBreaks"),
        (json!({ "priceBreaks": many }), "INVALID", "priceBreaks"),
        (json!({ "minQuantity": 20, "priceBreaks": [step(10, "50")] }), "INVALID", "priceBreaks"),
        (
            json!({ "businessPrice": { "amount": "40" }, "businessPriceBreaks": [step(5, "45")] }),
            "INVALID",
            "businessPriceBreaks",
        ),
        (json!({ "minQuantity": 0 }), "INVALID", "minQuantity"),
        (json!({ "minQuantity": 5, "quantityStep": 2 }), "INVALID", "minQuantity"),
        (json!({ "maxQuantity": -1 }), "INVALID", "maxQuantity"),
        (json!({ "minQuantity": 6, "quantityStep": 3, "maxQuantity": 3 }), "INVALID", "maxQuantity"),
        (json!({ "minQuantity": 2, "quantityStep": 2, "maxQuantity": 5 }), "INVALID", "maxQuantity"),
        (json!({ "quantityStep": i32::MAX }), "INVALID", "quantityStep"),
        (json!({ "leadTimeHours": -1 }), "INVALID", "leadTimeHours"),
        (json!({ "lowStockThreshold": -1 }), "INVALID", "lowStockThreshold"),
        (json!({ "startsAt": "2026-12-02T00:00:00Z", "endsAt": "2026-12-02T00:00:00Z" }), "INVALID", "endsAt"),
        (json!({ "status": "PAUSED" }), "CONFLICT", "status"),
    ] {
        let mut input = offer(MINE, SMALL, "new", "60");
        for (name, value) in terms.as_object().unwrap() {
            input["offer"][name] = value.clone();
        }
        let refused = owner.query(CREATE, json!({ "input": input })).await;
        assert_eq!(refused.data("/offerCreate/errors/0/code"), &json!(code), "{terms}: {:#}", refused.body);
        assert_eq!(refused.data("/offerCreate/errors/0/path"), &json!(["offer", path]), "{terms}");
    }
    let bare = json!({ "sellerId": id("sel", MINE), "variantId": id("var", SMALL), "offer": {} });
    let both =
        json!({ "sellerId": id("sel", MINE), "variantId": id("var", SMALL), "barcode": "8901030865275", "offer": {} });
    let barcode = |text: &str| json!({ "sellerId": id("sel", MINE), "barcode": text, "offer": { "sku": "new", "price": { "amount": "1" } } });
    for (input, code) in [
        (bare, "REQUIRED"),
        (both, "INVALID"),
        (barcode("8901030865276"), "INVALID"),
        (barcode("40170725"), "NOT_FOUND"),
        (offer(MINE, UNPRICED, "new", "60"), "PRICE_ABOVE_MRP"),
        (offer(MINE, MINE, "new", "60"), "NOT_FOUND"),
    ] {
        let refused = owner.query(CREATE, json!({ "input": input })).await;
        assert_eq!(refused.data("/offerCreate/errors/0/code"), &json!(code), "{input}");
    }
    assert_eq!(app.database.value("SELECT count(*) FROM offers").await, json!(1));
    app.finish().await;
}

#[tokio::test]
async fn nobody_reaches_another_sellers_offers() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (owner, admin) = (owner(&app).await, app.sign_in("administrator").await);
    let theirs = create(&admin, offer(OTHER, SMALL, "T1", "60"), json!({ "status": "LIVE" })).await;
    let mine = create(&owner, offer(MINE, SMALL, "M1", "70"), json!({})).await;
    let clerk = app.sign_in_over("distributor_orders", MINE).await;
    let list = "query($where: OfferWhere) { offers(where: $where) { totalCount nodes { id sku } } }";
    for person in [&owner, &clerk] {
        let seen = person.query(list, json!({})).await;
        assert_eq!(*seen.data("/offers"), json!({ "totalCount": 1, "nodes": [{ "id": mine, "sku": "M1" }] }));
        let seen = person.query(list, json!({ "where": { "sellerId": id("sel", OTHER) } })).await;
        assert_eq!(*seen.data("/offers/nodes"), json!([]));
        let node = person.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": theirs })).await;
        assert!(node.data("/node").is_null());
    }
    let refused = set(&owner, &theirs, json!({ "price": { "amount": "1" } })).await;
    assert_eq!(refused["errors"][0]["code"], json!("NOT_FOUND"));
    let made = owner.query(CREATE, json!({ "input": offer(OTHER, LARGE, "X", "1") })).await;
    assert_eq!(made.problems("offerCreate"), ["NOT_FOUND"]);
    let rows = json!([{ "sku": "T1", "price": { "amount": "1" } }]);
    let bulk =
        |seller: &str| json!({ "input": { "sellerId": id("sel", seller), "rows": rows, "idempotencyKey": seller } });
    assert_eq!(owner.query(BULK, bulk(OTHER)).await.problems("offerBulkUpdate"), ["NOT_FOUND"]);
    let own = owner.query(BULK, bulk(MINE)).await;
    assert_eq!(own.data("/offerBulkUpdate/results/0/errors/0/code"), &json!("NOT_FOUND"), "another seller's SKU");
    let change = json!({ "input": { "id": mine, "set": { "price": { "amount": "1" } } } });
    let approve = json!({ "input": { "ids": [theirs], "decision": "APPROVE" } });
    assert_eq!(clerk.query(UPDATE, change.clone()).await.code(), Some("FORBIDDEN"));
    assert_eq!(owner.query(REVIEW, approve.clone()).await.code(), Some("FORBIDDEN"), "nobody approves their own");
    let customer = app.sign_in("customer").await;
    for (text, variables) in [(UPDATE, change), (REVIEW, approve), (BULK, bulk(MINE)), (list, json!({}))] {
        assert_eq!(customer.query(text, variables.clone()).await.code(), Some("FORBIDDEN"));
        assert_eq!(app.query(text, variables).await.code(), Some("UNAUTHENTICATED"));
    }
    let node = customer.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": theirs })).await;
    assert!(node.data("/node").is_null());
    assert_eq!(app.database.value("SELECT price_minor FROM offers WHERE sku = 'T1'").await, json!(6000));
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_bought_is_not_on_the_shelf() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let made = create(&admin, offer(HOUSE, SMALL, "H1", "90"), json!({ "status": "LIVE" })).await;
    let shown = async || app.query(SHELF, json!({})).await.data("/productVariant/offers/totalCount").clone();
    assert_eq!(shown().await, json!(1));
    for (off, on) in [
        ("UPDATE sellers SET status = 'suspended'", "UPDATE sellers SET status = 'active'"),
        ("UPDATE sellers SET status = 'closed'", "UPDATE sellers SET status = 'active'"),
        (
            "UPDATE product_variants SET mrp_minor = 8999 WHERE sku = 'RICE-1'",
            "UPDATE product_variants SET mrp_minor = 9000 WHERE sku = 'RICE-1'",
        ),
        (
            "UPDATE product_variants SET mrp_minor = NULL WHERE sku = 'RICE-1'",
            "UPDATE product_variants SET mrp_minor = 9000 WHERE sku = 'RICE-1'",
        ),
    ] {
        app.database.execute(off).await;
        assert_eq!(shown().await, json!(0), "{off}");
        app.database.execute(on).await;
        assert_eq!(shown().await, json!(1), "{on}");
    }
    app.database.execute("UPDATE product_variants SET mrp_minor = 8000 WHERE sku = 'RICE-1'").await;
    let dearer = "{ offers(where: { aboveMrp: true, status: [LIVE] }) { nodes { id buyable status } } }";
    let dearer = admin.query(dearer, json!({})).await;
    assert_eq!(*dearer.data("/offers/nodes"), json!([{ "id": made, "buyable": false, "status": "LIVE" }]));
    assert_eq!(set(&admin, &made, json!({ "leadTimeHours": 4 })).await["errors"], json!([]), "the rest can be changed");
    assert_eq!(
        set(&admin, &made, json!({ "price": { "amount": "81" } })).await["errors"][0]["code"],
        json!("PRICE_ABOVE_MRP")
    );
    assert_eq!(set(&admin, &made, json!({ "price": { "amount": "80" } })).await["offer"]["buyable"], json!(true));

    let now = app.clock().now();
    let window = json!({ "startsAt": now + TimeDelta::hours(1), "endsAt": now + TimeDelta::hours(2) });
    assert_eq!(set(&admin, &made, window).await["offer"]["buyable"], json!(false));
    for expected in [0, 1, 0] {
        assert_eq!(shown().await, json!(expected));
        app.advance(TimeDelta::minutes(61));
    }
    app.finish().await;
}

#[tokio::test]
async fn business_customers_see_and_pay_their_prices() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let terms = json!({ "status": "LIVE", "businessPrice": { "amount": "80" },
        "priceBreaks": [{ "minQuantity": 10, "price": { "amount": "85" } }, { "minQuantity": 100, "price": { "amount": "70" } }],
        "businessPriceBreaks": [{ "minQuantity": 20, "price": { "amount": "75" } }] });
    create(&admin, offer(HOUSE, SMALL, "H1", "90"), terms).await;
    let (account, shopper) = app.sign_in_as("customer").await;
    let price = "{ productVariant(sku: \"RICE-1\") { offers { nodes { businessPrice { amount } businessPriceBreaks { minQuantity } \
        one: unitPrice { amount } ten: unitPrice(quantity: 10) { amount } twenty: unitPrice(quantity: 20) { amount } \
        hundred: unitPrice(quantity: 100) { amount } } } } }";
    let amounts = |seen: &Value| {
        ["one", "ten", "twenty", "hundred"].map(|name| seen[name]["amount"].as_str().unwrap().to_owned())
    };
    let profile = |gstin: &str| {
        format!(
            "INSERT INTO customer_profiles (account_id, customer_number, language, gstin, created_at, updated_at) \
             VALUES ('{}', 'FVC-00000001', 'en', {gstin}, now(), now()) ON CONFLICT (account_id) DO UPDATE SET gstin = {gstin}",
            account.0
        )
    };
    for gstin in [None, Some("NULL")] {
        if let Some(gstin) = gstin {
            app.database.execute(&profile(gstin)).await;
        }
        let seen = shopper.query(price, json!({})).await.data("/productVariant/offers/nodes/0").clone();
        assert_eq!(amounts(&seen), ["90.00", "85.00", "85.00", "70.00"]);
        assert!(seen["businessPrice"].is_null() && seen["businessPriceBreaks"] == json!([]));
    }
    app.database.execute(&profile("'27AAPFU0939F1ZV'")).await;
    let seen = shopper.query(price, json!({})).await.data("/productVariant/offers/nodes/0").clone();
    assert_eq!(amounts(&seen), ["80.00", "80.00", "75.00", "70.00"], "never more than everybody pays");
    assert_eq!(seen["businessPrice"]["amount"], json!("80.00"));
    app.finish().await;
}

#[tokio::test]
async fn of_parallel_writers_one_wins() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let live = |sku: String| {
        let mut input = offer(HOUSE, SMALL, &sku, "90");
        input["offer"]["status"] = json!("LIVE");
        json!({ "input": input })
    };
    let tries = (0..6).map(|n| admin.query(CREATE, live(format!("P{n}"))));
    let answers = futures_util::future::join_all(tries).await;
    let refused = answers.iter().filter(|answer| answer.problems("offerCreate") == ["OFFER_EXISTS"]).count();
    assert_eq!(refused, 5, "one live offer per seller and variant");
    let made = answers.iter().find_map(|a| a.data("/offerCreate/offer")["id"].as_str()).unwrap().to_owned();
    let change = |price: usize| {
        let set = json!({ "price": { "amount": price.to_string() } });
        admin.query(UPDATE, json!({ "input": { "id": made, "expectedVersion": 1, "set": set } }))
    };
    let answers = futures_util::future::join_all((10..16).map(change)).await;
    let stale = answers.iter().filter(|answer| answer.problems("offerUpdate") == ["VERSION_CONFLICT"]).count();
    assert_eq!(stale, 5);
    let drafts = (0..6).map(|n| offer(HOUSE, LARGE, if n % 2 == 0 { "same" } else { "SAME" }, "90"));
    let tries = drafts.map(|input| admin.query(CREATE, json!({ "input": input })));
    let answers = futures_util::future::join_all(tries.collect::<Vec<_>>()).await;
    assert_eq!(answers.iter().filter(|answer| answer.problems("offerCreate") == ["SKU_TAKEN"]).count(), 5);
    app.finish().await;
}

#[tokio::test]
async fn the_platform_says_what_is_reviewed() {
    let app = TestApp::start_with(&["--offer-approval", "manual", "--offer-reviewed-fields", "price,window"]).await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let made = create(&admin, offer(HOUSE, SMALL, "H1", "90"), json!({ "status": "LIVE" })).await;
    let rival = create(&admin, offer(HOUSE, SMALL, "H2", "91"), json!({ "status": "LIVE" })).await;
    let both = json!({ "input": { "ids": [made, rival, id("ofr", MINE)], "decision": "APPROVE" } });
    let answer = admin.query(REVIEW, both).await;
    assert_eq!(answer.text("/offerReview/results/0/offer/status"), "LIVE");
    assert_eq!(*answer.data("/offerReview/results/1/errors"), json!([{ "code": "OFFER_EXISTS" }]));
    assert_eq!(*answer.data("/offerReview/results/2/errors"), json!([{ "code": "NOT_FOUND" }]));
    assert_eq!(set(&admin, &made, json!({ "leadTimeHours": 3 })).await["offer"]["status"], json!("LIVE"));
    let dearer = set(&admin, &made, json!({ "price": { "amount": "92" } })).await;
    assert_eq!(dearer["offer"]["status"], json!("PENDING_REVIEW"));
    let submitted = dearer["offer"]["submittedAt"].clone();
    app.advance(TimeDelta::minutes(1));
    let dearer = set(&admin, &made, json!({ "price": { "amount": "93" } })).await;
    let second = |text: &Value| text.as_str().unwrap()[..19].to_owned();
    assert_eq!(second(&dearer["offer"]["submittedAt"]), second(&submitted), "a waiting offer keeps its place");
    app.database.execute("UPDATE product_variants SET mrp_minor = 9000").await;
    let answer = admin.query(REVIEW, json!({ "input": { "ids": [made], "decision": "APPROVE" } })).await;
    assert_eq!(*answer.data("/offerReview/results/0/errors"), json!([{ "code": "PRICE_ABOVE_MRP" }]));
    app.finish().await;
}

/// 1,000 live offers of the house, `B0` to `B999`, over variants of their own.
async fn thousand(app: &TestApp, seller: &str) {
    let rows = format!(
        "WITH made AS (INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, mrp_minor, status, position, \
         created_at, updated_at) SELECT gen_random_uuid(), '01900000-0000-7000-8000-0000000000d1', 'V' || n, 'V', 'piece', 1, \
         10000, 'active', n, now(), now() FROM generate_series(0, 999) n RETURNING id, position) \
         INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, approved_at, created_at, updated_at) \
         SELECT gen_random_uuid(), '{seller}', id, 'B' || position, 9000, 'live', now(), now(), now() FROM made"
    );
    app.database.execute(&rows).await;
}

#[tokio::test]
async fn a_thousand_prices_change_at_once_and_only_once() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    thousand(&app, MINE).await;
    let owner = owner(&app).await;
    let row = |n: usize| json!({ "sku": format!("b{n}"), "price": { "amount": "80" }, "expectedVersion": 1 });
    let call = |rows: Vec<Value>, key: &str| json!({ "input": { "sellerId": id("sel", MINE), "rows": rows, "idempotencyKey": key } });
    let few = owner.query(BULK, call((0..2).map(row).collect(), "few")).await;
    let begun = std::time::Instant::now();
    let all = owner.query(BULK, call((0..1_000).map(row).collect(), "all")).await;
    println!("1,000 offers in {:?}", begun.elapsed());
    assert_eq!(all.statements(), few.statements(), "as many for two as for a thousand");
    let results = all.data("/offerBulkUpdate/results").as_array().unwrap();
    assert_eq!(results.len(), 1_000);
    assert_eq!(
        results[0]["errors"],
        json!([{ "code": "VERSION_CONFLICT", "path": ["expectedVersion"] }]),
        "done before"
    );
    assert_eq!(results[999]["offer"]["price"]["amount"], json!("80.00"), "in the order of the rows");
    assert_eq!(results[999]["sku"], json!("b999"));
    assert_eq!(
        app.database.value("SELECT count(*) FROM offers WHERE price_minor = 8000 AND version = 2").await,
        json!(1000)
    );
    let again = owner.query(BULK, call((0..1_000).map(row).collect(), "all")).await;
    assert_eq!(
        again.data("/offerBulkUpdate/results"),
        all.data("/offerBulkUpdate/results"),
        "the same key, the same answer"
    );
    let other = owner.query(BULK, call(vec![row(7)], "all")).await;
    assert_eq!(other.problems("offerBulkUpdate"), ["IDEMPOTENCY_KEY_REUSED"]);
    let many = owner.query(BULK, call((0..1_001).map(row).collect(), "many")).await;
    assert_eq!(many.problems("offerBulkUpdate"), ["INVALID"]);

    let mixed = vec![
        json!({ "sku": "B1", "price": { "amount": "70" }, "expectedPrice": { "amount": "80" } }),
        json!({ "sku": "b1", "price": { "amount": "60" } }),
        json!({ "sku": "B2", "price": { "amount": "70" }, "expectedPrice": { "amount": "81" } }),
        json!({ "sku": "B3", "price": { "amount": "100.01" } }),
        json!({ "sku": "B4", "status": "PAUSED" }),
        json!({ "sku": "nothing" }),
    ];
    let mixed = owner.query(BULK, call(mixed, "mixed")).await;
    let codes: Vec<Value> =
        (0..6).map(|n| mixed.data(&format!("/offerBulkUpdate/results/{n}/errors")).clone()).collect();
    assert_eq!(codes[0], json!([]));
    assert_eq!(codes[1][0]["code"], json!("NOT_FOUND"), "an offer is named once");
    assert_eq!(codes[2], json!([{ "code": "VERSION_CONFLICT", "path": ["expectedPrice"] }]));
    assert_eq!(codes[3], json!([{ "code": "PRICE_ABOVE_MRP", "path": ["price"] }]));
    assert_eq!(mixed.text("/offerBulkUpdate/results/4/offer/status"), "PAUSED");
    assert_eq!(codes[5][0]["code"], json!("NOT_FOUND"));
    app.finish().await;
}

#[tokio::test]
async fn offers_below_lists_take_few_statements() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let list = "{ products { nodes { name variants { sku offers(first: 3) { totalCount pageInfo { hasNextPage } nodes { \
                price { amount } seller { name } priceBreaks { minQuantity } } } } } } }";
    for (n, seller) in [HOUSE, MINE, OTHER].into_iter().enumerate() {
        for variant in [SMALL, LARGE] {
            let terms = json!({ "status": "LIVE" });
            create(&admin, offer(seller, variant, &format!("S{variant}"), &format!("{}", 90 - n)), terms).await;
        }
    }
    app.database.execute("UPDATE offers SET status = 'live', approved_at = now()").await;
    let shown = app.query(list, json!({})).await;
    assert!(shown.statements() <= 6, "{}", shown.statements());
    let offers = shown.data("/products/nodes/0/variants/0/offers");
    let sellers: Vec<&str> =
        offers["nodes"].as_array().unwrap().iter().map(|node| node["seller"]["name"].as_str().unwrap()).collect();
    assert_eq!(sellers, ["Other", "Mine", "FreshVilla"], "cheapest first");
    assert_eq!(offers["totalCount"], json!(3));
    let deep = "query($after: String) { productVariant(sku: \"RICE-1\") { offers(first: 2, after: $after) { nodes { seller { name } } \
                pageInfo { endCursor hasNextPage } } } }";
    let first = app.query(deep, json!({})).await;
    let after = first.text("/productVariant/offers/pageInfo/endCursor");
    let second = app.query(deep, json!({ "after": after })).await;
    assert_eq!(*second.data("/productVariant/offers/nodes"), json!([{ "seller": { "name": "FreshVilla" } }]));
    app.finish().await;
}

#[tokio::test]
async fn a_closed_seller_changes_nothing_and_a_suspended_one_sells_nothing() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (owner, admin) = (owner(&app).await, app.sign_in("administrator").await);
    let made = create(&owner, offer(MINE, SMALL, "M1", "70"), json!({ "status": "LIVE" })).await;
    admin.query(REVIEW, json!({ "input": { "ids": [made], "decision": "APPROVE" } })).await;
    app.database.execute(&format!("UPDATE sellers SET status = 'suspended' WHERE id = '{MINE}'")).await;
    assert_eq!(set(&owner, &made, json!({ "price": { "amount": "60" } })).await["offer"]["buyable"], json!(false));
    assert_eq!(*app.query(SHELF, json!({})).await.data("/productVariant/offers/nodes"), json!([]));
    app.database.execute(&format!("UPDATE sellers SET status = 'closed' WHERE id = '{MINE}'")).await;
    assert_eq!(
        set(&owner, &made, json!({ "price": { "amount": "50" } })).await["errors"][0]["code"],
        json!("CONFLICT")
    );
    let new = owner.query(CREATE, json!({ "input": offer(MINE, LARGE, "M2", "70") })).await;
    assert_eq!(new.problems("offerCreate"), ["CONFLICT"]);
    let rows = json!([{ "sku": "M1", "price": { "amount": "1" } }]);
    let bulk = json!({ "input": { "sellerId": id("sel", MINE), "rows": rows, "idempotencyKey": "k" } });
    assert_eq!(owner.query(BULK, bulk).await.problems("offerBulkUpdate"), ["CONFLICT"]);
    app.finish().await;
}

const BEST: &str = "query($quantity: Int! = 1) { productVariant(sku: \"RICE-1\") { bestOffer(quantity: $quantity) { \
    unitPrice { amount } offer { seller { name } } explain { outcome unitPrice { amount } offer { seller { name } } } } } }";

#[tokio::test]
async fn the_best_offer_is_explained() {
    let app = TestApp::start_with(&["--offer-approval", "automatic"]).await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    let admin = app.sign_in("administrator").await;
    let none = app.query(BEST, json!({})).await;
    assert!(none.data("/productVariant/bestOffer/offer").is_null());
    let live = |more: Value| {
        let mut terms = json!({ "status": "LIVE", "leadTimeHours": 24 });
        terms.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        terms
    };
    create(&admin, offer(HOUSE, SMALL, "H", "90"), live(json!({}))).await;
    let breaks = json!([{ "minQuantity": 10, "price": { "amount": "80" } }]);
    let mine = create(&admin, offer(MINE, SMALL, "M", "95"), live(json!({ "priceBreaks": breaks }))).await;
    let other = create(&admin, offer(OTHER, SMALL, "O", "90"), live(json!({ "maxQuantity": 5 }))).await;
    let outcomes = async |quantity: i32| {
        let seen = app.query(BEST, json!({ "quantity": quantity })).await;
        let rows = seen.data("/productVariant/bestOffer/explain").as_array().unwrap().clone();
        let row = |row: &Value| {
            let name = row["offer"]["seller"]["name"].as_str().unwrap();
            format!("{name} {} {}", row["unitPrice"]["amount"].as_str().unwrap(), row["outcome"].as_str().unwrap())
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(1).await, ["FreshVilla 90.00 BEST", "Other 90.00 NEWER", "Mine 95.00 DEARER"]);
    assert_eq!(
        outcomes(10).await,
        ["Mine 80.00 BEST", "FreshVilla 90.00 DEARER", "Other 90.00 QUANTITY_NOT_TAKEN"],
        "a price break decides"
    );
    set(&admin, &other, json!({ "leadTimeHours": 2 })).await;
    assert_eq!(outcomes(1).await, ["Other 90.00 BEST", "FreshVilla 90.00 SLOWER", "Mine 95.00 DEARER"]);
    set(&admin, &mine, json!({ "status": "PAUSED" })).await;
    assert_eq!(outcomes(6).await, ["FreshVilla 90.00 BEST", "Other 90.00 QUANTITY_NOT_TAKEN"]);
    assert_eq!(app.query(BEST, json!({ "quantity": 0 })).await.code(), Some("BAD_USER_INPUT"));
    let list = "{ products { nodes { variants { sku bestOffer { unitPrice { amount } offer { seller { name } } \
                explain { outcome } } } } } }";
    let few = app.query(list, json!({})).await;
    assert!(few.statements() <= 5, "{}", few.statements());
    thousand(&app, OTHER).await;
    let many = app.query(list, json!({})).await;
    assert_eq!(many.statements(), few.statements(), "as many for a thousand variants as for three");
    app.finish().await;
}

#[tokio::test]
async fn the_best_offer_is_in_stock_and_comes_to_the_postal_code() {
    let app = TestApp::start_with(&["--offer-approval", "automatic"]).await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    let admin = app.sign_in("administrator").await;
    for (seller, sku, price) in [(HOUSE, "H", "90"), (MINE, "M", "85"), (OTHER, "O", "80")] {
        create(&admin, offer(seller, SMALL, sku, price), json!({ "status": "LIVE" })).await;
    }
    let best = "query($at: String, $quantity: Int! = 1) { productVariant(sku: \"RICE-1\") { \
        bestOffer(pincode: $at, quantity: $quantity) { offer { seller { name } } \
        explain { outcome deliveryFee { amount } promisedMinutes offer { seller { name } } } } } }";
    let told = async |variables: Value| {
        let seen = app.query(best, variables).await;
        let rows = seen.data("/productVariant/bestOffer/explain").as_array().unwrap().clone();
        let row = |row: &Value| {
            let (name, fee) = (row["offer"]["seller"]["name"].as_str().unwrap(), row["deliveryFee"]["amount"].as_str());
            format!("{name} {} {}", row["outcome"].as_str().unwrap(), fee.unwrap_or("-"))
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(told(json!({})).await, ["Other BEST -", "Mine DEARER -", "FreshVilla DEARER -"]);
    let here = told(json!({ "at": "560066" })).await;
    assert_eq!(
        here,
        ["FreshVilla BEST 0.00", "Mine DEARER 10.00", "Other NOT_DELIVERED -"],
        "85 and 10 to bring it is more"
    );
    let more = told(json!({ "at": "560066", "quantity": 3 })).await;
    assert_eq!(more, ["Mine BEST 10.00", "FreshVilla DEARER 0.00", "Other NOT_DELIVERED -"]);
    let nobody = app.query(best, json!({ "at": "560001" })).await;
    assert!(nobody.data("/productVariant/bestOffer/offer").is_null());
    let set = |sql: &'static str| app.database.execute(sql);
    set("UPDATE stock_items SET available = 2 WHERE seller_id = '01900000-0000-7000-8000-0000000000a1'").await;
    let short = told(json!({ "at": "560066", "quantity": 3 })).await;
    assert_eq!(short, ["FreshVilla BEST 0.00", "Mine OUT_OF_STOCK -", "Other NOT_DELIVERED -"]);
    set("UPDATE opening_hours SET weekly = '{}' WHERE location_id = '01900000-0000-7000-8000-0000000000e0'").await;
    let closed = told(json!({ "at": "560066" })).await;
    assert_eq!(closed, ["Mine BEST 10.00", "FreshVilla CLOSED_NOW 0.00", "Other NOT_DELIVERED -"]);
    set("UPDATE warehouses SET status = 'maintenance'").await;
    let shut = told(json!({ "at": "560066" })).await;
    assert!(shut.iter().all(|row| row.contains("NOT_DELIVERED")), "nothing leaves a closed warehouse: {shut:?}");
    assert_eq!(app.query(best, json!({ "at": "56006x" })).await.code(), Some("BAD_USER_INPUT"));
    app.finish().await;
}

/// Sixty sellers offer the small variant at Rs 30.00, 30.10 … 35.90 and have it in a depot of their own, each at the
/// given state; the dearest one's depot delivers to 560066.
async fn sixty_sellers(app: &TestApp, others: &str) {
    let rows = format!(
        "WITH numbers AS (SELECT n, ('01900000-0000-7000-8000-0000000003' || lpad(n::text, 2, '0'))::uuid AS seller, \
            ('01900000-0000-7000-8000-0000000004' || lpad(n::text, 2, '0'))::uuid AS place FROM generate_series(0, 59) n), \
         s AS (INSERT INTO sellers (id, kind, name, slug, status, created_at, updated_at) \
            SELECT seller, 'distributor', 'S' || n, 's' || n, 'active', now(), now() FROM numbers), \
         l AS (INSERT INTO locations (id, kind, seller_id, created_at) SELECT place, 'warehouse', seller, now() FROM numbers), \
         w AS (INSERT INTO warehouses (id, seller_id, name, kind, status, line1, line2, city, state_code, pincode, created_at, \
            updated_at) SELECT place, seller, 'Depot', 'main', CASE n WHEN 59 THEN 'active' ELSE '{others}' END, '1', '', 'B', \
            '29', '560066', now(), now() FROM numbers), \
         h AS (INSERT INTO opening_hours (location_id, weekly, updated_at) SELECT place, '{{0, 10080}}', now() FROM numbers), \
         i AS (INSERT INTO stock_items (id, location_id, seller_id, variant_id, available, created_at, updated_at) \
            SELECT gen_random_uuid(), place, seller, '{SMALL}', 100, now(), now() FROM numbers), \
         a AS (INSERT INTO service_areas (id, location_id, pincode, delivery_fee_minor, minimum_order_minor, promised_minutes, \
            priority, active, created_at, updated_at) SELECT gen_random_uuid(), place, '560066', 0, 0, 60, 1, true, now(), now() \
            FROM numbers WHERE n = 59) \
         INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, approved_at, created_at, updated_at) \
         SELECT gen_random_uuid(), seller, '{SMALL}', 'S' || n, 3000 + n * 10, 'live', now(), now(), now() FROM numbers"
    );
    app.database.execute(&rows).await;
}

const BEST_HERE: &str = "query($at: String, $quantity: Int! = 1) { productVariant(sku: \"RICE-1\") { \
    bestOffer(pincode: $at, quantity: $quantity) { offer { seller { name } } unitPrice { amount } explain { outcome } } } }";

async fn best_here(app: &TestApp, variables: Value) -> Value {
    let seen = app.query(BEST_HERE, variables).await;
    let best = seen.data("/productVariant/bestOffer");
    assert_eq!(best["explain"].as_array().unwrap().len(), 50, "{best:#}");
    best["offer"]["seller"]["name"].clone()
}

#[tokio::test]
async fn the_best_offer_is_found_among_any_number_of_sellers() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    sixty_sellers(&app, "maintenance").await;
    let here = json!({ "at": "560066" });
    assert_eq!(best_here(&app, here.clone()).await, json!("S59"), "only the dearest one delivers");
    assert_eq!(best_here(&app, json!({})).await, json!("S59"), "nothing leaves a closed depot");
    let set = |sql: &'static str| app.database.execute(sql);
    set("UPDATE warehouses SET status = 'active'").await;
    assert_eq!(best_here(&app, json!({})).await, json!("S0"));
    assert_eq!(best_here(&app, here.clone()).await, json!("S59"));
    set("INSERT INTO service_areas (id, location_id, pincode, delivery_fee_minor, free_delivery_threshold_minor, \
         minimum_order_minor, promised_minutes, priority, active, created_at, updated_at) SELECT gen_random_uuid(), \
         location_id, '560066', 2000, 6000, 0, 60, 1, true, now(), now() FROM stock_items \
         WHERE location_id NOT IN (SELECT location_id FROM service_areas)")
    .await;
    assert_eq!(best_here(&app, here).await, json!("S59"), "the others cost Rs 20 to bring");
    assert_eq!(best_here(&app, json!({ "at": "560066", "quantity": 2 })).await, json!("S0"), "and two packs nothing");
    set("INSERT INTO offer_price_breaks SELECT id, false, 10, 1000 FROM offers WHERE sku = 'S58'").await;
    assert_eq!(best_here(&app, json!({ "at": "560066", "quantity": 10 })).await, json!("S58"), "a break decides");
    assert_eq!(best_here(&app, json!({ "at": "560066", "quantity": 9 })).await, json!("S0"));
    set("UPDATE opening_hours SET weekly = '{}' WHERE location_id <> '01900000-0000-7000-8000-000000000457'").await;
    assert_eq!(best_here(&app, json!({ "at": "560066", "quantity": 10 })).await, json!("S57"), "the only open one");
    set("UPDATE offers SET min_quantity = 11 WHERE sku = 'S57'").await;
    assert_eq!(best_here(&app, json!({ "at": "560066", "quantity": 10 })).await, json!("S58"), "which takes no ten");
    let huge = app.query(BEST_HERE, json!({ "at": "560066", "quantity": i32::MAX })).await;
    assert!(huge.data("/productVariant/bestOffer/offer").is_null());
    app.finish().await;
}

#[tokio::test]
async fn who_delivers_to_a_postal_code_is_asked_once() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    fill_warehouses(&app).await;
    sixty_sellers(&app, "active").await;
    thousand(&app, HOUSE).await;
    let list = |wishes: &str| format!("{{ products {{ nodes {{ variants {{ {wishes} }} }} }} }}");
    let best = |name: usize, quantity: usize| {
        format!("w{name}: bestOffer(quantity: {quantity}, pincode: \"560066\") {{ unitPrice {{ amount }} }} ")
    };
    let one = app.query(&list(&best(1, 1)), json!({})).await;
    let three = app.query(&list(&(best(1, 1) + &best(2, 2) + &best(3, 5))), json!({})).await;
    assert_eq!(one.data("/products/nodes/0/variants").as_array().unwrap().len(), 1_003);
    assert_eq!(three.statements() - one.statements(), 6, "three statements for each quantity, none for the place");
    app.finish().await;
}
