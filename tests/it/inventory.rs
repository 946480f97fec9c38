//! Sellers and their tax registrations.

use freshvilla::{
    identity::demo::{DISTRIBUTOR, WAREHOUSE},
    inventory::{
        demo::seed_sellers,
        registration::gstin::{Gstin, parse_pan},
    },
};
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const GSTIN: &str = "27AAPFU0939F1ZV";
const SELLER_CREATE: &str = "mutation($input: SellerCreateInput!) { sellerCreate(input: $input) { \
    seller { id slug status pan } errors { code path } } }";
const SELLER_UPDATE: &str = "mutation($input: SellerUpdateInput!) { sellerUpdate(input: $input) { \
    seller { id slug status pan name } errors { code path } } }";
const REGISTER: &str = "mutation($input: GstRegistrationCreateInput!) { gstRegistrationCreate(input: $input) { \
    gstRegistration { id gstin pan stateCode status seller { pan } } errors { code path } } }";
const REGISTRATION_UPDATE: &str = "mutation($input: GstRegistrationUpdateInput!) { gstRegistrationUpdate(input: $input) { \
    gstRegistration { id status legalName } errors { code path } } }";

#[test]
fn takes_right_tax_numbers_as_people_write_them() {
    for text in [GSTIN, "27aapfu0939f1zv", " 27 AAPFU0939F 1ZV ", "27-AAPFU0939F-1ZV"] {
        let gstin = Gstin::parse(text).unwrap();
        assert_eq!((gstin.as_str(), gstin.state_code(), gstin.pan()), (GSTIN, "27", "AAPFU0939F"));
    }
    assert_eq!(parse_pan("aapfu 0939f").unwrap(), "AAPFU0939F");
}

#[test]
fn one_wrong_character_in_a_gstin_is_noticed() {
    for at in 0..GSTIN.len() {
        for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars().filter(|c| !GSTIN[at..].starts_with(*c)) {
            let wrong = format!("{}{other}{}", &GSTIN[..at], &GSTIN[at + 1..]);
            assert!(Gstin::parse(&wrong).is_err(), "{wrong}");
        }
    }
}

#[test]
fn other_texts_are_no_tax_numbers() {
    let long = "2".repeat(1_000_000);
    for text in ["", "27", "27AAPFU0939F1ZV7", "२७AAPFU0939F1ZV", "27AAPFU0939F1YV", "27AAPFU0939F0ZV", "\0", &long]
    {
        assert!(Gstin::parse(text).is_err(), "{text:.40?}");
    }
    for text in ["", "AAPFU0939", "AAPF10939F", "AAPFU093FF", "AAPFU09399", "AAPFU0939FF"] {
        assert!(parse_pan(text).is_err(), "{text:?}");
    }
}

/// The back office, in a country of two states.
async fn office(app: &TestApp) -> Client {
    app.database
        .execute(
            "INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) VALUES \
             ('27', 'MH', 'Maharashtra', false, true, false), ('29', 'KA', 'Karnataka', false, true, false); \
             INSERT INTO pincodes (id, code, state_code, place, taluk, districts, latitude, longitude) VALUES \
             (gen_random_uuid(), '560066', '29', 'Whitefield', 'Bengaluru', '{Bengaluru}', 12.97, 77.75), \
             (gen_random_uuid(), '400001', '27', 'Mumbai GPO', 'Mumbai', '{Mumbai}', NULL, NULL)",
        )
        .await;
    app.sign_in("administrator").await
}

async fn create_seller(office: &Client, name: &str) -> String {
    let made = office.query(SELLER_CREATE, json!({ "input": { "name": name } })).await;
    assert_eq!(made.problems("sellerCreate"), Vec::<&str>::new());
    made.text("/sellerCreate/seller/id").to_owned()
}

fn registration(seller: &str, gstin: &str) -> Value {
    json!({ "input": { "sellerId": seller, "gstin": gstin, "legalName": "Farm Fresh LLP", "turnoverBand": "UP_TO_5_CRORE" } })
}

