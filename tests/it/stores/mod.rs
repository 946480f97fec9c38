//! Stores, their opening hours, and where they deliver.

mod areas;
mod hours;
mod opening;
mod serviceability;

use freshvilla::inventory::demo::HOUSE;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const STORE_CREATE: &str = "mutation($input: StoreCreateInput!) { storeCreate(input: $input) { \
    store { id code slug kind status phone stateCode version location { id } } errors { code path } } }";
const STORE_UPDATE: &str = "mutation($input: StoreUpdateInput!) { storeUpdate(input: $input) { \
    store { id slug status name version fssaiLicence fssaiExpiresOn } errors { code path } } }";
const AREAS_PUT: &str = "mutation($input: ServiceAreaBulkPutInput!) { serviceAreaBulkPut(input: $input) { \
    results { pincode serviceArea { id pincode deliveryFee { amount } priority promisedMinutes active } \
    errors { code path } } errors { code path } } }";
const HOURS_SET: &str = "mutation($input: OpeningHoursSetInput!) { openingHoursSet(input: $input) { \
    openingHours { version weekly { weekday opensAt closesAt } holidays { date name spans { opensAt closesAt } } } \
    errors { code path } } }";

const PARTNER: &str = "01935000-0000-7000-8000-00000000f001";

/// A shop with FreshVilla and a partner as sellers, in a country of two states.
struct Shop {
    app: TestApp,
    office: Client,
    house: String,
    partner: String,
}

impl Shop {
    async fn open() -> Self {
        let app = TestApp::start().await;
        let places = format!(
            "INSERT INTO states (gst_code, alpha, name, is_union_territory, has_legislature, retired) VALUES \
             ('27', 'MH', 'Maharashtra', false, true, false), ('29', 'KA', 'Karnataka', false, true, false); \
             INSERT INTO pincodes (id, code, state_code, place, taluk, districts) \
             SELECT gen_random_uuid(), n::text, '29', 'Place', 'Taluk', '{{Bengaluru}}' \
             FROM generate_series(560001, 561200) AS n; \
             INSERT INTO pincodes (id, code, state_code, place, taluk, districts) VALUES \
             (gen_random_uuid(), '400001', '27', 'Mumbai GPO', 'Mumbai', '{{Mumbai}}'); \
             INSERT INTO sellers (id, kind, name, slug, status, created_at, updated_at) VALUES \
             ('{HOUSE}', 'house', 'House', 'house', 'active', now(), now()), \
             ('{PARTNER}', 'distributor', 'Partner', 'partner', 'active', now(), now())"
        );
        app.database.execute(&places).await;
        let office = app.sign_in("administrator").await;
        let sellers = office.query("{ sellers { nodes { id } } }", json!({})).await;
        let (house, partner) = (sellers.text("/sellers/nodes/0/id").into(), sellers.text("/sellers/nodes/1/id").into());
        Self { app, office, house, partner }
    }

    /// A store with its ID, and its ID as a location.
    async fn store(&self, seller: &str, name: &str) -> (String, String) {
        let made = self.office.query(STORE_CREATE, json!({ "input": store(seller, name) })).await;
        assert_eq!(made.problems("storeCreate"), Vec::<&str>::new());
        let id = |at: &str| made.text(&format!("/storeCreate/store{at}/id")).to_owned();
        (id(""), id("/location"))
    }

    /// Opens a location around the clock.
    async fn always_open(&self, location: &str) {
        let set = self
            .office
            .query(HOURS_SET, json!({ "input": { "locationId": location, "weekly": week("00:00", "00:00") } }));
        assert_eq!(set.await.problems("openingHoursSet"), Vec::<&str>::new());
    }

    async fn put(&self, location: &str, areas: Value) {
        let put = self.office.query(AREAS_PUT, json!({ "input": { "locationId": location, "areas": areas } })).await;
        assert_eq!(put.problems("serviceAreaBulkPut"), Vec::<&str>::new());
        for result in put.data("/serviceAreaBulkPut/results").as_array().unwrap() {
            assert_eq!(result["errors"], json!([]));
        }
    }

    async fn uuid(&self, table: &str, name: &str) -> String {
        let id = self.app.database.value(&format!("SELECT id FROM {table} WHERE name = '{name}'")).await;
        id.as_str().unwrap().to_owned()
    }
}

fn store(seller: &str, name: &str) -> Value {
    json!({
        "sellerId": seller, "name": name, "phone": "98100 00001",
        "site": { "line1": "100 Feet Road", "city": "Bengaluru", "pincode": "560 038" },
    })
}

fn with(mut input: Value, change: Value) -> Value {
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    input
}

fn week(opens_at: &str, closes_at: &str) -> Value {
    let days = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
    days.iter().map(|day| json!({ "weekday": day, "opensAt": opens_at, "closesAt": closes_at })).collect()
}

fn area(pincode: &str, fee: &str, minutes: i32) -> Value {
    json!({ "pincode": pincode, "deliveryFee": { "amount": fee }, "promisedMinutes": minutes })
}
