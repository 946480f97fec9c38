//! Commission: how much, by which rule, and who may know and decide.

use chrono::{NaiveDate, TimeDelta};
use freshvilla::{
    catalog::category::model::CategoryId,
    kernel::money::{BasisPoints, Minor},
    marketplace::commission::{
        amount::Rate,
        model::{CommissionRule, CommissionRuleId, CommissionScope},
        precedence::{CommissionOutcome, rank},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    offers::{HOUSE, MINE, OTHER, SMALL, create, id, offer, stock_a_shelf},
    support::{Client, TestApp},
};

const RICE: &str = "01900000-0000-7000-8000-0000000000c2";
const FOOD: &str = "01900000-0000-7000-8000-0000000000c1";
const CREATE: &str = "mutation($input: CommissionRuleCreateInput!) { commissionRuleCreate(input: $input) { \
    rule { id scope rateBp validFrom validTo } errors { code path } } }";
const END: &str = "mutation($input: CommissionRuleEndInput!) { commissionRuleEnd(input: $input) { \
    rule { validTo } errors { code path } } }";
const PREVIEW: &str = "query($offer: ID!, $price: MoneyInput, $quantity: Int! = 1, $on: Date) { \
    commissionPreview(offerId: $offer, price: $price, quantity: $quantity, on: $on) { amount { amount } \
    commission { amount } candidates { outcome commission { amount } rule { scope rateBp } } } }";

fn rate(share: i32, fixed: i64, least: Option<i64>, most: Option<i64>) -> Rate {
    Rate { share: BasisPoints(share), fixed: Minor(fixed), least: least.map(Minor), most: most.map(Minor) }
}

#[test]
fn commission_is_rounded_once_per_line_and_bounded_per_pack() {
    for (rate, price, quantity, expected) in [
        (rate(1_500, 0, None, None), 9_950, 1, Some(1_493)),
        (rate(1_500, 0, None, None), 10, 3, Some(5)),
        (rate(500, 0, None, None), 10, 1, Some(1)),
        (rate(499, 0, None, None), 10, 1, Some(0)),
        (rate(0, 0, None, None), 10_000, 5, Some(0)),
        (rate(1_000, 200, None, None), 10_000, 3, Some(3_600)),
        (rate(1_000, 0, Some(1_500), None), 10_000, 2, Some(3_000)),
        (rate(1_000, 0, None, Some(700)), 10_000, 2, Some(1_400)),
        (rate(0, 500, None, None), 300, 2, Some(600)),
        (rate(10_000, 1, None, None), 100, 1, Some(100)),
        (rate(1_000, 0, None, None), 10_000, 0, Some(0)),
        (rate(1_000, 0, None, None), -1, 1, None),
        (rate(1_000, 0, None, None), 1, -1, None),
        (rate(1_000, 0, None, None), i64::MAX, 2, None),
        (rate(1_000, i64::MAX, None, None), 1, 2, None),
    ] {
        assert_eq!(rate.commission(Minor(price), quantity), expected.map(Minor), "{rate:?} {price} × {quantity}");
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rule(scope: CommissionScope, category: Option<&str>, from: &str, to: Option<&str>) -> CommissionRule {
    CommissionRule {
        id: CommissionRuleId::new(),
        scope,
        category_id: category.map(|id| CategoryId(Uuid::parse_str(id).unwrap())),
        seller_id: None,
        offer_id: None,
        rate_bp: BasisPoints(0),
        fixed_minor: Minor::ZERO,
        min_minor: None,
        max_minor: None,
        valid_from: day(from),
        valid_to: to.map(day),
        note: String::new(),
        created_by: None,
        created_at: Default::default(),
        updated_at: Default::default(),
    }
}

#[test]
fn the_most_specific_rule_wins_then_the_newest() {
    use CommissionOutcome::{Ended, LessSpecific, NotBegun, Older, OwnSeller, Won};
    use CommissionScope::{Category, Offer, Platform, Seller, SellerCategory};
    let path = [FOOD, RICE].map(|id| CategoryId(Uuid::parse_str(id).unwrap()));
    let rules = vec![
        rule(Platform, None, "2026-01-01", None),
        rule(Platform, None, "2026-06-01", None),
        rule(Category, Some(FOOD), "2026-06-01", None),
        rule(Category, Some(RICE), "2026-01-01", None),
        rule(Seller, None, "2026-01-01", None),
        rule(SellerCategory, Some(FOOD), "2026-07-01", None),
        rule(SellerCategory, Some(RICE), "2026-01-01", None),
        rule(SellerCategory, Some(RICE), "2026-03-01", None),
        rule(Offer, None, "2026-01-01", Some("2026-11-22")),
        rule(Offer, None, "2026-11-23", None),
    ];
    let on = day("2026-11-22");
    let ranked = rank(rules.clone(), &path, on, false);
    let outcomes: Vec<_> =
        ranked.iter().map(|(rule, outcome)| (rule.scope, rule.valid_from.to_string(), *outcome)).collect();
    let row = |scope, from: &str, outcome| (scope, from.to_owned(), outcome);
    assert_eq!(
        outcomes,
        [
            row(SellerCategory, "2026-03-01", Won),
            row(SellerCategory, "2026-01-01", Older),
            row(SellerCategory, "2026-07-01", LessSpecific),
            row(Seller, "2026-01-01", LessSpecific),
            row(Category, "2026-01-01", LessSpecific),
            row(Category, "2026-06-01", LessSpecific),
            row(Platform, "2026-06-01", LessSpecific),
            row(Platform, "2026-01-01", LessSpecific),
            row(Offer, "2026-11-23", NotBegun),
            row(Offer, "2026-01-01", Ended),
        ]
    );
    let first = rank(rules.clone(), &path, day("2026-11-23"), false)[0].clone();
    assert_eq!((first.0.scope, first.1), (Offer, Won), "the first day counts");
    let first = rank(rules.clone(), &path, day("2026-11-21"), false)[0].clone();
    assert_eq!((first.0.scope, first.1), (Offer, Won), "and so does the last");
    assert!(rank(rules, &path, on, true).iter().all(|(_, outcome)| *outcome == OwnSeller));
}

async fn add(client: &Client, input: Value) -> String {
    let made = client.query(CREATE, json!({ "input": input })).await;
    assert_eq!(made.problems("commissionRuleCreate"), Vec::<&str>::new(), "{:#}", made.body);
    made.text("/commissionRuleCreate/rule/id").to_owned()
}

#[tokio::test]
async fn a_preview_names_the_winner_and_why_the_others_lost() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let owner = app.sign_in_over("distributor_owner", MINE).await;
    let mine = create(&owner, offer(MINE, SMALL, "M1", "99.50"), json!({})).await;
    let own = create(&admin, offer(HOUSE, SMALL, "H1", "99.50"), json!({})).await;
    let bare = owner.query(PREVIEW, json!({ "offer": mine })).await;
    assert_eq!(*bare.data("/commissionPreview/candidates"), json!([]));
    assert_eq!(bare.text("/commissionPreview/commission/amount"), "0.00");
    add(&admin, json!({ "rateBp": 1500 })).await;
    add(&admin, json!({ "rateBp": 1000, "categoryId": id("cat", FOOD) })).await;
    add(
        &admin,
        json!({ "rateBp": 800, "sellerId": id("sel", MINE), "categoryId": id("cat", FOOD), "min": { "amount": "9" } }),
    )
    .await;
    add(&admin, json!({ "rateBp": 1, "sellerId": id("sel", OTHER) })).await;
    let special = add(&admin, json!({ "rateBp": 100, "offerId": mine })).await;
    let seen = owner.query(PREVIEW, json!({ "offer": mine, "quantity": 2 })).await;
    assert_eq!(
        *seen.data("/commissionPreview"),
        json!({ "amount": { "amount": "199.00" }, "commission": { "amount": "1.99" }, "candidates": [
            { "outcome": "WON", "commission": { "amount": "1.99" }, "rule": { "scope": "OFFER", "rateBp": 100 } },
            { "outcome": "LESS_SPECIFIC", "commission": { "amount": "18.00" }, "rule": { "scope": "SELLER_CATEGORY", "rateBp": 800 } },
            { "outcome": "LESS_SPECIFIC", "commission": { "amount": "19.90" }, "rule": { "scope": "CATEGORY", "rateBp": 1000 } },
            { "outcome": "LESS_SPECIFIC", "commission": { "amount": "29.85" }, "rule": { "scope": "PLATFORM", "rateBp": 1500 } },
        ] })
    );
    let withdrawn = admin.query(END, json!({ "input": { "id": special } })).await;
    assert_eq!(withdrawn.problems("commissionRuleEnd"), Vec::<&str>::new());
    let seen = owner.query(PREVIEW, json!({ "offer": mine, "price": { "amount": "1000" } })).await;
    assert_eq!(seen.text("/commissionPreview/commission/amount"), "80.00");
    assert_eq!(seen.data("/commissionPreview/candidates").as_array().unwrap().len(), 3);
    let seen = admin.query(PREVIEW, json!({ "offer": own })).await;
    assert_eq!(seen.text("/commissionPreview/commission/amount"), "0.00");
    assert_eq!(seen.text("/commissionPreview/candidates/0/outcome"), "OWN_SELLER");
    for (price, quantity) in [("-1", 1), ("1", 0), ("92233720368547758", 100)] {
        let odd = json!({ "offer": mine, "price": { "amount": price }, "quantity": quantity });
        assert_eq!(admin.query(PREVIEW, odd).await.code(), Some("BAD_USER_INPUT"), "{price} × {quantity}");
    }
    app.finish().await;
}

#[tokio::test]
async fn rules_are_dated_and_only_ever_ended() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let today = app.clock().today();
    let day = |n: i64| json!((today + TimeDelta::days(n)).to_string());
    let rule = add(&admin, json!({ "rateBp": 1500 })).await;
    for (input, code, path) in [
        (json!({ "rateBp": 1600 }), "RULE_EXISTS", "validFrom"),
        (json!({ "rateBp": 1600, "validFrom": day(-1) }), "INVALID", "validFrom"),
        (json!({ "rateBp": 1600, "validFrom": day(1), "validTo": day(1) }), "INVALID", "validTo"),
        (json!({ "rateBp": 10001 }), "INVALID", "rateBp"),
        (json!({ "rateBp": -1 }), "INVALID", "rateBp"),
        (json!({ "fixed": { "amount": "-0.01" } }), "INVALID", "fixed"),
        (json!({ "min": { "amount": "2" }, "max": { "amount": "1" } }), "INVALID", "max"),
        (json!({ "note": "a\u{0}" }), "INVALID", "note"),
        (json!({ "sellerId": id("sel", HOUSE) }), "INVALID", "sellerId"),
        (json!({ "sellerId": id("sel", RICE) }), "NOT_FOUND", "sellerId"),
        (json!({ "categoryId": id("cat", MINE) }), "NOT_FOUND", "categoryId"),
        (json!({ "offerId": id("ofr", MINE) }), "NOT_FOUND", "offerId"),
        (json!({ "offerId": id("ofr", MINE), "sellerId": id("sel", MINE) }), "INVALID", "offerId"),
    ] {
        let refused = admin.query(CREATE, json!({ "input": input })).await;
        assert_eq!(refused.problems("commissionRuleCreate"), [code], "{input}");
        assert_eq!(*refused.data("/commissionRuleCreate/errors/0/path"), json!([path]), "{input}");
    }
    let end = |rule: &str, on: Value| json!({ "input": { "id": rule, "validTo": on } });
    assert_eq!(admin.query(END, end(&rule, day(-1))).await.problems("commissionRuleEnd"), ["INVALID"]);
    assert_eq!(admin.query(END, end(&rule, day(9))).await.problems("commissionRuleEnd"), Vec::<&str>::new());
    let sooner = admin.query(END, end(&rule, day(5))).await;
    assert_eq!(*sooner.data("/commissionRuleEnd/rule/validTo"), day(5), "an end that has not come can be moved");
    app.advance(TimeDelta::days(5));
    let admin = app.sign_in("administrator").await;
    assert_eq!(admin.query(END, end(&rule, day(9))).await.problems("commissionRuleEnd"), ["CONFLICT"]);

    let coming = add(&admin, json!({ "rateBp": 1, "validFrom": day(20) })).await;
    assert_eq!(admin.query(END, end(&coming, day(19))).await.problems("commissionRuleEnd"), ["INVALID"]);
    let withdrawn = admin.query(END, json!({ "input": { "id": coming } })).await;
    assert_eq!(*withdrawn.data("/commissionRuleEnd/rule/validTo"), day(20));
    assert_eq!(admin.query(END, end(&coming, day(30))).await.problems("commissionRuleEnd"), ["CONFLICT"]);
    add(&admin, json!({ "rateBp": 2, "validFrom": day(20) })).await;
    let at_once = (0..5).map(|n| admin.query(CREATE, json!({ "input": { "rateBp": n, "validFrom": day(40) } })));
    let at_once = futures_util::future::join_all(at_once).await;
    assert_eq!(at_once.iter().filter(|a| a.problems("commissionRuleCreate") == ["RULE_EXISTS"]).count(), 4);
    app.finish().await;
}

#[tokio::test]
async fn a_seller_sees_its_own_rules_and_those_for_everybody() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let owner = app.sign_in_over("distributor_owner", MINE).await;
    let theirs = create(&admin, offer(OTHER, SMALL, "T1", "60"), json!({})).await;
    add(&admin, json!({ "rateBp": 1 })).await;
    add(&admin, json!({ "rateBp": 2, "sellerId": id("sel", MINE) })).await;
    let hidden = add(&admin, json!({ "rateBp": 3, "sellerId": id("sel", OTHER) })).await;
    add(&admin, json!({ "rateBp": 4, "offerId": theirs })).await;
    let list = "{ commissionRules { totalCount nodes { rateBp seller { name } offer { id } } } }";
    assert_eq!(*admin.query(list, json!({})).await.data("/commissionRules/totalCount"), json!(4));
    let seen = owner.query(list, json!({})).await;
    assert_eq!(
        *seen.data("/commissionRules/nodes"),
        json!([{ "rateBp": 2, "seller": { "name": "Mine" }, "offer": null }, { "rateBp": 1, "seller": null, "offer": null }])
    );
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert!(owner.query(node, json!({ "id": hidden })).await.data("/node").is_null());
    let preview = owner.query(PREVIEW, json!({ "offer": theirs })).await;
    assert!(preview.data("/commissionPreview").is_null());
    let end = json!({ "input": { "id": hidden } });
    assert_eq!(owner.query(END, end.clone()).await.code(), Some("FORBIDDEN"));
    assert_eq!(owner.query(CREATE, json!({ "input": { "rateBp": 0 } })).await.code(), Some("FORBIDDEN"));
    let customer = app.sign_in("customer").await;
    assert_eq!(customer.query(list, json!({})).await.code(), Some("FORBIDDEN"));
    assert_eq!(customer.query(PREVIEW, json!({ "offer": theirs })).await.code(), Some("FORBIDDEN"));
    assert_eq!(app.query(list, json!({})).await.code(), Some("UNAUTHENTICATED"));
    let on = "query($on: Date) { commissionRules(where: { on: $on }) { totalCount } }";
    let yesterday = (app.clock().today() - TimeDelta::days(1)).to_string();
    let past = admin.query(on, json!({ "on": yesterday })).await;
    assert_eq!(*past.data("/commissionRules/totalCount"), json!(0));
    app.finish().await;
}
