//! When which of the demo's orders is made, and how it goes on. Pure: the same period gives the same plan.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Asia::Kolkata;
use rand::{Rng, SeedableRng, rngs::StdRng};

/// What somebody does about an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// The shopper orders.
    Order,
    /// The shopper pays by UPI, and staff find the money on the bank's statement.
    Pay,
    /// Nobody paid: its time is over.
    Expire,
    /// The shopper does not want it any more.
    BuyerCancels,
    /// The sellers take it on.
    Confirm,
    /// A seller cannot send it.
    SellerCancels,
    /// It is packed.
    Pack,
    /// It leaves.
    Ship,
    /// It is at the door.
    Deliver,
}

/// How an order ends, unless the present comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Delivered,
    Unpaid,
    BuyerCancelsPlaced,
    BuyerCancelsConfirmed,
    SellerCancelsPlaced,
    SellerCancelsPacked,
}

/// An order that is to be made.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its place in the plan, from 0.
    pub number: usize,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it is paid by UPI; in cash otherwise.
    pub by_upi: bool,
    /// Whether something is missing when it is packed.
    pub is_short: bool,
    /// Whether a carrier brings it.
    pub by_carrier: bool,
    /// Whether the shopper tries a coupon.
    pub has_coupon: bool,
    ending: Ending,
}

/// Of twenty orders, how each ends.
const ENDINGS: [Ending; 20] = [
    Ending::Delivered,
    Ending::Delivered,
    Ending::Unpaid,
    Ending::Delivered,
    Ending::Delivered,
    Ending::Delivered,
    Ending::BuyerCancelsPlaced,
    Ending::Delivered,
    Ending::Delivered,
    Ending::Delivered,
    Ending::SellerCancelsPlaced,
    Ending::Delivered,
    Ending::Delivered,
    Ending::BuyerCancelsConfirmed,
    Ending::Delivered,
    Ending::Delivered,
    Ending::SellerCancelsPacked,
    Ending::Delivered,
    Ending::Delivered,
    Ending::Delivered,
];

/// The last orders are so many minutes old: some stand at each step.
const RECENT: [i64; 12] = [300, 240, 170, 120, 100, 70, 55, 35, 25, 9, 6, 4];

/// An order takes this from one step to the next, in minutes since it was made.
const PAID: i64 = 2;
const CHANGED_MIND: i64 = 7;
const CONFIRMED: i64 = 14;
const PACKED: i64 = 45;
const SHIPPED: i64 = 90;
const DELIVERED: i64 = 150;
const DELIVERED_BY_CARRIER: i64 = 27 * 60;

/// So many orders between two instants, the last ones just before the second.
pub fn orders(count: usize, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Vec<Planned> {
    let mut random = StdRng::seed_from_u64(20_261_123);
    let older = count.saturating_sub(RECENT.len());
    let mut planned = Vec::with_capacity(count);
    for number in 0..count {
        let recent = number.checked_sub(older).and_then(|at| RECENT.get(at));
        let at = match recent {
            Some(minutes) => to - TimeDelta::minutes(*minutes),
            None => in_the_day(spread(number, older, (from, to - TimeDelta::days(2))), random.random_range(0..600)),
        };
        let ending = match recent {
            None => ENDINGS.get(number % ENDINGS.len()).copied().unwrap_or(Ending::Delivered),
            // The last of all waits for its payment.
            Some(4) => Ending::Unpaid,
            Some(_) => Ending::Delivered,
        };
        planned.push(Planned {
            number,
            at,
            by_upi: ending == Ending::Unpaid || random.random_ratio(2, 5),
            is_short: random.random_ratio(1, 12),
            by_carrier: random.random_ratio(1, 3),
            has_coupon: random.random_ratio(1, 6),
            ending,
        });
    }
    planned
}

/// The place of one of many in a period.
fn spread(number: usize, of: usize, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> DateTime<Utc> {
    let (number, of) = (i64::try_from(number).unwrap_or(0), i64::try_from(of.max(1)).unwrap_or(1));
    from + TimeDelta::minutes((to - from).num_minutes() * number / of)
}

/// So many minutes after nine in the morning of that day in India, when all stores are open.
fn in_the_day(day: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    let date = day.with_timezone(&Kolkata).date_naive();
    let nine = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
    let local = date.and_time(nine).and_local_timezone(Kolkata).single();
    local.map_or(day, |local| local.to_utc()) + TimeDelta::minutes(minutes)
}

impl Planned {
    /// Whether nobody ever pays for it.
    pub fn is_unpaid(&self) -> bool {
        self.ending == Ending::Unpaid
    }

    /// What happens with it, and when; `payment` is how long a payment is waited for.
    pub fn acts(&self, payment: TimeDelta) -> Vec<(DateTime<Utc>, Act)> {
        let after = |minutes: i64| self.at + TimeDelta::minutes(minutes);
        let mut acts = vec![(self.at, Act::Order)];
        if self.is_unpaid() {
            acts.push((self.at + payment + TimeDelta::minutes(1), Act::Expire));
            return acts;
        }
        if self.by_upi {
            acts.push((after(PAID), Act::Pay));
        }
        let by_carrier = if self.by_carrier { DELIVERED_BY_CARRIER } else { DELIVERED };
        let course = [(CONFIRMED, Act::Confirm), (PACKED, Act::Pack), (SHIPPED, Act::Ship), (by_carrier, Act::Deliver)];
        let (steps, end) = match self.ending {
            Ending::Delivered | Ending::Unpaid => (course.len(), None),
            Ending::BuyerCancelsPlaced => (0, Some((CHANGED_MIND, Act::BuyerCancels))),
            Ending::SellerCancelsPlaced => (0, Some((CONFIRMED, Act::SellerCancels))),
            Ending::BuyerCancelsConfirmed => (1, Some((CONFIRMED + CHANGED_MIND, Act::BuyerCancels))),
            Ending::SellerCancelsPacked => (2, Some((PACKED + CHANGED_MIND, Act::SellerCancels))),
        };
        acts.extend(course.into_iter().take(steps).chain(end).map(|(minutes, act)| (after(minutes), act)));
        acts
    }

    /// When it is to be delivered, where that is not as soon as can be: at night, when stores are closed.
    pub fn deliver_at(&self) -> Option<DateTime<Utc>> {
        let morning = in_the_day(self.at, 0);
        let evening = morning + TimeDelta::hours(11);
        match self.at {
            at if at < morning => Some(morning + TimeDelta::hours(1)),
            at if at > evening => Some(morning + TimeDelta::hours(25)),
            _ => None,
        }
    }
}
