//! How offers perform: what is counted, that it is counted once, and who sees it.

use freshvilla::{
    kernel::outbox::{NewEvent, relay},
    marketplace::performance::jobs::count_activity,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    offers::{HOUSE, LARGE, MINE, OTHER, SMALL, create, id, offer, stock_a_shelf},
    support::{Cluster, Node, TestApp},
};

const RECORD: &str =
    "mutation($input: OfferViewsRecordInput!) { offerViewsRecord(input: $input) { recorded errors { code path } } }";
const REPORT: &str = "query($offer: ID, $seller: ID, $from: Date!, $to: Date!, $first: Int) { \
    offerPerformance(offerId: $offer, sellerId: $seller, from: $from, to: $to) { views days { day views } \
    topOffers(first: $first) { views offer { sku seller { name } variant { sku } } } } }";

/// Gives the events their numbers and counts them.
async fn count(node: &Node) -> i64 {
    let app = node.app.clone();
    node.on_runtime(async move {
        while relay(&app.db, &*app.bus).await.unwrap() > 0 {}
        count_activity(&app).await.unwrap()
    })
    .await
}

async fn record(app: &TestApp, offers: &[&str]) -> Value {
    let answer = app.query(RECORD, json!({ "input": { "offerIds": offers } })).await;
    answer.data("/offerViewsRecord/recorded").clone()
}

/// Waits until the relay of the server has numbered every event, and counts them.
pub async fn settle(app: &TestApp) {
    loop {
        count(&app.node).await;
        let waiting = "SELECT count(*) FROM outbox WHERE feed = 'offer_activity' AND (feed_seq IS NULL OR \
                       feed_seq > (SELECT last_feed_seq FROM projections WHERE name = 'offer_performance'))";
        if app.database.value(waiting).await == json!(0) {
            return;
        }
    }
}

fn dates(app: &TestApp) -> Value {
    let today = app.clock().today();
    json!({ "from": today - chrono::TimeDelta::days(3), "to": today })
}

fn of(app: &TestApp, field: &str, value: String) -> Value {
    let mut variables = dates(app);
    variables[field] = json!(value);
    variables
}

#[tokio::test]
async fn views_are_counted_by_day_for_those_who_sell() {
    let app = TestApp::start_with(&["--offer-approval", "automatic"]).await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    let live = json!({ "status": "LIVE" });
    let mine = create(&admin, offer(MINE, SMALL, "M1", "70"), live.clone()).await;
    let large = create(&admin, offer(MINE, LARGE, "M2", "400"), live.clone()).await;
    let theirs = create(&admin, offer(OTHER, SMALL, "T1", "60"), live).await;
    let draft = create(&admin, offer(HOUSE, SMALL, "H1", "60"), json!({})).await;
    let gone = id("ofr", MINE);
    assert_eq!(
        record(&app, &[&mine, &mine, &large, &theirs, &draft, &gone]).await,
        json!(3),
        "each once, what can be bought"
    );
    assert_eq!(record(&app, &[&draft]).await, json!(0));
    assert_eq!(
        app.database.value("SELECT count(*) FROM outbox WHERE kind = 'offer.viewed'").await,
        json!(1),
        "one event"
    );
    settle(&app).await;
    app.advance(chrono::TimeDelta::days(1));
    assert_eq!(record(&app, &[&mine, &theirs]).await, json!(2));
    settle(&app).await;
    assert_eq!(count(&app.node).await, 0, "each event counts once");

    let (owner, admin) = (app.sign_in_over("distributor_owner", MINE).await, app.sign_in("administrator").await);
    let seen = owner.query(REPORT, dates(&app)).await;
    let (today, before) = (app.clock().today(), app.clock().today() - chrono::TimeDelta::days(1));
    let report = seen.data("/offerPerformance");
    assert_eq!(report["views"], json!("3"));
    assert_eq!(report["days"], json!([{ "day": before, "views": "2" }, { "day": today, "views": "1" }]));
    let entry = |views: &str, sku: &str, pack: &str| json!({ "views": views, "offer": { "sku": sku, "seller": { "name": "Mine" }, "variant": { "sku": pack } } });
    assert_eq!(report["topOffers"], json!([entry("2", "M1", "RICE-1"), entry("1", "M2", "RICE-5")]));
    assert!(seen.statements() <= 6, "{}", seen.statements());
    let one = owner.query(REPORT, of(&app, "offer", large)).await;
    assert_eq!(*one.data("/offerPerformance/views"), json!("1"));
    let theirs_seen = owner.query(REPORT, of(&app, "offer", theirs.clone())).await;
    assert_eq!(theirs_seen.code(), Some("NOT_FOUND"));
    assert_eq!(owner.query(REPORT, of(&app, "seller", id("sel", OTHER))).await.code(), Some("NOT_FOUND"));
    assert_eq!(
        *admin.query(REPORT, of(&app, "seller", id("sel", OTHER))).await.data("/offerPerformance/views"),
        json!("2")
    );
    assert_eq!(*admin.query(REPORT, dates(&app)).await.data("/offerPerformance/views"), json!("5"));
    assert_eq!(app.sign_in("customer").await.query(REPORT, dates(&app)).await.code(), Some("FORBIDDEN"));
    assert_eq!(app.query(REPORT, dates(&app)).await.code(), Some("UNAUTHENTICATED"));
    for (from, to, first) in
        [("2026-01-02", "2026-01-01", 1), ("2024-01-01", "2026-01-01", 1), ("2026-01-01", "2026-01-01", 101)]
    {
        let wrong = owner.query(REPORT, json!({ "from": from, "to": to, "first": first })).await;
        assert_eq!(wrong.code(), Some("BAD_USER_INPUT"));
    }
    let many = app.query(RECORD, json!({ "input": { "offerIds": vec![mine.clone(); 101] } })).await;
    assert_eq!(many.problems("offerViewsRecord"), ["INVALID"]);
    let mut limited = None;
    for _ in 0..70 {
        limited = app.query(RECORD, json!({ "input": { "offerIds": [draft] } })).await.code().map(str::to_owned);
    }
    assert_eq!(limited.as_deref(), Some("RATE_LIMITED"));
    app.finish().await;
}

