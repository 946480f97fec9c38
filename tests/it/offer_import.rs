//! Files of offers: what they say, whose offers they reach, and how long they take.

use freshvilla::marketplace::offer::{demo::seed_offers, import::cells};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    import::{upload_for, workbook},
    offers::{HOUSE, MINE, OTHER, SMALL, create, id, offer, stock_a_shelf},
    support::{Client, TestApp},
};

const START: &str = "mutation($input: OfferImportStartInput!) { offerImportStart(input: $input) { \
    job { id status } errors { code path } } }";
const FOUND: &str = "query($id: ID!) { job(id: $id) { status progress } importErrors(jobId: $id, first: 100) { \
    nodes { row column code value } } }";

#[test]
fn cells_are_read_as_people_write_them() {
    assert_eq!(cells::hours("48"), Ok(48));
    assert_eq!(cells::hours(" 2 days"), Ok(48));
    assert!(["", "-1", "2 weeks", "99999999999", "2147483647 days"].iter().all(|text| cells::hours(text).is_err()));
    let steps: Vec<(i32, i64)> =
        cells::breaks("10:₹95; 50 = 1,090.50 |").unwrap().iter().map(|s| (s.min_quantity, s.price.0)).collect();
    assert_eq!(steps, [(10, 9_500), (50, 109_050)]);
    assert_eq!(cells::breaks("None"), Ok(Vec::new()));
    assert!(["10", "10:", ":5", "-1:5", "a:b", "10:-5"].iter().all(|text| cells::breaks(text).is_err()));
    assert_eq!(cells::start("2026-12-01").unwrap().to_rfc3339(), "2026-11-30T18:30:00+00:00");
    assert_eq!(cells::end("2026-12-01").unwrap().to_rfc3339(), "2026-12-01T18:30:00+00:00", "the day counts");
    assert_eq!(cells::end("2026-12-01T10:00:00+05:30").unwrap().to_rfc3339(), "2026-12-01T04:30:00+00:00");
    assert!(["soon", "2026-12-01 10:00", "2026-13-01"].iter().all(|text| cells::start(text).is_err()));
}

struct Imported {
    progress: Value,
    findings: Vec<Value>,
}

async fn import(app: &TestApp, client: &Client, content: &str, mut input: Value) -> Imported {
    let bytes = content.as_bytes().to_vec();
    let file = upload_for(client, "OFFER_IMPORT", "offers.csv", "text/csv", bytes).await;
    input["fileId"] = json!(file);
    input["idempotencyKey"] = json!(file);
    if input["sellerId"].is_null() {
        input["sellerId"] = json!(id("sel", MINE));
    }
    let started = client.query(START, json!({ "input": input })).await;
    assert_eq!(started.problems("offerImportStart"), Vec::<&str>::new(), "{:#}", started.body);
    let job = started.text("/offerImportStart/job/id").to_owned();
    assert_eq!(app.drain_jobs().await, 1);
    let found = client.query(FOUND, json!({ "id": job })).await;
    let findings = found.data("/importErrors/nodes").as_array().unwrap().clone();
    Imported { progress: found.data("/job/progress").clone(), findings }
}

impl Imported {
    fn counts(&self) -> [i64; 4] {
        ["created", "updated", "unchanged", "failed"].map(|name| self.progress[name].as_i64().unwrap())
    }

    /// Row, column and code of every finding.
    fn codes(&self) -> Vec<(i64, &str, &str)> {
        self.findings
            .iter()
            .map(|f| (f["row"].as_i64().unwrap(), f["column"].as_str().unwrap(), f["code"].as_str().unwrap()))
            .collect()
    }
}

async fn shop() -> (TestApp, Client) {
    let app = TestApp::start_with(&["--offer-approval", "automatic"]).await;
    stock_a_shelf(&app).await;
    let owner = app.sign_in_over("distributor_catalogue", MINE).await;
    (app, owner)
}

const FILE: &str = "Seller SKU,Variant SKU,EAN,Selling Price,B2B Price,Slab Prices,MOQ,Lead time,Status,Colour\n\
    A-1,RICE-1,,\"₹ 95.50\",90,10:92; 50:91,2,2 days,live,red\n\
    =cmd|' /C calc'!A0,,8901030865275,80,,,,,,\n\
    A-2,RICE-5,,500,,,,,,\n\
    A-3,RICE-1,,90,95,,,,,\n\
    A-4,RICE-9,,90,,,,,,\n\
    A-5,RICE-5,8901030865275,90,,,,,,\n\
    A-6,,,90,,,,,,\n\
    A-7,RICE-5,,,,,,,,\n\
    ,RICE-5,,90,,,,,,\n\
    A-8,RICE-5,,ninety,,10-5,x,soon,sold,\n\
    A-9,RICE-1,,70,,,,,live,\n\
    a-1,,,95,none,none,,,,\n";

