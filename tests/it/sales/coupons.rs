//! Coupons for those who run them: their rules, their scope, their record.

use serde_json::{Value, json};

use crate::{
    offers::{HOUSE, MINE, OTHER, id, stock_a_shelf},
    support::{Client, TestApp},
};

const CREATE: &str = "mutation($input: CouponCreateInput!) { couponCreate(input: $input) { coupon { id code kind rateBp \
    amount { amount } maxDiscount { amount } minAmount { amount } namedOnly customerCount version status uses \
    seller { name } targets { excluded product { name } category { name } seller { name } } } errors { code path } } }";
const UPDATE: &str = "mutation($input: CouponUpdateInput!) { couponUpdate(input: $input) { coupon { version status maxUses \
    endsAt customerCount } errors { code path } } }";
const LIST: &str = "query($where: CouponWhere) { coupons(where: $where) { totalCount nodes { code } } }";

/// Makes a coupon; answers its ID.
pub async fn make(client: &Client, input: Value) -> String {
    let answer = client.query(CREATE, json!({ "input": input })).await;
    assert_eq!(answer.problems("couponCreate"), Vec::<&str>::new(), "{:#}", answer.body);
    answer.text("/couponCreate/coupon/id").to_owned()
}

/// Edits a coupon; answers the codes of problems.
pub async fn edit(client: &Client, coupon: &str, mut input: Value) -> Vec<String> {
    input["id"] = json!(coupon);
    let answer = client.query(UPDATE, json!({ "input": input })).await;
    answer.problems("couponUpdate").into_iter().map(str::to_owned).collect()
}

