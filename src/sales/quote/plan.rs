//! From where each line is sent. Pure.
//!
//! A seller's lines go from as few of its locations as can be: one after the other, the location that the shopper chose,
//! then one that is open, sends the most of what is left, asks the least and is the fastest. A line is never sent from
//! two. The order of the lines changes nothing.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use async_graphql::Enum;
use chrono::{DateTime, Utc};

use crate::{
    catalog::variant::model::VariantId,
    inventory::{
        location::model::LocationId,
        seller::model::SellerId,
        serviceability::delivery::{Delivery, DeliveryObstacle},
        stock::model::OnShelf,
    },
    kernel::money::Minor,
    sales::{
        cart::{
            line::{self, Line},
            model::line::CartItemId,
        },
        pricing::tax::TaxRate,
    },
};

/// Why lines are not in the quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum QuoteReason {
    /// The line itself cannot be bought: see its `problem`.
    ItemProblem,
    /// The seller does not deliver to the postal code.
    NotDelivered,
    /// No location of the seller that delivers there has so many packs.
    OutOfReach,
    /// The location that would send them is closed then.
    Closed,
    /// The goods that would be sent together cost less than the least that is delivered.
    BelowMinimum,
    /// No GST rate is in force for the product.
    TaxRateMissing,
}

/// Lines that cannot be bought, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The lines.
    pub items: Vec<CartItemId>,
    /// Why.
    pub reason: QuoteReason,
    /// What the goods lack to the minimum.
    pub missing: Option<Minor>,
    /// When the location opens.
    pub next_opening: Option<DateTime<Utc>>,
}

impl Obstacle {
    /// Without more to say than the reason.
    pub fn plain(items: Vec<CartItemId>, reason: QuoteReason) -> Self {
        Self { items, reason, missing: None, next_opening: None }
    }
}

/// Lines of one seller that are sent together.
#[derive(Clone, Debug)]
pub struct Shipment {
    /// From where, and on which terms.
    pub delivery: Delivery,
    /// What.
    pub lines: Vec<Line>,
    /// The terms of every location of the seller that could send all of it, this one first.
    pub options: Vec<Delivery>,
}

impl Shipment {
    /// What the goods cost, before coupons: by this delivery fees and minimums go.
    pub fn value(&self) -> Minor {
        line::subtotal(&self.lines)
    }
}

/// What lies where.
#[derive(Debug, Default)]
pub struct Shelves(HashMap<(LocationId, VariantId), i32>);

impl Shelves {
    /// From what can be reserved.
    pub fn new(rows: Vec<OnShelf>) -> Self {
        Self(rows.into_iter().map(|row| ((row.location_id, row.variant_id), row.available)).collect())
    }

    fn has(&self, location: LocationId, line: &Line) -> bool {
        self.0.get(&(location, line.offer.variant_id)).is_some_and(|available| *available >= line.item.quantity)
    }
}

/// Plans the lines that are bought with the cart; `chosen` are locations that the shopper prefers. What has no rate is
/// not sold.
pub fn plan(
    lines: &[Line],
    rates: &HashMap<CartItemId, TaxRate>,
    deliveries: &[Delivery],
    shelves: &Shelves,
    chosen: &[LocationId],
) -> (Vec<Shipment>, Vec<Obstacle>) {
    let (mut shipments, mut obstacles) = (Vec::new(), Vec::new());
    let mut of_seller: BTreeMap<SellerId, Vec<Line>> = BTreeMap::new();
    for line in lines.iter().filter(|line| !line.item.saved) {
        match line.problem {
            Some(_) => obstacles.push(Obstacle::plain(vec![line.item.id], QuoteReason::ItemProblem)),
            None if !rates.contains_key(&line.item.id) => {
                obstacles.push(Obstacle::plain(vec![line.item.id], QuoteReason::TaxRateMissing));
            }
            None => of_seller.entry(line.offer.seller_id).or_default().push(line.clone()),
        }
    }
    for (seller, mut left) in of_seller {
        let mine: Vec<&Delivery> = deliveries.iter().filter(|delivery| delivery.seller_id == seller).collect();
        if mine.is_empty() {
            obstacles.push(Obstacle::plain(ids(&left), QuoteReason::NotDelivered));
            continue;
        }
        while let Some((delivery, sent)) = next(&mine, &mut left, shelves, chosen) {
            let shipment = Shipment { options: options(&mine, &delivery, &sent, shelves), delivery, lines: sent };
            match blocked(&shipment) {
                Some(obstacle) => obstacles.push(obstacle),
                None => shipments.push(shipment),
            }
        }
        if !left.is_empty() {
            obstacles.push(Obstacle::plain(ids(&left), QuoteReason::OutOfReach));
        }
    }
    (shipments, obstacles)
}

/// The location that sends the next lines, which leave `left`; `None` when nobody can send any of what is left.
fn next(
    mine: &[&Delivery],
    left: &mut Vec<Line>,
    shelves: &Shelves,
    chosen: &[LocationId],
) -> Option<(Delivery, Vec<Line>)> {
    let merit = |delivery: &Delivery| {
        let sent: Vec<&Line> = left.iter().filter(|line| shelves.has(delivery.location_id, line)).collect();
        let value = Minor(sent.iter().fold(0_i64, |sum, line| sum.saturating_add(line.total().0)));
        let (fee, wanted) = (delivery.fee_for(Some(value)), chosen.contains(&delivery.location_id));
        let place = (delivery.promised_minutes, delivery.location_id);
        (sent.is_empty(), !wanted, !delivery.open, Reverse(sent.len()), fee, place)
    };
    let best = *mine.iter().min_by_key(|delivery| merit(delivery))?;
    let (sent, kept): (Vec<Line>, Vec<Line>) =
        std::mem::take(left).into_iter().partition(|line| shelves.has(best.location_id, line));
    *left = kept;
    (!sent.is_empty()).then(|| (best.clone(), sent))
}

/// Every location that could send all of these lines, the chosen one first.
fn options(mine: &[&Delivery], chosen: &Delivery, lines: &[Line], shelves: &Shelves) -> Vec<Delivery> {
    let all = |delivery: &&&Delivery| lines.iter().all(|line| shelves.has(delivery.location_id, line));
    let mut able: Vec<Delivery> = mine.iter().filter(all).map(|delivery| (*delivery).clone()).collect();
    able.sort_by_key(|one| {
        let fee = one.fee_for(Some(line::subtotal(lines)));
        (one.location_id != chosen.location_id, !one.open, fee, one.promised_minutes, one.location_id)
    });
    able
}

/// Why a shipment is not sent.
fn blocked(shipment: &Shipment) -> Option<Obstacle> {
    let (delivery, value) = (&shipment.delivery, Some(shipment.value()));
    let reason = match delivery.obstacle(value)? {
        DeliveryObstacle::Closed => QuoteReason::Closed,
        DeliveryObstacle::BelowMinimum => QuoteReason::BelowMinimum,
        DeliveryObstacle::NotServed => QuoteReason::NotDelivered,
    };
    let below = reason == QuoteReason::BelowMinimum;
    Some(Obstacle {
        items: ids(&shipment.lines),
        reason,
        missing: delivery.missing(value).filter(|_| below),
        next_opening: delivery.next_opening.filter(|_| !below),
    })
}

fn ids(lines: &[Line]) -> Vec<CartItemId> {
    lines.iter().map(|line| line.item.id).collect()
}
