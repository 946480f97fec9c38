//! Coupons in carts: what they take off, why not, and how several go together.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{
    cart::{change, open_shop},
    coupons::{edit, make},
};
use crate::{
    offers::{LARGE, MINE, OTHER, SMALL, create, id, offer},
    support::{Answer, Client, TestApp},
};

const APPLY: &str = "mutation($input: CartCouponApplyInput!) { cartCouponApply(input: $input) { cart { version \
    discount { amount } total { amount } coupons { code discount { amount } freeDelivery refusal } } \
    errors { code path message } } }";
const REMOVE: &str = "mutation($input: CartCouponRemoveInput!) { cartCouponRemove(input: $input) { cart { version \
    coupons { code } } errors { code } } }";
const READ: &str = "query($token: String) { cart(guestToken: $token) { subtotal { amount } discount { amount } \
    total { amount } coupons { code discount { amount } freeDelivery refusal refusalMessage missingAmount { amount } \
    missingQuantity } } }";

async fn apply(client: &Client, code: &str) -> Answer {
    client.query(APPLY, json!({ "input": { "code": code } })).await
}

async fn remove(client: &Client, code: &str) -> Vec<String> {
    let answer = client.query(REMOVE, json!({ "input": { "code": code } })).await;
    answer.problems("cartCouponRemove").into_iter().map(str::to_owned).collect()
}

/// The code with which a coupon is refused; none where it works. It is taken out again.
async fn outcome(client: &Client, code: &str) -> Option<String> {
    let answer = apply(client, code).await;
    let problem = answer.problems("cartCouponApply").first().map(|code| (*code).to_owned());
    if problem.is_none() {
        assert_eq!(remove(client, code).await, [""; 0]);
    }
    problem
}

/// A shop where a customer has two packs at Rs 70 of one seller, and one at Rs 55 of another, in their cart.
async fn shop_with_a_cart() -> (TestApp, Client, Client) {
    let (app, mine) = open_shop().await;
    let admin = app.sign_in("administrator").await;
    let theirs = create(&admin, offer(OTHER, SMALL, "T1", "55"), json!({ "status": "LIVE" })).await;
    let customer = app.sign_in("customer").await;
    change(&customer, "cartItemAdd", json!({ "offerId": mine, "quantity": 2 })).await;
    change(&customer, "cartItemAdd", json!({ "offerId": theirs, "quantity": 1 })).await;
    (app, admin, customer)
}

