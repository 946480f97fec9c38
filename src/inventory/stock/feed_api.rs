//! Live stock in the schema.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, subscription};
use futures_util::{Stream, StreamExt, future::ready};

use super::{
    events::{self, Told},
    model::{StockItem, StockItemId},
};
use crate::{
    catalog::variant::model::VariantId,
    context::Ctx,
    inventory::{
        location::model::{self as locations, LocationId},
        stock_alert::model::StockAlertKind,
    },
    kernel::{
        access::Permission,
        error::{Error, Result},
        feed,
        outbox::Event,
    },
};

/// Most locations of one subscription.
const MAX_LOCATIONS: usize = 50;

/// What a stock event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StockEventKind {
    /// An item's numbers changed.
    Changed,
    /// An alert was raised.
    AlertRaised,
    /// The reason of an alert went away.
    AlertResolved,
}

/// Something that happened to a stock item.
#[derive(Clone, Debug, PlainObject)]
#[graphql(complex)]
pub struct StockEvent {
    /// Where in the stream this event stands; pass it as `after` to resume.
    cursor: String,
    /// What happened.
    kind: StockEventKind,
    /// Pieces that could be reserved since then.
    available: i32,
    /// Pieces that reservations held since then.
    reserved: i32,
    /// Pieces that could not be sold since then.
    damaged: i32,
    /// What the alert is about, where there is one.
    alert: Option<StockAlertKind>,
    /// When.
    at: DateTime<Utc>,
    #[graphql(skip)]
    item: StockItemId,
    #[graphql(skip)]
    variant: VariantId,
}

#[edges]
impl StockEvent {
    /// The stock item as it is now.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockItem>>> {
        ctx.load(self.item).await
    }
}

impl StockEvent {
    fn from_stored(event: &Event) -> Result<Self> {
        let told: Told = serde_json::from_value(event.payload.clone())?;
        let kind = match event.kind.as_str() {
            events::ALERT_RAISED => StockEventKind::AlertRaised,
            events::ALERT_RESOLVED => StockEventKind::AlertResolved,
            _ => StockEventKind::Changed,
        };
        Ok(Self {
            cursor: event.feed_seq.unwrap_or_default().to_string(),
            kind,
            available: told.available,
            reserved: told.reserved,
            damaged: told.damaged,
            alert: told.alert,
            at: event.created_at,
            item: StockItemId(told.item),
            variant: VariantId(told.variant),
        })
    }
}

/// Which stock events a subscription hears.
#[derive(Clone, Debug, InputObject)]
pub struct StockEventWhere {
    /// At these locations; at least one, at most 50.
    location_ids: Vec<LocationId>,
    /// Of these variants; all when left out.
    variant_ids: Option<Vec<VariantId>>,
    /// Of these kinds; all when left out.
    kinds: Option<Vec<StockEventKind>>,
}

impl StockEventWhere {
    fn takes(&self, event: &StockEvent) -> bool {
        let variant = self.variant_ids.as_ref().is_none_or(|ids| ids.contains(&event.variant));
        variant && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind))
    }
}

/// Live feeds of stock.
#[derive(Default)]
pub struct StockSubscription;

#[subscription]
impl StockSubscription {
    /// Changes of stock and alerts at some locations, from the cursor on and then live; without a cursor, from now on.
    #[access(Can(Permission::InventoryRead))]
    async fn stock_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events", name = "where")] filter: StockEventWhere,
        #[graphql(desc = "Cursor of the last event that was seen")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<StockEvent>> + use<>> {
        let app = ctx.app();
        if filter.location_ids.is_empty() || filter.location_ids.len() > MAX_LOCATIONS {
            return Err(Error::BadInput(format!("name 1 to {MAX_LOCATIONS} locations")));
        }
        let after = after.map(|text| text.parse::<i64>().map_err(|_| malformed(&text))).transpose()?;
        let conn = app.db.write().await?;
        locations::ensure_within(&conn, ctx.actor(), Permission::InventoryRead, &filter.location_ids).await?;
        drop(conn);
        let feeds = filter.location_ids.iter().map(|id| events::feed(*id)).collect();
        let stream = feed::subscribe_wide(app.db.clone(), &app.bus, feeds, after);
        let stream = stream.map(|event| event.and_then(|event| StockEvent::from_stored(&event)));
        Ok(stream.filter(move |event| ready(event.as_ref().map_or(true, |event| filter.takes(event)))))
    }
}

fn malformed(text: &str) -> Error {
    Error::BadInput(format!("malformed cursor {:?}", text.chars().take(40).collect::<String>()))
}