#[tokio::test]
async fn a_seller_gets_a_registration_and_a_new_address() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let seller = create_seller(&office, "Farm Fresh").await;
    let made = office.query(REGISTER, registration(&seller, "27 aapfu0939f 1zv")).await;
    assert_eq!(made.problems("gstRegistrationCreate"), Vec::<&str>::new());
    assert_eq!(made.text("/gstRegistrationCreate/gstRegistration/gstin"), GSTIN);
    assert_eq!(made.text("/gstRegistrationCreate/gstRegistration/stateCode"), "27");
    assert_eq!(made.text("/gstRegistrationCreate/gstRegistration/seller/pan"), "AAPFU0939F", "the seller has it now");

    let input = json!({ "input": { "id": seller, "slug": "farm-fresh-foods", "name": "Farm Fresh Foods" } });
    assert_eq!(office.query(SELLER_UPDATE, input).await.text("/sellerUpdate/seller/name"), "Farm Fresh Foods");
    let by_slug = "query($slug: String!) { seller(slug: $slug) { id slug pan gstRegistrations { gstin } } }";
    for slug in ["farm-fresh", "farm-fresh-foods"] {
        let shown = app.query(by_slug, json!({ "slug": slug })).await;
        assert_eq!(shown.text("/seller/slug"), "farm-fresh-foods");
        assert!(shown.data("/seller/pan").is_null(), "a stranger does not see papers");
        assert_eq!(*shown.data("/seller/gstRegistrations"), json!([]));
        let shown = office.query(by_slug, json!({ "slug": slug })).await;
        assert_eq!(shown.text("/seller/pan"), "AAPFU0939F");
        assert_eq!(shown.text("/seller/gstRegistrations/0/gstin"), GSTIN);
    }
    let audited =
        app.database.value("SELECT count(*) FROM audit_log WHERE action LIKE 'seller%' OR action LIKE 'gst%'");
    assert_eq!(audited.await, json!(4), "seller made, its PAN noted, the registration entered, the seller changed");
    app.finish().await;
}

