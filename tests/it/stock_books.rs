//! The books beside the shelves: counts, stock set in bulk, what it is worth, what to order.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    stock::{COMMIT, Depot, RESERVE, depot, examine, numbers},
    support::{Client, TestApp},
};

const OPEN: &str = "mutation($input: StockCountOpenInput!) { stockCountOpen(input: $input) { \
    count { id status location { kind } } errors { code path } } }";
const RECORD: &str = "mutation($input: StockCountRecordInput!) { stockCountRecord(input: $input) { \
    count { id lines { expected counted expectedDamaged countedDamaged lot { batch } item { id } } } errors { code path } } }";
const POST: &str = "mutation($input: StockCountPostInput!) { stockCountPost(input: $input) { \
    count { id status } errors { code path } } }";
const CANCEL: &str = "mutation($input: StockCountCancelInput!) { stockCountCancel(input: $input) { \
    count { id status } errors { code } } }";
const SET: &str = "mutation($input: StockBulkSetInput!) { stockBulkSet(input: $input) { \
    rows { sku item { available reserved } errors { code path message } } errors { code path } } }";

async fn open(staff: &Client, depot: &Depot, key: &str) -> String {
    let input = json!({ "input": { "locationId": depot.location(), "note": "aisle 3", "idempotencyKey": key } });
    let opened = staff.query(OPEN, input).await;
    assert_eq!(opened.problems("stockCountOpen"), Vec::<&str>::new());
    opened.text("/stockCountOpen/count/id").to_owned()
}

fn counted(depot: &Depot, id: &str, lines: &[(&str, i64, i64)]) -> Value {
    let line = |(batch, n, damaged): &(&str, i64, i64)| json!({ "variantId": depot.variant(0), "batch": batch, "counted": n, "damaged": damaged });
    json!({ "input": { "id": id, "lines": lines.iter().map(line).collect::<Vec<_>>() } })
}

async fn item(staff: &Client) -> Value {
    let shown =
        staff.query("{ stockItems { nodes { available reserved damaged value { amount } } } }", json!({})).await;
    shown.data("/stockItems/nodes/0").clone()
}

