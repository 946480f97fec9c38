//! Files of stock: what they set, whose stock they reach, and that a change is made once.

use std::sync::Arc;

use freshvilla::{
    jobs::registry,
    kernel::{
        id::encode,
        jobs::{self, JobId, Worker},
    },
    marketplace::offer::import::stock::rows::pieces,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    import::{upload_for, workbook},
    offers::{LARGE, MINE, OTHER, SMALL, create, id, offer, stock_a_shelf},
    stock::examine,
    support::{Client, TestApp, eventually},
};

const START: &str = "mutation($input: OfferImportStartInput!) { offerImportStart(input: $input) { \
    job { id status } errors { code path } } }";
const FOUND: &str = "query($id: ID!) { job(id: $id) { status progress } importErrors(jobId: $id, first: 100) { \
    nodes { row column code } } }";

/// Warehouses: the first seller's two, and the other seller's one.
pub const NORTH: &str = "01900000-0000-7000-8000-0000000000e1";
pub const SOUTH: &str = "01900000-0000-7000-8000-0000000000e2";
const THEIRS: &str = "01900000-0000-7000-8000-0000000000e3";

pub async fn open_warehouse(app: &TestApp, place: &str, seller: &str, name: &str) {
    let rows = format!(
        "INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) \
         VALUES ('29', 'KA', 'Karnataka', false, true, false) ON CONFLICT DO NOTHING; \
         INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
         (gen_random_uuid(), '560066', '29', 'Whitefield', 'Bengaluru', '{{Bengaluru}}') ON CONFLICT DO NOTHING; \
         INSERT INTO locations (id, kind, seller_id, created_at) VALUES ('{place}', 'warehouse', '{seller}', now()); \
         INSERT INTO warehouses (id, seller_id, name, kind, status, line1, line2, city, state_code, pincode, \
         created_at, updated_at) VALUES ('{place}', '{seller}', '{name}', 'main', 'active', '1', '', 'Bengaluru', \
         '29', '560066', now(), now())"
    );
    app.database.execute(&rows).await;
}

/// A seller with two offers and one warehouse, and another with one of each.
pub async fn shop() -> (TestApp, Client) {
    let app = TestApp::start_with(&["--offer-approval", "automatic"]).await;
    stock_a_shelf(&app).await;
    let admin = app.sign_in("administrator").await;
    create(&admin, offer(MINE, SMALL, "R-1", "90"), json!({})).await;
    create(&admin, offer(MINE, LARGE, "R-5", "400"), json!({})).await;
    create(&admin, offer(OTHER, SMALL, "T-1", "90"), json!({})).await;
    open_warehouse(&app, NORTH, MINE, "North").await;
    open_warehouse(&app, THEIRS, OTHER, "Theirs").await;
    let owner = app.sign_in_over("distributor_owner", MINE).await;
    (app, owner)
}

async fn start(client: &Client, content: &str, mut input: Value) -> String {
    let file = upload_for(client, "OFFER_IMPORT", "stock.csv", "text/csv", content.as_bytes().to_vec()).await;
    input["fileId"] = json!(file);
    input["idempotencyKey"] = json!(file);
    input["kind"] = json!("STOCK");
    input["sellerId"] = json!(id("sel", MINE));
    let started = client.query(START, json!({ "input": input })).await;
    assert_eq!(started.problems("offerImportStart"), Vec::<&str>::new(), "{:#}", started.body);
    started.text("/offerImportStart/job/id").to_owned()
}

/// Imports; answers updated, unchanged and failed rows, and the row, column and code of every finding.
async fn import(app: &TestApp, client: &Client, content: &str, input: Value) -> ([i64; 3], Value) {
    let job = start(client, content, input).await;
    assert_eq!(app.drain_jobs().await, 1);
    let found = client.query(FOUND, json!({ "id": job })).await;
    let counts = ["updated", "unchanged", "failed"].map(|name| found.data("/job/progress")[name].as_i64().unwrap());
    let nodes = found.data("/importErrors/nodes").as_array().unwrap();
    (counts, nodes.iter().map(|f| json!([f["row"], f["column"], f["code"]])).collect())
}

