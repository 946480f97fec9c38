//! Stores open, are numbered, change and close.

use std::collections::{BTreeSet, HashSet};

use freshvilla::{
    identity::demo::{DISTRIBUTOR, STORE, WAREHOUSE},
    inventory::{
        demo::seed_sellers,
        store::{
            code::{propose_city_code, store_slug},
            demo::seed_stores,
            fssai::parse_licence,
            model::StoreKind,
        },
    },
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{STORE_CREATE, STORE_UPDATE, Shop, store, with};
use crate::support::Client;

#[test]
fn codes_slugs_and_licences() {
    let mut taken = HashSet::new();
    let mut proposed = Vec::new();
    for city in ["bengaluru", "ballari", "bengal", "u", "24-parganas"] {
        let code = propose_city_code(city, &taken).unwrap();
        assert!(code.len() == 3 && taken.insert(code.clone()), "{code} was taken");
        proposed.push(code);
    }
    assert_eq!(proposed[0], "BEN");
    assert_eq!(propose_city_code("24", &taken), None, "no letter to begin with");

    assert_eq!(store_slug(StoreKind::Brand, "Karnataka", "bengaluru", 1), "br-karnataka-bengaluru-001");
    let long = "a".repeat(120);
    let slugs: BTreeSet<String> =
        (998..1_002).map(|number| store_slug(StoreKind::Integrated, "Karnataka", &long, number)).collect();
    assert_eq!(slugs.len(), 4, "the number is never cut off");
    assert!(slugs.iter().all(|slug| slug.len() <= 120));

    assert_eq!(parse_licence(" 1002-6000 000001 ").unwrap(), "10026000000001");
    for wrong in ["", "1002600000000", "100260000000011", "1002600000000a", "१००२६०००००००००१", "\0"]
    {
        assert!(parse_licence(wrong).is_err(), "{wrong:?}");
    }
}

#[tokio::test]
async fn a_store_opens_with_code_and_address() {
    let shop = Shop::open().await;
    let first = with(store(&shop.house, "Indiranagar"), json!({ "cityCode": "blr" }));
    let made = shop.office.query(STORE_CREATE, json!({ "input": first })).await;
    assert_eq!(made.problems("storeCreate"), Vec::<&str>::new());
    let row = made.data("/storeCreate/store");
    assert_eq!((&row["code"], &row["slug"]), (&json!("KA-BLR-001"), &json!("br-karnataka-bengaluru-001")));
    assert_eq!((&row["kind"], &row["phone"]), (&json!("BRAND"), &json!("+919810000001")));

    let second = shop.office.query(STORE_CREATE, json!({ "input": store(&shop.partner, "Farm Shop") })).await;
    let row = second.data("/storeCreate/store");
    assert_eq!((&row["code"], &row["kind"]), (&json!("KA-BLR-002"), &json!("INTEGRATED")));
    assert_eq!(row["slug"], "int-karnataka-bengaluru-002");

    let site = |city: &str, pincode: &str| json!({ "site": { "line1": "1", "city": city, "pincode": pincode } });
    for (city, pincode, code) in [
        (" BENGALURU ", "560001", "KA-BLR-003"),
        ("Ballari", "560002", "KA-BAL-001"),
        ("Mumbai", "400001", "MH-MUM-001"),
    ] {
        let input = with(store(&shop.house, &format!("In {city}")), site(city, pincode));
        let made = shop.office.query(STORE_CREATE, json!({ "input": input })).await;
        assert_eq!(made.text("/storeCreate/store/code"), code, "{city}");
    }
    shop.app.finish().await;
}

#[tokio::test]
async fn stores_that_open_at_once_get_each_a_number() {
    let shop = Shop::open().await;
    let open = |n: usize| {
        let (office, input) = (shop.office.clone(), store(&shop.house, &format!("Store {n}")));
        async move { office.query(STORE_CREATE, json!({ "input": input })).await }
    };
    let made = join_all((0..12).map(open)).await;
    let codes: BTreeSet<&str> = made.iter().map(|made| made.text("/storeCreate/store/code")).collect();
    let expected: Vec<String> = (1..=12).map(|n| format!("KA-BEN-{n:03}")).collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), expected, "one each, without a gap");
    shop.app.finish().await;
}

