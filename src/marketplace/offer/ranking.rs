//! Which of a variant's offers a shopper is shown first (the buy box), and why the others are not. Pure.
//!
//! Of the offers that can be bought, those that take the quantity come first; among them the lowest price for that
//! quantity, then the shortest lead time, then the offer that was made first. So the order never depends on chance.

use async_graphql::Enum;

use super::{
    model::{Offer, PriceBreak},
    pricing,
};
use crate::kernel::money::Minor;

/// What became of an offer in the choice of the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OfferOutcome {
    /// It is the best.
    Best,
    /// So many packs cannot be ordered of it.
    QuantityNotTaken,
    /// Another one costs less.
    Dearer,
    /// Another one costs the same and is handed over sooner.
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
}

/// The offers in their order, each with what became of it. Business customers see the prices for them.
pub fn rank(offers: Vec<Offer>, breaks: &[PriceBreak], quantity: i32, business: bool) -> Vec<Ranked> {
    let price = |offer: &Offer| {
        let own: Vec<PriceBreak> = breaks.iter().filter(|step| step.offer_id == offer.id).cloned().collect();
        pricing::unit_price(offer, &own, quantity, business)
    };
    let mut priced: Vec<(Minor, Offer)> = offers.into_iter().map(|offer| (price(&offer), offer)).collect();
    let merit = |(price, offer): &(Minor, Offer)| {
        (!pricing::takes(offer, quantity), *price, offer.lead_time_hours, offer.created_at, offer.id)
    };
    priced.sort_by_key(merit);
    let best = priced.first().map(|(price, offer)| (*price, offer.lead_time_hours, offer.id));
    let ranked = priced.into_iter().map(|(unit_price, offer)| {
        let outcome = match best {
            _ if !pricing::takes(&offer, quantity) => OfferOutcome::QuantityNotTaken,
            Some((_, _, id)) if id == offer.id => OfferOutcome::Best,
            Some((price, _, _)) if unit_price > price => OfferOutcome::Dearer,
            Some((_, hours, _)) if offer.lead_time_hours > hours => OfferOutcome::Slower,
            _ => OfferOutcome::Newer,
        };
        Ranked { offer, outcome, unit_price }
    });
    ranked.collect()
}
