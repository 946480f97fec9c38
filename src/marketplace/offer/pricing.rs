//! What an offer costs at a quantity. Pure.

use super::model::{Offer, PriceBreak};
use crate::kernel::money::Minor;

/// The price of one pack at this quantity: that of the largest break which the quantity reaches. Business customers pay
/// the lower of their price and everybody's.
pub fn unit_price(offer: &Offer, breaks: &[PriceBreak], quantity: i32, business: bool) -> Minor {
    let at = |start: Minor, for_business: bool| {
        let reached = breaks.iter().filter(|step| step.for_business == for_business && step.min_quantity <= quantity);
        reached.map(|step| step.price_minor).min().unwrap_or(start).min(start)
    };
    let everybody = at(offer.price_minor, false);
    match business {
        false => everybody,
        true => at(offer.business_price_minor.unwrap_or(offer.price_minor), true).min(everybody),
    }
}

/// Whether so many packs can be ordered at once.
pub fn takes(offer: &Offer, quantity: i32) -> bool {
    let most = offer.max_quantity.unwrap_or(i32::MAX);
    (offer.min_quantity..=most).contains(&quantity) && quantity % offer.quantity_step.max(1) == 0
}
