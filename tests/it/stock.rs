//! Stock: one ledger, no piece twice, no number below zero.

use std::collections::HashSet;

use chrono::TimeDelta;
use freshvilla::{
    catalog::variant::model::VariantId,
    inventory::{
        location::model::LocationId, reservation::jobs::expire_all, stock_alert::jobs::watch_expiry,
        stock_doctor::model::differences,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, Cluster, Database, TestApp};

const RECEIVE: &str = "mutation($input: StockReceiveInput!) { stockReceive(input: $input) { \
    items { id available reserved damaged onHand value { amount } averageCost { amount } lots { id batch expiresOn available } } \
    errors { code path message } } }";
pub const RESERVE: &str = "mutation($input: StockReservationCreateInput!) { stockReservationCreate(input: $input) { \
    reservation { id status lots { quantity lot { batch } } } errors { code path message } } }";
pub const COMMIT: &str = "mutation($input: StockReservationCommitInput!) { stockReservationCommit(input: $input) { \
    reservation { id status } errors { code path } } }";
const RELEASE: &str = "mutation($input: StockReservationReleaseInput!) { stockReservationRelease(input: $input) { \
    reservation { id status } errors { code path } } }";
const ADJUST: &str = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { \
    items { id available reserved damaged value { amount } } errors { code path message } } }";
const UPDATE: &str = "mutation($input: StockItemUpdateInput!) { stockItemUpdate(input: $input) { \
    item { id isLow lowStockThreshold } errors { code path } } }";
const ITEMS: &str =
    "{ stockItems(first: 100) { totalCount nodes { id available reserved damaged onHand value { amount } } } }";

/// A seller with a warehouse, and variants to put into it.
pub struct Depot {
    pub seller: Uuid,
    pub place: Uuid,
    pub variants: Vec<Uuid>,
}

impl Depot {
    pub async fn open(database: &Database, name: &str, variants: usize) -> Self {
        let (seller, place, product) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        let variants: Vec<Uuid> = (0..variants).map(|_| Uuid::now_v7()).collect();
        let mut rows = format!(
            "INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) \
             VALUES ('29', 'KA', 'Karnataka', false, true, false) ON CONFLICT DO NOTHING; \
             INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
             (gen_random_uuid(), '560066', '29', 'Whitefield', 'Bengaluru', '{{Bengaluru}}') ON CONFLICT DO NOTHING; \
             INSERT INTO sellers (id, kind, name, slug, status, created_at, updated_at) \
             VALUES ('{seller}', 'distributor', '{name}', '{name}', 'active', now(), now()); \
             INSERT INTO locations (id, kind, seller_id, created_at) VALUES ('{place}', 'warehouse', '{seller}', now()); \
             INSERT INTO warehouses (id, seller_id, name, kind, status, line1, line2, city, state_code, pincode, \
             created_at, updated_at) VALUES ('{place}', '{seller}', '{name}', 'main', 'active', '1', '', 'Bengaluru', \
             '29', '560066', now(), now()); \
             INSERT INTO products (id, name, slug, status, created_at, updated_at) \
             VALUES ('{product}', '{name}', '{name}', 'draft', now(), now());"
        );
        for (at, id) in variants.iter().enumerate() {
            rows += &format!(
                "INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, status, created_at, updated_at) \
                 VALUES ('{id}', '{product}', '{name}-{at}', 'pack', 'piece', 1, 'active', now(), now());"
            );
        }
        database.execute(&rows).await;
        Self { seller, place, variants }
    }

    pub fn location(&self) -> String {
        LocationId(self.place).to_string()
    }

    pub fn variant(&self, at: usize) -> String {
        VariantId(self.variants[at]).to_string()
    }

    /// Takes goods of the first variant in; answers the item.
    pub async fn fill(&self, staff: &Client, key: &str, line: Value) -> Value {
        let answer = staff.query(RECEIVE, json!({ "input": self.intake(key, line) })).await;
        assert_eq!(answer.problems("stockReceive"), Vec::<&str>::new(), "{:#}", answer.body);
        answer.data("/stockReceive/items/0").clone()
    }

    fn intake(&self, key: &str, line: Value) -> Value {
        let mut whole = json!({ "variantId": self.variant(0) });
        whole.as_object_mut().unwrap().extend(line.as_object().unwrap().clone());
        json!({ "locationId": self.location(), "lines": [whole], "idempotencyKey": key })
    }

