//! The best offer in the schema.

use freshvilla_macros::PlainObject;

use super::{
    model::Offer,
    ranking::{OfferOutcome, Ranked},
};
use crate::kernel::money::Money;

/// A variant's best offer for a quantity, and why it is the best.
#[derive(Clone, Debug, PlainObject)]
pub struct BestOffer {
    /// The offer; null where none can be bought in this quantity.
    offer: Option<Offer>,
    /// What the caller pays for one pack of it, all taxes included; null without an offer.
    unit_price: Option<Money>,
    /// The offers that were compared (at most the 50 cheapest), the best first, each with the reason why it is not the
    /// best.
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
}

impl From<&[Ranked]> for BestOffer {
    fn from(ranked: &[Ranked]) -> Self {
        let best = ranked.first().filter(|first| first.outcome == OfferOutcome::Best);
        let explain = ranked.iter().map(|row| OfferRanking {
            offer: row.offer.clone(),
            outcome: row.outcome,
            unit_price: row.unit_price.into(),
        });
        Self {
            offer: best.map(|row| row.offer.clone()),
            unit_price: best.map(|row| row.unit_price.into()),
            explain: explain.collect(),
        }
    }
}
