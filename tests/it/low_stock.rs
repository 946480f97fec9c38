//! Low-stock alerts of offers: over all locations of a seller, raised and resolved once.

use freshvilla::{kernel::outbox::relay, marketplace::offer::low_stock};
use serde_json::{Value, json};

use crate::{
    offers::{MINE, OTHER, SMALL, create, id, offer},
    stock::{Depot, RESERVE},
    stock_import::{NORTH, SOUTH, open_warehouse, shop},
    support::{Client, Cluster, Node, TestApp},
};

const ALERTS: &str =
    "{ stockAlerts(where: { kind: OFFER_LOW_STOCK }) { nodes { resolvedAt offer { sku } item { location { id } } } } }";
const EVENTS: &str = "subscription($at: [ID!]!) { stockEvents(where: { locationIds: $at, kinds: [ALERT_RAISED, ALERT_RESOLVED] }) { \
    kind alert item { location { id } } } }";
const SET: &str =
    "mutation($input: StockBulkSetInput!) { stockBulkSet(input: $input) { rows { errors { code } } errors { code } } }";
const UPDATE: &str =
    "mutation($input: OfferUpdateInput!) { offerUpdate(input: $input) { offer { status } errors { code path } } }";
const RELEASE: &str = "mutation($input: StockReservationReleaseInput!) { stockReservationRelease(input: $input) { \
    errors { code path } } }";

/// Gives the events their numbers and follows them; answers how many alerts were raised or resolved.
async fn follow(node: &Node) -> usize {
    let app = node.app.clone();
    node.on_runtime(async move {
        while relay(&app.db, &*app.bus).await.unwrap() > 0 {}
        low_stock::follow_stock(&app).await.unwrap()
    })
    .await
}

/// Follows until every event was looked at.
async fn settle(app: &TestApp) -> usize {
    let mut told = 0;
    loop {
        told += follow(&app.node).await;
        let waiting = "SELECT count(*) FROM outbox WHERE feed_seq IS NULL OR feed_seq > \
                       (SELECT last_feed_seq FROM projections WHERE name = 'offer_low_stock')";
        if app.database.value(waiting).await == json!(0) {
            return told;
        }
    }
}

async fn set(client: &Client, place: &str, pieces: i32, key: &str) {
    let rows = json!([{ "sku": "RICE-1", "available": pieces }]);
    let input = json!({ "locationId": id("loc", place), "rows": rows, "idempotencyKey": key });
    let done = client.query(SET, json!({ "input": input })).await;
    assert_eq!(done.data("/stockBulkSet/rows/0/errors"), &json!([]), "{:#}", done.body);
}

/// A live offer of the first seller with the threshold 5, and two warehouses with ten pieces each.
async fn watched() -> (TestApp, Client, String) {
    let (app, owner) = shop().await;
    open_warehouse(&app, SOUTH, MINE, "South").await;
    let terms = json!({ "status": "LIVE", "lowStockThreshold": 5 });
    let watched = create(&owner, offer(MINE, SMALL, "W-1", "90"), terms).await;
    set(&owner, NORTH, 10, "north").await;
    set(&owner, SOUTH, 10, "south").await;
    assert_eq!(settle(&app).await, 0);
    (app, owner, watched)
}

async fn change(client: &Client, offer: &str, set: Value) {
    let answer = client.query(UPDATE, json!({ "input": { "id": offer, "set": set } })).await;
    assert_eq!(answer.problems("offerUpdate"), Vec::<&str>::new(), "{:#}", answer.body);
}

#[tokio::test]
async fn an_alert_is_raised_and_resolved_once_over_all_locations() {
    let (app, owner, _) = watched().await;
    let at = json!({ "at": [id("loc", NORTH), id("loc", SOUTH)] });
    let mut live = owner.socket().await.subscribe(EVENTS, at).await;
    set(&owner, NORTH, 0, "n0").await;
    assert_eq!(settle(&app).await, 0, "ten are left elsewhere");
    set(&owner, SOUTH, 5, "s5").await;
    assert_eq!(settle(&app).await, 1);
    let open = owner.query(ALERTS, json!({})).await;
    let south = json!({ "location": { "id": id("loc", SOUTH) } });
    let alert = json!([{ "resolvedAt": null, "offer": { "sku": "W-1" }, "item": south }]);
    assert_eq!(open.data("/stockAlerts/nodes"), &alert);
    set(&owner, SOUTH, 3, "s3").await;
    set(&owner, NORTH, 1, "n1").await;
    assert_eq!(settle(&app).await, 0, "lower still is nothing new");
    set(&owner, NORTH, 3, "n3").await;
    assert_eq!(settle(&app).await, 1);
    assert!(owner.query(ALERTS, json!({})).await.data("/stockAlerts/nodes/0/resolvedAt").is_string());
    set(&owner, NORTH, 2, "n2").await;
    assert_eq!(settle(&app).await, 1, "and again");
    for kind in ["ALERT_RAISED", "ALERT_RESOLVED", "ALERT_RAISED"] {
        let told = live.next().await["stockEvents"].clone();
        assert_eq!(json!([told["kind"], told["alert"]]), json!([kind, "OFFER_LOW_STOCK"]));
    }
    assert_eq!(app.database.value("SELECT count(*) FROM stock_alerts").await, json!(2));
    app.finish().await;
}

