//! What a location's delivery to a postal code means for an order. A pure rule.

use async_graphql::Enum;
use chrono::{DateTime, Utc};

use crate::{
    inventory::{location::model::LocationId, seller::model::SellerId},
    kernel::money::Minor,
};

/// A location that works, of a seller that sells, delivers to the postal code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// From where.
    pub location_id: LocationId,
    /// Whose goods.
    pub seller_id: SellerId,
    /// 1 is tried first.
    pub priority: i32,
    /// Minutes from order to door, while open.
    pub promised_minutes: i32,
    /// What delivery costs.
    pub delivery_fee: Minor,
    /// From which value on it is free.
    pub free_delivery_threshold: Option<Minor>,
    /// Least value of an order.
    pub minimum_order: Minor,
    /// Whether it delivers at the instant asked about.
    pub open: bool,
    /// When it next does; `None` while it is open, and when it stays closed.
    pub next_opening: Option<DateTime<Utc>>,
}

/// Why there is no delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DeliveryObstacle {
    /// Nobody delivers to this postal code.
    NotServed,
    /// It is closed then.
    Closed,
    /// The order is worth less than the least that is delivered.
    BelowMinimum,
}

impl Delivery {
    /// What delivery of an order of this value costs; without a value, what it costs below the threshold.
    pub fn fee_for(&self, order_value: Option<Minor>) -> Minor {
        match (self.free_delivery_threshold, order_value) {
            (Some(threshold), Some(value)) if value >= threshold => Minor::ZERO,
            _ => self.delivery_fee,
        }
    }

    /// What an order of this value lacks to the minimum.
    pub fn missing(&self, order_value: Option<Minor>) -> Option<Minor> {
        self.minimum_order.checked_sub(order_value?).filter(|missing| *missing > Minor::ZERO)
    }

    /// Why it does not deliver; what is closed says so first.
    pub fn obstacle(&self, order_value: Option<Minor>) -> Option<DeliveryObstacle> {
        match (self.open, self.missing(order_value)) {
            (false, _) => Some(DeliveryObstacle::Closed),
            (true, Some(_)) => Some(DeliveryObstacle::BelowMinimum),
            (true, None) => None,
        }
    }
}

/// Sorts deliveries: those without an obstacle first, then by priority, by promised time, and by location, which is as
/// good as by age.
pub fn sort(deliveries: &mut [Delivery], order_value: Option<Minor>) {
    deliveries.sort_by_key(|delivery| {
        let obstacle = delivery.obstacle(order_value).is_some();
        (obstacle, delivery.priority, delivery.promised_minutes, delivery.location_id)
    });
}

/// Why nobody delivers; `None` if somebody does. An open location that asks for a larger order is nearer to delivering
/// than a closed one.
pub fn obstacle(deliveries: &[Delivery], order_value: Option<Minor>) -> Option<DeliveryObstacle> {
    let all: Vec<_> = deliveries.iter().map(|delivery| delivery.obstacle(order_value)).collect();
    if all.contains(&None) {
        return None;
    }
    let below = all.contains(&Some(DeliveryObstacle::BelowMinimum));
    Some(match (deliveries, below) {
        ([], _) => DeliveryObstacle::NotServed,
        (_, true) => DeliveryObstacle::BelowMinimum,
        (_, false) => DeliveryObstacle::Closed,
    })
}
