//! The injected clock. Instants are UTC; business dates are decided in Asia/Kolkata.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Asia::Kolkata;

/// A clock that tests can move. Cheap to clone; clones share the offset.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The present instant.
    pub fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
        let real = Utc::now();
        real + TimeDelta::milliseconds(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Today's date in India, which decides rates, tax periods and due dates.
    pub fn today(&self) -> NaiveDate {
        self.now().with_timezone(&Kolkata).date_naive()
    }

    /// Moves the clock; for tests and the demo data.
    pub fn advance(&self, by: TimeDelta) {
        self.offset_ms.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

/// A clock that is elsewhere for a while: it is moved back when this is dropped, also where the work in between failed.
#[derive(Debug)]
pub struct Journey {
    clock: Clock,
    moved: TimeDelta,
}

impl Journey {
    /// Begins in the present.
    pub fn begin(clock: &Clock) -> Self {
        Self { clock: clock.clone(), moved: TimeDelta::zero() }
    }

    /// Moves the clock to an instant, from where it goes on.
    pub fn go_to(&mut self, at: DateTime<Utc>) {
        let by = TimeDelta::milliseconds((at - self.clock.now()).num_milliseconds());
        self.clock.advance(by);
        self.moved += by;
    }
}

impl Drop for Journey {
    fn drop(&mut self) {
        self.clock.advance(-self.moved);
    }
}

/// First calendar year of the Indian financial year (1 April to 31 March) that holds the date: 2026 for "2026-27".
pub fn financial_year(date: NaiveDate) -> i32 {
    if date.month() >= 4 { date.year() } else { date.year() - 1 }
}
