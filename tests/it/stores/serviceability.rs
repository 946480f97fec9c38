//! Who delivers to a postal code, when and for how much, and if nobody, why.

use chrono::{Datelike, Days};
use serde_json::{Value, json};

use super::{HOURS_SET, Shop, area, week, with};
use crate::support::Answer;

const ASK: &str = "query($pincode: String!, $at: DateTime, $value: MoneyInput, $first: Int) { \
    serviceability(pincode: $pincode, at: $at, orderValue: $value, first: $first) { \
    optionCount obstacle nextOpening missing { amount } options { deliveryFee { amount } promisedMinutes priority \
    obstacle nextOpening missing { amount } seller { name } location { store { name } } } } }";

impl Shop {
    async fn ask(&self, change: Value) -> Answer {
        self.app.query(ASK, with(json!({ "pincode": "560001" }), change)).await
    }
}

fn names(answer: &Answer) -> Vec<&str> {
    let options = answer.data("/serviceability/options").as_array().unwrap();
    options.iter().map(|option| option["location"]["store"]["name"].as_str().unwrap()).collect()
}

fn worth(amount: &str) -> Value {
    json!({ "value": { "amount": amount } })
}

#[tokio::test]
async fn fee_and_minimum_go_by_the_orders_value() {
    let shop = Shop::open().await;
    let (_, location) = shop.store(&shop.house, "Near").await;
    shop.always_open(&location).await;
    let terms = json!({ "freeDeliveryThreshold": { "amount": "499" }, "minimumOrder": { "amount": "99" } });
    shop.put(&location, json!([with(area("560001", "30", 25), terms)])).await;
    for (change, fee, missing) in [
        (json!({}), "30.00", None),
        (worth("0"), "30.00", Some("99.00")),
        (worth("98.99"), "30.00", Some("0.01")),
        (worth("99"), "30.00", None),
        (worth("498.99"), "30.00", None),
        (worth("499"), "0.00", None),
        (worth("92233720368547758.07"), "0.00", None),
    ] {
        let answer = shop.ask(change.clone()).await;
        assert_eq!(answer.text("/serviceability/options/0/deliveryFee/amount"), fee, "{change}");
        for place in ["", "/options/0"] {
            let answered = answer.data(&format!("/serviceability{place}"));
            assert_eq!(answered["missing"]["amount"].as_str(), missing, "{change}");
            assert_eq!(answered["obstacle"].as_str(), missing.map(|_| "BELOW_MINIMUM"), "{change}");
        }
    }
    shop.app.finish().await;
}

#[tokio::test]
async fn the_first_choice_is_open_then_first_by_priority_then_fastest() {
    let shop = Shop::open().await;
    for (name, priority, minutes, open) in
        [("Slow", 1, 60, true), ("Fast", 1, 20, true), ("Second", 2, 5, true), ("Closed", 1, 1, false)]
    {
        let (_, location) = shop.store(&shop.house, name).await;
        if open {
            shop.always_open(&location).await;
        }
        shop.put(&location, json!([with(area("560001", "10", minutes), json!({ "priority": priority }))])).await;
    }
    let answer = shop.ask(json!({})).await;
    assert_eq!(names(&answer), ["Fast", "Slow", "Second", "Closed"]);
    assert!(answer.data("/serviceability/obstacle").is_null());
    assert_eq!(answer.text("/serviceability/options/3/obstacle"), "CLOSED");
    assert_eq!(names(&shop.ask(json!({ "first": 2 })).await), ["Fast", "Slow"]);
    assert_eq!(*shop.ask(json!({ "first": 0 })).await.data("/serviceability/optionCount"), json!(4));
    shop.app.finish().await;
}

#[tokio::test]
async fn it_says_why_nobody_delivers() {
    let shop = Shop::open().await;
    assert_eq!(shop.ask(json!({})).await.text("/serviceability/obstacle"), "NOT_SERVED");
    let (_, location) = shop.store(&shop.house, "Near").await;
    let today = shop.app.clock().today();
    let monday = today + Days::new(u64::from(7 - today.weekday().num_days_from_monday()));
    let instant = |days: u64, time: &str| format!("{}T{time}:00+05:30", monday + Days::new(days));
    let hours = json!({ "locationId": location, "weekly": week("09:00", "21:00"),
                        "holidays": [{ "date": monday + Days::new(1) }] });
    assert_eq!(shop.office.query(HOURS_SET, json!({ "input": hours })).await.problems("openingHoursSet"), [""; 0]);
    let own = with(area("560002", "10", 30), json!({ "weekly": week("22:00", "02:00") }));
    shop.put(&location, json!([area("560001", "10", 30), own])).await;
    for (pincode, days, time, opens) in [
        ("560001", 0, "20:59", None),
        ("560001", 0, "21:00", Some((2, "09:00"))),
        ("560001", 1, "12:00", Some((2, "09:00"))),
        ("560002", 0, "20:59", Some((0, "22:00"))),
        ("560002", 1, "01:59", None),
        ("560002", 1, "22:30", Some((2, "22:00"))),
    ] {
        let answer = shop.ask(json!({ "pincode": pincode, "at": instant(days, time) })).await;
        let whole = answer.data("/serviceability");
        assert_eq!(whole["obstacle"].as_str(), opens.map(|_| "CLOSED"), "{pincode} {days} {time}");
        let utc = |text: &str| chrono::DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let opens = opens.map(|(days, time)| utc(&instant(days, time)));
        assert_eq!(whole["nextOpening"].as_str().map(utc), opens, "{pincode} {days} {time}");
        assert_eq!(whole["options"][0]["nextOpening"].as_str().map(utc), opens);
    }
    for wrong in [
        json!({ "pincode": "" }),
        json!({ "pincode": "56000\0" }),
        json!({ "first": 101 }),
        json!({ "first": -1 }),
        json!({ "at": "+262000-01-01T00:00:00Z" }),
        worth("-1"),
        worth("1.001"),
    ] {
        assert_eq!(shop.ask(wrong.clone()).await.code(), Some("BAD_USER_INPUT"), "{wrong}");
    }
    shop.app.finish().await;
}

