//! The sub-order's states: which action leads where, and who may take it. Pure; the one place that decides it.

use super::status::SubOrderStatus;
use crate::text_enum;

text_enum! {
    /// On whose side somebody acts.
    pub enum OrderParty {
        /// Who bought.
        Customer = "customer",
        /// Who works for the seller, or at the location that sends.
        Seller = "seller",
        /// FreshVilla's back office.
        Staff = "staff",
        /// The server itself.
        System = "system",
    }
}

/// What can be done with a sub-order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubOrderAction {
    /// The payment is certain: its seller is told.
    Place,
    /// Nobody paid in time.
    Expire,
    /// It was paid after that, and there still is stock.
    Revive,
    /// The seller takes it on.
    Confirm,
    /// The goods are packed, and leave the stock.
    Pack,
    /// They are on their way.
    Ship,
    /// They are at the door.
    Deliver,
    /// It is not sent.
    Cancel,
}

impl SubOrderAction {
    /// Every action.
    pub const ALL: [Self; 8] =
        [Self::Place, Self::Expire, Self::Revive, Self::Confirm, Self::Pack, Self::Ship, Self::Deliver, Self::Cancel];
}

/// Why an action is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not in this state, whoever asks.
    NotNow,
    /// In this state, but not by this party.
    NotYours,
}

/// The state after an action.
pub fn next(from: SubOrderStatus, action: SubOrderAction, by: OrderParty) -> Result<SubOrderStatus, Refused> {
    let (to, parties) = transition(from, action).ok_or(Refused::NotNow)?;
    if parties.contains(&by) { Ok(to) } else { Err(Refused::NotYours) }
}

/// Where an action leads, and who may take it; `None` in states that do not know it.
fn transition(from: SubOrderStatus, action: SubOrderAction) -> Option<(SubOrderStatus, &'static [OrderParty])> {
    use OrderParty::{Customer, Seller, Staff, System};
    use SubOrderAction as Do;
    use SubOrderStatus as Is;
    Some(match (from, action) {
        (Is::AwaitingPayment, Do::Place) => (Is::Placed, &[System]),
        (Is::AwaitingPayment, Do::Expire) => (Is::Cancelled, &[System]),
        // The seller does not know of it yet.
        (Is::AwaitingPayment, Do::Cancel) => (Is::Cancelled, &[Customer, Staff, System]),
        (Is::Placed, Do::Confirm) => (Is::Confirmed, &[Seller, Staff]),
        (Is::Placed | Is::Confirmed, Do::Cancel) => (Is::Cancelled, &[Customer, Seller, Staff, System]),
        (Is::Confirmed, Do::Pack) => (Is::Packed, &[Seller, Staff]),
        // What is packed has left the stock's books; the customer sends it back instead.
        (Is::Packed, Do::Cancel) => (Is::Cancelled, &[Seller, Staff, System]),
        (Is::Packed, Do::Ship) => (Is::Shipped, &[Seller, Staff]),
        (Is::Shipped, Do::Deliver) => (Is::Delivered, &[Seller, Staff, System]),
        // Only one that expired; the order knows.
        (Is::Cancelled, Do::Revive) => (Is::Placed, &[System]),
        (Is::AwaitingPayment, _)
        | (Is::Placed, _)
        | (Is::Confirmed, _)
        | (Is::Packed, _)
        | (Is::Shipped, _)
        | (Is::Delivered, _)
        | (Is::Cancelled, _) => return None,
    })
}