#[tokio::test]
async fn wrong_papers_are_refused_with_their_field() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let (one, two) = (create_seller(&office, "One").await, create_seller(&office, "Two").await);
    office.query(REGISTER, registration(&one, GSTIN)).await;
    for (seller, gstin, code) in [
        (&one, "27AAPFU0939F1ZW", "GSTIN_INVALID"),
        (&one, "AAPFU0939F", "GSTIN_INVALID"),
        (&one, "29AAGCB7383J1Z4", "PAN_MISMATCH"),
        (&two, GSTIN, "GSTIN_TAKEN"),
        (&two, "06BZAHM6385P6Z2", "GSTIN_INVALID"),
    ] {
        let refused = office.query(REGISTER, registration(seller, gstin)).await;
        assert_eq!(refused.problems("gstRegistrationCreate"), [code], "{gstin}");
        assert_eq!(*refused.data("/gstRegistrationCreate/errors/0/path"), json!(["gstin"]), "{gstin}");
    }
    let two_pan = "query($id: ID!) { node(id: $id) { ... on Seller { pan } } }";
    assert!(office.query(two_pan, json!({ "id": two })).await.data("/node/pan").is_null(), "nothing was changed");
    for (input, code) in [
        (json!({ "id": one, "pan": "AAGCB7383J" }), "PAN_MISMATCH"),
        (json!({ "id": one, "pan": "nonsense" }), "PAN_INVALID"),
        (json!({ "id": one, "name": " two " }), "NAME_TAKEN"),
        (json!({ "id": one, "slug": "two" }), "SLUG_TAKEN"),
        (json!({ "id": one, "slug": "No Slug" }), "INVALID"),
    ] {
        let refused = office.query(SELLER_UPDATE, json!({ "input": input })).await;
        assert_eq!(refused.problems("sellerUpdate"), [code], "{input}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_cancelled_registration_frees_number_and_pan_but_comes_back_only_where_it_fits() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let seller = create_seller(&office, "Farm Fresh").await;
    let made = office.query(REGISTER, registration(&seller, GSTIN)).await;
    let id = made.text("/gstRegistrationCreate/gstRegistration/id").to_owned();
    let set = |status: &str| json!({ "input": { "id": id, "status": status } });
    assert_eq!(
        office.query(REGISTRATION_UPDATE, set("CANCELLED")).await.problems("gstRegistrationUpdate"),
        Vec::<&str>::new()
    );
    let other_pan = json!({ "input": { "id": seller, "pan": "AAGCB7383J" } });
    assert_eq!(office.query(SELLER_UPDATE, other_pan).await.problems("sellerUpdate"), Vec::<&str>::new());
    let back = office.query(REGISTRATION_UPDATE, set("ACTIVE")).await;
    assert_eq!(back.problems("gstRegistrationUpdate"), ["PAN_MISMATCH"]);

    let closed = json!({ "input": { "id": seller, "status": "CLOSED" } });
    office.query(SELLER_UPDATE, closed).await;
    let again = json!({ "input": { "id": seller, "status": "ACTIVE" } });
    assert_eq!(office.query(SELLER_UPDATE, again).await.problems("sellerUpdate"), ["CONFLICT"], "closed for good");
    assert_eq!(
        office.query(REGISTER, registration(&seller, "29AAGCB7383J1Z4")).await.problems("gstRegistrationCreate"),
        ["CONFLICT"]
    );
    let back = office.query(REGISTRATION_UPDATE, set("ACTIVE")).await;
    assert_eq!(back.problems("gstRegistrationUpdate"), ["CONFLICT"], "nothing comes back under a closed seller");
    let opened = office.query(WAREHOUSE_CREATE, json!({ "input": depot(&seller, "Late") })).await;
    assert_eq!(opened.problems("warehouseCreate"), ["CONFLICT"]);
    let namesake = json!({ "input": { "name": "Farm Fresh", "slug": "farm-fresh-2" } });
    assert_eq!(office.query(SELLER_CREATE, namesake).await.problems("sellerCreate"), Vec::<&str>::new());
    app.finish().await;
}

#[tokio::test]
async fn a_sellers_papers_are_for_its_own_people() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let (mine, theirs) = (create_seller(&office, "Mine").await, create_seller(&office, "Theirs").await);
    office.query(REGISTER, registration(&mine, GSTIN)).await;
    office.query(REGISTER, registration(&theirs, "29AAGCB7383J1Z4")).await;
    for id in [&mine, &theirs] {
        office.query(SELLER_UPDATE, json!({ "input": { "id": id, "status": "SUSPENDED" } })).await;
    }
    let uuid = app.database.value("SELECT id FROM sellers WHERE name = 'Mine'").await;
    let owner = app.sign_in_over("distributor_owner", uuid.as_str().unwrap()).await;
    let all =
        "{ sellers { nodes { name pan gstRegistrations { gstin } } } gstRegistrations { totalCount nodes { gstin } } }";
    let seen = owner.query(all, json!({})).await;
    assert_eq!(
        *seen.data("/sellers/nodes"),
        json!([{ "name": "Mine", "pan": "AAPFU0939F", "gstRegistrations": [{ "gstin": GSTIN }] }])
    );
    assert_eq!(*seen.data("/gstRegistrations"), json!({ "totalCount": 1, "nodes": [{ "gstin": GSTIN }] }));
    let node = owner.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": theirs })).await;
    assert!(node.data("/node").is_null());
    let change = json!({ "input": { "id": mine, "status": "ACTIVE" } });
    assert_eq!(owner.query(SELLER_UPDATE, change).await.code(), Some("FORBIDDEN"), "nobody reinstates themselves");
    assert_eq!(app.query("{ sellers { nodes { id } } }", json!({})).await.data("/sellers/nodes"), &json!([]));
    assert_eq!(app.query("{ gstRegistrations { nodes { id } } }", json!({})).await.code(), Some("UNAUTHENTICATED"));
    app.finish().await;
}