#[tokio::test]
async fn a_count_puts_the_books_right_without_undoing_what_moved_meanwhile() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    depot.fill(&staff, "in", json!({ "quantity": 10, "batch": "A", "unitCost": { "amount": "5.00" } })).await;
    let reserved = staff.query(RESERVE, depot.order("a", 3)).await;
    let reservation = reserved.text("/stockReservationCreate/reservation/id").to_owned();
    let id = open(&staff, &depot, "open").await;
    assert_eq!(open(&staff, &depot, "open").await, id, "the same key is the same count");
    let noted = staff.query(RECORD, counted(&depot, &id, &[("A", 8, 1), ("B", 2, 0)])).await;
    let line = |batch: &str| {
        let lines = noted.data("/stockCountRecord/count/lines").as_array().unwrap();
        let line = lines.iter().find(|line| line["lot"]["batch"] == batch).unwrap().clone();
        ["expected", "counted", "expectedDamaged", "countedDamaged"].map(|field| line[field].as_i64().unwrap())
    };
    assert_eq!((line("A"), line("B")), ([10, 8, 0, 1], [0, 2, 0, 0]));
    staff.query(COMMIT, json!({ "input": { "id": reservation, "idempotencyKey": "c" } })).await;
    let post = json!({ "input": { "id": id, "idempotencyKey": "post" } });
    for _ in 0..2 {
        let posted = staff.query(POST, post.clone()).await;
        assert_eq!(posted.text("/stockCountPost/count/status"), "POSTED");
    }
    assert_eq!(
        numbers(&item(&staff).await),
        (7, 0, 1),
        "three left after the counting; two lost, two found, one damaged"
    );
    let again = json!({ "input": { "id": id, "idempotencyKey": "again" } });
    assert_eq!(staff.query(POST, again).await.problems("stockCountPost"), ["NOT_ACTIVE"]);
    let late = staff.query(RECORD, counted(&depot, &id, &[("A", 1, 0)])).await;
    assert_eq!(late.problems("stockCountRecord"), ["NOT_ACTIVE"]);
    let ledger =
        "query($ref: String) { stockMovements(where: { reference: $ref }) { totalCount nodes { kind note } } }";
    let ledger = staff.query(ledger, json!({ "ref": id })).await;
    assert_eq!(ledger.data("/stockMovements/totalCount"), &json!(2));
    assert_eq!(ledger.text("/stockMovements/nodes/0/note"), "aisle 3");
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn two_counts_of_a_batch_put_the_same_difference_right_once() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    depot.fill(&staff, "in", json!({ "quantity": 10, "batch": "A" })).await;
    let (one, two) = (open(&staff, &depot, "one").await, open(&staff, &depot, "two").await);
    staff.query(RECORD, counted(&depot, &one, &[("A", 8, 0)])).await;
    staff.query(RECORD, counted(&depot, &two, &[("A", 7, 1)])).await;
    for id in [&one, &two] {
        let posted = staff.query(POST, json!({ "input": { "id": id, "idempotencyKey": id } })).await;
        assert_eq!(posted.text("/stockCountPost/count/status"), "POSTED");
    }
    assert_eq!(numbers(&item(&staff).await), (7, 0, 1), "one less than the first count found, and one damaged");
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn a_count_that_contradicts_reservations_or_was_left_changes_nothing() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    depot.fill(&staff, "in", json!({ "quantity": 5 })).await;
    staff.query(RESERVE, depot.order("a", 4)).await;
    let id = open(&staff, &depot, "one").await;
    for (n, damaged) in [(-1, 0), (0, -1)] {
        let refused = staff.query(RECORD, counted(&depot, &id, &[("", n, damaged)])).await;
        assert_eq!(refused.problems("stockCountRecord"), ["INVALID"]);
    }
    staff.query(RECORD, counted(&depot, &id, &[("", 2, 0)])).await;
    let post = json!({ "input": { "id": id, "idempotencyKey": "post" } });
    let refused = staff.query(POST, post).await;
    assert_eq!(refused.problems("stockCountPost"), ["INSUFFICIENT_STOCK"], "four are promised, two are there");
    let left = staff.query(CANCEL, json!({ "input": { "id": id } })).await;
    assert_eq!(left.text("/stockCountCancel/count/status"), "CANCELLED");
    assert_eq!(numbers(&item(&staff).await), (1, 4, 0));
    let theirs = Depot::open(&app.database, "south", 1).await;
    let stranger = app.sign_in_over("warehouse_manager", &theirs.place.to_string()).await;
    let foreign = open(&staff, &depot, "two").await;
    let refused = stranger.query(RECORD, counted(&depot, &foreign, &[("", 2, 0)])).await;
    assert_eq!(refused.problems("stockCountRecord"), ["NOT_FOUND"]);
    let refused = stranger.query(CANCEL, json!({ "input": { "id": foreign } })).await;
    assert_eq!(refused.problems("stockCountCancel"), ["NOT_FOUND"]);
    assert_eq!(
        *stranger.query("{ stockCounts { nodes { id } } }", json!({})).await.data("/stockCounts/nodes"),
        json!([])
    );
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn stock_is_set_in_bulk_row_by_row() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let today = app.clock().today();
    let soon = (today + TimeDelta::days(3)).to_string();
    depot.fill(&staff, "in", json!({ "quantity": 5 })).await;
    depot.fill(&staff, "soon", json!({ "quantity": 5, "batch": "soon", "expiresOn": soon })).await;
    let row = |sku: &str, available: i64, expected: Option<i64>| json!({ "sku": sku, "available": available, "expectedAvailable": expected });
    let input = |key: &str, rows: &[Value]| json!({ "input": { "locationId": depot.location(), "rows": rows, "idempotencyKey": key } });
    let rows = [
        row("north-0", 7, Some(10)),
        row("north-1", 4, Some(1)),
        row("north-2", 9, None),
        row("north-2", 8, None),
        row("nothing", 1, None),
        row("north-1", -1, None),
    ];
    let done = staff.query(SET, input("set", &rows)).await;
    let told: Vec<Value> = done
        .data("/stockBulkSet/rows")
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["item"]["available"], row["errors"][0]["code"]]))
        .collect();
    let expected = [
        json!([7, null]),
        json!([null, "VERSION_CONFLICT"]),
        json!([9, null]),
        json!([null, "INVALID"]),
        json!([null, "NOT_FOUND"]),
        json!([null, "INVALID"]),
    ];
    assert_eq!(told, expected);
    let again = staff.query(SET, input("set", &rows)).await;
    assert_eq!(again.data("/stockBulkSet"), done.data("/stockBulkSet"), "the same key answers the same");
    let lots = staff.query("{ stockItems { nodes { lots { batch available } } } }", json!({})).await;
    assert_eq!(
        *lots.data("/stockItems/nodes/0/lots"),
        json!([{ "batch": "soon", "available": 2 }, { "batch": "", "available": 5 }]),
        "what expires first goes first"
    );
    let many: Vec<Value> = (0..1_001).map(|_| row("north-0", 1, None)).collect();
    assert_eq!(staff.query(SET, input("many", &many)).await.problems("stockBulkSet"), ["INVALID"]);
    let none = staff.query(SET, input("same", &[row("north-0", 7, None)])).await;
    assert_eq!(none.data("/stockBulkSet/rows/0/item/available"), &json!(7), "nothing to do is done");
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn bulk_statements_do_not_grow_with_the_rows() {
    let app = TestApp::start().await;
    let depot = Depot::open(&app.database, "north", 60).await;
    let staff = app.sign_in_over("warehouse_manager", &depot.place.to_string()).await;
    let set = |key: &str, rows: usize, available: i64| {
        let rows: Vec<Value> =
            (0..rows).map(|at| json!({ "sku": format!("north-{at}"), "available": available })).collect();
        json!({ "input": { "locationId": depot.location(), "rows": rows, "idempotencyKey": key } })
    };
    let few = staff.query(SET, set("few", 2, 5)).await.statements();
    let many = staff.query(SET, set("many", 60, 6)).await;
    assert!(many.statements() <= few && few < 20, "{few} {}", many.statements());
    assert_eq!(many.data("/stockBulkSet/rows/59/item/available"), &json!(6));
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn stock_is_worth_what_the_ledger_says_on_any_day() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    depot.fill(&staff, "one", json!({ "quantity": 10, "unitCost": { "amount": "10.00" } })).await;
    let first = app.clock().today();
    app.advance(TimeDelta::days(2));
    let staff = app.sign_in_over("warehouse_manager", &depot.place.to_string()).await;
    let made = staff.query(RESERVE, depot.order("a", 4)).await;
    let id = made.text("/stockReservationCreate/reservation/id").to_owned();
    staff.query(COMMIT, json!({ "input": { "id": id, "idempotencyKey": "c" } })).await;
    let query = "query($on: Date!, $past: Date!) { now: stockValuation { asOf pieces value { amount } } \
        then: stockValuation(asOf: $on) { asOf pieces value { amount } } before: stockValuation(asOf: $past) { pieces } \
        stockItems { nodes { worth(on: $on) { pieces value { amount } } } } }";
    let past = first - TimeDelta::days(1);
    let shown = staff.query(query, json!({ "on": first.to_string(), "past": past.to_string() })).await;
    assert_eq!(*shown.data("/now"), json!({ "asOf": null, "pieces": "6", "value": { "amount": "60.00" } }));
    assert_eq!(
        *shown.data("/then"),
        json!({ "asOf": first.to_string(), "pieces": "10", "value": { "amount": "100.00" } })
    );
    assert_eq!(shown.text("/before/pieces"), "0");
    assert_eq!(*shown.data("/stockItems/nodes/0/worth"), json!({ "pieces": "10", "value": { "amount": "100.00" } }));
    let theirs = Depot::open(&app.database, "south", 1).await;
    let stranger = app.sign_in_over("distributor_owner", &theirs.seller.to_string()).await;
    assert_eq!(stranger.query("{ stockValuation { pieces } }", json!({})).await.text("/stockValuation/pieces"), "0");
    app.finish().await;
}