#[tokio::test]
async fn a_file_adds_and_changes_offers_and_names_what_is_wrong() {
    let (app, owner) = shop().await;
    let dry = import(&app, &owner, FILE, json!({ "dryRun": true })).await;
    assert_eq!(dry.counts(), [2, 0, 0, 9], "{:?}", dry.findings);
    assert_eq!(app.database.value("SELECT count(*) FROM offers").await, json!(0));
    let done = import(&app, &owner, FILE, json!({})).await;
    assert_eq!(done.counts(), [2, 0, 0, 9]);
    assert_eq!(done.progress["duplicates"], json!(1));
    assert_eq!(done.progress["unmappedColumns"], json!(["Colour"]));
    assert_eq!(
        done.codes(),
        [
            (4, "price", "PRICE_ABOVE_MRP"),
            (5, "business_price", "INVALID"),
            (6, "variant_sku", "UNKNOWN"),
            (7, "barcode", "CONFLICT"),
            (8, "sku", "UNKNOWN"),
            (9, "price", "INVALID"),
            (10, "Seller SKU", "REQUIRED"),
            (11, "Selling Price", "INVALID"),
            (11, "Slab Prices", "INVALID"),
            (11, "MOQ", "INVALID"),
            (11, "Lead time", "INVALID"),
            (11, "Status", "INVALID"),
            (12, "status", "OFFER_EXISTS"),
        ]
    );
    let stored = app.database.value(
        "SELECT jsonb_agg(jsonb_build_array(sku, price_minor, business_price_minor, min_quantity, lead_time_hours, status, \
         version, (SELECT count(*) FROM offer_price_breaks b WHERE b.offer_id = o.id)) ORDER BY price_minor) FROM offers o",
    );
    assert_eq!(
        stored.await,
        json!([["=cmd|' /C calc'!A0", 8000, null, 1, 0, "draft", 1, 0], ["A-1", 9500, null, 2, 48, "live", 1, 0]])
    );
    let prices = "sku,price,moq\nA-1,94,9\nA-1,94,9\nB-1,90,9\n=CMD|' /C calc'!A0,80,9\n";
    let prices = import(&app, &owner, prices, json!({ "kind": "PRICES" })).await;
    assert_eq!((prices.counts(), prices.codes()), ([0, 1, 1, 1], vec![(4, "sku", "UNKNOWN")]));
    assert_eq!(prices.progress["unmappedColumns"], json!(["moq"]), "prices alone");
    let stored = app
        .database
        .value("SELECT jsonb_build_array(price_minor, min_quantity, version) FROM offers WHERE sku = 'A-1'");
    assert_eq!(stored.await, json!([9400, 2, 2]));
    app.finish().await;
}

#[tokio::test]
async fn a_file_reaches_only_the_callers_own_offers() {
    let (app, owner) = shop().await;
    let admin = app.sign_in("administrator").await;
    create(&admin, offer(OTHER, SMALL, "T-1", "60"), json!({})).await;
    let theirs = import(&app, &owner, "sku,price,seller\nT-1,1,Other\n", json!({ "kind": "PRICES" })).await;
    assert_eq!((theirs.counts(), theirs.codes()), ([0, 0, 0, 1], vec![(2, "sku", "UNKNOWN")]));
    let file = upload_for(&owner, "OFFER_IMPORT", "o.csv", "text/csv", b"sku,price\nT-1,1\n".to_vec()).await;
    let input = |seller: &str, file: &str| json!({ "input": { "sellerId": id("sel", seller), "fileId": file, "idempotencyKey": "k" } });
    let refused = owner.query(START, input(OTHER, &file)).await;
    assert_eq!(refused.problems("offerImportStart"), ["NOT_FOUND"]);
    let neighbour = app.sign_in_over("distributor_owner", OTHER).await;
    let foreign = neighbour.query(START, input(OTHER, &file)).await;
    assert_eq!(foreign.problems("offerImportStart"), ["NOT_FOUND"], "somebody else's file");
    let clerk = app.sign_in_over("distributor_orders", MINE).await;
    assert_eq!(clerk.query(START, input(MINE, &file)).await.code(), Some("FORBIDDEN"));
    assert_eq!(app.query(START, input(MINE, &file)).await.code(), Some("UNAUTHENTICATED"));
    app.database.execute(&format!("UPDATE sellers SET status = 'closed' WHERE id = '{MINE}'")).await;
    assert_eq!(owner.query(START, input(MINE, &file)).await.problems("offerImportStart"), ["CONFLICT"]);
    assert_eq!(app.database.value("SELECT price_minor FROM offers WHERE sku = 'T-1'").await, json!(6000));
    app.finish().await;
}