#[tokio::test]
async fn the_demo_shop_has_its_sellers_once() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    for _ in 0..2 {
        let handle = app.node.app.clone();
        assert_eq!(
            app.node.on_runtime(async move { seed_sellers(&handle, DISTRIBUTOR, WAREHOUSE).await.unwrap() }).await,
            2
        );
    }
    let all = "{ sellers { nodes { slug kind pan gstRegistrations { gstin stateCode } } } }";
    let shown = office.query(all, json!({})).await;
    assert_eq!(shown.data("/sellers/nodes").as_array().unwrap().len(), 2);
    assert_eq!(shown.text("/sellers/nodes/0/slug"), "freshvilla");
    assert_eq!(shown.text("/sellers/nodes/0/gstRegistrations/1/stateCode"), "29");
    let all = "{ warehouses { nodes { name seller { name } gstRegistration { gstin } } } }";
    let shown = office.query(all, json!({})).await;
    assert_eq!(
        *shown.data("/warehouses/nodes"),
        json!([{ "name": "Whitefield", "seller": { "name": "FreshVilla" }, "gstRegistration": { "gstin": "29AAFCF0001A1ZJ" } }])
    );
    app.finish().await;
}

const WAREHOUSE_CREATE: &str = "mutation($input: WarehouseCreateInput!) { warehouseCreate(input: $input) { \
    warehouse { id name phone stateCode latitude version } errors { code path } } }";
const WAREHOUSE_UPDATE: &str = "mutation($input: WarehouseUpdateInput!) { warehouseUpdate(input: $input) { \
    warehouse { id name status phone stateCode latitude version gstRegistration { gstin } } errors { code path } } }";

fn depot(seller: &str, name: &str) -> Value {
    json!({
        "sellerId": seller, "name": name, "kind": "REGIONAL", "phone": "98100 00001",
        "site": { "line1": "Plot 7", "city": "Bengaluru", "pincode": "560 066" },
    })
}

async fn open(client: &Client, input: Value) -> String {
    let made = client.query(WAREHOUSE_CREATE, json!({ "input": input })).await;
    assert_eq!(made.problems("warehouseCreate"), Vec::<&str>::new());
    made.text("/warehouseCreate/warehouse/id").to_owned()
}

