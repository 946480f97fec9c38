//! A seller that nobody looked at yet, or that is looked at anew, is no seller: no stores, no warehouses, no offers but
//! drafts.

use serde_json::{Value, json};

use crate::{
    import::upload_for,
    offers::{MINE, OTHER, SMALL, id, offer, stock_a_shelf},
    support::{Answer, Client, TestApp},
};

const NOT_VERIFIED: &str = "SELLER_NOT_VERIFIED";

/// A shelf, a postal code, and a distributor in this state with its owner.
async fn seller_in(app: &TestApp, status: &str) -> Client {
    stock_a_shelf(app).await;
    let rows = format!(
        "INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) \
         VALUES ('29', 'KA', 'Karnataka', false, true, false); \
         INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
         (gen_random_uuid(), '560066', '29', 'Whitefield', 'Bengaluru', '{{Bengaluru}}'); \
         UPDATE sellers SET status = '{status}' WHERE id = '{MINE}'"
    );
    app.database.execute(&rows).await;
    app.sign_in_over("distributor_owner", MINE).await
}

async fn run(client: &Client, field: &str, selection: &str, input: Value) -> Answer {
    let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    let text =
        format!("mutation($input: {kind}!) {{ {field}(input: $input) {{ {selection} errors {{ code path }} }} }}");
    client.query(&text, json!({ "input": input })).await
}

fn place(name: &str) -> Value {
    json!({ "sellerId": id("sel", MINE), "name": name,
            "site": { "line1": "1", "city": "Bengaluru", "pincode": "560066" } })
}

fn warehouse(name: &str) -> Value {
    let mut input = place(name);
    input["kind"] = json!("MAIN");
    input
}

#[tokio::test]
async fn places_are_opened_by_verified_sellers_and_the_platform() {
    let app = TestApp::start().await;
    let (owner, office) = (seller_in(&app, "pending").await, app.sign_in("administrator").await);
    let elsewhere = app.sign_in_over("distributor_owner", OTHER).await;
    for (field, input) in [("storeCreate", place("A")), ("warehouseCreate", warehouse("A"))] {
        let refused = run(&owner, field, "__typename", input.clone()).await;
        let expected = json!([{ "code": NOT_VERIFIED, "path": ["sellerId"] }]);
        assert_eq!(*refused.data(&format!("/{field}/errors")), expected, "{field}");
        assert_eq!(run(&elsewhere, field, "__typename", input.clone()).await.problems(field), ["NOT_FOUND"]);
    }
    assert_eq!(app.database.value("SELECT count(*) FROM locations").await, json!(0));
    assert_eq!(run(&office, "storeCreate", "store { id }", place("B")).await.problems("storeCreate"), [""; 0]);
    for status in ["active", "suspended"] {
        app.database.execute(&format!("UPDATE sellers SET status = '{status}' WHERE id = '{MINE}'")).await;
        let opened = run(&owner, "warehouseCreate", "warehouse { id }", warehouse(status)).await;
        assert_eq!(opened.problems("warehouseCreate"), [""; 0], "{status}");
    }
    app.finish().await;
}

#[tokio::test]
async fn offers_stay_drafts_until_the_seller_is_verified() {
    for approval in ["manual", "automatic"] {
        let app = TestApp::start_with(&["--offer-approval", approval]).await;
        let owner = seller_in(&app, "pending").await;
        let mut wanted = offer(MINE, SMALL, "A-1", "90");
        wanted["offer"]["status"] = json!("LIVE");
        let refused = run(&owner, "offerCreate", "offer { id }", wanted.clone()).await;
        assert_eq!(
            *refused.data("/offerCreate/errors"),
            json!([{ "code": NOT_VERIFIED, "path": ["offer", "status"] }])
        );
        wanted["offer"]["status"] = json!("DRAFT");
        let draft = run(&owner, "offerCreate", "offer { id status }", wanted).await;
        assert_eq!(draft.text("/offerCreate/offer/status"), "DRAFT");
        let made = draft.data("/offerCreate/offer/id").clone();
        let live = json!({ "id": made, "set": { "status": "LIVE" } });
        let update = || run(&owner, "offerUpdate", "offer { status }", live.clone());
        assert_eq!(update().await.problems("offerUpdate"), [NOT_VERIFIED]);
        let bulk = json!({ "sellerId": id("sel", MINE), "idempotencyKey": approval,
                           "rows": [{ "sku": "A-1", "status": "LIVE" }] });
        let bulk = run(&owner, "offerBulkUpdate", "results { errors { code } }", bulk).await;
        assert_eq!(*bulk.data("/offerBulkUpdate/results/0/errors"), json!([{ "code": NOT_VERIFIED }]));
        let list = b"sku,variant_sku,price,status\nA-2,RICE-1,90,live\nA-3,RICE-1,90,\n".to_vec();
        let file = upload_for(&owner, "OFFER_IMPORT", "o.csv", "text/csv", list).await;
        let start = json!({ "sellerId": id("sel", MINE), "fileId": file, "idempotencyKey": "k" });
        run(&owner, "offerImportStart", "job { id }", start).await;
        app.drain_jobs().await;
        let stored = "SELECT jsonb_agg(jsonb_build_array(sku, status) ORDER BY sku) FROM offers";
        assert_eq!(app.database.value(stored).await, json!([["A-1", "draft"], ["A-3", "draft"]]));

        app.database.execute(&format!("UPDATE sellers SET status = 'active' WHERE id = '{MINE}'")).await;
        let expected = if approval == "manual" { "PENDING_REVIEW" } else { "LIVE" };
        assert_eq!(update().await.text("/offerUpdate/offer/status"), expected);
        // Sent back, it keeps what it had; nothing more goes to review.
        app.database.execute(&format!("UPDATE sellers SET status = 'pending' WHERE id = '{MINE}'")).await;
        let edit = json!({ "id": made, "set": { "leadTimeHours": 3 } });
        let edited = run(&owner, "offerUpdate", "offer { status }", edit).await;
        assert_eq!(edited.text("/offerUpdate/offer/status"), expected);
        app.finish().await;
    }
}