#[tokio::test]
async fn an_import_stops_with_the_rights_of_whoever_started_it() {
    let (app, owner) = shop().await;
    let variants = "INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, mrp_minor, status, position, \
        created_at, updated_at) SELECT gen_random_uuid(), '01900000-0000-7000-8000-0000000000d1', 'V' || n, 'V', 'piece', 1, \
        10000, 'active', n, now(), now() FROM generate_series(1, 5000) n";
    app.database.execute(variants).await;
    let rows: String = (1..=5_000).map(|n| format!("S-{n},V{n},95\n")).collect();
    let bytes = format!("sku,variant_sku,price\n{rows}").into_bytes();
    let file = upload_for(&owner, "OFFER_IMPORT", "offers.csv", "text/csv", bytes).await;
    let start = |key: &str| {
        let input = json!({ "sellerId": id("sel", MINE), "fileId": file, "idempotencyKey": key });
        let owner = owner.clone();
        async move { owner.query(START, json!({ "input": input })).await }
    };
    // The member is dismissed in the midst of the first batch.
    app.database
        .execute(
            "CREATE FUNCTION dismiss() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN DELETE FROM role_grants WHERE scope_kind = 'distributor'; RETURN NULL; END $$; \
             CREATE TRIGGER dismissal AFTER INSERT ON offers FOR EACH STATEMENT EXECUTE FUNCTION dismiss()",
        )
        .await;
    assert_eq!(start("one").await.problems("offerImportStart"), Vec::<&str>::new());
    assert_eq!(app.drain_jobs().await, 1, "and it is not tried again");
    assert_eq!(app.database.value("SELECT count(*) FROM offers").await, json!(2_000), "what was stored stays");
    let job = "SELECT jsonb_build_array(status, last_error, progress->'created') FROM jobs WHERE kind = 'offer_import'";
    let message = "whoever started this import no longer has the right to it";
    let ended = app.database.value(job).await;
    assert_eq!((&ended[0], &ended[2]), (&json!("dead"), &json!(2_000)));
    assert!(ended[1].as_str().unwrap().contains(message), "{ended}");
    app.advance(chrono::TimeDelta::seconds(6));
    assert_eq!(start("two").await.code(), Some("FORBIDDEN"), "rights are remembered for seconds");
    app.finish().await;
}

#[tokio::test]
async fn an_import_of_a_locked_account_changes_nothing() {
    let (app, owner) = shop().await;
    let bytes = b"sku,variant_sku,price\nA-1,RICE-1,90\n".to_vec();
    let file = upload_for(&owner, "OFFER_IMPORT", "offers.csv", "text/csv", bytes).await;
    let input = json!({ "sellerId": id("sel", MINE), "fileId": file, "idempotencyKey": "k" });
    owner.query(START, json!({ "input": input })).await;
    app.database.execute("UPDATE accounts SET status = 'locked'").await;
    app.drain_jobs().await;
    assert_eq!(app.database.value("SELECT count(*) FROM offers").await, json!(0));
    assert_eq!(app.database.value("SELECT jsonb_agg(status) FROM jobs").await, json!(["dead"]));
    app.finish().await;
}