    pub fn order(&self, key: &str, quantity: i64) -> Value {
        let lines = json!([{ "variantId": self.variant(0), "quantity": quantity }]);
        json!({ "input": { "locationId": self.location(), "owner": "a test", "lines": lines, "idempotencyKey": key } })
    }
}

pub async fn depot(app: &TestApp) -> (Depot, Client) {
    let depot = Depot::open(&app.database, "north", 3).await;
    let staff = app.sign_in_over("warehouse_manager", &depot.place.to_string()).await;
    (depot, staff)
}

/// The balances are what the ledger says.
pub async fn examine(app: &TestApp) {
    let handle = app.node.app.clone();
    let found = app.node.on_runtime(async move { differences(&handle.db.write().await.unwrap()).await.unwrap() }).await;
    assert_eq!(found, []);
}

pub fn numbers(item: &Value) -> (i64, i64, i64) {
    let number = |name: &str| item[name].as_i64().unwrap();
    (number("available"), number("reserved"), number("damaged"))
}

#[tokio::test]
async fn goods_come_in_are_set_aside_and_leave() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let item =
        depot.fill(&staff, "in", json!({ "quantity": 10, "damaged": 1, "unitCost": { "amount": "20.00" } })).await;
    assert_eq!(numbers(&item), (9, 0, 1));
    assert_eq!(item["value"]["amount"], "200.00");

    let made = staff.query(RESERVE, depot.order("one", 4)).await;
    assert_eq!(made.problems("stockReservationCreate"), Vec::<&str>::new());
    let one = made.text("/stockReservationCreate/reservation/id").to_owned();
    let two = staff.query(RESERVE, depot.order("two", 2)).await;
    let two = two.text("/stockReservationCreate/reservation/id").to_owned();
    let shown = staff.query(ITEMS, json!({})).await;
    assert_eq!(numbers(shown.data("/stockItems/nodes/0")), (3, 6, 1));

    let commit = json!({ "input": { "id": one, "reference": "FV-1", "idempotencyKey": "c" } });
    let done = staff.query(COMMIT, commit.clone()).await;
    assert_eq!(done.text("/stockReservationCommit/reservation/status"), "COMMITTED");
    let again = staff.query(COMMIT, commit).await;
    assert_eq!(
        again.text("/stockReservationCommit/reservation/status"),
        "COMMITTED",
        "a repeated call is the same call"
    );
    let other = json!({ "input": { "id": one, "idempotencyKey": "other" } });
    assert_eq!(staff.query(RELEASE, other).await.problems("stockReservationRelease"), ["NOT_ACTIVE"]);
    let back = staff.query(RELEASE, json!({ "input": { "id": two, "idempotencyKey": "r" } })).await;
    assert_eq!(back.text("/stockReservationRelease/reservation/status"), "RELEASED");

    let shown = staff.query(ITEMS, json!({})).await;
    assert_eq!(numbers(shown.data("/stockItems/nodes/0")), (5, 0, 1));
    assert_eq!(shown.text("/stockItems/nodes/0/value/amount"), "120.00", "what left took its cost with it");
    let ledger =
        "{ stockMovements(direction: ASC) { nodes { kind quantity damaged onHandAfter reference value { amount } } } }";
    let ledger = staff.query(ledger, json!({})).await;
    assert_eq!(
        *ledger.data("/stockMovements/nodes"),
        json!([
            { "kind": "RECEIVE", "quantity": 10, "damaged": 1, "onHandAfter": 10, "reference": null,
              "value": { "amount": "200.00" } },
            { "kind": "SALE", "quantity": -4, "damaged": 0, "onHandAfter": 6, "reference": "FV-1",
              "value": { "amount": "-80.00" } },
        ])
    );
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn what_expires_first_goes_first_and_what_has_expired_stays() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let today = app.clock().today();
    let day = |n: i64| (today + TimeDelta::days(n)).to_string();
    for (batch, expires, quantity) in [("late", Some(9), 5), ("keeps", None, 5), ("soon", Some(2), 3)] {
        let line = json!({ "quantity": quantity, "batch": batch, "expiresOn": expires.map(day) });
        depot.fill(&staff, batch, line).await;
    }
    let taken = staff.query(RESERVE, depot.order("a", 4)).await;
    let lots = |answer: &Value| -> HashSet<(String, i64)> {
        let lots = answer.as_array().unwrap().iter();
        lots.map(|lot| (lot["lot"]["batch"].as_str().unwrap().to_owned(), lot["quantity"].as_i64().unwrap())).collect()
    };
    let of = |list: &[(&str, i64)]| list.iter().map(|(batch, n)| ((*batch).to_owned(), *n)).collect::<HashSet<_>>();
    assert_eq!(lots(taken.data("/stockReservationCreate/reservation/lots")), of(&[("soon", 3), ("late", 1)]));

    app.advance(TimeDelta::days(10));
    let staff = app.sign_in_over("warehouse_manager", &depot.place.to_string()).await;
    let taken = staff.query(RESERVE, depot.order("b", 6)).await;
    assert_eq!(taken.problems("stockReservationCreate"), ["INSUFFICIENT_STOCK"]);
    assert_eq!(*taken.data("/stockReservationCreate/errors/0/path"), json!(["lines", "0", "quantity"]));
    assert_eq!(taken.text("/stockReservationCreate/errors/0/message"), "only 5 of 6 pieces are available here");
    let taken = staff.query(RESERVE, depot.order("c", 5)).await;
    assert_eq!(lots(taken.data("/stockReservationCreate/reservation/lots")), of(&[("keeps", 5)]));

    let handle = app.node.app.clone();
    assert_eq!(app.node.on_runtime(async move { watch_expiry(&handle).await.unwrap() }).await, 1);
    let shown = staff.query(ITEMS, json!({})).await;
    assert_eq!(numbers(shown.data("/stockItems/nodes/0")), (0, 9, 4), "what expired cannot be sold");
    let alerts =
        staff.query("{ stockAlerts(where: { open: true }) { nodes { kind lot { batch } } } }", json!({})).await;
    let kinds: HashSet<_> =
        alerts.data("/stockAlerts/nodes").as_array().unwrap().iter().map(|a| a.to_string()).collect();
    assert!(kinds.contains(&json!({ "kind": "EXPIRED", "lot": { "batch": "late" } }).to_string()), "{kinds:?}");
    let stale = depot.intake("stale", json!({ "quantity": 1, "expiresOn": day(-1) }));
    let refused = staff.query(RECEIVE, json!({ "input": stale })).await;
    assert_eq!(refused.problems("stockReceive"), ["INVALID"]);
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn reservations_end_with_their_time() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    depot.fill(&staff, "in", json!({ "quantity": 2 })).await;
    let made = staff.query(RESERVE, depot.order("a", 2)).await;
    let id = made.text("/stockReservationCreate/reservation/id").to_owned();
    assert_eq!(
        staff.query(RESERVE, depot.order("b", 1)).await.problems("stockReservationCreate"),
        ["INSUFFICIENT_STOCK"]
    );
    app.advance(TimeDelta::minutes(16));
    let staff = app.sign_in_over("warehouse_manager", &depot.place.to_string()).await;
    let handle = app.node.app.clone();
    app.node.on_runtime(async move { expire_all(&handle).await.unwrap() }).await;
    let commit = json!({ "input": { "id": id, "idempotencyKey": "late" } });
    assert_eq!(staff.query(COMMIT, commit).await.problems("stockReservationCommit"), ["NOT_ACTIVE"]);
    let listed = staff.query("{ stockReservations { nodes { status owner } } }", json!({})).await;
    assert_eq!(*listed.data("/stockReservations/nodes"), json!([{ "status": "EXPIRED", "owner": "a test" }]));
    assert_eq!(staff.query(RESERVE, depot.order("c", 2)).await.problems("stockReservationCreate"), Vec::<&str>::new());
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_given_back_always_fits_and_what_has_expired_is_not_sold_again() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let last = app.clock().today().to_string();
    depot.fill(&staff, "all", json!({ "quantity": 1_000_000_000, "expiresOn": last })).await;
    staff.query(RESERVE, depot.order("a", 1_000_000_000)).await;
    let more = staff.query(RECEIVE, json!({ "input": depot.intake("more", json!({ "quantity": 1 })) })).await;
    assert_eq!(more.problems("stockReceive"), ["INVALID"], "reserved pieces count, too: they may come back");
    app.advance(TimeDelta::days(1));
    let staff = app.sign_in_over("warehouse_manager", &depot.place.to_string()).await;
    let handle = app.node.app.clone();
    app.node.on_runtime(async move { expire_all(&handle).await.unwrap() }).await;
    let shown = staff.query(ITEMS, json!({})).await;
    assert_eq!(numbers(shown.data("/stockItems/nodes/0")), (0, 0, 1_000_000_000));
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn corrections_keep_the_books_straight() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let item = depot.fill(&staff, "in", json!({ "quantity": 3, "unitCost": { "amount": "10.00" } })).await;
    let item = {
        assert_eq!(item["averageCost"]["amount"], "10.00");
        depot.fill(&staff, "more", json!({ "quantity": 7, "unitCost": { "amount": "20.01" } })).await
    };
    assert_eq!((&item["value"]["amount"], &item["averageCost"]["amount"]), (&json!("170.07"), &json!("17.01")));
    let lot = item["lots"][0]["id"].clone();
    let adjust = |key: &str, available: i64, damaged: i64| {
        let lines = json!([{ "lotId": lot, "available": available, "damaged": damaged }]);
        json!({ "input": { "lines": lines, "note": "cycle count", "idempotencyKey": key } })
    };
    for (key, available, damaged, after, value) in [
        ("spoilt", -2, 2, (8, 0, 2), "170.07"),
        ("sound again", 1, -1, (9, 0, 1), "170.07"),
        ("thrown away", 0, -1, (9, 0, 0), "153.06"),
        ("found", 1, 0, (10, 0, 0), "170.07"),
        ("lost", -9, 0, (1, 0, 0), "17.01"),
        ("gone", -1, 0, (0, 0, 0), "0.00"),
    ] {
        let done = staff.query(ADJUST, adjust(key, available, damaged)).await;
        assert_eq!(done.problems("stockAdjust"), Vec::<&str>::new(), "{key}");
        assert_eq!(numbers(done.data("/stockAdjust/items/0")), after, "{key}");
        assert_eq!(done.text("/stockAdjust/items/0/value/amount"), value, "{key}");
    }
    for (key, available, damaged, code) in [
        ("below", -1, 0, "INSUFFICIENT_STOCK"),
        ("below damaged", 1, -1, "INSUFFICIENT_STOCK"),
        ("nothing", 0, 0, "INVALID"),
        ("far", i64::from(i32::MAX), 0, "INVALID"),
    ] {
        let refused = staff.query(ADJUST, adjust(key, available, damaged)).await;
        assert_eq!(refused.problems("stockAdjust"), [code], "{key}");
    }
    let kinds = staff.query("{ stockMovements(direction: ASC) { nodes { kind } } }", json!({})).await;
    let kinds: Vec<&str> = kinds
        .data("/stockMovements/nodes")
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds[2..], ["DAMAGE", "ADJUSTMENT", "ADJUSTMENT", "ADJUSTMENT", "ADJUSTMENT", "ADJUSTMENT"]);
    let frozen = app.database.try_execute("UPDATE stock_movements SET quantity = 0").await;
    assert!(frozen.unwrap_err().to_string().contains("append-only"));
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn the_doctor_names_every_difference() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    depot.fill(&staff, "in", json!({ "quantity": 5 })).await;
    staff.query(RESERVE, depot.order("a", 2)).await;
    examine(&app).await;
    app.database
        .execute("UPDATE stock_items SET available = 4; UPDATE stock_lots SET reserved = 1, available = 4")
        .await;
    let handle = app.node.app.clone();
    let found = app.node.on_runtime(async move { differences(&handle.db.write().await.unwrap()).await.unwrap() });
    let found: Vec<(String, i64, i64)> = found
        .await
        .into_iter()
        .map(|one| (one.what.split(" (").next().unwrap().to_owned(), one.stored, one.expected))
        .collect();
    assert_eq!(
        found,
        [
            ("on hand: item and the ledger".to_owned(), 6, 5),
            ("reserved: item and its lots".to_owned(), 2, 1),
            ("reserved: lot and its active reservations".to_owned(), 1, 2),
        ]
    );
    app.finish().await;
}

