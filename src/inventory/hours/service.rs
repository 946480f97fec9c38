//! What the back office and sellers do with opening hours.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::{
    input::{HolidaySpanInput, OpeningSpanInput, read_day, read_week},
    model::{self, HolidayRow, Hours, WeeklyHours},
    schedule::to_minutes,
};
use crate::{
    app::App,
    inventory::location::model::{self as locations, LocationId},
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        date::Date,
        error::{Error, Result},
    },
};

/// Most holidays of a location.
const MAX_HOLIDAYS: usize = 366;
/// How many days from today a holiday may be: some three years.
const MAX_DAYS: i64 = 1_100;

/// A date on which other hours hold, as typed.
#[derive(Clone, Debug)]
pub struct NewHoliday {
    /// The date.
    pub date: Date,
    /// Name; may be empty.
    pub name: String,
    /// When it is open; never, where there are none.
    pub spans: Vec<HolidaySpanInput>,
}

/// Replaces all opening hours of a location within the caller's scope.
pub async fn set_hours(
    app: &App,
    actor: &Actor,
    location: LocationId,
    expected_version: Option<i32>,
    weekly: &[OpeningSpanInput],
    holidays: Vec<NewHoliday>,
) -> Result<Hours> {
    let weekly = to_minutes(&read_week("weekly", weekly)?);
    let holidays = read_holidays(location, app.clock.today(), holidays)?;
    let tx = app.db.begin().await?;
    locations::lock_to_edit(&tx, actor, location).await?;
    let before = model::of_locations(&tx, &[location]).await?.remove(&location).unwrap_or_default();
    if expected_version.is_some_and(|expected| expected != before.version()) {
        let message = "the hours were changed meanwhile; look at them again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    let (version, updated_at) = (before.version() + 1, app.clock.now());
    let weekly = WeeklyHours { location_id: location, weekly, version, updated_at };
    model::replace(&tx, &weekly, &holidays).await?;
    let after = Hours { weekly: Some(weekly), holidays };
    Change::new("openingHoursSet", location, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

fn read_holidays(location_id: LocationId, today: NaiveDate, holidays: Vec<NewHoliday>) -> Result<Vec<HolidayRow>> {
    if holidays.len() > MAX_HOLIDAYS {
        return Err(Error::invalid("holidays", format!("at most {MAX_HOLIDAYS} dates")));
    }
    let (mut rows, mut seen, mut checks) = (Vec::with_capacity(holidays.len()), HashSet::new(), Checks::default());
    for (at, holiday) in holidays.into_iter().enumerate() {
        let path = format!("holidays.{at}");
        let near = (holiday.date.0 - today).num_days().abs() <= MAX_DAYS;
        checks.ensure(near, "INVALID", &format!("{path}.date"), "a date within three years from now");
        let name = checks.text(&format!("{path}.name"), &holiday.name, 0, 60);
        checks.ensure(seen.insert(holiday.date), "INVALID", &format!("{path}.date"), "this date is there twice");
        let spans = to_minutes(&read_day(&format!("{path}.spans"), &holiday.spans)?);
        rows.push(HolidayRow { location_id, on_date: holiday.date.0, name, spans });
    }
    checks.finish()?;
    rows.sort_by_key(|row| row.on_date);
    Ok(rows)
}