/// SKU, warehouse, and available, reserved and damaged pieces of every item of the seller.
async fn stock(app: &TestApp, seller: &str) -> Value {
    let rows = format!(
        "SELECT jsonb_agg(jsonb_build_array(v.sku, w.name, i.available, i.reserved, i.damaged) ORDER BY v.sku, w.name) \
         FROM stock_items i JOIN product_variants v ON v.id = i.variant_id JOIN warehouses w ON w.id = i.location_id \
         WHERE i.seller_id = '{seller}'"
    );
    app.database.value(&rows).await
}

#[test]
fn pieces_are_read_as_people_write_them() {
    for (text, expected) in [("0", 0), ("1200", 1_200), ("1,200", 1_200), ("1,00,000", 100_000), ("7.0", 7), ("7.", 7)]
    {
        assert_eq!(pieces(text), Ok(expected), "{text}");
    }
    for text in ["", "-1", "1,5", "1,5000", "1.5", "x", ".", "1000000001", "99999999999999999999", "1\0", "1e3"] {
        assert!(pieces(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_file_sets_stock_and_names_what_is_wrong() {
    let (app, owner) = shop().await;
    let file = "Seller SKU,Qty on hand,Colour\nR-1,\"1,200\",red\nr-5,7.0,\nR-9,1,\nR-1,-1,\nR-1,x,\nR-1,,\n,5,\n\
                R-5,1000000001,\nR-5,99999999999999999999,\nT-1,5,\n";
    let wrong = json!([
        [4, "sku", "UNKNOWN"],
        [5, "Qty on hand", "INVALID"],
        [6, "Qty on hand", "INVALID"],
        [7, "Qty on hand", "REQUIRED"],
        [8, "Seller SKU", "REQUIRED"],
        [9, "Qty on hand", "INVALID"],
        [10, "Qty on hand", "INVALID"],
        [11, "sku", "UNKNOWN"]
    ]);
    let dry = import(&app, &owner, file, json!({ "dryRun": true })).await;
    assert_eq!(dry, ([2, 0, 8], wrong.clone()));
    assert_eq!(stock(&app, MINE).await, Value::Null, "a trial changes nothing");
    assert_eq!(import(&app, &owner, file, json!({})).await, ([2, 0, 8], wrong.clone()));
    assert_eq!(stock(&app, MINE).await, json!([["RICE-1", "North", 1200, 0, 0], ["RICE-5", "North", 7, 0, 0]]));
    assert_eq!(import(&app, &owner, file, json!({})).await, ([0, 2, 8], wrong), "the same file is the same stock");
    let ledger = "SELECT jsonb_agg(jsonb_build_array(kind, quantity, actor_kind, reference LIKE 'job\\_%') ORDER BY \
                  quantity) FROM stock_movements";
    let ledger = app.database.value(ledger).await;
    assert_eq!(ledger, json!([["adjustment", 7, "account", true], ["adjustment", 1200, "account", true]]));
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn reserved_and_damaged_pieces_are_on_hand() {
    let (app, owner) = shop().await;
    import(&app, &owner, "sku,qty\nR-1,10\n", json!({})).await;
    app.database
        .execute(
            "UPDATE stock_items SET available = 4, reserved = 5, damaged = 1; \
             UPDATE stock_lots SET available = 4, reserved = 5, damaged = 1",
        )
        .await;
    assert_eq!(import(&app, &owner, "sku,qty\nR-1,8\n", json!({})).await.0, [1, 0, 0]);
    assert_eq!(stock(&app, MINE).await, json!([["RICE-1", "North", 2, 5, 1]]));
    let too_few = import(&app, &owner, "sku,qty\nR-1,5\n", json!({})).await;
    assert_eq!(too_few, ([0, 0, 1], json!([[2, "on_hand", "INSUFFICIENT_STOCK"]])));
    assert_eq!(import(&app, &owner, "sku,available\nR-1,3\nR-1,9\n", json!({})).await.0, [1, 0, 0], "the last row");
    assert_eq!(stock(&app, MINE).await, json!([["RICE-1", "North", 9, 5, 1]]));
    let both = import(&app, &owner, "sku,available,qty\nR-1,3,3\n", json!({})).await;
    assert_eq!(both, ([0, 0, 1], json!([[2, "available", "INVALID"]])));
    app.finish().await;
}

#[tokio::test]
async fn a_row_names_one_of_several_locations() {
    let (app, owner) = shop().await;
    open_warehouse(&app, SOUTH, MINE, "South").await;
    let file = format!(
        "sku,location,qty\nR-1,north,1\nR-1,{},2\nR-5,{},3\nR-5,,4\nR-5,Theirs,5\nR-5,{},6\n",
        id("loc", SOUTH),
        id("whs", SOUTH),
        id("loc", THEIRS)
    );
    let (counts, wrong) = import(&app, &owner, &file, json!({})).await;
    assert_eq!(counts, [3, 0, 3]);
    let unknown = |row: i64| json!([row, "location", "UNKNOWN"]);
    assert_eq!(wrong, json!([[5, "location", "REQUIRED"], unknown(6), unknown(7)]));
    let set = json!([["RICE-1", "North", 1, 0, 0], ["RICE-1", "South", 2, 0, 0], ["RICE-5", "South", 3, 0, 0]]);
    assert_eq!(stock(&app, MINE).await, set);
    app.database.execute("UPDATE warehouses SET status = 'maintenance' WHERE name = 'North'").await;
    let closed = import(&app, &owner, "sku,location,qty\nR-1,North,9\n", json!({})).await;
    assert_eq!(closed, ([0, 0, 1], json!([[2, "location", "LOCATION_CLOSED"]])));
    app.database.execute("UPDATE warehouses SET status = 'terminated' WHERE name = 'North'").await;
    let only = import(&app, &owner, "sku,qty\nR-1,9\n", json!({})).await;
    assert_eq!(only, ([1, 0, 0], json!([])), "one is left, and need not be named");
    assert_eq!(
        app.database
            .value("SELECT count(*) FROM stock_items WHERE seller_id = '01900000-0000-7000-8000-0000000000a2'")
            .await,
        json!(0)
    );
    app.finish().await;
}

#[tokio::test]
async fn only_those_who_may_change_the_sellers_stock_import_it() {
    let (app, owner) = shop().await;
    let input = |seller: &str, file: &str| json!({ "input": { "sellerId": id("sel", seller), "kind": "STOCK", "fileId": file, "idempotencyKey": "k" } });
    let file = upload_for(&owner, "OFFER_IMPORT", "s.csv", "text/csv", b"sku,qty\nT-1,1\n".to_vec()).await;
    assert_eq!(owner.query(START, input(OTHER, &file)).await.problems("offerImportStart"), ["NOT_FOUND"]);
    let editor = app.sign_in_over("distributor_catalogue", MINE).await;
    let own = upload_for(&editor, "OFFER_IMPORT", "s.csv", "text/csv", b"sku,qty\nR-1,1\n".to_vec()).await;
    assert_eq!(editor.query(START, input(MINE, &own)).await.code(), Some("FORBIDDEN"), "prices, but no stock");
    let clerk = app.sign_in_over("distributor_orders", MINE).await;
    assert_eq!(clerk.query(START, input(MINE, &file)).await.code(), Some("FORBIDDEN"), "stock, but no offers");
    // The right to the stock goes while the import waits: nothing is written.
    start(&owner, "sku,qty\nR-1,1\n", json!({})).await;
    app.database.execute("DELETE FROM role_permissions WHERE permission = 'inventory.write'").await;
    assert_eq!(app.drain_jobs().await, 1);
    let job = app.database.value("SELECT jsonb_build_array(status, last_error) FROM jobs").await;
    assert_eq!(job[0], json!("dead"));
    assert!(job[1].as_str().unwrap().contains("no longer has the right"), "{job}");
    assert_eq!(stock(&app, MINE).await, Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn an_import_of_a_closed_seller_does_not_begin() {
    let (app, owner) = shop().await;
    let file = upload_for(&owner, "OFFER_IMPORT", "s.csv", "text/csv", b"sku,qty\nR-1,1\n".to_vec()).await;
    app.database.execute("UPDATE sellers SET status = 'closed'").await;
    let input = json!({ "sellerId": id("sel", MINE), "kind": "STOCK", "fileId": file, "idempotencyKey": "k" });
    let refused = owner.query(START, json!({ "input": input })).await;
    assert_eq!(refused.problems("offerImportStart"), ["CONFLICT"]);
    app.finish().await;
}

#[tokio::test]
async fn a_workbook_sets_stock_too() {
    let (app, owner) = shop().await;
    let text = |cell: &str, value: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{value}</t></is></c>");
    let sheet = format!(
        "<row r=\"1\">{}{}</row><row r=\"2\">{}<c r=\"B2\"><v>42</v></c></row>",
        text("A1", "SKU"),
        text("B1", "Stock"),
        text("A2", "R-1"),
    );
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let file = upload_for(&owner, "OFFER_IMPORT", "stock.xlsx", kind, workbook(&sheet)).await;
    let input = json!({ "sellerId": id("sel", MINE), "kind": "STOCK", "fileId": file, "idempotencyKey": "x" });
    owner.query(START, json!({ "input": input })).await;
    assert_eq!(app.drain_jobs().await, 1);
    assert_eq!(stock(&app, MINE).await, json!([["RICE-1", "North", 42, 0, 0]]));
    app.finish().await;
}

/// As many offers of as many variants.
async fn offer_many(app: &TestApp, count: usize) {
    let rows = format!(
        "INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, mrp_minor, status, position, \
         created_at, updated_at) SELECT gen_random_uuid(), '01900000-0000-7000-8000-0000000000d1', 'V' || n, 'V', 'piece', \
         1, 10000, 'active', n, now(), now() FROM generate_series(1, {count}) n; \
         INSERT INTO offers (id, seller_id, variant_id, sku, price_minor, status, created_at, updated_at) \
         SELECT gen_random_uuid(), '{MINE}', id, 'S-' || substr(sku, 2), 9000, 'draft', now(), now() \
         FROM product_variants WHERE sku ~ '^V[0-9]'"
    );
    app.database.execute(&rows).await;
}

fn many(count: usize) -> String {
    let rows: String = (1..=count).map(|n| format!("S-{n},{}\n", n % 50 + 1)).collect();
    format!("sku,qty\n{rows}")
}

#[tokio::test]
async fn a_killed_import_writes_each_change_once() {
    let (app, owner) = shop().await;
    offer_many(&app, 12_000).await;
    let id: JobId = start(&owner, &many(12_000), json!({})).await.parse().unwrap();
    let handle = app.node.app.clone();
    let attempt = async move {
        let kinds = Arc::new(registry());
        let (db, wake) = (handle.db.clone(), Arc::clone(&handle.jobs_enqueued));
        let worker = Worker::new(handle.clone(), db, handle.clock.clone(), kinds, wake);
        let running = tokio::spawn(async move { worker.run_job(id).await });
        eventually("two batches are in", || async {
            let row = jobs::find(&handle.db.read().await.unwrap(), id).await.unwrap();
            row.progress["rowsRead"].as_u64().is_some_and(|rows| rows >= 4_000)
        })
        .await;
        running.abort();
    };
    app.node.on_runtime(attempt).await;
    let ledger = "SELECT jsonb_build_array(count(*), count(DISTINCT item_id)) FROM stock_movements";
    let written = app.database.value(ledger).await[0].as_i64().unwrap();
    assert!((4_000..12_000).contains(&written), "{written}");
    app.advance(chrono::TimeDelta::minutes(2));
    app.drain_jobs().await;
    assert_eq!(app.database.value(ledger).await, json!([12_000, 12_000]), "no change twice, none left out");
    let progress = app.database.value("SELECT progress FROM jobs WHERE kind = 'offer_import'").await;
    assert_eq!(
        (&progress["updated"], &progress["unchanged"], &progress["failed"]),
        (&json!(12_000), &json!(0), &json!(0))
    );
    examine(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn two_imports_beside_each_other_keep_the_books_straight() {
    let (app, owner) = shop().await;
    offer_many(&app, 3_000).await;
    open_warehouse(&app, SOUTH, MINE, "South").await;
    let named = |count: usize, place: fn(usize) -> &'static str| {
        let rows: String = (1..=count).map(|n| format!("S-{n},{},{}\n", place(n), n % 50 + 1)).collect();
        format!("sku,location,qty\n{rows}")
    };
    start(&owner, &named(3_000, |n| if n % 2 == 0 { "North" } else { "South" }), json!({})).await;
    start(&owner, &named(3_000, |n| if n % 3 == 0 { "South" } else { "North" }), json!({})).await;
    assert_eq!(app.drain_jobs().await, 2);
    let jobs = app.database.value("SELECT jsonb_agg(DISTINCT status) FROM jobs").await;
    assert_eq!(jobs, json!(["succeeded"]));
    examine(&app).await;
    app.finish().await;
}

/// A program of the first seller's.
async fn program(app: &TestApp) -> Client {
    let admin = app.sign_in("super_administrator").await;
    let text =
        "mutation($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret errors { code message path } } }";
    let input = json!({ "name": "Books", "permissions": ["OFFERS_READ", "OFFERS_WRITE", "INVENTORY_WRITE"],
        "scopeKind": "DISTRIBUTOR", "scopeIds": [encode("dst", Uuid::parse_str(MINE).unwrap())] });
    let made = admin.query(text, json!({ "input": input })).await;
    assert_eq!(made.problems("apiKeyCreate"), Vec::<&str>::new(), "{:#}", made.body);
    app.as_user(made.text("/apiKeyCreate/secret"))
}

#[tokio::test]
async fn a_program_with_an_api_key_imports_what_is_its_sellers() {
    let (app, owner) = shop().await;
    let program = program(&app).await;
    let done = import(&app, &program, "sku,qty\nR-1,8\nT-1,8\n", json!({})).await;
    assert_eq!(done, ([1, 0, 1], json!([[3, "sku", "UNKNOWN"]])));
    let by = app.database.value("SELECT jsonb_agg(DISTINCT actor_kind) FROM stock_movements").await;
    assert_eq!(by, json!(["api_key"]));
    let file = upload_for(&program, "OFFER_IMPORT", "s.csv", "text/csv", b"sku,qty\nT-1,1\n".to_vec()).await;
    let input = json!({ "sellerId": id("sel", OTHER), "kind": "STOCK", "fileId": file, "idempotencyKey": "k" });
    let theirs = program.query(START, json!({ "input": input })).await;
    assert_eq!(theirs.problems("offerImportStart"), ["NOT_FOUND"]);
    let job = "SELECT 'x' AS x, id::text AS id FROM jobs";
    let job = app.database.rows(job).await[0]["id"].as_str().unwrap().parse::<Uuid>().unwrap();
    let seen = owner.query("query($id: ID!) { job(id: $id) { status } }", json!({ "id": JobId(job) })).await;
    assert!(seen.data("/job").is_null(), "a person does not see the program's job");
    let input = json!({ "sellerId": id("sel", MINE), "kind": "STOCK", "fileId": file, "idempotencyKey": "k" });
    let foreign = owner.query(START, json!({ "input": input })).await;
    assert_eq!(foreign.problems("offerImportStart"), ["NOT_FOUND"], "nor its file");
    app.finish().await;
}

#[tokio::test]
async fn an_import_ends_with_its_api_key() {
    let (app, _) = shop().await;
    offer_many(&app, 5_000).await;
    let program = program(&app).await;
    app.database
        .execute(
            "CREATE TABLE fate (what text NOT NULL); \
             CREATE FUNCTION befall() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN EXECUTE (SELECT what FROM fate); RETURN NULL; END $$; \
             CREATE TRIGGER befall AFTER INSERT ON stock_movements FOR EACH STATEMENT EXECUTE FUNCTION befall()",
        )
        .await;
    let fates = [
        "UPDATE api_keys SET permissions = '{offers.read,offers.write}'",
        "UPDATE api_keys SET scope_ids = '{01900000-0000-7000-8000-0000000000a2}'",
        "UPDATE api_keys SET expires_at = created_at",
        "UPDATE api_keys SET revoked_at = now()",
    ];
    let before = app.database.value("SELECT to_jsonb(k) FROM api_keys k").await;
    for (round, fate) in (1_i64..).zip(fates) {
        app.database.execute(&format!("DELETE FROM fate; INSERT INTO fate VALUES ($${fate}$$)")).await;
        let rows: String = (1..=5_000).map(|n| format!("S-{n},{round}\n")).collect();
        start(&program, &format!("sku,qty\n{rows}"), json!({})).await;
        app.drain_jobs().await;
        let written = app.database.value("SELECT count(*) FROM stock_movements").await;
        assert_eq!(written, json!(round * 2_000), "the batch that was written stays: {fate}");
        let ended = "SELECT jsonb_build_array(status, last_error) FROM jobs ORDER BY created_at DESC, id DESC LIMIT 1";
        let ended = app.database.value(ended).await;
        assert_eq!(ended[0], json!("dead"), "{fate}: {ended}");
        let restored = format!(
            "UPDATE api_keys SET permissions = ARRAY(SELECT jsonb_array_elements_text('{}')), \
             scope_ids = ARRAY(SELECT jsonb_array_elements_text('{}')::uuid), expires_at = NULL, revoked_at = NULL",
            before["permissions"], before["scope_ids"]
        );
        app.database.execute(&restored).await;
    }
    app.finish().await;
}