#[tokio::test]
async fn bad_requests_change_nothing() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    depot.fill(&staff, "in", json!({ "quantity": 5 })).await;
    for (line, path) in [
        (json!({ "quantity": 0 }), "quantity"),
        (json!({ "quantity": -3 }), "quantity"),
        (json!({ "quantity": 2, "damaged": 3 }), "damaged"),
        (json!({ "quantity": 1, "unitCost": { "amount": "-1.00" } }), "unitCost"),
        (json!({ "quantity": 1, "unitCost": { "amount": "10000000.01" } }), "unitCost"),
        (json!({ "quantity": 1, "batch": "x".repeat(61) }), "batch"),
        (json!({ "quantity": 1_000_000_000 }), "quantity"),
    ] {
        let refused = staff.query(RECEIVE, json!({ "input": depot.intake("bad", line.clone()) })).await;
        assert_eq!(refused.problems("stockReceive"), ["INVALID"], "{line}");
        assert_eq!(*refused.data("/stockReceive/errors/0/path"), json!(["lines", "0", path]), "{line}");
    }
    let unknown = depot.intake("unknown", json!({ "quantity": 1, "variantId": "var_00000000000000000000000000" }));
    assert_eq!(staff.query(RECEIVE, json!({ "input": unknown })).await.problems("stockReceive"), ["NOT_FOUND"]);
    for (quantity, code) in [(0, "INVALID"), (-1, "INVALID"), (6, "INSUFFICIENT_STOCK")] {
        let refused = staff.query(RESERVE, depot.order("bad", quantity)).await;
        assert_eq!(refused.problems("stockReservationCreate"), [code], "{quantity}");
    }
    let twice =
        json!([{ "variantId": depot.variant(0), "quantity": 3 }, { "variantId": depot.variant(0), "quantity": 3 }]);
    let mut order = depot.order("twice", 1);
    order["input"]["lines"] = twice;
    let refused = staff.query(RESERVE, order).await;
    assert_eq!(refused.problems("stockReservationCreate"), ["INSUFFICIENT_STOCK"], "two lines of one variant add up");
    let partly =
        json!([{ "variantId": depot.variant(0), "quantity": 1 }, { "variantId": depot.variant(1), "quantity": 1 }]);
    let mut order = depot.order("partly", 1);
    order["input"]["lines"] = partly;
    let refused = staff.query(RESERVE, order).await;
    assert_eq!(*refused.data("/stockReservationCreate/errors/0/path"), json!(["lines", "1", "quantity"]));
    let reused = staff.query(RECEIVE, json!({ "input": depot.intake("in", json!({ "quantity": 6 })) })).await;
    assert_eq!(reused.problems("stockReceive"), ["IDEMPOTENCY_KEY_REUSED"]);
    app.database.execute("UPDATE warehouses SET status = 'maintenance'").await;
    assert_eq!(
        staff.query(RESERVE, depot.order("shut", 1)).await.problems("stockReservationCreate"),
        ["LOCATION_CLOSED"]
    );
    let shown = staff.query(ITEMS, json!({})).await;
    assert_eq!(numbers(shown.data("/stockItems/nodes/0")), (5, 0, 0));
    assert_eq!(app.database.value("SELECT count(*) FROM stock_reservations").await, json!(0));
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn stock_is_for_those_who_work_there() {
    let app = TestApp::start().await;
    let (mine, staff) = depot(&app).await;
    let theirs = Depot::open(&app.database, "south", 1).await;
    let owner = app.sign_in_over("distributor_owner", &theirs.seller.to_string()).await;
    let item = mine.fill(&staff, "in", json!({ "quantity": 5 })).await;
    let reserved = staff.query(RESERVE, mine.order("a", 1)).await;
    let reservation = reserved.text("/stockReservationCreate/reservation/id").to_owned();
    assert_eq!(*owner.query(ITEMS, json!({})).await.data("/stockItems"), json!({ "totalCount": 0, "nodes": [] }));
    for list in ["stockMovements", "stockReservations", "stockAlerts"] {
        let seen = owner.query(&format!("{{ {list} {{ nodes {{ id }} }} }}"), json!({})).await;
        assert_eq!(*seen.data(&format!("/{list}/nodes")), json!([]), "{list}");
    }
    let lot = item["lots"][0]["id"].clone();
    for id in [&item["id"], &lot, &json!(reservation)] {
        let seen = owner.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert!(seen.data("/node").is_null(), "{id}");
        let seen = staff.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(seen.data("/node/id"), id);
    }
    let line = json!([{ "lotId": lot, "available": -1 }]);
    let stolen =
        owner.query(ADJUST, json!({ "input": { "lines": line, "note": "mine", "idempotencyKey": "x" } })).await;
    assert_eq!(stolen.problems("stockAdjust"), ["NOT_FOUND"]);
    let refused = owner.query(RESERVE, mine.order("x", 1)).await;
    assert_eq!(refused.problems("stockReservationCreate"), ["NOT_FOUND"]);
    let refused = owner.query(RECEIVE, json!({ "input": mine.intake("x", json!({ "quantity": 1 })) })).await;
    assert_eq!(refused.problems("stockReceive"), ["NOT_FOUND"]);
    let end = json!({ "input": { "id": reservation, "idempotencyKey": "y" } });
    assert_eq!(owner.query(COMMIT, end.clone()).await.problems("stockReservationCommit"), ["NOT_FOUND"]);
    assert_eq!(owner.query(RELEASE, end).await.problems("stockReservationRelease"), ["NOT_FOUND"]);
    let limit = json!({ "input": { "id": item["id"], "lowStockThreshold": 1 } });
    assert_eq!(owner.query(UPDATE, limit).await.problems("stockItemUpdate"), ["NOT_FOUND"]);
    let customer = app.sign_in("customer").await;
    assert_eq!(customer.query(RESERVE, mine.order("x", 1)).await.code(), Some("FORBIDDEN"));
    assert_eq!(app.query(ITEMS, json!({})).await.code(), Some("UNAUTHENTICATED"));
    app.finish().await;
}