#[tokio::test]
async fn alerts_follow_the_offer_and_its_sellers_locations() {
    let (app, owner, watched) = watched().await;
    change(&owner, &watched, json!({ "lowStockThreshold": 20 })).await;
    assert_eq!(settle(&app).await, 1, "the threshold came up to the stock");
    change(&owner, &watched, json!({ "price": { "amount": "80" } })).await;
    assert_eq!(settle(&app).await, 0);
    change(&owner, &watched, json!({ "status": "PAUSED" })).await;
    assert_eq!(settle(&app).await, 1, "what is not on sale is not watched");
    change(&owner, &watched, json!({ "status": "LIVE" })).await;
    assert_eq!(settle(&app).await, 1);
    change(&owner, &watched, json!({ "lowStockThreshold": null })).await;
    assert_eq!(settle(&app).await, 1);
    change(&owner, &watched, json!({ "lowStockThreshold": 12 })).await;
    assert_eq!(settle(&app).await, 0);
    app.database.execute("UPDATE warehouses SET status = 'maintenance' WHERE name = 'South'").await;
    let handle = app.node.app.clone();
    let looked = app.node.on_runtime(async move { low_stock::look_at_all(&handle).await.unwrap() }).await;
    assert_eq!(looked, 1, "what lies there cannot be sold");
    app.finish().await;
}

#[tokio::test]
async fn alerts_of_offers_are_for_those_who_work_with_the_stock() {
    let (app, owner, _) = watched().await;
    set(&owner, NORTH, 0, "n0").await;
    set(&owner, SOUTH, 0, "s0").await;
    assert_eq!(settle(&app).await, 1);
    let count = |client: Client| async move {
        let seen = client.query(ALERTS, json!({})).await;
        seen.code().is_none().then(|| seen.data("/stockAlerts/nodes").as_array().unwrap().len())
    };
    assert_eq!(count(owner).await, Some(1));
    assert_eq!(count(app.sign_in_over("distributor_catalogue", MINE).await).await, Some(1));
    assert_eq!(count(app.sign_in_over("distributor_owner", OTHER).await).await, Some(0));
    assert_eq!(count(app.sign_in_over("warehouse_manager", SOUTH).await).await, Some(1), "it is told of there");
    assert_eq!(count(app.sign_in("customer").await).await, None);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_nodes_that_watch_one_tells() {
    let cluster = Cluster::start().await;
    let depot = Depot::open(&cluster.database, "north", 1).await;
    let offer = format!(
        "INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, low_stock_threshold, status, approved_at, created_at, \
         updated_at) VALUES (gen_random_uuid(), '{}', '{}', 'N-1', 9000, 5, 'live', now(), now(), now())",
        depot.seller, depot.variants[0]
    );
    cluster.database.execute(&offer).await;
    let token = cluster.token_over("warehouse_manager", &depot.place.to_string()).await;
    let nodes = [&cluster.one, &cluster.two].map(|node| node.client().as_user(token.as_str()));
    depot.fill(&nodes[0], "in", json!({ "quantity": 20 })).await;
    let mut held = Vec::new();
    for round in 0..8 {
        let buy = |at: usize| {
            let (node, order) = (nodes[at].clone(), depot.order(&format!("{round}-{at}"), 1));
            async move { node.query(RESERVE, order).await }
        };
        let (one, two, ..) = tokio::join!(buy(0), buy(1), follow(&cluster.one), follow(&cluster.two));
        held.extend([one, two].map(|made| made.text("/stockReservationCreate/reservation/id").to_owned()));
    }
    let counts = "SELECT jsonb_build_array(count(*), count(resolved_at)) FROM stock_alerts";
    let waiting = "SELECT count(*) FROM outbox WHERE feed_seq IS NULL OR feed_seq > \
                   (SELECT last_feed_seq FROM projections WHERE name = 'offer_low_stock')";
    let caught_up = || async {
        while cluster.database.value(waiting).await != json!(0) {
            tokio::join!(follow(&cluster.one), follow(&cluster.two));
        }
    };
    caught_up().await;
    assert_eq!(cluster.database.value(counts).await, json!([1, 0]), "four are left, told once");
    for id in held {
        let input = json!({ "input": { "id": id, "idempotencyKey": id } });
        assert_eq!(nodes[1].query(RELEASE, input).await.problems("stockReservationRelease"), Vec::<&str>::new());
    }
    caught_up().await;
    assert_eq!(cluster.database.value(counts).await, json!([1, 1]));
    let told = "SELECT jsonb_agg(kind ORDER BY feed_seq) FROM outbox WHERE kind LIKE 'stock.alert%'";
    assert_eq!(cluster.database.value(told).await, json!(["stock.alert_raised", "stock.alert_resolved"]));
}