#[tokio::test]
async fn every_imported_change_is_in_the_audit_log() {
    let (app, owner) = shop().await;
    let trail = "SELECT jsonb_agg(jsonb_build_array(before->'price_minor', after->'price_minor', after->'status', actor_kind, \
                 actor_id IS NOT NULL, (SELECT sku FROM offers WHERE id = subject_id)) ORDER BY at, id) FROM audit_log \
                 WHERE action = 'offerImport'";
    import(
        &app,
        &owner,
        "sku,variant_sku,price,status\nA-1,RICE-1,90,live\nA-2,RICE-5,400,\n",
        json!({ "dryRun": true }),
    )
    .await;
    assert_eq!(app.database.value(trail).await, Value::Null, "a trial leaves no trace");
    import(&app, &owner, "sku,variant_sku,price,status\nA-1,RICE-1,90,live\nA-2,RICE-5,400,\n", json!({})).await;
    import(&app, &owner, "sku,price\nA-1,80\nA-2,400\n", json!({ "kind": "PRICES" })).await;
    let mut seen = app.database.value(trail).await.as_array().unwrap().clone();
    let last = seen.pop().unwrap();
    assert_eq!(last, json!([9000, 8000, null, "account", true, "A-1"]), "what stays is not written again");
    seen.sort_by_key(|row| row[5].to_string());
    let created = json!([[null, 9000, "live", "account", true, "A-1"], [null, 40000, "draft", "account", true, "A-2"]]);
    assert_eq!(json!(seen), created);
    app.finish().await;
}

#[tokio::test]
async fn a_workbook_is_read_and_formulas_are_not_run() {
    let (app, owner) = shop().await;
    let text = |cell: &str, value: &str| format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t>{value}</t></is></c>");
    let sheet = format!(
        "<row r=\"1\">{}{}{}</row><row r=\"2\">{}{}<c r=\"C2\"><f>HYPERLINK(\"http://x\")</f><v>95.5</v></c></row>",
        text("A1", "SKU"),
        text("B1", "EAN"),
        text("C1", "Price"),
        text("A2", "=1+1"),
        text("B2", "8901030865275"),
    );
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let file = upload_for(&owner, "OFFER_IMPORT", "offers.xlsx", kind, workbook(&sheet)).await;
    let input = json!({ "input": { "sellerId": id("sel", MINE), "fileId": file, "idempotencyKey": "x" } });
    let started = owner.query(START, input.clone()).await;
    assert_eq!(app.drain_jobs().await, 1);
    let again = owner.query(START, input).await;
    assert_eq!(again.text("/offerImportStart/job/id"), started.text("/offerImportStart/job/id"));
    let stored = app.database.value("SELECT jsonb_agg(jsonb_build_array(sku, price_minor)) FROM offers").await;
    assert_eq!(stored, json!([["=1+1", 9550]]));
    app.finish().await;
}

#[tokio::test]
async fn a_whole_catalogue_goes_in_within_seconds() {
    let (app, owner) = shop().await;
    let variants = "INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, mrp_minor, status, position, \
        created_at, updated_at) SELECT gen_random_uuid(), '01900000-0000-7000-8000-0000000000d1', 'V' || n, 'V', 'piece', 1, \
        10000, 'active', n, now(), now() FROM generate_series(1, 27000) n";
    app.database.execute(variants).await;
    let file = |price: &str| {
        let rows: String = (1..=27_000).map(|n| format!("S-{n},V{n},{price},live\n")).collect();
        format!("sku,variant_sku,price,status\n{rows}")
    };
    for (price, expected) in [("95", [27_000, 0, 0, 0]), ("94", [0, 27_000, 0, 0]), ("94", [0, 0, 27_000, 0])] {
        let begun = std::time::Instant::now();
        let done = import(&app, &owner, &file(price), json!({})).await;
        println!("27,000 rows, {expected:?}: {:?}", begun.elapsed());
        assert_eq!(done.counts(), expected);
        assert!(begun.elapsed().as_secs() < 60);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_demo_shop_shows_several_offers_once() {
    let app = TestApp::start().await;
    stock_a_shelf(&app).await;
    for expected in [3, 0] {
        let handle = app.node.app.clone();
        let (house, distributor) = (Uuid::parse_str(HOUSE).unwrap(), Uuid::parse_str(MINE).unwrap());
        let made = async move { seed_offers(&handle, house, distributor).await.unwrap() };
        assert_eq!(app.node.on_runtime(made).await, expected);
    }
    let shown =
        app.query("{ productVariant(sku: \"RICE-1\") { offers { nodes { seller { name } } } } }", json!({})).await;
    assert_eq!(shown.data("/productVariant/offers/nodes").as_array().unwrap().len(), 2);
    assert_eq!(app.database.value("SELECT count(*) FROM commission_rules").await, json!(1));
    app.finish().await;
}
