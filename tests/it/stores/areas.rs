//! Service areas, many at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{AREAS_PUT, Shop, area, week, with};

const LIST: &str = "query($where: ServiceAreaWhere!, $order: ServiceAreaOrder) { \
    serviceAreas(where: $where, orderBy: $order) { totalCount nodes { pincode priority active weekly { weekday } \
    freeDeliveryThreshold { amount } minimumOrder { amount } location { store { name } } } } }";
const DELETE: &str = "mutation($input: ServiceAreaBulkDeleteInput!) { serviceAreaBulkDelete(input: $input) { \
    pincodes errors { code path } } }";

fn put(location: &str, areas: Value) -> Value {
    json!({ "input": { "locationId": location, "areas": areas } })
}

#[tokio::test]
async fn good_areas_are_kept_and_wrong_ones_explained() {
    let shop = Shop::open().await;
    let (_, location) = shop.store(&shop.house, "Indiranagar").await;
    let wrong = |change: Value| with(area("560002", "10", 30), change);
    let rows = [
        (area("560 001", "20.50", 30), None),
        (wrong(json!({ "pincode": "999999" })), Some(("PINCODE_UNKNOWN", "pincode"))),
        (wrong(json!({ "pincode": "56000\0" })), Some(("PINCODE_UNKNOWN", "pincode"))),
        (wrong(json!({ "pincode": "560001" })), Some(("CONFLICT", "pincode"))),
        (wrong(json!({ "deliveryFee": { "amount": "-1" } })), Some(("INVALID", "deliveryFee"))),
        (wrong(json!({ "deliveryFee": { "amount": "1.001" } })), Some(("INVALID", "deliveryFee"))),
        (wrong(json!({ "minimumOrder": { "amount": "92233720368547758.07" } })), Some(("INVALID", "minimumOrder"))),
        (wrong(json!({ "freeDeliveryThreshold": { "amount": "-5" } })), Some(("INVALID", "freeDeliveryThreshold"))),
        (wrong(json!({ "promisedMinutes": 0 })), Some(("INVALID", "promisedMinutes"))),
        (wrong(json!({ "promisedMinutes": i32::MAX })), Some(("INVALID", "promisedMinutes"))),
        (wrong(json!({ "priority": -1 })), Some(("INVALID", "priority"))),
        (wrong(json!({ "weekly": week("9", "10:00") })), Some(("INVALID", "weekly"))),
        (area("560003", "0", 45), None),
    ];
    let areas: Value = rows.iter().map(|(row, _)| row.clone()).collect();
    let answer = shop.office.query(AREAS_PUT, put(&location, areas)).await;
    assert_eq!(answer.problems("serviceAreaBulkPut"), Vec::<&str>::new());
    let results = answer.data("/serviceAreaBulkPut/results").as_array().unwrap();
    for (result, (row, refusal)) in results.iter().zip(&rows) {
        assert_eq!(result["serviceArea"].is_null(), refusal.is_some(), "{row}");
        let code = result.pointer("/errors/0/code").and_then(Value::as_str);
        let path = result.pointer("/errors/0/path/0").and_then(Value::as_str);
        assert_eq!(code.zip(path), *refusal, "{row}");
    }
    assert_eq!(shop.app.database.value("SELECT count(*) FROM service_areas").await, json!(2));
    let audited = "SELECT count(*) FROM audit_log WHERE action = 'serviceAreaBulkPut'";
    assert_eq!(shop.app.database.value(audited).await, json!(2));
    shop.app.finish().await;
}

#[tokio::test]
async fn a_thousand_postal_codes_take_as_many_statements_as_one() {
    let shop = Shop::open().await;
    let (_, location) = shop.store(&shop.house, "Indiranagar").await;
    let areas = |from: i32, to: i32, fee: &str| (from..=to).map(|n| area(&n.to_string(), fee, 30)).collect::<Value>();
    let one = shop.office.query(AREAS_PUT, put(&location, areas(560_001, 560_001, "10"))).await.statements();
    let many = shop.office.query(AREAS_PUT, put(&location, areas(560_001, 561_000, "20"))).await;
    assert_eq!(many.problems("serviceAreaBulkPut"), Vec::<&str>::new());
    assert!(many.statements() <= one, "{} statements, {one} for one", many.statements());
    let stored = "SELECT count(*) FROM service_areas WHERE delivery_fee_minor = 2000";
    assert_eq!(shop.app.database.value(stored).await, json!(1_000));
    let too_many = shop.office.query(AREAS_PUT, put(&location, areas(560_001, 561_001, "10"))).await;
    assert_eq!(too_many.problems("serviceAreaBulkPut"), ["INVALID"]);
    assert_eq!(shop.app.database.value(stored).await, json!(1_000), "nothing was changed");
    shop.app.finish().await;
}