#[tokio::test]
async fn a_warehouse_opens_moves_and_closes() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let seller = create_seller(&office, "Farm Fresh").await;
    let made = office.query(WAREHOUSE_CREATE, json!({ "input": depot(&seller, "Whitefield") })).await;
    assert_eq!(made.text("/warehouseCreate/warehouse/phone"), "+919810000001");
    assert_eq!(made.text("/warehouseCreate/warehouse/stateCode"), "29", "the state follows from the postal code");
    assert_eq!(*made.data("/warehouseCreate/warehouse/latitude"), json!(12.97), "and so does the place on the map");
    let id = made.text("/warehouseCreate/warehouse/id").to_owned();
    let registered = office.query(REGISTER, registration(&seller, GSTIN)).await;
    let mumbai = registered.text("/gstRegistrationCreate/gstRegistration/id").to_owned();

    let site = json!({ "line1": "Fort", "city": "Mumbai", "pincode": "400001" });
    let input = json!({ "input": { "id": id, "gstRegistrationId": mumbai, "site": site, "phone": null, "status": "MAINTENANCE",
                                   "expectedVersion": 1 } });
    let moved = office.query(WAREHOUSE_UPDATE, input.clone()).await;
    assert_eq!(moved.problems("warehouseUpdate"), Vec::<&str>::new());
    assert_eq!(moved.text("/warehouseUpdate/warehouse/gstRegistration/gstin"), GSTIN);
    assert!(moved.data("/warehouseUpdate/warehouse/phone").is_null());
    assert!(moved.data("/warehouseUpdate/warehouse/latitude").is_null(), "nobody knows where that is");
    assert_eq!(office.query(WAREHOUSE_UPDATE, input).await.problems("warehouseUpdate"), ["VERSION_CONFLICT"]);
    let back = json!({ "line1": "Plot 7", "city": "Bengaluru", "pincode": "560066" });
    let refused = office.query(WAREHOUSE_UPDATE, json!({ "input": { "id": id, "site": back } })).await;
    assert_eq!(refused.problems("warehouseUpdate"), ["REGISTRATION_MISMATCH"], "a Mumbai registration in Bengaluru");
    let shown = office
        .query("query($id: ID!) { node(id: $id) { ... on Warehouse { city status version } } }", json!({ "id": id }));
    assert_eq!(*shown.await.data("/node"), json!({ "city": "Mumbai", "status": "MAINTENANCE", "version": 2 }));
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_warehouse_is_refused_with_its_field() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let (one, two) = (create_seller(&office, "One").await, create_seller(&office, "Two").await);
    open(&office, depot(&one, "Depot")).await;
    open(&office, depot(&two, "depot")).await;
    let registered = office.query(REGISTER, registration(&two, "29AAGCB7383J1Z4")).await;
    let foreign = registered.text("/gstRegistrationCreate/gstRegistration/id");
    let with = |change: Value| {
        let mut input = depot(&one, "New");
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        input
    };
    let site = |change: Value| {
        let mut site = json!({ "line1": "Plot 7", "city": "Bengaluru", "pincode": "560066" });
        site.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        with(json!({ "site": site }))
    };
    for (input, code, path) in [
        (with(json!({ "name": " DEPOT " })), "NAME_TAKEN", json!(["name"])),
        (with(json!({ "name": "" })), "REQUIRED", json!(["name"])),
        (with(json!({ "phone": "12" })), "INVALID", json!(["phone"])),
        (with(json!({ "gstRegistrationId": foreign })), "REGISTRATION_MISMATCH", json!(["gstRegistrationId"])),
        (with(json!({ "sellerId": "sel_00000000000000000000000000" })), "NOT_FOUND", json!(["sellerId"])),
        (site(json!({ "pincode": "560067" })), "PINCODE_UNKNOWN", json!(["site", "pincode"])),
        (site(json!({ "state": "Maharashtra" })), "STATE_MISMATCH", json!(["site", "state"])),
        (site(json!({ "city": " " })), "REQUIRED", json!(["site", "city"])),
        (site(json!({ "latitude": 91, "longitude": 0 })), "INVALID", json!(["site", "latitude"])),
        (site(json!({ "latitude": 12 })), "INVALID", json!(["site", "longitude"])),
    ] {
        let refused = office.query(WAREHOUSE_CREATE, json!({ "input": input })).await;
        assert_eq!(refused.problems("warehouseCreate"), [code], "{input}");
        assert_eq!(*refused.data("/warehouseCreate/errors/0/path"), path, "{input}");
    }
    assert_eq!(app.database.value("SELECT count(*) FROM locations").await, json!(2), "a refusal leaves nothing behind");
    app.finish().await;
}

