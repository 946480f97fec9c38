//! What a quote only tells and checkout refuses. Pure.

use crate::{
    kernel::error::Problem,
    sales::{
        cart::line::{CartProblem, Line},
        quote::{compute::Quote, plan::QuoteReason},
    },
};

/// One problem for each line that cannot be bought, its path ending with the line's ID, and for each coupon that does
/// nothing, its path ending with the code: who ordered all the same would pay more than they think.
pub fn of(quote: &Quote, lines: &[Line]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for obstacle in &quote.obstacles {
        for item in &obstacle.items {
            let line = lines.iter().find(|line| line.item.id == *item);
            let (code, message) = match (obstacle.reason, line.and_then(|line| line.problem)) {
                (QuoteReason::ItemProblem, Some(CartProblem::OutOfStock | CartProblem::InsufficientStock)) => {
                    ("INSUFFICIENT_STOCK", "there are not so many packs left")
                }
                (QuoteReason::ItemProblem, Some(CartProblem::QuantityNotTaken)) => {
                    ("QUANTITY_NOT_TAKEN", "the seller does not take this number of packs")
                }
                (QuoteReason::ItemProblem | QuoteReason::TaxRateMissing, _) => {
                    ("OFFER_UNAVAILABLE", "this cannot be bought at present")
                }
                (QuoteReason::NotDelivered, _) => ("NOT_DELIVERED", "the seller does not deliver to this address"),
                (QuoteReason::OutOfReach, _) => {
                    ("INSUFFICIENT_STOCK", "no location that delivers to this address has so many packs")
                }
                (QuoteReason::Closed, _) => ("CLOSED", "the location is closed at that time"),
                (QuoteReason::BelowMinimum, _) => {
                    ("BELOW_MINIMUM", "what this seller would send costs less than the least that is delivered")
                }
            };
            problems.push(Problem::new(code, &format!("items.{item}"), message));
        }
    }
    for (one, effect) in &quote.coupons {
        if let Err(refused) = effect {
            problems.push(Problem::new(refused.code(), &format!("coupons.{}", one.coupon.code), refused.message()));
        }
    }
    problems
}