async fn codes(client: &Client, filter: Value) -> Vec<String> {
    let listed = client.query(LIST, json!({ "where": filter })).await;
    let nodes = listed.data("/coupons/nodes").as_array().unwrap().clone();
    assert_eq!(listed.data("/coupons/totalCount"), &json!(nodes.len()));
    nodes.into_iter().map(|node| node["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_coupon_is_made_found_edited_and_archived() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let (person, _) = app.sign_in_as("customer").await;
    let input = json!({
        "code": " diwali-10 ", "description": "Ten per cent", "kind": "PERCENT", "rateBp": 1000,
        "maxDiscount": { "amount": "50" }, "minAmount": { "amount": "100" }, "maxUses": 5, "customerIds": [person],
        "targets": [{ "categoryId": id("cat", "01900000-0000-7000-8000-0000000000c1") },
                    { "productId": id("prd", "01900000-0000-7000-8000-0000000000d1"), "excluded": true },
                    { "sellerId": id("sel", OTHER), "excluded": true }],
    });
    let made = admin.query(CREATE, json!({ "input": input })).await;
    let coupon = made.data("/couponCreate/coupon");
    assert_eq!(coupon["code"], json!("DIWALI-10"));
    assert_eq!((&coupon["namedOnly"], &coupon["customerCount"]), (&json!(true), &json!(1)));
    assert_eq!(
        coupon["targets"],
        json!([
            { "excluded": false, "product": null, "category": { "name": "Food" }, "seller": null },
            { "excluded": true, "product": { "name": "Basmati" }, "category": null, "seller": null },
            { "excluded": true, "product": null, "category": null, "seller": { "name": "Other" } }
        ])
    );
    let coupon = coupon["id"].as_str().unwrap().to_owned();
    make(&admin, json!({ "code": "FLAT50", "kind": "FIXED", "amount": { "amount": "50" } })).await;
    let free = json!({ "code": "FREE", "kind": "FREE_DELIVERY", "sellerId": id("sel", MINE) });
    make(&admin, free).await;
    assert_eq!(codes(&admin, json!({})).await, ["FREE", "FLAT50", "DIWALI-10"], "newest first");
    assert_eq!(codes(&admin, json!({ "codeStartsWith": "f", "platform": true })).await, ["FLAT50"]);
    assert_eq!(codes(&admin, json!({ "sellerId": id("sel", MINE) })).await, ["FREE"]);
    assert_eq!(codes(&admin, json!({ "kind": "PERCENT", "status": ["ACTIVE"] })).await, ["DIWALI-10"]);

    assert_eq!(edit(&admin, &coupon, json!({ "maxUses": 7, "expectedVersion": 1 })).await, [""; 0]);
    assert_eq!(edit(&admin, &coupon, json!({ "maxUses": 8, "expectedVersion": 1 })).await, ["VERSION_CONFLICT"]);
    app.database.execute("UPDATE coupons SET uses = 3 WHERE code = 'DIWALI-10'").await;
    assert_eq!(edit(&admin, &coupon, json!({ "maxUses": 2 })).await, ["INVALID"], "below the uses so far");
    assert_eq!(edit(&admin, &coupon, json!({ "endsAt": "2020-01-01T00:00:00Z" })).await, ["INVALID"]);
    assert_eq!(edit(&admin, &coupon, json!({ "maxUses": null, "customerIds": [] })).await, ["INVALID"]);
    assert_eq!(edit(&admin, &coupon, json!({ "status": "ARCHIVED" })).await, [""; 0]);
    assert_eq!(edit(&admin, &coupon, json!({ "status": "ACTIVE" })).await, ["CONFLICT"]);
    let audited = "SELECT jsonb_agg(action ORDER BY id) FROM audit_log WHERE action LIKE 'coupon%'";
    let record = json!(["couponCreate", "couponCreate", "couponCreate", "couponUpdate", "couponUpdate"]);
    assert_eq!(app.database.value(audited).await, record);
    let node = "query($id: ID!) { node(id: $id) { ... on Coupon { code status } } }";
    assert_eq!(admin.query(node, json!({ "id": coupon })).await.data("/node/status"), &json!("ARCHIVED"));
    assert_eq!(app.query(node, json!({ "id": coupon })).await.data("/node"), &Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn wrong_coupons_are_refused_with_their_field() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    make(&admin, json!({ "code": "TAKEN", "kind": "FREE_DELIVERY" })).await;
    let nobody = id("acc", HOUSE);
    let product = json!({ "productId": id("prd", "01900000-0000-7000-8000-0000000000d1") });
    for (set, code, path) in [
        (json!({ "code": "taken" }), "CODE_TAKEN", "code"),
        (json!({ "code": "" }), "INVALID", "code"),
        (json!({ "code": "AB" }), "INVALID", "code"),
        (json!({ "code": "-ABC" }), "INVALID", "code"),
        (json!({ "code": "A\u{0}BC" }), "INVALID", "code"),
        (json!({ "code": "दिवाली" }), "INVALID", "code"),
        (json!({ "code": "X".repeat(33) }), "INVALID", "code"),
        (json!({ "description": "x".repeat(501) }), "INVALID", "description"),
        (json!({ "rateBp": 100 }), "INVALID", "rateBp"),
        (json!({ "kind": "PERCENT" }), "INVALID", "rateBp"),
        (json!({ "kind": "PERCENT", "rateBp": 0 }), "INVALID", "rateBp"),
        (json!({ "kind": "PERCENT", "rateBp": 10_001 }), "INVALID", "rateBp"),
        (json!({ "kind": "FIXED" }), "INVALID", "amount"),
        (json!({ "kind": "FIXED", "amount": { "amount": "0" } }), "INVALID", "amount"),
        (json!({ "kind": "FIXED", "amount": { "amount": "-5" } }), "INVALID", "amount"),
        (json!({ "kind": "FIXED", "amount": { "amount": "1.005" } }), "INVALID", "amount"),
        (json!({ "maxDiscount": { "amount": "5" } }), "INVALID", "maxDiscount"),
        (json!({ "minAmount": { "amount": "0" } }), "INVALID", "minAmount"),
        (json!({ "minQuantity": -1 }), "INVALID", "minQuantity"),
        (json!({ "maxUses": 0 }), "INVALID", "maxUses"),
        (json!({ "maxUsesPerCustomer": 0 }), "INVALID", "maxUsesPerCustomer"),
        (json!({ "startsAt": "2030-01-01T00:00:00Z", "endsAt": "2029-01-01T00:00:00Z" }), "INVALID", "endsAt"),
        (json!({ "customerIds": [] }), "INVALID", "customerIds"),
        (json!({ "customerIds": [nobody] }), "NOT_FOUND", "customerIds"),
        (json!({ "sellerId": id("sel", "01900000-0000-7000-8000-0000000000ff") }), "NOT_FOUND", "sellerId"),
        (json!({ "targets": [{}] }), "INVALID", "targets"),
        (json!({ "targets": [product, product] }), "INVALID", "targets"),
        (json!({ "targets": [{ "productId": id("prd", HOUSE) }] }), "NOT_FOUND", "targets"),
        (json!({ "targets": vec![product.clone(); 201] }), "INVALID", "targets"),
    ] {
        let mut input = json!({ "code": "NEW", "kind": "FREE_DELIVERY" });
        for (name, value) in set.as_object().unwrap() {
            input[name] = value.clone();
        }
        let answer = admin.query(CREATE, json!({ "input": input })).await;
        let problem = answer.data("/couponCreate/errors/0");
        assert_eq!((&problem["code"], &problem["path"][0]), (&json!(code), &json!(path)), "{set}");
    }
    assert_eq!(app.database.value("SELECT count(*) FROM coupons").await, json!(1));
    app.finish().await;
}

#[tokio::test]
async fn sellers_people_run_their_own_coupons() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let (admin, owner) = (app.sign_in("administrator").await, app.sign_in_over("distributor_owner", MINE).await);
    let store = app.sign_in_over("store_owner", HOUSE).await;
    let of = |code: &str, seller: Option<&str>| json!({ "code": code, "kind": "FREE_DELIVERY", "sellerId": seller.map(|seller| id("sel", seller)) });
    let platforms = make(&admin, of("OURS", None)).await;
    make(&admin, of("THEIRS", Some(OTHER))).await;
    let own = make(&owner, of("MINE", Some(MINE))).await;
    for client in [&owner, &store] {
        let refused = client.query(CREATE, json!({ "input": of("FOR-ALL", None) })).await;
        assert_eq!(refused.code(), Some("FORBIDDEN"), "the platform's money is the platform's to give");
        let refused = client.query(CREATE, json!({ "input": of("STEAL", Some(OTHER)) })).await;
        assert_eq!(refused.problems("couponCreate"), ["NOT_FOUND"]);
    }
    assert_eq!(codes(&owner, json!({})).await, ["MINE"]);
    assert_eq!(codes(&store, json!({})).await, [""; 0]);
    assert_eq!(edit(&owner, &platforms, json!({ "status": "PAUSED" })).await, ["NOT_FOUND"]);
    assert_eq!(edit(&store, &own, json!({ "status": "PAUSED" })).await, ["NOT_FOUND"]);
    assert_eq!(edit(&owner, &own, json!({ "status": "PAUSED" })).await, [""; 0]);
    assert_eq!(app.sign_in("customer").await.query(LIST, json!({})).await.code(), Some("FORBIDDEN"));
    app.finish().await;
}

/// What checkout relies on: the database itself holds the limits.
#[tokio::test]
async fn the_database_holds_the_limits_of_use() {
    use diesel_async::SimpleAsyncConnection;
    let app = TestApp::start().await;
    let admin = app.sign_in("administrator").await;
    app.sign_in("customer").await;
    make(&admin, json!({ "code": "TWICE", "kind": "FREE_DELIVERY", "maxUses": 2 })).await;
    let mut database = app.database.connect().await;
    app.database.execute("UPDATE coupons SET uses = 2").await;
    let over = database.batch_execute("UPDATE coupons SET uses = 3").await.unwrap_err();
    assert!(over.to_string().contains("coupons_uses_check"), "{over}");
    let cart = "INSERT INTO carts (id, account_id, status, expires_at, created_at, updated_at) SELECT gen_random_uuid(), id, \
                'active', now(), now(), now() FROM accounts WHERE kind = 'customer'";
    app.database.execute(cart).await;
    let take = "INSERT INTO coupon_redemptions (id, coupon_id, account_id, cart_id, use_number, discount_minor, created_at) \
                SELECT gen_random_uuid(), coupons.id, account_id, carts.id, 1, 0, now() FROM coupons, carts";
    app.database.execute(take).await;
    let twice = database.batch_execute(take).await.unwrap_err();
    assert!(twice.to_string().contains("coupon_redemptions_use_key"), "{twice}");
    app.database.execute("UPDATE coupon_redemptions SET released_at = now()").await;
    app.database.execute(take).await;
    app.finish().await;
}
