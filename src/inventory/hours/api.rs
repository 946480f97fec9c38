//! Opening hours in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use chrono::{DateTime, TimeDelta, Utc};
use freshvilla_macros::{PlainObject, mutation};

use super::{
    input::{HolidaySpanInput, OpeningSpanInput, Weekday},
    model::{Hours, HoursOf},
    schedule::{DAY, Span, from_minutes},
    service::{self, NewHoliday},
};
use crate::{
    app::App,
    context::Ctx,
    inventory::{InventoryError, location::model::LocationId},
    kernel::{
        access::Permission,
        date::Date,
        error::{Error, Result},
    },
    payload,
};

/// How far from now one may ask whether something is open.
const REACH: TimeDelta = TimeDelta::days(366);

/// The instant that a client asks about, now by default; within a year from now.
pub fn instant(app: &App, at: Option<DateTime<Utc>>) -> Result<DateTime<Utc>> {
    let now = app.clock.now();
    match at {
        Some(at) if (now - REACH..=now + REACH).contains(&at) => Ok(at),
        Some(_) => Err(Error::BadInput("ask about an instant within a year from now".to_owned())),
        None => Ok(now),
    }
}

/// A span of every week.
#[derive(PlainObject)]
pub struct OpeningSpan {
    /// The day on which it opens.
    weekday: Weekday,
    /// Time of day in India as HH:MM.
    opens_at: String,
    /// Time of day in India as HH:MM; not after the opening, it is on the next day.
    closes_at: String,
}

/// A span of a certain date.
#[derive(PlainObject)]
pub struct HolidaySpan {
    /// Time of day in India as HH:MM.
    opens_at: String,
    /// Time of day in India as HH:MM; not after the opening, it is on the next day.
    closes_at: String,
}

/// A date on which other hours than the weekly ones hold.
#[derive(PlainObject)]
pub struct Holiday {
    /// The date.
    date: Date,
    /// Name; may be empty.
    name: String,
    /// When it is open; closed all day where there are none.
    spans: Vec<HolidaySpan>,
}

/// When a location is open, in India's time. A span that runs past midnight belongs to the day on which it opens.
pub struct OpeningHours(pub Arc<Hours>);

/// When a location is open, in India's time. A span that runs past midnight belongs to the day on which it opens.
#[async_graphql::Object]
impl OpeningHours {
    /// Spans of every week, Monday first; none where nobody entered any: the location is closed.
    async fn weekly(&self) -> Vec<OpeningSpan> {
        self.0.weekly.as_ref().map(|hours| weekly_spans(&hours.weekly)).unwrap_or_default()
    }

    /// Dates on which other hours hold, the earliest first.
    async fn holidays(&self) -> Vec<Holiday> {
        let holidays = self.0.holidays.iter().map(|row| Holiday {
            date: Date(row.on_date),
            name: row.name.clone(),
            spans: from_minutes(&row.spans).into_iter().map(holiday_span).collect(),
        });
        holidays.collect()
    }

    /// Counts the writes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version()
    }

    /// Whether it is open.
    async fn is_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When, within a year from now; now when left out")] at: Option<DateTime<Utc>>,
    ) -> Result<bool> {
        Ok(self.0.schedule().is_open(instant(ctx.app(), at)?))
    }

    /// When it opens next; null while it is open, and when it stays closed for the next 31 days.
    async fn next_opening(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From when on, within a year from now; now when left out")] at: Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>> {
        Ok(self.0.schedule().next_opening(instant(ctx.app(), at)?))
    }
}

/// The spans of a week as they are shown.
pub fn weekly_spans(minutes: &[i32]) -> Vec<OpeningSpan> {
    let shown = |span: Span| {
        let weekday = Weekday::ALL.into_iter().rfind(|day| day.midnight() <= span.opens).unwrap_or(Weekday::Monday);
        OpeningSpan { weekday, opens_at: time_of_day(span.opens), closes_at: time_of_day(span.closes) }
    };
    from_minutes(minutes).into_iter().map(shown).collect()
}

fn holiday_span(span: Span) -> HolidaySpan {
    HolidaySpan { opens_at: time_of_day(span.opens), closes_at: time_of_day(span.closes) }
}

fn time_of_day(minutes: i32) -> String {
    let minutes = minutes % DAY;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A location's hours, batched with its neighbours'.
pub async fn hours_of(ctx: &Context<'_>, location: LocationId) -> Result<OpeningHours> {
    Ok(OpeningHours(ctx.load(HoursOf(location)).await?.unwrap_or_default()))
}

/// A date on which other hours than the weekly ones hold.
#[derive(InputObject)]
pub struct HolidayInput {
    /// The date, within three years from now.
    date: Date,
    /// Name; up to 60 characters.
    #[graphql(default)]
    name: String,
    /// When it is open; closed all day where there are none.
    #[graphql(default)]
    spans: Vec<HolidaySpanInput>,
}

/// All opening hours of a location.
#[derive(InputObject)]
pub struct OpeningHoursSetInput {
    /// The location: `location { id }` of a store or warehouse.
    location_id: LocationId,
    /// The version that was read; refused if somebody has changed the hours since.
    expected_version: Option<i32>,
    /// Spans of every week; they may not overlap.
    weekly: Vec<OpeningSpanInput>,
    /// Dates on which other hours hold, at most 366.
    #[graphql(default)]
    holidays: Vec<HolidayInput>,
}

payload! { /// What openingHoursSet answers.
OpeningHoursSetPayload { /// The hours that hold now.
opening_hours: OpeningHours } InventoryError }

/// Changes to opening hours.
#[derive(Default)]
pub struct HoursMutation;

#[mutation]
impl HoursMutation {
    /// Replaces all opening hours of a location within the caller's scope.
    #[access(Can(Permission::LocationsWrite))]
    async fn opening_hours_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The hours")] input: OpeningHoursSetInput,
    ) -> Result<OpeningHoursSetPayload> {
        let OpeningHoursSetInput { location_id, expected_version, weekly, holidays } = input;
        let holidays = holidays.into_iter().map(|HolidayInput { date, name, spans }| NewHoliday { date, name, spans });
        let set =
            service::set_hours(ctx.app(), ctx.actor(), location_id, expected_version, &weekly, holidays.collect());
        OpeningHoursSetPayload::from(set.await.map(|hours| OpeningHours(Arc::new(hours))))
    }
}
