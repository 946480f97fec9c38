//! What the back office and sellers do with service areas, many at once.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::model::{self, ServiceArea, ServiceAreaId};
use crate::{
    app::App,
    inventory::{
        hours::{
            input::{OpeningSpanInput, read_week},
            schedule::to_minutes,
        },
        location::model::{self as locations, LocationId},
    },
    kernel::{
        access::Actor,
        audit::{self, Change},
        check::Checks,
        error::{Error, Problem, Result},
        money::{Minor, MoneyInput},
    },
};

/// Most postal codes of one call.
pub const MAX_BULK: usize = 1_000;
/// One crore rupees: more is a slip of the pen.
const MAX_AMOUNT: Minor = Minor(1_000_000_000);

/// Where a location delivers to and on which terms, as typed.
#[derive(Clone, Debug)]
pub struct NewArea {
    /// Postal code.
    pub pincode: String,
    /// What delivery costs.
    pub delivery_fee: MoneyInput,
    /// From which value on it is free.
    pub free_delivery_threshold: Option<MoneyInput>,
    /// Least value of an order.
    pub minimum_order: Option<MoneyInput>,
    /// Minutes from order to door.
    pub promised_minutes: i32,
    /// 1 is tried first.
    pub priority: i32,
    /// Hours of delivery; the location's when left out.
    pub weekly: Option<Vec<OpeningSpanInput>>,
    /// Whether the location delivers there at present.
    pub active: bool,
}

/// What became of one postal code.
#[derive(Clone, Debug)]
pub struct AreaResult {
    /// The postal code as typed.
    pub pincode: String,
    /// The area as it is now.
    pub area: Option<ServiceArea>,
    /// Why it was refused.
    pub problems: Vec<Problem>,
}

/// Adds or replaces service areas of a location within the caller's scope, in one transaction. Those that are wrong are
/// left out, each with its reasons.
pub async fn put_areas(app: &App, actor: &Actor, location: LocationId, areas: Vec<NewArea>) -> Result<Vec<AreaResult>> {
    if areas.len() > MAX_BULK {
        return Err(Error::invalid("areas", format!("at most {MAX_BULK} postal codes at once")));
    }
    let (now, mut seen) = (app.clock.now(), HashSet::new());
    let mut results: Vec<AreaResult> = areas.into_iter().map(|area| read(location, area, now, &mut seen)).collect();

    let tx = app.db.begin().await?;
    locations::lock_to_edit(&tx, actor, location).await?;
    let codes: Vec<String> = results.iter().filter_map(|result| Some(result.area.as_ref()?.pincode.clone())).collect();
    let known = model::existing_pincodes(&tx, &codes).await?;
    let before = model::of_location(&tx, location, &codes).await?;
    let before: HashMap<&str, &ServiceArea> = before.iter().map(|area| (area.pincode.as_str(), area)).collect();
    for result in &mut results {
        result.area = match result.area.take() {
            Some(area) if !known.contains(&area.pincode) => {
                let problem = Problem::new("PINCODE_UNKNOWN", "pincode", "there is no such postal code");
                result.problems.push(problem);
                None
            }
            Some(area) => Some(match before.get(area.pincode.as_str()) {
                Some(old) => ServiceArea { id: old.id, created_at: old.created_at, ..area },
                None => area,
            }),
            None => None,
        };
    }
    let rows: Vec<ServiceArea> = results.iter().filter_map(|result| result.area.clone()).collect();
    if !rows.is_empty() {
        model::put(&tx, &rows).await?;
        let change = |row: &ServiceArea| {
            Change::new("serviceAreaBulkPut", row.id, before.get(row.pincode.as_str()).copied(), Some(row))
        };
        audit::record_all(rows.iter().map(change).collect::<Result<_>>()?, &tx, &app.clock, actor).await?;
    }
    tx.commit().await?;
    Ok(results)
}

