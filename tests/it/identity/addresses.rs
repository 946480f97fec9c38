//! Places, addresses, profiles and the import of addresses.

use freshvilla::identity::address::import::{Report, import_addresses};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{House, email, mutate};
use crate::support::{Answer, Client};

const SELECTION: &str = "address { id stateCode state { alpha } pincode isDefaultShipping isDefaultBilling phone }";

fn fields(pincode: &str, state: Option<&str>) -> Value {
    json!({
        "contactName": "Priya Sharma", "phone": "098100 00008", "line1": "12, Ring Road", "city": "Somewhere",
        "pincode": pincode, "state": state, "kind": "HOME", "label": "Mother's house",
    })
}

async fn create(client: &Client, pincode: &str, state: Option<&str>) -> Answer {
    mutate(client, "addressCreate", SELECTION, json!({ "address": fields(pincode, state) })).await
}

#[tokio::test]
async fn a_postal_code_tells_and_checks_the_state() {
    let house = House::with_places().await;
    let priya = house.user("priya").await;
    let first = create(&priya, "110001", None).await;
    assert_eq!(first.text("/addressCreate/address/state/alpha"), "DL");
    assert_eq!(first.text("/addressCreate/address/phone"), "+919810000008");
    assert_eq!(first.data("/addressCreate/address/isDefaultShipping"), &json!(true), "the first is the default");
    for spelling in ["07", "DL", "Delhi", "nct of delhi"] {
        assert!(create(&priya, "110 001", Some(spelling)).await.problems("addressCreate").is_empty(), "{spelling}");
    }
    for (pincode, state, code) in [
        ("110001", Some("Karnataka"), "STATE_MISMATCH"),
        ("110001", Some("Atlantis"), "INVALID"),
        ("999999", None, "PINCODE_UNKNOWN"),
        ("11000", None, "PINCODE_UNKNOWN"),
    ] {
        assert_eq!(create(&priya, pincode, state).await.problems("addressCreate"), [code], "{pincode} {state:?}");
    }
    let shared = house.app.database.rows(
        "SELECT code, max(state_code) AS state FROM pincodes GROUP BY code HAVING count(*) > 1 ORDER BY code LIMIT 1",
    ).await;
    let (code, state) = (shared[0]["code"].as_str().unwrap(), shared[0]["state"].as_str().unwrap());
    assert_eq!(create(&priya, code, None).await.problems("addressCreate"), ["REQUIRED"], "{code} lies in two states");
    assert_eq!(create(&priya, code, Some(state)).await.text("/addressCreate/address/stateCode"), state);
}

#[tokio::test]
async fn the_database_itself_refuses_a_code_in_the_wrong_state() {
    let house = House::with_places().await;
    create(&house.user("priya").await, "110001", None).await;
    let outcome = house.app.database.rows(
        "SELECT pg_catalog.pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conname = 'addresses_pincode_state_fkey'",
    ).await;
    assert!(outcome[0]["def"].as_str().unwrap().contains("REFERENCES pincodes(code, state_code)"));
}

#[tokio::test]
async fn parallel_choices_leave_one_default() {
    let house = House::with_places().await;
    let priya = house.user("priya").await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(create(&priya, "110001", None).await.text("/addressCreate/address/id").to_owned());
    }
    let choices =
        ids.iter().cycle().take(18).map(|id| {
            mutate(&priya, "addressSetDefault", "address { id }", json!({ "id": id, "purpose": "SHIPPING" }))
        });
    for answer in join_all(choices).await {
        assert!(answer.problems("addressSetDefault").is_empty(), "{:#}", answer.body);
    }
    let addresses = "{ me { account { addresses { totalCount nodes { id isDefaultShipping isDefaultBilling } } } } }";
    let list = priya.query(addresses, json!({})).await;
    let nodes = list.data("/me/account/addresses/nodes").as_array().unwrap();
    assert_eq!(nodes.len(), 6);
    assert_eq!(nodes.iter().filter(|node| node["isDefaultShipping"] == true).count(), 1);
    assert_eq!(nodes.iter().filter(|node| node["isDefaultBilling"] == true).count(), 1);
    let chosen = nodes.iter().find(|node| node["isDefaultShipping"] == true).unwrap()["id"].clone();
    mutate(&priya, "addressDelete", "addressId", json!({ "id": chosen })).await;
    let list = priya.query(addresses, json!({})).await;
    assert_eq!(list.data("/me/account/addresses/totalCount"), &json!(5));
    let update =
        mutate(&priya, "addressUpdate", SELECTION, json!({ "id": chosen, "address": fields("110001", None) })).await;
    assert_eq!(update.problems("addressUpdate"), ["NOT_FOUND"]);
}