#[tokio::test]
async fn what_runs_out_is_suggested_for_reordering() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let item = depot.fill(&staff, "in", json!({ "quantity": 30 })).await;
    let limit = "mutation($input: StockItemUpdateInput!) { stockItemUpdate(input: $input) { errors { code } } }";
    let list = "{ reorderSuggestions { totalCount nodes { recentSales daysOfCover quantity item { available } } } }";
    staff.query(limit, json!({ "input": { "id": item["id"], "reorderPoint": 10 } })).await;
    assert_eq!(staff.query(list, json!({})).await.data("/reorderSuggestions/totalCount"), &json!(0));
    let made = staff.query(RESERVE, depot.order("a", 28)).await;
    let id = made.text("/stockReservationCreate/reservation/id").to_owned();
    staff.query(COMMIT, json!({ "input": { "id": id, "idempotencyKey": "c" } })).await;
    let shown = staff.query(list, json!({})).await;
    assert_eq!(
        *shown.data("/reorderSuggestions/nodes"),
        json!([{ "recentSales": 28, "daysOfCover": 2, "quantity": 22, "item": { "available": 2 } }])
    );
    staff.query(limit, json!({ "input": { "id": item["id"], "reorderQuantity": 50 } })).await;
    let shown = staff.query(list, json!({})).await;
    assert_eq!(shown.data("/reorderSuggestions/nodes/0/quantity"), &json!(50));
    app.finish().await;
}

#[tokio::test]
async fn what_is_worth_too_much_for_an_amount_is_said_so() {
    let app = TestApp::start().await;
    let (depot, staff) = depot(&app).await;
    let value = "query($at: ID) { stockValuation(where: { locationId: $at }) { pieces value { amount } } }";
    for at in 0..2 {
        let row = format!(
            "INSERT INTO stock_items (id, location_id, seller_id, variant_id, available, value_minor, created_at, \
             updated_at) VALUES (gen_random_uuid(), '{}', '{}', '{}', 1000000000, 9000000000000000000, now(), now())",
            depot.place, depot.seller, depot.variants[at]
        );
        app.database.execute(&row).await;
        let answer = staff.query(value, json!({ "at": depot.location() })).await;
        match at {
            0 => assert_eq!(answer.text("/stockValuation/value/amount"), "90000000000000000.00"),
            _ => assert_eq!(answer.code(), Some("BAD_USER_INPUT"), "{:#}", answer.body),
        }
    }
    app.finish().await;
}
