//! When something is open, in India's time, which knows no summer time.
//!
//! A span belongs to the day on which it opens: one that runs past midnight goes on into the next day, even if that is a
//! holiday. A closing minute no longer belongs to its span, so spans that meet leave no gap.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Asia::Kolkata;

/// Minutes of a day.
pub const DAY: i32 = 1_440;
/// Minutes of a week.
pub const WEEK: i32 = 7 * DAY;
/// How many days ahead the next opening is looked for.
pub const HORIZON_DAYS: u64 = 31;

/// From its opening minute up to, and without, its closing minute, both counted from some midnight; at most 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First minute.
    pub opens: i32,
    /// The minute after the last.
    pub closes: i32,
}

/// Spans as the database keeps them: opening and closing by turns.
pub fn from_minutes(minutes: &[i32]) -> Vec<Span> {
    let pairs = minutes.as_chunks::<2>().0.iter();
    pairs.map(|[opens, closes]| Span { opens: *opens, closes: *closes }).collect()
}

/// The same the other way round.
pub fn to_minutes(spans: &[Span]) -> Vec<i32> {
    spans.iter().flat_map(|span| [span.opens, span.closes]).collect()
}

/// The first span that overlaps an earlier one; the list is in any order. With `cycle`, minutes begin anew after so many.
pub fn overlap(spans: &[Span], cycle: Option<i32>) -> Option<usize> {
    let mut by_opening: Vec<(usize, Span)> = spans.iter().copied().enumerate().collect();
    by_opening.sort_by_key(|(_, span)| *span);
    let clash = by_opening.windows(2).find_map(|pair| match pair {
        [(_, first), (at, second)] => (second.opens < first.closes).then_some(*at),
        _ => None,
    });
    let (first, last) = (by_opening.first(), by_opening.last());
    let around = first.zip(last).zip(cycle).and_then(|(((_, first), (at, last)), cycle)| {
        // The next turn's first span.
        (first.opens + cycle < last.closes).then_some(*at)
    });
    clash.or(around)
}

/// Hours of the week, and the dates on which others hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Spans that do not overlap, in minutes since Monday 00:00.
    pub weekly: Vec<Span>,
    /// Dates with spans of their own, in minutes since the date's midnight; closed where there are none.
    pub holidays: BTreeMap<NaiveDate, Vec<Span>>,
}

impl Schedule {
    /// Whether it is open at that instant.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let local = at.with_timezone(&Kolkata);
        let second = i64::from(local.num_seconds_from_midnight());
        let holds = |span: Span, since: i32| {
            let (opens, closes) = (i64::from(span.opens - since) * 60, i64::from(span.closes - since) * 60);
            (opens..closes).contains(&second)
        };
        let today = local.date_naive();
        let yesterday = today.pred_opt();
        self.spans_of(today).into_iter().any(|span| holds(span, 0))
            || yesterday.is_some_and(|day| self.spans_of(day).into_iter().any(|span| holds(span, DAY)))
    }

    /// When it opens next; `None` while it is open, and when it stays closed for [`HORIZON_DAYS`].
    pub fn next_opening(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_open(at) {
            return None;
        }
        let today = at.with_timezone(&Kolkata).date_naive();
        let days = (0..=HORIZON_DAYS).filter_map(|n| today.checked_add_days(Days::new(n)));
        days.into_iter().find_map(|day| self.openings_of(day).filter(|opening| *opening > at).min())
    }

    fn openings_of(&self, day: NaiveDate) -> impl Iterator<Item = DateTime<Utc>> {
        let midnight = Kolkata.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
        let midnight = midnight.map(|midnight| midnight.with_timezone(&Utc));
        let spans = self.spans_of(day).into_iter();
        spans.filter_map(move |span| midnight?.checked_add_signed(TimeDelta::minutes(i64::from(span.opens))))
    }

    /// The spans that open on that day, in minutes since its midnight.
    fn spans_of(&self, day: NaiveDate) -> Vec<Span> {
        if let Some(spans) = self.holidays.get(&day) {
            return spans.clone();
        }
        let since = i32::try_from(day.weekday().num_days_from_monday()).unwrap_or_default() * DAY;
        let opens_then = self.weekly.iter().filter(|span| (since..since + DAY).contains(&span.opens));
        opens_then.map(|span| Span { opens: span.opens - since, closes: span.closes - since }).collect()
    }
}