#[tokio::test]
async fn who_does_not_sell_or_work_does_not_appear() {
    let shop = Shop::open().await;
    let (_, ours) = shop.store(&shop.house, "Ours").await;
    let (_, theirs) = shop.store(&shop.partner, "Theirs").await;
    for location in [&ours, &theirs] {
        shop.always_open(location).await;
        shop.put(location, json!([area("560001", "10", 30)])).await;
    }
    let change = |statement: String| {
        let shop = &shop;
        async move {
            shop.app.database.execute(&statement).await;
            names(&shop.ask(json!({})).await).join(" ")
        }
    };
    assert_eq!(names(&shop.ask(json!({})).await).len(), 2);
    for status in ["suspended", "closed"] {
        assert_eq!(change(format!("UPDATE sellers SET status = '{status}' WHERE kind = 'distributor'")).await, "Ours");
    }
    change("UPDATE sellers SET status = 'active'".to_owned()).await;
    for status in ["inactive", "maintenance", "terminated"] {
        assert_eq!(change(format!("UPDATE stores SET status = '{status}' WHERE name = 'Ours'")).await, "Theirs");
    }
    change("UPDATE stores SET status = 'active'".to_owned()).await;
    assert_eq!(change("UPDATE service_areas SET active = false WHERE delivery_fee_minor = 1000".to_owned()).await, "");
    assert_eq!(shop.ask(json!({})).await.text("/serviceability/obstacle"), "NOT_SERVED");
    shop.app.finish().await;
}

#[tokio::test]
async fn a_warehouse_delivers_without_showing_itself() {
    let shop = Shop::open().await;
    let create =
        "mutation($input: WarehouseCreateInput!) { warehouseCreate(input: $input) { warehouse { location { id } } } }";
    let input = with(super::store(&shop.partner, "Depot"), json!({ "kind": "SATELLITE" }));
    let made = shop.office.query(create, json!({ "input": input })).await;
    let location = made.text("/warehouseCreate/warehouse/location/id").to_owned();
    shop.always_open(&location).await;
    shop.put(&location, json!([area("560001", "10", 30)])).await;
    let answer = shop.ask(json!({})).await;
    assert_eq!(answer.text("/serviceability/options/0/seller/name"), "Partner");
    assert!(answer.data("/serviceability/options/0/location").is_null());
    shop.app.finish().await;
}

/// 2,000 sellers with a location each: 300 of them deliver to the postal code asked about, all of them to 100 others.
#[tokio::test]
async fn two_thousand_sellers_take_as_many_statements_as_one() {
    let shop = Shop::open().await;
    let (_, location) = shop.store(&shop.house, "Only").await;
    shop.always_open(&location).await;
    shop.put(&location, json!([area("560001", "10", 30)])).await;
    let one = shop.ask(json!({})).await;
    let many = "
        INSERT INTO sellers (id, kind, name, slug, status, created_at, updated_at)
            SELECT md5('seller' || n)::uuid, 'distributor', 'Seller ' || n, 'seller-' || n, 'active', now(), now()
            FROM generate_series(1, 2000) n;
        INSERT INTO locations (id, kind, seller_id, created_at)
            SELECT md5('location' || n)::uuid, 'warehouse', md5('seller' || n)::uuid, now() FROM generate_series(1, 2000) n;
        INSERT INTO warehouses (id, seller_id, name, kind, status, line1, line2, city, state_code, pincode, created_at, updated_at)
            SELECT md5('location' || n)::uuid, md5('seller' || n)::uuid, 'Depot', 'main', 'active', '1', '', 'Bengaluru', '29',
                '560001', now(), now()
            FROM generate_series(1, 2000) n;
        INSERT INTO opening_hours (location_id, weekly, updated_at)
            SELECT md5('location' || n)::uuid, '{0,1440,1440,2880,2880,4320,4320,5760,5760,7200,7200,8640,8640,10080}', now()
            FROM generate_series(1, 2000) n;
        INSERT INTO service_areas (id, location_id, pincode, delivery_fee_minor, minimum_order_minor, promised_minutes,
                priority, active, created_at, updated_at)
            SELECT md5(n || ' ' || code)::uuid, md5('location' || n)::uuid, code::text, 1000, 0, 30, 1, true, now(), now()
            FROM generate_series(1, 2000) n CROSS JOIN generate_series(560001, 560101) code WHERE code > 560001 OR n <= 300;
        ANALYZE sellers, locations, warehouses, opening_hours, service_areas";
    shop.app.database.execute(many).await;
    let started = std::time::Instant::now();
    let answer = shop.ask(json!({})).await;
    println!("a postal code of 301 locations: {:?}", started.elapsed());
    assert_eq!(*answer.data("/serviceability/optionCount"), json!(301));
    let others = answer.statements() - one.statements();
    assert!(others == 0, "{} statements, {} for one", answer.statements(), one.statements());
    let bare = "{ serviceability(pincode: \"560002\") { optionCount obstacle } }";
    let started = std::time::Instant::now();
    let bare = shop.app.query(bare, json!({})).await;
    println!("a postal code of 2,000 locations: {:?}", started.elapsed());
    assert_eq!(*bare.data("/serviceability/optionCount"), json!(2_000));
    assert_eq!(bare.statements(), 1);
    shop.app.finish().await;
}