#[tokio::test]
async fn warehouses_are_for_those_who_work_there() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let (mine, theirs) = (create_seller(&office, "Mine").await, create_seller(&office, "Theirs").await);
    let (north, south) = (open(&office, depot(&mine, "North")).await, open(&office, depot(&theirs, "South")).await);
    let row = |table: &str, name: &str| {
        let query = format!("SELECT id FROM {table} WHERE name = '{name}'");
        let app = &app;
        async move { app.database.value(&query).await.as_str().unwrap().to_owned() }
    };
    let owner = app.sign_in_over("distributor_owner", &row("sellers", "Mine").await).await;
    let manager = app.sign_in_over("warehouse_manager", &row("warehouses", "North").await).await;
    let clerk = app.sign_in_over("warehouse_staff", &row("warehouses", "North").await).await;
    let rename = |id: &str| json!({ "input": { "id": id, "name": "Renamed" } });
    for (who, person) in [("owner", &owner), ("manager", &manager), ("clerk", &clerk)] {
        let seen = person.query("{ warehouses { totalCount nodes { name } } }", json!({})).await;
        assert_eq!(*seen.data("/warehouses"), json!({ "totalCount": 1, "nodes": [{ "name": "North" }] }), "{who}");
        let node = person.query("query($id: ID!) { node(id: $id) { id } }", json!({ "id": south })).await;
        assert!(node.data("/node").is_null(), "{who}");
        let other = person.query(WAREHOUSE_UPDATE, rename(&south)).await;
        match who {
            "clerk" => assert_eq!(other.code(), Some("FORBIDDEN")),
            _ => assert_eq!(other.problems("warehouseUpdate"), ["NOT_FOUND"], "{who}"),
        }
    }
    for (person, seller) in [(&owner, &theirs), (&manager, &mine)] {
        let refused = person.query(WAREHOUSE_CREATE, json!({ "input": depot(seller, "Another") })).await;
        assert_eq!(refused.problems("warehouseCreate"), ["NOT_FOUND"]);
    }
    open(&owner, depot(&mine, "Another")).await;
    let renamed = manager.query(WAREHOUSE_UPDATE, rename(&north)).await;
    assert_eq!(renamed.text("/warehouseUpdate/warehouse/name"), "Renamed");
    let stranger = app.query("{ warehouses { nodes { id } } }", json!({})).await;
    assert_eq!(stranger.code(), Some("UNAUTHENTICATED"));
    app.finish().await;
}

#[tokio::test]
async fn a_location_is_its_warehouse_for_those_who_work_there() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let (mine, theirs) = (create_seller(&office, "Mine").await, create_seller(&office, "Theirs").await);
    for (seller, name) in [(&mine, "North"), (&mine, "South"), (&theirs, "East")] {
        open(&office, depot(seller, name)).await;
    }
    let all = "{ warehouses { nodes { id location { id kind seller { name } warehouse { id name } } } } }";
    let shown = office.query(all, json!({})).await;
    assert!(shown.statements() <= 4, "{} statements", shown.statements());
    let nodes = shown.data("/warehouses/nodes").as_array().unwrap();
    assert_eq!(nodes.len(), 3);
    for node in nodes {
        assert_eq!(node["location"]["warehouse"]["id"], node["id"]);
        assert_eq!(node["location"]["kind"], "WAREHOUSE");
    }
    let uuid = app.database.value("SELECT id FROM sellers WHERE name = 'Mine'").await;
    let owner = app.sign_in_over("distributor_owner", uuid.as_str().unwrap()).await;
    let by_id = "query($id: ID!) { node(id: $id) { ... on Location { seller { name } } } }";
    let (east, north) = (&nodes[0]["location"]["id"], &nodes[1]["location"]["id"]);
    let seen = owner.query(by_id, json!({ "id": north })).await;
    assert_eq!(*seen.data("/node"), json!({ "seller": { "name": "Mine" } }));
    assert!(owner.query(by_id, json!({ "id": east })).await.data("/node").is_null());
    assert!(app.query(by_id, json!({ "id": north })).await.data("/node").is_null());
    app.finish().await;
}

#[tokio::test]
async fn a_warehouse_that_is_closed_for_good_stays_so() {
    let app = TestApp::start().await;
    let office = office(&app).await;
    let seller = create_seller(&office, "Farm Fresh").await;
    let id = open(&office, depot(&seller, "Depot")).await;
    let set = |status: &str| json!({ "input": { "id": id, "status": status } });
    let ended = office.query(WAREHOUSE_UPDATE, set("TERMINATED")).await;
    assert_eq!(ended.text("/warehouseUpdate/warehouse/status"), "TERMINATED");
    assert_eq!(office.query(WAREHOUSE_UPDATE, set("ACTIVE")).await.problems("warehouseUpdate"), ["CONFLICT"]);
    app.finish().await;
}