/// An event of the stream, as sales will write it.
fn event(kind: &'static str, lines: Value) -> NewEvent {
    let id = Uuid::now_v7();
    NewEvent {
        id,
        topic: format!("test:{id}"),
        sequence: 1,
        kind,
        payload: json!({ "lines": lines }),
        created_at: chrono::Utc::now(),
        feed: Some("offer_activity".to_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_count_every_event_once() {
    let cluster = Cluster::start().await;
    let rows = format!(
        "INSERT INTO categories (id, path, name, slug, status, created_at, updated_at) VALUES ('{SMALL}', '{{{SMALL}}}', 'C', 'c', \
         'active', now(), now()); INSERT INTO products (id, name, slug, status, created_at, updated_at) VALUES ('{SMALL}', 'P', 'p', \
         'draft', now(), now()); INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, status, created_at, \
         updated_at) VALUES ('{SMALL}', '{SMALL}', 'V', 'V', 'piece', 1, 'active', now(), now()); \
         INSERT INTO sellers (id, kind, name, slug, status, created_at, updated_at) VALUES ('{MINE}', 'distributor', 'S', 's', \
         'active', now(), now()); INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, created_at, updated_at) \
         VALUES ('{MINE}', '{MINE}', '{SMALL}', 'O', 100, 'draft', now(), now())"
    );
    cluster.database.execute(&rows).await;
    let (one, two) = (&cluster.one, &cluster.two);
    let write = async |node: &Node| {
        let app = node.app.clone();
        node.on_runtime(async move {
            for round in 0..120 {
                let line = match round % 3 {
                    0 => event("offer.carted", json!([{ "offer": MINE, "carts": 1 }, { "offer": SMALL, "carts": 1 }])),
                    1 => event(
                        "offer.ordered",
                        json!([{ "offer": MINE, "orders": 1, "units": 2, "revenue_minor": 500 }]),
                    ),
                    _ => event("offer.returned", json!([{ "offer": MINE, "returns": 1 }])),
                };
                line.emit(&app.db.write().await.unwrap()).await.unwrap();
            }
        })
        .await;
    };
    let counting = async |node: &Node| {
        for _ in 0..20 {
            count(node).await;
        }
    };
    tokio::join!(write(one), write(two), counting(one), counting(two));
    loop {
        count(one).await;
        let left = "SELECT count(*) FROM outbox WHERE feed = 'offer_activity' AND (feed_seq IS NULL OR \
                    feed_seq > (SELECT last_feed_seq FROM projections WHERE name = 'offer_performance'))";
        if cluster.database.value(left).await == json!(0) {
            break;
        }
    }
    let sums = "SELECT jsonb_build_array(sum(carts), sum(orders), sum(units), sum(revenue_minor), sum(returns), sum(views)) \
                FROM offer_performance_days";
    assert_eq!(cluster.database.value(sums).await, json!([80, 80, 160, 40_000, 80, 0]));
}