#[tokio::test]
async fn a_wrong_store_is_refused_with_its_field() {
    let shop = Shop::open().await;
    shop.store(&shop.house, "Indiranagar").await;
    let new = |change: Value| with(store(&shop.house, "New"), change);
    let site = |change: Value| {
        new(json!({ "site": with(json!({ "line1": "1", "city": "Bengaluru", "pincode": "560038" }), change) }))
    };
    let today = shop.app.clock().today();
    for (input, code, path) in [
        (new(json!({ "name": " INDIRANAGAR " })), "NAME_TAKEN", json!(["name"])),
        (new(json!({ "name": "a\0b" })), "INVALID", json!(["name"])),
        (new(json!({ "cityCode": "BLRX" })), "INVALID", json!(["cityCode"])),
        (new(json!({ "cityCode": "BLR" })), "CITY_CODE_MISMATCH", json!(["cityCode"])),
        (new(json!({ "slug": "No Slug" })), "INVALID", json!(["slug"])),
        (new(json!({ "slug": "br-karnataka-bengaluru-001" })), "SLUG_TAKEN", json!(["slug"])),
        (
            new(json!({ "fssai": { "licence": "12", "expiresOn": today } })),
            "FSSAI_INVALID",
            json!(["fssai", "licence"]),
        ),
        (
            new(json!({ "fssai": { "licence": "10026000000001", "expiresOn": today.pred_opt() } })),
            "INVALID",
            json!(["fssai", "expiresOn"]),
        ),
        (
            new(json!({ "gstRegistrationId": "gsr_00000000000000000000000000" })),
            "REGISTRATION_MISMATCH",
            json!(["gstRegistrationId"]),
        ),
        (new(json!({ "sellerId": "sel_00000000000000000000000000" })), "NOT_FOUND", json!(["sellerId"])),
        (site(json!({ "city": "बेंगलुरु" })), "INVALID", json!(["site", "city"])),
        (site(json!({ "pincode": "999999" })), "PINCODE_UNKNOWN", json!(["site", "pincode"])),
        (
            with(site(json!({ "city": "Ballari" })), json!({ "cityCode": "BEN" })),
            "CITY_CODE_TAKEN",
            json!(["cityCode"]),
        ),
        (with(site(json!({ "city": "24" })), json!({})), "REQUIRED", json!(["cityCode"])),
    ] {
        let refused = shop.office.query(STORE_CREATE, json!({ "input": input })).await;
        assert_eq!(refused.problems("storeCreate"), [code], "{input}");
        assert_eq!(*refused.data("/storeCreate/errors/0/path"), path, "{input}");
    }
    let left = "SELECT (SELECT count(*) FROM locations) + (SELECT sum(last_number) FROM store_cities)";
    assert_eq!(shop.app.database.value(left).await, json!(2), "a refusal leaves nothing behind, not even a number");
    shop.app.database.execute("UPDATE sellers SET status = 'closed' WHERE kind = 'distributor'").await;
    let late = shop.office.query(STORE_CREATE, json!({ "input": store(&shop.partner, "Late") })).await;
    assert_eq!(late.problems("storeCreate"), ["CONFLICT"], "nothing opens under a closed seller");
    shop.app.finish().await;
}