const EVENTS: &str = "subscription($at: [ID!]!, $after: String) { stockEvents(where: { locationIds: $at }, after: $after) { \
    cursor kind available reserved alert item { variant { sku } } } }";

#[tokio::test]
async fn changes_and_alerts_are_heard_once_and_in_order() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let item = depot.fill(&staff, "in", json!({ "quantity": 5 })).await;
    staff.query(UPDATE, json!({ "input": { "id": item["id"], "lowStockThreshold": 2 } })).await;
    let mut live = staff.socket().await.subscribe(EVENTS, json!({ "at": [depot.location()] })).await;
    let made = staff.query(RESERVE, depot.order("a", 4)).await;
    let id = made.text("/stockReservationCreate/reservation/id").to_owned();
    staff.query(RELEASE, json!({ "input": { "id": id, "idempotencyKey": "r" } })).await;
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(live.next().await["stockEvents"].clone());
    }
    let told: Vec<Value> = heard
        .iter()
        .map(|event| json!([event["kind"], event["available"], event["reserved"], event["alert"]]))
        .collect();
    assert_eq!(
        told,
        [
            json!(["CHANGED", 1, 4, null]),
            json!(["ALERT_RAISED", 1, 4, "LOW_STOCK"]),
            json!(["CHANGED", 5, 0, null]),
            json!(["ALERT_RESOLVED", 5, 0, "LOW_STOCK"]),
        ]
    );
    assert_eq!(heard[0]["item"]["variant"]["sku"], "north-0");
    let variables = json!({ "at": [depot.location()], "after": heard[1]["cursor"] });
    let mut resumed = staff.socket().await.subscribe(EVENTS, variables).await;
    for expected in &heard[2..] {
        assert_eq!(resumed.next().await["stockEvents"]["cursor"], expected["cursor"]);
    }
    let theirs = Depot::open(&app.database, "south", 1).await;
    let mut refused =
        staff.socket().await.subscribe(EVENTS, json!({ "at": [depot.location(), theirs.location()] })).await;
    assert_eq!(refused.refused().await, "NOT_FOUND");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_buyers_on_two_nodes_exactly_as_many_get_a_piece_as_there_are() {
    let cluster = Cluster::start().await;
    let depot = Depot::open(&cluster.database, "north", 1).await;
    let token = cluster.token_over("warehouse_manager", &depot.place.to_string()).await;
    let nodes = [&cluster.one, &cluster.two].map(|node| node.client().as_user(token.as_str()));
    let staff = &nodes[0];
    depot.fill(staff, "in", json!({ "quantity": 17 })).await;
    let buyers = (0..60).map(|at| {
        let buyer = nodes[at % 2].clone();
        let order = depot.order(&format!("buyer {at}"), 1);
        tokio::spawn(async move { buyer.query(RESERVE, order).await })
    });
    let mut codes = Vec::new();
    for buyer in buyers.collect::<Vec<_>>() {
        let answer = buyer.await.unwrap();
        codes.push(answer.problems("stockReservationCreate").first().map_or("ok", |code| *code).to_owned());
    }
    assert_eq!(codes.iter().filter(|code| *code == "ok").count(), 17, "{codes:?}");
    assert!(codes.iter().all(|code| code == "ok" || code == "INSUFFICIENT_STOCK"), "{codes:?}");
    let shown = staff.query(ITEMS, json!({})).await;
    assert_eq!(numbers(shown.data("/stockItems/nodes/0")), (0, 17, 0));
    cluster.one.stop().await;
    cluster.two.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crossed_orders_do_not_wait_for_each_other_in_a_circle() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    for at in 0..3 {
        let line = json!({ "quantity": 1_000, "variantId": depot.variant(at) });
        depot.fill(&staff, &format!("in {at}"), line).await;
    }
    let jobs: Vec<_> = (0..60)
        .map(|at| {
            let staff = staff.clone();
            let lines: Vec<Value> =
                (0..3).map(|n| json!({ "variantId": depot.variant((n + at) % 3), "quantity": 1 })).collect();
            let mut order = depot.order(&format!("buyer {at}"), 1);
            order["input"]["lines"] = json!(lines);
            tokio::spawn(async move {
                let made = staff.query(RESERVE, order).await;
                let id = made.text("/stockReservationCreate/reservation/id").to_owned();
                let input = json!({ "input": { "id": id, "idempotencyKey": format!("end {at}") } });
                match at % 2 {
                    0 => assert_eq!(
                        staff.query(COMMIT, input).await.problems("stockReservationCommit"),
                        Vec::<&str>::new()
                    ),
                    _ => assert_eq!(
                        staff.query(RELEASE, input).await.problems("stockReservationRelease"),
                        Vec::<&str>::new()
                    ),
                }
            })
        })
        .collect();
    for job in jobs {
        job.await.unwrap();
    }
    let shown = staff.query(ITEMS, json!({})).await;
    for item in shown.data("/stockItems/nodes").as_array().unwrap() {
        assert_eq!(numbers(item), (970, 0, 0));
    }
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn statements_do_not_grow_with_the_lines() {
    let app = TestApp::start().await;
    let depot = Depot::open(&app.database, "north", 40).await;
    let staff = app.sign_in_over("warehouse_manager", &depot.place.to_string()).await;
    let lines = |n: usize, quantity: i64| -> Vec<Value> {
        (0..n).map(|at| json!({ "variantId": depot.variant(at), "quantity": quantity })).collect()
    };
    let input =
        |key: &str, lines: Vec<Value>| json!({ "locationId": depot.location(), "lines": lines, "idempotencyKey": key });
    let receive = "mutation($input: StockReceiveInput!) { stockReceive(input: $input) { errors { code } } }";
    let few = staff.query(receive, json!({ "input": input("few", lines(2, 10)) })).await.statements();
    let many = staff.query(receive, json!({ "input": input("many", lines(40, 10)) })).await.statements();
    assert!(many <= few && many < 20, "{few} {many}");
    let order = |key: &str, n: usize| {
        let mut order = depot.order(key, 1);
        order["input"]["lines"] = json!(lines(n, 1));
        order
    };
    let reserve = "mutation($input: StockReservationCreateInput!) { stockReservationCreate(input: $input) { \
                   reservation { id } errors { code } } }";
    let few = staff.query(reserve, order("f", 2)).await.statements();
    let made = staff.query(reserve, order("m", 40)).await;
    assert!(made.statements() <= few && few < 10, "{few} {}", made.statements());
    let list = "query($n: Int!) { stockItems(first: $n) { nodes { available lots { batch } variant { sku } \
                location { seller { name } } } } stockMovements(first: $n) { nodes { item { id } lot { batch } } } \
                stockReservations(first: $n) { nodes { lots { item { id } lot { batch } } location { kind } } } }";
    let few = staff.query(list, json!({ "n": 2 })).await.statements();
    let many = staff.query(list, json!({ "n": 40 })).await.statements();
    assert!(many <= few + 1, "{few} {many}");
    app.finish().await;
}
