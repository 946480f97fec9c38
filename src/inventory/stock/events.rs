//! What is told of stock: one event for each change of an item, and for each alert.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::StockItem;
use crate::{
    inventory::{
        location::model::LocationId,
        stock_alert::model::{StockAlert, StockAlertKind},
    },
    kernel::outbox::NewEvent,
};

/// An item's numbers, as they were told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Told {
    pub item: Uuid,
    pub location: Uuid,
    pub variant: Uuid,
    pub available: i32,
    pub reserved: i32,
    pub damaged: i32,
    /// The alert that was raised or resolved.
    pub alert: Option<StockAlertKind>,
    /// The lot that it is about.
    pub lot: Option<Uuid>,
}

/// Kinds of events, as stored.
pub const CHANGED: &str = "stock.changed";
/// See [`CHANGED`].
pub const ALERT_RAISED: &str = "stock.alert_raised";
/// See [`CHANGED`].
pub const ALERT_RESOLVED: &str = "stock.alert_resolved";

/// Stream of everything at a location.
pub fn feed(location: LocationId) -> String {
    format!("stock:{}", location.0)
}

/// The item's numbers changed. The caller holds its row lock and stores the counter that this raises.
pub fn changed(item: &mut StockItem, now: DateTime<Utc>) -> NewEvent {
    event(item, CHANGED, None, now)
}

/// An alert was raised or resolved; as for [`changed`].
pub fn alert(item: &mut StockItem, alert: &StockAlert, now: DateTime<Utc>) -> NewEvent {
    let kind = if alert.resolved_at.is_some() { ALERT_RESOLVED } else { ALERT_RAISED };
    event(item, kind, Some(alert), now)
}

fn event(item: &mut StockItem, kind: &'static str, alert: Option<&StockAlert>, now: DateTime<Utc>) -> NewEvent {
    item.event_seq += 1;
    let told = Told {
        item: item.id.0,
        location: item.location_id.0,
        variant: item.variant_id.0,
        available: item.available,
        reserved: item.reserved,
        damaged: item.damaged,
        alert: alert.map(|alert| alert.kind),
        lot: alert.and_then(|alert| alert.lot_id).map(|lot| lot.0),
    };
    NewEvent {
        id: Uuid::now_v7(),
        topic: format!("stock_item:{}", item.id.0),
        sequence: item.event_seq,
        kind,
        // A struct of plain fields has a JSON form.
        payload: serde_json::to_value(told).unwrap_or_default(),
        // As the ledger's: in the order in which the item's lock was held.
        created_at: now.max(item.updated_at),
        feed: Some(feed(item.location_id)),
    }
}