#[tokio::test]
async fn areas_put_at_once_do_not_fall_over_each_other() {
    let shop = Shop::open().await;
    let (_, location) = shop.store(&shop.house, "Indiranagar").await;
    let put = |n: i32| {
        let mut codes: Vec<i32> = (560_001..=560_050).collect();
        if n % 2 == 0 {
            codes.reverse();
        }
        let areas = codes.iter().map(|code| area(&code.to_string(), &n.to_string(), 30)).collect();
        let (office, input) = (shop.office.clone(), put(&location, areas));
        async move { office.query(AREAS_PUT, input).await }
    };
    for answer in join_all((1..=8).map(put)).await {
        assert_eq!(answer.problems("serviceAreaBulkPut"), Vec::<&str>::new());
    }
    let kept = "SELECT count(*) * 100 + count(DISTINCT delivery_fee_minor) FROM service_areas";
    assert_eq!(shop.app.database.value(kept).await, json!(5_001), "the last one's, whole");
    let history = "SELECT count(*) FROM audit_log WHERE action = 'serviceAreaBulkPut' AND before IS NULL";
    assert_eq!(shop.app.database.value(history).await, json!(50), "each was added once, then changed");
    shop.app.finish().await;
}

#[tokio::test]
async fn areas_are_listed_and_removed_within_scope() {
    let shop = Shop::open().await;
    let (_, ours) = shop.store(&shop.house, "Ours").await;
    let (_, theirs) = shop.store(&shop.partner, "Theirs").await;
    let idle = with(area("560002", "5", 20), json!({ "active": false, "priority": 2 }));
    let own_hours = with(
        area("560003", "5", 90),
        json!({ "weekly": week("10:00", "12:00"), "priority": 3,
        "freeDeliveryThreshold": { "amount": "499" }, "minimumOrder": { "amount": "99.5" } }),
    );
    shop.put(&ours, json!([area("560001", "5", 30), idle, own_hours])).await;
    shop.put(&theirs, json!([area("560001", "7", 10)])).await;
    let partner = shop.app.sign_in_over("distributor_owner", super::PARTNER).await;

    let public = shop.app.query(LIST, json!({ "where": { "locationId": ours } })).await;
    assert_eq!(*public.data("/serviceAreas/totalCount"), json!(2), "what is not active is for staff");
    let last = public.data("/serviceAreas/nodes/1");
    assert_eq!(last["freeDeliveryThreshold"]["amount"], "499.00");
    assert_eq!((&last["minimumOrder"]["amount"], last["weekly"].as_array().unwrap().len()), (&json!("99.50"), 7));
    assert_eq!(last["location"]["store"]["name"], "Ours");
    assert!(public.statements() <= 4, "{} statements", public.statements());
    let order = json!({ "field": "PRIORITY", "direction": "DESC" });
    let all = shop.office.query(LIST, json!({ "where": { "locationId": ours }, "order": order })).await;
    assert_eq!(*all.data("/serviceAreas/totalCount"), json!(3));
    assert_eq!(all.text("/serviceAreas/nodes/0/pincode"), "560003");

    let everywhere = shop.office.query(LIST, json!({ "where": { "active": true } })).await;
    assert_eq!(everywhere.code(), Some("BAD_USER_INPUT"), "not a list of a million");

    let refused = partner.query(AREAS_PUT, put(&ours, json!([area("560001", "0", 1)]))).await;
    assert_eq!(refused.problems("serviceAreaBulkPut"), ["NOT_FOUND"]);
    let remove = |location: &str| json!({ "input": { "locationId": location, "pincodes": ["560001", "560009"] } });
    assert_eq!(partner.query(DELETE, remove(&ours)).await.problems("serviceAreaBulkDelete"), ["NOT_FOUND"]);
    let gone = partner.query(DELETE, remove(&theirs)).await;
    assert_eq!(*gone.data("/serviceAreaBulkDelete/pincodes"), json!(["560001"]));
    assert_eq!(shop.app.database.value("SELECT count(*) FROM service_areas").await, json!(3));

    shop.app.database.execute("UPDATE stores SET status = 'terminated' WHERE name = 'Theirs'").await;
    let late = partner.query(AREAS_PUT, put(&theirs, json!([area("560001", "0", 1)]))).await;
    assert_eq!(late.problems("serviceAreaBulkPut"), ["CONFLICT"]);
    shop.app.finish().await;
}
