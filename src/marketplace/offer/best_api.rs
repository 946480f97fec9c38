//! The best offer in the schema.

use freshvilla_macros::PlainObject;

use super::{
    model::Offer,
    ranking::{OfferOutcome, Ranked},
    supply::Supply,
};
use crate::kernel::money::Money;

/// A variant's best offer for a quantity, and why it is the best.
#[derive(Clone, Debug, PlainObject)]
pub struct BestOffer {
    /// The offer; null where none can be bought in this quantity and comes to the postal code.
    offer: Option<Offer>,
    /// What the caller pays for one pack of it, all taxes included; null without an offer.
    unit_price: Option<Money>,
    /// The offers that were compared, the best first, each with the reason why it is not the best: at most 50, those
    /// that can be delivered before all others, then by cost.
    explain: Vec<OfferRanking>,
}

/// An offer in the choice of the best one.
#[derive(Clone, Debug, PlainObject)]
pub struct OfferRanking {
    /// The offer.
    offer: Offer,
    /// Whether it is the best, or why not.
    outcome: OfferOutcome,
    /// What the caller pays for one pack of it at the quantity, all taxes included.
    unit_price: Money,
    /// What its delivery to the postal code costs; null without one, and where it is not delivered.
    delivery_fee: Option<Money>,
    /// Minutes from order to door while its location is open; null as for the fee.
    promised_minutes: Option<i32>,
}

impl From<&Ranked> for OfferRanking {
    fn from(row: &Ranked) -> Self {
        let (fee, minutes) = match row.supply {
            Supply::Delivered { fee, minutes, .. } => (Some(fee.into()), Some(minutes)),
            _ => (None, None),
        };
        Self {
            offer: row.offer.clone(),
            outcome: row.outcome,
            unit_price: row.unit_price.into(),
            delivery_fee: fee,
            promised_minutes: minutes,
        }
    }
}

impl From<&[Ranked]> for BestOffer {
    fn from(ranked: &[Ranked]) -> Self {
        let best = ranked.first().filter(|first| first.outcome == OfferOutcome::Best);
        let explain = ranked.iter().map(OfferRanking::from);
        Self {
            offer: best.map(|row| row.offer.clone()),
            unit_price: best.map(|row| row.unit_price.into()),
            explain: explain.collect(),
        }
    }
}