#[tokio::test]
async fn places_can_be_looked_up_by_anyone() {
    let house = House::with_places().await;
    let found = house
        .app
        .query("{ pincode(code: \"110001\") { entries { districts state { name code } } } states { code } }", json!({}))
        .await;
    assert_eq!(found.text("/pincode/entries/0/state/name"), "Delhi");
    assert_eq!(found.data("/states").as_array().unwrap().len(), 38);
    let list = "query($after: String) { pincodes(prefix: \"5600\", first: 10, after: $after) {
        nodes { code state { code } } pageInfo { hasNextPage endCursor } totalCount } }";
    let one = house.app.query(list, json!({})).await;
    assert!(one.statements() <= 3, "{}", one.statements());
    let two = house.app.query(list, json!({ "after": one.text("/pincodes/pageInfo/endCursor") })).await;
    let codes = |answer: &Answer| -> Vec<String> {
        answer
            .data("/pincodes/nodes")
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let all: Vec<String> = codes(&one).into_iter().chain(codes(&two)).collect();
    assert!(all.is_sorted() && all.iter().all(|code| code.starts_with("5600")), "{all:?}");
    assert_eq!(all.len(), 20);
}

#[tokio::test]
async fn profiles_check_what_they_are_told() {
    let house = House::start().await;
    let priya = house.user("priya").await;
    let selection = "account { name phone profile { gstin dateOfBirth language marketingConsentAt businessName } }";
    let input = json!({
        "name": "Priya S", "phone": "+91 98100 12345", "gstin": "27aapfu0939f1zv", "dateOfBirth": "1990-02-28",
        "language": "hi", "marketingConsent": true, "businessName": "Priya's Kitchen",
    });
    let done = mutate(&priya, "profileUpdate", selection, input).await;
    assert_eq!(done.text("/profileUpdate/account/profile/gstin"), "27AAPFU0939F1ZV");
    assert_eq!(done.text("/profileUpdate/account/profile/dateOfBirth"), "1990-02-28");
    assert!(done.data("/profileUpdate/account/profile/marketingConsentAt").is_string());
    let cleared = mutate(&priya, "profileUpdate", selection, json!({ "gstin": null, "marketingConsent": false })).await;
    assert_eq!(cleared.data("/profileUpdate/account/profile/gstin"), &Value::Null);
    assert_eq!(cleared.data("/profileUpdate/account/profile/marketingConsentAt"), &Value::Null);
    assert_eq!(cleared.text("/profileUpdate/account/profile/language"), "hi", "what is left out stays");
    for (input, code) in [
        (json!({ "gstin": "27AAPFU0939F1ZW" }), "INVALID"),
        (json!({ "gstin": "27AAPFU0939F1Z" }), "INVALID"),
        (json!({ "dateOfBirth": "2999-01-01" }), "INVALID"),
        (json!({ "language": "not a tag" }), "INVALID"),
        (json!({ "phone": "12" }), "INVALID"),
        (json!({ "phone": "+919810000009" }), "PHONE_TAKEN"),
        (json!({ "name": "" }), "REQUIRED"),
    ] {
        assert_eq!(
            mutate(&priya, "profileUpdate", selection, input.clone()).await.problems("profileUpdate"),
            [code],
            "{input}"
        );
    }
}