#[tokio::test]
async fn a_store_changes_but_stays_in_its_city() {
    let shop = Shop::open().await;
    let (id, _) = shop.store(&shop.house, "Indiranagar").await;
    let change = |input: Value| shop.office.query(STORE_UPDATE, json!({ "input": with(json!({ "id": id }), input) }));
    let until = shop.app.clock().today();
    let fssai = json!({ "licence": "10026000000001", "expiresOn": until });
    let renamed =
        change(json!({ "slug": "indiranagar", "name": "100 Feet Road", "fssai": fssai, "expectedVersion": 1 }));
    assert_eq!(renamed.await.text("/storeUpdate/store/fssaiExpiresOn"), until.to_string());
    for slug in ["indiranagar", "br-karnataka-bengaluru-001"] {
        let shown =
            shop.app.query("query($slug: String!) { store(slug: $slug) { slug name } }", json!({ "slug": slug }));
        assert_eq!(*shown.await.data("/store"), json!({ "slug": "indiranagar", "name": "100 Feet Road" }));
    }
    let site = |city: &str, pincode: &str| json!({ "site": { "line1": "1", "city": city, "pincode": pincode } });
    assert_eq!(change(site("bengaluru", "560001")).await.problems("storeUpdate"), Vec::<&str>::new());
    for (city, pincode) in [("Mysuru", "560001"), ("Bengaluru", "400001")] {
        assert_eq!(change(site(city, pincode)).await.problems("storeUpdate"), ["CITY_FIXED"], "{city} {pincode}");
    }
    assert_eq!(
        change(json!({ "expectedVersion": 1, "name": "x" })).await.problems("storeUpdate"),
        ["VERSION_CONFLICT"]
    );
    assert!(change(json!({ "fssai": null })).await.data("/storeUpdate/store/fssaiLicence").is_null());
    assert_eq!(change(json!({ "status": "TERMINATED" })).await.text("/storeUpdate/store/status"), "TERMINATED");
    assert_eq!(change(json!({ "status": "ACTIVE" })).await.problems("storeUpdate"), ["CONFLICT"], "closed for good");
    let (successor, _) = shop.store(&shop.house, "100 Feet Road").await;
    assert_ne!(successor, id, "its name is free again");
    shop.app.finish().await;
}