#[tokio::test]
async fn each_kind_takes_off_what_it_is_worth() {
    let (app, admin, customer) = shop_with_a_cart().await;
    let (food, rice) = ("01900000-0000-7000-8000-0000000000c1", "01900000-0000-7000-8000-0000000000c2");
    for (code, terms, discount) in [
        ("TEN", json!({ "kind": "PERCENT", "rateBp": 1000 }), "19.50"),
        ("TEN-CAP", json!({ "kind": "PERCENT", "rateBp": 1000, "maxDiscount": { "amount": "12.34" } }), "12.34"),
        ("ODD", json!({ "kind": "PERCENT", "rateBp": 3333 }), "64.99"),
        ("FLAT", json!({ "kind": "FIXED", "amount": { "amount": "50" } }), "50.00"),
        ("HUGE", json!({ "kind": "FIXED", "amount": { "amount": "90000000000" } }), "195.00"),
        ("FREE", json!({ "kind": "FREE_DELIVERY" }), "0.00"),
        ("OF-MINE", json!({ "kind": "PERCENT", "rateBp": 10_000, "sellerId": id("sel", MINE) }), "140.00"),
        (
            "IN-FOOD",
            json!({ "kind": "PERCENT", "rateBp": 10_000, "targets": [{ "categoryId": id("cat", food) }] }),
            "195.00",
        ),
        (
            "ON-MINE",
            json!({ "kind": "FIXED", "amount": { "amount": "500" }, "targets": [{ "sellerId": id("sel", MINE) }] }),
            "140.00",
        ),
        (
            "NOT-MINE",
            json!({ "kind": "PERCENT", "rateBp": 10_000,
            "targets": [{ "categoryId": id("cat", rice) }, { "sellerId": id("sel", MINE), "excluded": true }] }),
            "55.00",
        ),
    ] {
        let mut input = terms;
        input["code"] = json!(code);
        make(&admin, input).await;
        let answer = apply(&customer, &code.to_lowercase()).await;
        assert_eq!(answer.problems("cartCouponApply"), Vec::<&str>::new(), "{code}: {:#}", answer.body);
        let cart = answer.data("/cartCouponApply/cart");
        assert_eq!((&cart["discount"]["amount"], &cart["coupons"][0]["code"]), (&json!(discount), &json!(code)));
        assert_eq!(cart["coupons"][0]["freeDelivery"], json!(code == "FREE"));
        assert_eq!(remove(&customer, code).await, [""; 0]);
        assert_eq!(remove(&customer, code).await, ["NOT_FOUND"], "it is out");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_refusal_says_why_and_what_is_missing() {
    let (app, admin, customer) = shop_with_a_cart().await;
    let (stranger, _) = app.sign_in_as("customer").await;
    let product = json!({ "productId": id("prd", "01900000-0000-7000-8000-0000000000d1"), "excluded": true });
    for (code, terms, refusal) in [
        ("LATER", json!({ "startsAt": "2100-01-01T00:00:00Z" }), Some("COUPON_NOT_STARTED")),
        ("OVER", json!({ "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2020-01-02T00:00:00Z" }), Some("COUPON_ENDED")),
        ("NAMED", json!({ "customerIds": [stranger] }), Some("COUPON_NOT_FOR_CUSTOMER")),
        ("NONE", json!({ "targets": [product] }), Some("COUPON_NO_ELIGIBLE_ITEMS")),
        ("MUCH", json!({ "minAmount": { "amount": "200" } }), Some("COUPON_BELOW_MINIMUM_AMOUNT")),
        ("MANY", json!({ "minQuantity": 5 }), Some("COUPON_BELOW_MINIMUM_QUANTITY")),
        ("JUST", json!({ "minQuantity": 3, "minAmount": { "amount": "195" } }), None),
        ("FIRST", json!({ "firstOrder": true }), None),
        ("ONCE", json!({ "maxUsesPerCustomer": 1, "maxUses": 9 }), None),
    ] {
        let mut input = terms;
        input["code"] = json!(code);
        input["kind"] = json!("FREE_DELIVERY");
        make(&admin, input).await;
        assert_eq!(outcome(&customer, code).await.as_deref(), refusal, "{code}");
    }
    let missing = apply(&customer, "MUCH").await;
    assert_eq!(missing.text("/cartCouponApply/errors/0/message"), "goods for Rs 5.00 more are needed");
    for wrong in ["NOPE", "", " ", "a\u{0}b", "'; DROP TABLE coupons", &"X".repeat(50_000)] {
        assert_eq!(outcome(&customer, wrong).await.as_deref(), Some("NOT_FOUND"), "{wrong:?}");
    }

    // What only an order can bring about.
    let used = "INSERT INTO coupon_redemptions (id, coupon_id, account_id, cart_id, use_number, discount_minor, created_at) \
                SELECT gen_random_uuid(), coupons.id, account_id, carts.id, 1, 0, now() FROM coupons, carts WHERE code = 'ONCE'";
    app.database.execute(used).await;
    assert_eq!(outcome(&customer, "ONCE").await.as_deref(), Some("COUPON_USED_BY_CUSTOMER"));
    app.database.execute("UPDATE coupon_redemptions SET released_at = now()").await;
    assert_eq!(outcome(&customer, "ONCE").await, None, "a cancelled order gives its use back");
    app.database.execute("UPDATE coupons SET uses = max_uses WHERE code = 'ONCE'").await;
    assert_eq!(outcome(&customer, "ONCE").await.as_deref(), Some("COUPON_USED_UP"));
    let ordered = "INSERT INTO carts (id, account_id, status, expires_at, created_at, updated_at) SELECT gen_random_uuid(), \
                   account_id, 'converted', now(), now(), now() FROM carts";
    app.database.execute(ordered).await;
    assert_eq!(outcome(&customer, "FIRST").await.as_deref(), Some("COUPON_NOT_FIRST_ORDER"));
    app.finish().await;
}

#[tokio::test]
async fn a_coupon_in_the_cart_says_when_it_stops_working() {
    let (app, admin, customer) = shop_with_a_cart().await;
    let terms = json!({ "code": "SAVE", "kind": "PERCENT", "rateBp": 1000, "minAmount": { "amount": "190" } });
    let coupon = make(&admin, terms).await;
    assert_eq!(apply(&customer, "SAVE").await.problems("cartCouponApply"), Vec::<&str>::new());
    app.database
        .execute(&format!(
            "UPDATE offers SET price_minor = 6000, business_price_minor = NULL WHERE seller_id = '{MINE}'"
        ))
        .await;
    let cart = customer.query(READ, json!({})).await;
    assert_eq!(
        *cart.data("/cart/coupons/0"),
        json!({ "code": "SAVE", "discount": { "amount": "0.00" }, "freeDelivery": false, "refusal": "BELOW_MINIMUM_AMOUNT",
                "refusalMessage": "goods for Rs 15.00 more are needed", "missingAmount": { "amount": "15.00" },
                "missingQuantity": null })
    );
    assert_eq!((cart.text("/cart/total/amount"), cart.text("/cart/discount/amount")), ("175.00", "0.00"));
    assert_eq!(edit(&admin, &coupon, json!({ "status": "PAUSED" })).await, [""; 0]);
    assert_eq!(customer.query(READ, json!({})).await.text("/cart/coupons/0/refusal"), "ENDED");
    app.finish().await;
}

#[tokio::test]
async fn stackable_coupons_go_together_and_never_take_more_than_all() {
    let (app, admin, customer) = shop_with_a_cart().await;
    let coupon = |code: &str, kind: Value, stackable: bool| {
        let mut input = kind;
        input["code"] = json!(code);
        input["stackable"] = json!(stackable);
        input
    };
    let fixed = |amount: &str| json!({ "kind": "FIXED", "amount": { "amount": amount } });
    make(&admin, coupon("HALF", json!({ "kind": "PERCENT", "rateBp": 5000 }), true)).await;
    make(&admin, coupon("LESS-90", fixed("90"), true)).await;
    make(&admin, coupon("LESS-10", fixed("10"), true)).await;
    make(&admin, coupon("ALONE", fixed("1"), false)).await;
    for n in 0..4 {
        make(&admin, coupon(&format!("MORE-{n}"), fixed("1"), true)).await;
    }
    assert_eq!(outcome(&customer, "ALONE").await, None);
    for code in ["HALF", "LESS-90", "LESS-10"] {
        assert_eq!(apply(&customer, code).await.problems("cartCouponApply"), Vec::<&str>::new());
    }
    assert_eq!(outcome(&customer, "ALONE").await.as_deref(), Some("COUPON_NOT_STACKABLE"));
    let cart = customer.query(READ, json!({})).await;
    let parts: Vec<&str> = (0..3).map(|n| cart.text(&format!("/cart/coupons/{n}/discount/amount"))).collect();
    assert_eq!(parts, ["97.50", "90.00", "7.50"], "each takes of what the ones before left");
    assert_eq!((cart.text("/cart/discount/amount"), cart.text("/cart/total/amount")), ("195.00", "0.00"));
    for n in 0..4 {
        let refusal = !apply(&customer, &format!("MORE-{n}")).await.problems("cartCouponApply").is_empty();
        assert_eq!(refusal, n > 1, "at most five");
    }
    let again = apply(&customer, "HALF").await;
    assert_eq!(again.problems("cartCouponApply"), Vec::<&str>::new(), "a second time changes nothing");
    assert_eq!(again.data("/cartCouponApply/cart/coupons").as_array().unwrap().len(), 5);
    app.finish().await;
}

#[tokio::test]
async fn guests_use_what_asks_for_no_name_and_bring_it_along() {
    let (app, mine) = open_shop().await;
    let admin = app.sign_in("administrator").await;
    make(&admin, json!({ "code": "OPEN", "kind": "FIXED", "amount": { "amount": "5" } })).await;
    make(&admin, json!({ "code": "FIRST", "kind": "FREE_DELIVERY", "firstOrder": true })).await;
    let cart = change(&app, "cartItemAdd", json!({ "offerId": mine })).await;
    let token = cart["guestToken"].as_str().unwrap();
    let put = async |code: &str| app.query(APPLY, json!({ "input": { "code": code, "guestToken": token } })).await;
    assert_eq!(put("FIRST").await.problems("cartCouponApply"), ["COUPON_SIGN_IN_REQUIRED"]);
    assert_eq!(put("OPEN").await.text("/cartCouponApply/cart/total/amount"), "65.00");
    assert_eq!(
        apply(&app, "OPEN").await.problems("cartCouponApply"),
        ["NOT_FOUND"],
        "without the token there is no cart"
    );
    let customer = app.sign_in("customer").await;
    change(&customer, "cartMerge", json!({ "guestToken": token })).await;
    assert_eq!(customer.query(READ, json!({})).await.text("/cart/coupons/0/code"), "OPEN");
    app.finish().await;
}

#[tokio::test]
async fn thousands_of_coupons_cost_a_cart_nothing() {
    let (app, admin, customer) = shop_with_a_cart().await;
    make(&admin, json!({ "code": "ONE", "kind": "FIXED", "amount": { "amount": "5" }, "stackable": true })).await;
    let alone = customer.query(READ, json!({})).await.statements();
    let answers = join_all((0..8).map(|_| apply(&customer, "ONE"))).await;
    assert!(answers.iter().all(|answer| answer.problems("cartCouponApply").is_empty()), "in parallel: once");
    assert_eq!(app.database.value("SELECT count(*) FROM cart_coupons").await, json!(1));
    let many = "INSERT INTO coupons (id, code, description, kind, amount_minor, starts_at, first_order, named_only, stackable, \
                status, created_at, updated_at) SELECT gen_random_uuid(), 'C-' || n, '', 'fixed', 100, now(), false, false, true, \
                'active', now(), now() FROM generate_series(1, 3000) n";
    app.database.execute(many).await;
    let seen = customer.query(READ, json!({})).await;
    assert_eq!((seen.statements(), seen.text("/cart/discount/amount")), (alone, "5.00"));
    assert!(alone <= 3, "{alone}: cart, lines, coupons");
    for n in 1..4 {
        let put = apply(&customer, &format!("C-{n}")).await;
        assert!(put.statements() <= 10, "{}", put.statements());
    }
    assert_eq!(customer.query(READ, json!({})).await.statements(), alone, "also with four of them in the cart");
    let large = create(&admin, offer(MINE, LARGE, "M2", "400"), json!({ "status": "LIVE" })).await;
    change(&customer, "cartItemAdd", json!({ "offerId": large })).await;
    assert_eq!(customer.query(READ, json!({})).await.statements(), alone, "and with more lines");
    app.finish().await;
}
