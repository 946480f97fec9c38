//! Stores of the demo shop, with their opening hours and service areas: two of FreshVilla's own, and one of the
//! distributor's.

use chrono::{Days, NaiveDate};
use uuid::Uuid;

use super::{
    model::{self, StoreId},
    service::{NewStore, create_store_as},
};
use crate::{
    app::App,
    inventory::{
        demo::HOUSE,
        hours::{
            input::{OpeningSpanInput, Weekday},
            service::set_hours,
        },
        location::model::LocationId,
        registration::model as registrations,
        seller::model::SellerId,
        service_area::service::{NewArea, put_areas},
        site::SiteInput,
    },
    kernel::{
        access::Actor,
        error::{Error, Problem, Result, found},
        money::{CurrencyCode, Decimal, MoneyInput},
    },
};

const MUMBAI: Uuid = Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_d006);
const PARTNER: Uuid = Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_d007);

struct DemoStore {
    name: &'static str,
    city: &'static str,
    city_code: &'static str,
    state_code: &'static str,
    line1: &'static str,
    pincode: &'static str,
    /// Every day; the second time of day may lie on the next one.
    hours: (&'static str, &'static str),
    /// Postal codes with fee in rupees and promised minutes.
    areas: &'static [(&'static str, &'static str, i32)],
}

const INDIRANAGAR: DemoStore = DemoStore {
    name: "FreshVilla Indiranagar",
    city: "Bengaluru",
    city_code: "BLR",
    state_code: "29",
    line1: "100 Feet Road",
    pincode: "560038",
    hours: ("07:00", "23:00"),
    areas: &[("560038", "0.00", 20), ("560008", "20.00", 30), ("560001", "30.00", 40), ("560066", "40.00", 60)],
};

const BANDRA: DemoStore = DemoStore {
    name: "FreshVilla Bandra",
    city: "Mumbai",
    city_code: "BOM",
    state_code: "27",
    line1: "Hill Road",
    pincode: "400050",
    hours: ("07:00", "01:00"),
    areas: &[("400050", "0.00", 20), ("400051", "25.00", 35), ("400001", "40.00", 75)],
};

const KORAMANGALA: DemoStore = DemoStore {
    name: "Nandi Hills Farm Shop",
    city: "Bengaluru",
    city_code: "BLR",
    state_code: "29",
    line1: "80 Feet Road",
    pincode: "560034",
    hours: ("08:00", "21:00"),
    areas: &[("560034", "15.00", 30), ("560102", "25.00", 45), ("560001", "35.00", 60)],
};

/// Adds the stores that are not there yet, the first under this ID and the last as this distributor's; answers how many
/// stores and service areas there are.
pub async fn seed_stores(app: &App, distributor: Uuid, first: Uuid) -> Result<(usize, usize)> {
    let stores = [(first, HOUSE, &INDIRANAGAR), (MUMBAI, HOUSE, &BANDRA), (PARTNER, distributor, &KORAMANGALA)];
    for (id, seller, demo) in stores {
        add(app, StoreId(id), SellerId(seller), demo).await?;
    }
    Ok((stores.len(), stores.iter().map(|(_, _, demo)| demo.areas.len()).sum()))
}

async fn add(app: &App, id: StoreId, seller_id: SellerId, demo: &DemoStore) -> Result<()> {
    let actor = Actor::system();
    let tx = app.db.begin().await?;
    let there = found(model::lock(&tx, &actor, id).await)?.is_some();
    let registration = registrations::active_in(&tx, seller_id, demo.state_code).await?;
    drop(tx);
    if !there {
        let new = NewStore {
            seller_id,
            name: demo.name.to_owned(),
            city_code: Some(demo.city_code.to_owned()),
            slug: None,
            site: site(demo),
            gst_registration_id: registration.map(|row| row.id),
            // Made up.
            fssai: Some(("10026000000001".to_owned(), in_a_year(app))),
            phone: Some("+918000000002".to_owned()),
            allows_pickup: true,
            allows_returns: true,
        };
        create_store_as(app, &actor, id, new).await?;
    }
    let location = LocationId(id.0);
    set_hours(app, &actor, location, None, &every_day(demo.hours), Vec::new()).await?;
    let areas = put_areas(app, &actor, location, demo.areas.iter().map(area).collect()).await?;
    let problems: Vec<Problem> = areas.into_iter().flat_map(|area| area.problems).collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Rejected(problems)) }
}

fn site(demo: &DemoStore) -> SiteInput {
    SiteInput {
        line1: demo.line1.to_owned(),
        line2: String::new(),
        city: demo.city.to_owned(),
        state: Some(demo.state_code.to_owned()),
        pincode: demo.pincode.to_owned(),
        latitude: None,
        longitude: None,
    }
}

fn in_a_year(app: &App) -> NaiveDate {
    let today = app.clock.today();
    today.checked_add_days(Days::new(365)).unwrap_or(today)
}

fn every_day((opens_at, closes_at): (&str, &str)) -> Vec<OpeningSpanInput> {
    let (opens_at, closes_at) = (opens_at.to_owned(), closes_at.to_owned());
    let span = |weekday| OpeningSpanInput { weekday, opens_at: opens_at.clone(), closes_at: closes_at.clone() };
    Weekday::ALL.into_iter().map(span).collect()
}

fn area((pincode, fee, promised_minutes): &(&str, &str, i32)) -> NewArea {
    let rupees = |amount: &str| MoneyInput { amount: Decimal(amount.to_owned()), currency_code: CurrencyCode::Inr };
    NewArea {
        pincode: (*pincode).to_owned(),
        delivery_fee: rupees(fee),
        free_delivery_threshold: Some(rupees("499.00")),
        minimum_order: Some(rupees("99.00")),
        promised_minutes: *promised_minutes,
        priority: 1,
        weekly: None,
        active: true,
    }
}