/// Removes the service areas that a location within the caller's scope has for these postal codes; answers the codes
/// that it had.
pub async fn delete_areas(app: &App, actor: &Actor, location: LocationId, codes: Vec<String>) -> Result<Vec<String>> {
    if codes.len() > MAX_BULK {
        return Err(Error::invalid("pincodes", format!("at most {MAX_BULK} postal codes at once")));
    }
    let tx = app.db.begin().await?;
    locations::lock_to_edit(&tx, actor, location).await?;
    let rows = model::of_location(&tx, location, &codes).await?;
    if !rows.is_empty() {
        model::delete(&tx, &rows.iter().map(|row| row.id.0).collect::<Vec<_>>()).await?;
        let change = |row: &ServiceArea| Change::new("serviceAreaBulkDelete", row.id, Some(row), None);
        audit::record_all(rows.iter().map(change).collect::<Result<_>>()?, &tx, &app.clock, actor).await?;
    }
    tx.commit().await?;
    Ok(rows.into_iter().map(|row| row.pincode).collect())
}

/// Checks what can be checked without the database.
fn read(location_id: LocationId, new: NewArea, now: DateTime<Utc>, seen: &mut HashSet<String>) -> AreaResult {
    let typed: String = new.pincode.chars().take(20).collect();
    let outcome = read_area(location_id, new, now).and_then(|area| match seen.insert(area.pincode.clone()) {
        true => Ok(area),
        false => Err(Error::problem("CONFLICT", "pincode", "this postal code is there twice")),
    });
    match outcome {
        Ok(area) => AreaResult { pincode: typed, area: Some(area), problems: Vec::new() },
        Err(Error::Rejected(problems)) => AreaResult { pincode: typed, area: None, problems },
        Err(other) => {
            AreaResult { pincode: typed, area: None, problems: vec![Problem::new("INVALID", "", other.to_string())] }
        }
    }
}

fn read_area(location_id: LocationId, new: NewArea, now: DateTime<Utc>) -> Result<ServiceArea> {
    let mut checks = Checks::default();
    let pincode: String = new.pincode.chars().filter(|c| !c.is_whitespace()).take(20).collect();
    let six_digits = pincode.len() == 6 && pincode.bytes().all(|b| b.is_ascii_digit());
    checks.ensure(six_digits, "PINCODE_UNKNOWN", "pincode", "a postal code has six digits");
    let delivery_fee_minor = amount(&mut checks, "deliveryFee", &new.delivery_fee);
    let free_delivery_threshold_minor =
        new.free_delivery_threshold.map(|money| amount(&mut checks, "freeDeliveryThreshold", &money));
    let minimum_order_minor =
        new.minimum_order.map(|money| amount(&mut checks, "minimumOrder", &money)).unwrap_or_default();
    let minutes = (1..=43_200).contains(&new.promised_minutes);
    checks.ensure(minutes, "INVALID", "promisedMinutes", "promise 1 to 43,200 minutes (30 days)");
    checks.ensure((1..=1_000).contains(&new.priority), "INVALID", "priority", "a priority is 1 to 1,000");
    checks.finish()?;
    Ok(ServiceArea {
        id: ServiceAreaId::new(),
        location_id,
        pincode,
        delivery_fee_minor,
        free_delivery_threshold_minor,
        minimum_order_minor,
        promised_minutes: new.promised_minutes,
        priority: new.priority,
        weekly: new.weekly.map(|spans| read_week("weekly", &spans)).transpose()?.map(|spans| to_minutes(&spans)),
        active: new.active,
        created_at: now,
        updated_at: now,
    })
}

fn amount(checks: &mut Checks, path: &str, money: &MoneyInput) -> Minor {
    let amount = checks.parse("INVALID", path, money.minor()).unwrap_or_default();
    let sound = (Minor::ZERO..=MAX_AMOUNT).contains(&amount);
    checks.ensure(sound, "INVALID", path, format!("an amount from 0 to {MAX_AMOUNT}"));
    amount
}
