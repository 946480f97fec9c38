//! Whether an offer's goods are there, and reach the shopper. Pure.

use std::collections::HashMap;

use super::model::Offer;
pub use crate::inventory::serviceability::delivery::Delivery;
use crate::{
    catalog::variant::model::VariantId,
    inventory::{location::model::LocationId, seller::model::SellerId, stock::model::OnShelf},
    kernel::money::Minor,
};

/// How an offer's goods come to the shopper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// They are there; no postal code was asked about.
    InStock,
    /// They are there and are delivered.
    Delivered {
        /// What delivery costs.
        fee: Minor,
        /// Minutes from order to door, while open.
        minutes: i32,
        /// Whether the location delivers at present.
        open: bool,
    },
    /// No location of the seller that could send them has so many.
    OutOfStock,
    /// The seller does not deliver to the postal code.
    NotDelivered,
}

/// What lies where, and who delivers.
#[derive(Debug, Default)]
pub struct Supplies {
    stock: HashMap<(VariantId, SellerId), Vec<(LocationId, i32)>>,
    deliveries: Option<Vec<Delivery>>,
}

impl Supplies {
    /// From what lies on the shelves; with deliveries where a postal code was asked about.
    pub fn new(shelves: Vec<OnShelf>, deliveries: Option<Vec<Delivery>>) -> Self {
        let mut stock: HashMap<(VariantId, SellerId), Vec<(LocationId, i32)>> = HashMap::new();
        for row in shelves {
            stock.entry((row.variant_id, row.seller_id)).or_default().push((row.location_id, row.available));
        }
        Self { stock, deliveries }
    }

    /// How so many packs of an offer, worth `value`, come to the shopper: from the location that is open, then asks the
    /// least for delivery, then is the fastest.
    pub fn of(&self, offer: &Offer, quantity: i32, value: Minor) -> Supply {
        let shelves = self.stock.get(&(offer.variant_id, offer.seller_id)).map_or(&[][..], Vec::as_slice);
        let has = |location: LocationId| shelves.iter().any(|(at, n)| *at == location && *n >= quantity);
        let Some(deliveries) = &self.deliveries else {
            return if shelves.iter().any(|(_, n)| *n >= quantity) { Supply::InStock } else { Supply::OutOfStock };
        };
        let mine = deliveries.iter().filter(|delivery| delivery.seller_id == offer.seller_id);
        if mine.clone().next().is_none() {
            return Supply::NotDelivered;
        }
        let able = mine.filter(|delivery| has(delivery.location_id));
        let best = able.min_by_key(|one| (!one.open, one.fee_for(Some(value)), one.promised_minutes, one.location_id));
        best.map_or(Supply::OutOfStock, |one| Supply::Delivered {
            fee: one.fee_for(Some(value)),
            minutes: one.promised_minutes,
            open: one.open,
        })
    }
}