async fn import(house: &House, file: String) -> Report {
    let app = house.app.node.app.clone();
    house.app.node.on_runtime(async move { import_addresses(&app, std::io::Cursor::new(file)).await.unwrap() }).await
}

#[tokio::test]
async fn an_old_tables_addresses_come_in_once() {
    let house = House::with_places().await;
    let (priya, arjun) = (email("priya"), email("arjun"));
    let home = r#"{""type"":""home"",""street"":""1, Ring Road"",""city"":""New Delhi"",""pincode"":""110001"",""isDefault"":true}"#;
    let work = r#"{""type"":""office"",""street"":""2, MG Road"",""city"":""Bengaluru"",""pincode"":560001,""phone"":""9810011111""}"#;
    let bad = r#"{""street"":""3, Nowhere"",""city"":""X"",""pincode"":""999999""}"#;
    let csv = format!(
        "\u{feff}Email,Name,Addresses\n{priya},Priya,\"[{home},{work},{bad}]\"\n{arjun},Arjun,not json\nnobody@example.in,N,[]\nno address,N,[]\n"
    );
    let report = import(&house, csv.clone()).await;
    assert_eq!((report.customers, report.added, report.unchanged, report.refused_count), (4, 2, 0, 4), "{report:?}");
    assert_eq!(report.refused[0].0, 2);
    assert_eq!(report.refused[0].1, 3);
    let again = import(&house, csv).await;
    assert_eq!((again.added, again.unchanged), (0, 2));

    let client = house.user("priya").await;
    let list = client
        .query("{ me { account { addresses { nodes { id city kind isDefaultShipping phone } } } } }", json!({}))
        .await;
    let nodes = list.data("/me/account/addresses/nodes").as_array().unwrap();
    assert_eq!(
        nodes[1],
        json!({ "id": nodes[1]["id"], "city": "New Delhi", "kind": "HOME", "isDefaultShipping": true, "phone": "+919810000008" })
    );
    assert_eq!(nodes[0]["phone"], "+919810011111");
    mutate(&client, "addressDelete", "addressId", json!({ "id": nodes[0]["id"] })).await;
    let line = json!({ "email": priya, "addresses": [
        { "phone": "9810011111", "pincode": 560001, "city": "Bengaluru", "street": "2, MG Road", "type": "office" },
        { "street": "4, New Street", "city": "New Delhi", "postalCode": "110002" },
    ] });
    let report = import(&house, format!("{line}\n")).await;
    assert_eq!((report.added, report.unchanged), (1, 1), "a removed address does not come back: {report:?}");
}

#[tokio::test]
async fn a_device_may_say_where_an_address_is() {
    let house = House::with_places().await;
    let priya = house.user("priya").await;
    let mut address = fields("110001", None);
    address["location"] = json!({ "latitude": 28.63141592, "longitude": 77.2196 });
    let made = mutate(&priya, "addressCreate", "address { latitude longitude }", json!({ "address": address })).await;
    assert_eq!(made.data("/addressCreate/address"), &json!({ "latitude": 28.631416, "longitude": 77.2196 }));
    address["location"] = json!({ "latitude": 128.0, "longitude": 77.2196 });
    let outside = mutate(&priya, "addressCreate", "address { id }", json!({ "address": address })).await;
    assert_eq!(outside.code(), Some("BAD_USER_INPUT"));
    house.app.database.execute("UPDATE pincodes SET latitude = 28.6, longitude = 77.2 WHERE code = '110001'").await;
    let made =
        mutate(&priya, "addressCreate", "address { latitude longitude }", json!({ "address": fields("110001", None) }))
            .await;
    assert_eq!(
        made.data("/addressCreate/address"),
        &json!({ "latitude": 28.6, "longitude": 77.2 }),
        "the code's centre"
    );
}
