//! Opening hours as somebody typed them.

use async_graphql::{Enum, InputObject};

use super::schedule::{DAY, Span, WEEK, overlap};
use crate::kernel::error::{Error, Result};

/// Most spans of a week, and of a holiday.
const MAX_SPANS: usize = 70;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Weekday {
    /// The first day of the week.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The last.
    Sunday,
}

impl Weekday {
    /// Every day, the first one first.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// Minutes from Monday 00:00 to the day's midnight.
    pub fn midnight(self) -> i32 {
        let days = Self::ALL.iter().position(|day| *day == self).and_then(|at| i32::try_from(at).ok());
        days.unwrap_or_default() * DAY
    }
}

/// A span of every week.
#[derive(Clone, Debug, InputObject)]
pub struct OpeningSpanInput {
    /// The day on which it opens.
    pub weekday: Weekday,
    /// Time of day as HH:MM.
    pub opens_at: String,
    /// Time of day as HH:MM. Not after the opening, it means the next day: "00:00" to "00:00" are 24 hours.
    pub closes_at: String,
}

/// A span of a certain date.
#[derive(Clone, Debug, InputObject)]
pub struct HolidaySpanInput {
    /// Time of day as HH:MM.
    pub opens_at: String,
    /// Time of day as HH:MM. Not after the opening, it means the next day.
    pub closes_at: String,
}

/// The spans of a week, in order and without overlaps. `path` is the list's place in the input.
pub fn read_week(path: &str, spans: &[OpeningSpanInput]) -> Result<Vec<Span>> {
    let spans = spans.iter().map(|span| (span.weekday.midnight(), span.opens_at.as_str(), span.closes_at.as_str()));
    read(path, spans, Some(WEEK))
}

/// The spans of a date.
pub fn read_day(path: &str, spans: &[HolidaySpanInput]) -> Result<Vec<Span>> {
    read(path, spans.iter().map(|span| (0, span.opens_at.as_str(), span.closes_at.as_str())), None)
}

fn read<'a>(
    path: &str,
    spans: impl ExactSizeIterator<Item = (i32, &'a str, &'a str)>,
    cycle: Option<i32>,
) -> Result<Vec<Span>> {
    if spans.len() > MAX_SPANS {
        return Err(Error::invalid(path, format!("at most {MAX_SPANS} spans")));
    }
    let mut read = Vec::with_capacity(spans.len());
    for (at, (midnight, opens, closes)) in spans.enumerate() {
        let opens = time_of_day(&format!("{path}.{at}.opensAt"), opens)?;
        let closes = time_of_day(&format!("{path}.{at}.closesAt"), closes)?;
        let closes = if closes > opens { closes } else { closes + DAY };
        read.push(Span { opens: midnight + opens, closes: midnight + closes });
    }
    if let Some(at) = overlap(&read, cycle) {
        return Err(Error::problem("HOURS_OVERLAP", &format!("{path}.{at}"), "this span overlaps another one"));
    }
    read.sort_unstable();
    Ok(read)
}

/// Minutes since midnight.
fn time_of_day(path: &str, text: &str) -> Result<i32> {
    let minutes = match text.as_bytes() {
        [h1 @ b'0'..=b'2', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'5', m2 @ b'0'..=b'9'] => {
            let two = |tens: u8, ones: u8| i32::from(tens - b'0') * 10 + i32::from(ones - b'0');
            Some((two(*h1, *h2), two(*m1, *m2)))
        }
        _ => None,
    };
    match minutes {
        Some((hours, minutes)) if hours < 24 => Ok(hours * 60 + minutes),
        _ => Err(Error::invalid(path, "write a time of day as HH:MM, from 00:00 to 23:59")),
    }
}