#[tokio::test]
async fn shoppers_see_open_stores_and_staff_their_own() {
    let shop = Shop::open().await;
    let (north, _) = shop.store(&shop.house, "North").await;
    let (south, south_location) = shop.store(&shop.house, "South").await;
    let (farm, _) = shop.store(&shop.partner, "Farm").await;
    let close = json!({ "input": { "id": south, "status": "MAINTENANCE" } });
    shop.office.query(STORE_UPDATE, close).await;
    let names = |client: Client| async move {
        let text = "{ stores(orderBy: { direction: DESC }) { totalCount nodes { name } } }";
        let shown = client.query(text, json!({})).await;
        let nodes = shown.data("/stores/nodes").as_array().unwrap();
        assert_eq!(*shown.data("/stores/totalCount"), json!(nodes.len()));
        nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let owner = shop.app.sign_in_over("store_owner", &shop.uuid("stores", "South").await).await;
    let agent = shop.app.sign_in_over("store_agent", &shop.uuid("stores", "South").await).await;
    let partner = shop.app.sign_in_over("distributor_owner", super::PARTNER).await;
    assert_eq!(names(shop.app.clone()).await, ["North", "Farm"]);
    assert_eq!(names(owner.clone()).await, ["South", "North", "Farm"]);
    shop.app.database.execute("UPDATE sellers SET status = 'suspended' WHERE kind = 'distributor'").await;
    assert_eq!(names(shop.app.clone()).await, ["North"], "a suspended seller's stores vanish");
    assert_eq!(names(partner.clone()).await, ["North", "Farm"]);
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for (id, seen) in [(&north, true), (&south, false), (&south_location, false), (&farm, false)] {
        assert_eq!(!shop.app.query(node, json!({ "id": id })).await.data("/node").is_null(), seen, "{id}");
    }
    let rename = |id: &str| json!({ "input": { "id": id, "name": "Renamed" } });
    assert_eq!(agent.query(STORE_UPDATE, rename(&south)).await.code(), Some("FORBIDDEN"));
    for (person, id) in [(&owner, &north), (&owner, &farm), (&partner, &north), (&partner, &south)] {
        assert_eq!(person.query(STORE_UPDATE, rename(id)).await.problems("storeUpdate"), ["NOT_FOUND"]);
    }
    assert_eq!(owner.query(STORE_UPDATE, rename(&south)).await.text("/storeUpdate/store/name"), "Renamed");
    for (person, seller) in [(&owner, &shop.house), (&partner, &shop.house)] {
        let refused = person.query(STORE_CREATE, json!({ "input": store(seller, "Another") })).await;
        assert_eq!(refused.problems("storeCreate"), ["NOT_FOUND"]);
    }
    shop.app.finish().await;
}

#[tokio::test]
async fn lists_of_stores_take_a_few_statements() {
    let shop = Shop::open().await;
    let text = "{ stores(where: { allowsPickup: false, nameStartsWith: \"s\" }, orderBy: { field: CODE }) { nodes { code \
                seller { name } state { name } location { id } openingHours { isOpen weekly { weekday } } } } }";
    let mut counts = Vec::new();
    for n in 0..6 {
        let (_, location) = shop.store(&shop.house, &format!("Store {n}")).await;
        shop.always_open(&location).await;
        counts.push(shop.app.query(text, json!({})).await.statements());
    }
    assert!(counts.iter().all(|count| *count <= 6), "{counts:?}");
    let shown = shop.app.query(text, json!({})).await;
    assert_eq!(*shown.data("/stores/nodes/5/openingHours/isOpen"), json!(true));
    assert_eq!(shown.text("/stores/nodes/5/code"), "KA-BEN-006");
    shop.app.finish().await;
}

#[tokio::test]
async fn a_registration_stays_while_a_location_works_under_it() {
    let shop = Shop::open().await;
    let register = "mutation($input: GstRegistrationCreateInput!) { gstRegistrationCreate(input: $input) { \
        gstRegistration { id } errors { code } } }";
    let input = json!({ "sellerId": shop.house, "gstin": "29AAGCB7383J1Z4", "legalName": "House",
                        "turnoverBand": "UP_TO_5_CRORE" });
    let made = shop.office.query(register, json!({ "input": input })).await;
    let registration = made.text("/gstRegistrationCreate/gstRegistration/id").to_owned();
    let set = |status: &str| {
        let text = "mutation($input: GstRegistrationUpdateInput!) { gstRegistrationUpdate(input: $input) { \
            errors { code path } } }";
        shop.office.query(text, json!({ "input": { "id": registration, "status": status } }))
    };
    let under = with(store(&shop.house, "Under"), json!({ "gstRegistrationId": registration }));
    let opened = shop.office.query(STORE_CREATE, json!({ "input": under })).await;
    let id = opened.text("/storeCreate/store/id").to_owned();
    let refused = set("CANCELLED").await;
    assert_eq!(refused.problems("gstRegistrationUpdate"), ["REGISTRATION_IN_USE"]);
    assert_eq!(*refused.data("/gstRegistrationUpdate/errors/0/path"), json!(["status"]));
    shop.office.query(STORE_UPDATE, json!({ "input": { "id": id, "gstRegistrationId": null } })).await;
    assert_eq!(set("CANCELLED").await.problems("gstRegistrationUpdate"), Vec::<&str>::new());
    let back = json!({ "input": { "id": id, "gstRegistrationId": registration } });
    assert_eq!(shop.office.query(STORE_UPDATE, back).await.problems("storeUpdate"), ["REGISTRATION_MISMATCH"]);

    set("ACTIVE").await;
    for round in 0..5 {
        let name = format!("Race {round}");
        let open = with(store(&shop.house, &name), json!({ "gstRegistrationId": registration }));
        let opening = shop.office.query(STORE_CREATE, json!({ "input": open }));
        futures_util::join!(opening, set("CANCELLED"));
        let wrong = "SELECT count(*) FROM stores JOIN gst_registrations g ON g.id = gst_registration_id \
                     WHERE g.status = 'cancelled'";
        assert_eq!(shop.app.database.value(wrong).await, json!(0), "round {round}");
        shop.app.database.execute("UPDATE stores SET gst_registration_id = NULL").await;
        set("ACTIVE").await;
    }
    shop.app.finish().await;
}

#[tokio::test]
async fn a_warehouse_with_stock_is_neither_removed_nor_closed_for_good() {
    let shop = Shop::open().await;
    let create = "mutation($input: WarehouseCreateInput!) { warehouseCreate(input: $input) { warehouse { id } } }";
    let delete =
        "mutation($input: WarehouseDeleteInput!) { warehouseDelete(input: $input) { warehouseId errors { code } } }";
    let partner = shop.app.sign_in_over("distributor_owner", super::PARTNER).await;
    let mut ids = Vec::new();
    for name in ["Used", "Unused"] {
        let input = with(store(&shop.house, name), json!({ "kind": "REGIONAL" }));
        let made = shop.office.query(create, json!({ "input": input })).await;
        ids.push(made.text("/warehouseCreate/warehouse/id").to_owned());
    }
    let goods = "INSERT INTO products (id, name, slug, status, created_at, updated_at) \
         VALUES (gen_random_uuid(), 'Rice', 'rice', 'draft', now(), now()); \
         INSERT INTO product_variants (id, product_id, sku, name, unit, pack_size, status, created_at, updated_at) \
         SELECT gen_random_uuid(), id, 'rice', 'pack', 'piece', 1, 'active', now(), now() FROM products; \
         INSERT INTO stock_items (id, location_id, seller_id, variant_id, damaged, created_at, updated_at) \
         SELECT gen_random_uuid(), w.id, w.seller_id, v.id, 1, now(), now() FROM warehouses w, product_variants v \
         WHERE w.name = 'Used'";
    shop.app.database.execute(goods).await;
    let end = || {
        let text =
            "mutation($input: WarehouseUpdateInput!) { warehouseUpdate(input: $input) { errors { code path } } }";
        shop.office.query(text, json!({ "input": { "id": ids[0], "status": "TERMINATED" } }))
    };
    let refused = end().await;
    assert_eq!(refused.problems("warehouseUpdate"), ["LOCATION_IN_USE"], "one damaged piece is stock");
    assert_eq!(*refused.data("/warehouseUpdate/errors/0/path"), json!(["status"]));
    shop.app.database.execute("UPDATE stock_items SET damaged = 0").await;
    let remove = |id: &str| json!({ "input": { "id": id } });
    assert_eq!(partner.query(delete, remove(&ids[1])).await.problems("warehouseDelete"), ["NOT_FOUND"]);
    assert_eq!(shop.office.query(delete, remove(&ids[0])).await.problems("warehouseDelete"), ["LOCATION_IN_USE"]);
    assert_eq!(end().await.problems("warehouseUpdate"), [""; 0]);
    let gone = shop.office.query(delete, remove(&ids[1])).await;
    assert_eq!(gone.text("/warehouseDelete/warehouseId"), ids[1]);
    assert_eq!(shop.app.database.value("SELECT count(*) FROM locations").await, json!(1));
    assert_eq!(shop.office.query(delete, remove(&ids[1])).await.problems("warehouseDelete"), ["NOT_FOUND"]);
    shop.app.finish().await;
}

#[tokio::test]
async fn the_demo_shop_has_its_stores_once() {
    let shop = Shop::open().await;
    let places = "DELETE FROM sellers; INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
         (gen_random_uuid(), '400050', '27', 'Bandra', 'Mumbai', '{Mumbai}'), \
         (gen_random_uuid(), '400051', '27', 'Bandra', 'Mumbai', '{Mumbai}')";
    shop.app.database.execute(places).await;
    for _ in 0..2 {
        let app = shop.app.node.app.clone();
        let seeded = async move {
            seed_sellers(&app, DISTRIBUTOR, WAREHOUSE).await.unwrap();
            seed_stores(&app, DISTRIBUTOR, STORE).await.unwrap()
        };
        assert_eq!(shop.app.node.on_runtime(seeded).await, (3, 10));
    }
    let text = "{ stores(orderBy: { field: CODE }) { nodes { code kind } } }";
    let shown = shop.app.query(text, json!({})).await;
    let row = |code: &str, kind: &str| json!({ "code": code, "kind": kind });
    let all = [row("KA-BLR-001", "BRAND"), row("KA-BLR-002", "INTEGRATED"), row("MH-BOM-001", "BRAND")];
    assert_eq!(*shown.data("/stores/nodes"), json!(all));
    let served = shop.app.query("{ serviceability(pincode: \"560001\") { optionCount } }", json!({})).await;
    assert_eq!(*served.data("/serviceability/optionCount"), json!(2));
    shop.app.finish().await;
}
