//! Which of a variant's offers a shopper is shown first (the buy box), and why the others are not. Pure.
//!
//! Of the offers that can be bought, those come first that take the quantity, lie on a shelf and, where a postal code is
//! known, are delivered there; among them those that are delivered at present, then the lowest cost of the whole with
//! delivery, the shortest promised time, the shortest lead time, and the offer that was made first. So the order never
//! depends on chance.

use async_graphql::Enum;
use chrono::{DateTime, Utc};

use super::{
    model::{Offer, OfferId, PriceBreak},
    pricing,
    supply::{Supplies, Supply},
};
use crate::kernel::money::Minor;

/// What became of an offer in the choice of the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OfferOutcome {
    /// It is the best.
    Best,
    /// So many packs cannot be ordered of it.
    QuantityNotTaken,
    /// The seller has not so many where they could be sent from.
    OutOfStock,
    /// The seller does not deliver to the postal code.
    NotDelivered,
    /// Its location is closed at present, and another one's is open.
    ClosedNow,
    /// Another one costs less, delivery included.
    Dearer,
    /// Another one costs the same and is there sooner.
    Slower,
    /// Another one is as good and was made earlier.
    Newer,
}

/// An offer with its place.
#[derive(Clone, Debug)]
pub struct Ranked {
    /// The offer.
    pub offer: Offer,
    /// What became of it.
    pub outcome: OfferOutcome,
    /// Price of one pack at the quantity.
    pub unit_price: Minor,
    /// How its goods come to the shopper.
    pub supply: Supply,
}

/// Best first; compared field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Merit {
    obstacle: u8,
    closed: bool,
    cost: Minor,
    minutes: i32,
    lead_time_hours: i32,
    created_at: DateTime<Utc>,
    id: OfferId,
}

/// The offers in their order, each with what became of it. Business customers see the prices for them.
pub fn rank(
    offers: Vec<Offer>,
    breaks: &[PriceBreak],
    supplies: &Supplies,
    (quantity, business): (i32, bool),
) -> Vec<Ranked> {
    let judge = |offer: Offer| {
        let own: Vec<PriceBreak> = breaks.iter().filter(|step| step.offer_id == offer.id).cloned().collect();
        let unit_price = pricing::unit_price(&offer, &own, quantity, business);
        let value = Minor(unit_price.0.saturating_mul(i64::from(quantity)));
        let supply = supplies.of(&offer, quantity, value);
        let obstacle = obstacle(&offer, quantity, supply);
        (
            merit(&offer, obstacle, value, supply),
            obstacle,
            Ranked { offer, outcome: OfferOutcome::Best, unit_price, supply },
        )
    };
    let mut judged: Vec<_> = offers.into_iter().map(judge).collect();
    judged.sort_by_key(|(merit, ..)| *merit);
    let best = judged.first().map(|(merit, ..)| *merit);
    let outcome = |merit: Merit, obstacle: Option<OfferOutcome>| match (obstacle, best) {
        (Some(obstacle), _) => obstacle,
        (None, Some(best)) if best.id != merit.id => beaten(merit, best),
        _ => OfferOutcome::Best,
    };
    judged.into_iter().map(|(merit, obstacle, ranked)| Ranked { outcome: outcome(merit, obstacle), ..ranked }).collect()
}

fn obstacle(offer: &Offer, quantity: i32, supply: Supply) -> Option<OfferOutcome> {
    match supply {
        _ if !pricing::takes(offer, quantity) => Some(OfferOutcome::QuantityNotTaken),
        Supply::OutOfStock => Some(OfferOutcome::OutOfStock),
        Supply::NotDelivered => Some(OfferOutcome::NotDelivered),
        _ => None,
    }
}

fn merit(offer: &Offer, obstacle: Option<OfferOutcome>, value: Minor, supply: Supply) -> Merit {
    let (closed, fee, minutes) = match supply {
        Supply::Delivered { fee, minutes, open } => (!open, fee, minutes),
        _ => (false, Minor::ZERO, 0),
    };
    let obstacle = match obstacle {
        None => 0,
        Some(OfferOutcome::QuantityNotTaken) => 1,
        Some(OfferOutcome::OutOfStock) => 2,
        Some(_) => 3,
    };
    let cost = Minor(value.0.saturating_add(fee.0));
    let (lead_time_hours, created_at, id) = (offer.lead_time_hours, offer.created_at, offer.id);
    Merit { obstacle, closed, cost, minutes, lead_time_hours, created_at, id }
}

/// Why this one is behind the best: the first respect in which they differ.
fn beaten(merit: Merit, best: Merit) -> OfferOutcome {
    if merit.closed != best.closed {
        OfferOutcome::ClosedNow
    } else if merit.cost != best.cost {
        OfferOutcome::Dearer
    } else if (merit.minutes, merit.lead_time_hours) != (best.minutes, best.lead_time_hours) {
        OfferOutcome::Slower
    } else {
        OfferOutcome::Newer
    }
}
