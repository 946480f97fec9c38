//! Cells of an offer file, as people write them. Pure.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Asia::Kolkata;

use crate::{
    catalog::import::{issue::BadValue, value},
    kernel::money::Minor,
    marketplace::offer::{edit::Step, model::OfferStatus},
};

/// A cell that empties what is stored.
const NONE: &str = "none";

/// What empties the field, or its value.
pub fn optional<T>(text: &str, read: impl FnOnce(&str) -> Result<T, BadValue>) -> Result<Option<T>, BadValue> {
    if text.eq_ignore_ascii_case(NONE) { Ok(None) } else { read(text).map(Some) }
}

/// A price: `₹ 1,25,000.50`, `Rs. 99/-`.
pub fn price(text: &str) -> Result<Minor, BadValue> {
    value::price(text).map(Minor)
}

/// A whole number from zero.
pub fn count(text: &str) -> Result<i32, BadValue> {
    text.trim().parse().ok().filter(|n| *n >= 0).ok_or_else(|| BadValue::invalid("a whole number is expected"))
}

/// Price breaks as `10:95; 50:90`: from 10 packs on 95 rupees, from 50 on 90. `none` for none.
pub fn breaks(text: &str) -> Result<Vec<Step>, BadValue> {
    if text.eq_ignore_ascii_case(NONE) {
        return Ok(Vec::new());
    }
    let steps = text.split([';', '|']).map(str::trim).filter(|step| !step.is_empty());
    steps.map(step).collect()
}

fn step(text: &str) -> Result<Step, BadValue> {
    let bad = || BadValue::invalid("price breaks are written as 10:95; 50:90");
    let (quantity, amount) = text.split_once([':', '=']).ok_or_else(bad)?;
    Ok(Step { min_quantity: count(quantity).map_err(|_| bad())?, price: price(amount)? })
}

/// Hours from `48`, `48 h` or `2 days`.
pub fn hours(text: &str) -> Result<i32, BadValue> {
    let bad = || BadValue::invalid("a lead time is a number of hours, or of days as in 2 days");
    let lower = text.trim().to_ascii_lowercase();
    let end = lower.find(|c: char| !c.is_ascii_digit()).unwrap_or(lower.len());
    let (number, unit) = lower.split_at(end);
    let number: i32 = number.parse().map_err(|_| bad())?;
    match unit.trim() {
        "" | "h" | "hr" | "hrs" | "hour" | "hours" => Ok(number),
        "d" | "day" | "days" => number.checked_mul(24).ok_or_else(bad),
        _ => Err(bad()),
    }
}

/// When something starts: an instant (RFC 3339), or a date, which begins at midnight in India.
pub fn start(text: &str) -> Result<DateTime<Utc>, BadValue> {
    instant(text, Some)
}

/// When something ends: an instant, or a date, which is the last one with it.
pub fn end(text: &str) -> Result<DateTime<Utc>, BadValue> {
    instant(text, |date| date.checked_add_days(Days::new(1)))
}

fn instant(text: &str, day: impl FnOnce(NaiveDate) -> Option<NaiveDate>) -> Result<DateTime<Utc>, BadValue> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let bad = || BadValue::invalid("a date such as 2026-12-31 is expected, or an instant as 2026-12-31T18:00:00+05:30");
    if text.contains(':') {
        return Err(bad());
    }
    let midnight = day(value::date(text)?).and_then(|date| date.and_hms_opt(0, 0, 0));
    let midnight = midnight.and_then(|midnight| Kolkata.from_local_datetime(&midnight).single());
    midnight.map(|at| at.with_timezone(&Utc)).ok_or_else(bad)
}

/// Where the seller wants the offer.
pub fn status(text: &str) -> Result<OfferStatus, BadValue> {
    match text.trim().to_ascii_lowercase().as_str() {
        "live" | "active" | "publish" | "published" => Ok(OfferStatus::Live),
        "paused" | "pause" | "inactive" => Ok(OfferStatus::Paused),
        "draft" => Ok(OfferStatus::Draft),
        "archived" | "archive" => Ok(OfferStatus::Archived),
        _ => Err(BadValue::invalid("live, paused, draft or archived is expected")),
    }
}
