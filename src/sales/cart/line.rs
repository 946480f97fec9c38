//! What a line of a cart costs, whether it can be bought, and what changed since the shopper looked. Pure.

use async_graphql::Enum;
use uuid::Uuid;

use super::model::line::{CartItem, Facts};
use crate::{
    kernel::money::Minor,
    marketplace::offer::{
        model::{Offer, PriceBreak},
        pricing,
    },
    text_enum,
};

text_enum! {
    /// Why a line cannot be bought at present.
    pub enum CartProblem {
        /// The seller sells nothing at present.
        SellerGone = "seller_gone",
        /// The product is not in the shop any more.
        ProductGone = "product_gone",
        /// The offer was taken off sale, or is outside its window.
        OfferWithdrawn = "offer_withdrawn",
        /// The offer does not take so many packs any more.
        QuantityNotTaken = "quantity_not_taken",
        /// Nothing is left.
        OutOfStock = "out_of_stock",
        /// Fewer packs are left than the line has.
        InsufficientStock = "insufficient_stock",
    }
}

/// What became different since the shopper last saw a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CartChange {
    /// A pack costs more.
    PriceRaised,
    /// A pack costs less.
    PriceLowered,
    /// It cannot be bought any more, or for another reason than before.
    ProblemArose,
    /// It can be bought again.
    ProblemGone,
}

/// A line as it stands now.
#[derive(Clone, Debug)]
pub struct Line {
    /// The row.
    pub item: CartItem,
    /// Its offer.
    pub offer: Offer,
    /// What the shopper pays for a pack at the line's quantity, all taxes included.
    pub unit_price: Minor,
    /// Why it cannot be bought.
    pub problem: Option<CartProblem>,
    /// Packs that one place of the seller can send.
    pub available: i32,
    facts: Facts,
    breaks: Vec<PriceBreak>,
}

impl Line {
    /// Judges a line by what the database knows of its offer.
    pub fn new(item: CartItem, offer: Offer, facts: Facts) -> Self {
        let breaks = facts.breaks_of(&offer);
        let mut line =
            Self { item, offer, unit_price: Minor::ZERO, problem: None, available: facts.available, facts, breaks };
        line.judge();
        line
    }

    /// The same line with another quantity.
    pub fn set_quantity(&mut self, quantity: i32) {
        self.item.quantity = quantity;
        self.judge();
    }

    fn judge(&mut self) {
        let quantity = self.item.quantity;
        self.unit_price = pricing::unit_price(&self.offer, &self.breaks, quantity, self.facts.business);
        self.problem = self.obstacle();
    }

    /// The first obstacle: what the shopper can do nothing about comes first.
    fn obstacle(&self) -> Option<CartProblem> {
        let (facts, quantity) = (&self.facts, self.item.quantity);
        Some(match () {
            () if !facts.seller_sells => CartProblem::SellerGone,
            () if !facts.on_shelf => CartProblem::ProductGone,
            () if !facts.buyable => CartProblem::OfferWithdrawn,
            () if !pricing::takes(&self.offer, quantity) => CartProblem::QuantityNotTaken,
            () if facts.available == 0 => CartProblem::OutOfStock,
            () if facts.available < quantity => CartProblem::InsufficientStock,
            () => return None,
        })
    }

    /// What the line costs: the price of a pack times its quantity.
    pub fn total(&self) -> Minor {
        Minor(self.unit_price.0.saturating_mul(i64::from(self.item.quantity)))
    }

    /// Whether it is bought with the cart.
    pub fn counts(&self) -> bool {
        !self.item.saved && self.problem.is_none()
    }

    /// Its product.
    pub fn product(&self) -> Uuid {
        self.facts.product
    }

    /// Its product's HSN code.
    pub fn hsn(&self) -> Option<&str> {
        self.facts.hsn.as_deref()
    }

    /// Its product's category with all above it; empty where it stands on no shelf.
    pub fn category_path(&self) -> &[Uuid] {
        &self.facts.category_path
    }

    /// What is different from what the shopper last saw.
    pub fn changes(&self) -> Vec<CartChange> {
        let price = match self.unit_price.cmp(&self.item.seen_price_minor) {
            std::cmp::Ordering::Greater => Some(CartChange::PriceRaised),
            std::cmp::Ordering::Less => Some(CartChange::PriceLowered),
            std::cmp::Ordering::Equal => None,
        };
        let problem = match self.problem {
            same if same == self.item.seen_problem => None,
            Some(_) => Some(CartChange::ProblemArose),
            None => Some(CartChange::ProblemGone),
        };
        price.into_iter().chain(problem).collect()
    }

    /// The shopper has seen it as it stands.
    pub fn see(&mut self) {
        self.item.seen_price_minor = self.unit_price;
        self.item.seen_problem = self.problem;
    }
}

/// What the lines cost together that are bought with the cart.
pub fn subtotal(lines: &[Line]) -> Minor {
    let totals = lines.iter().filter(|line| line.counts()).map(|line| line.total().0);
    Minor(totals.fold(0, i64::saturating_add))
}
