//! How what happens to an order is told: a row of its timeline and an event of its feed under one number, and for its
//! sellers an event of each sub-order's own.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    machine::OrderParty,
    model::{
        Order, OrderId,
        part::{SubOrder, SubOrderId},
        timeline::{self, Entry, OrderCancelReason, OrderEventKind},
    },
};
use crate::{
    inventory::{location::model::LocationId, seller::model::SellerId},
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        money::Minor,
        outbox::{self, NewEvent},
    },
    marketplace::{offer::model::OfferId, performance::model::FEED as OFFER_ACTIVITY},
};
use chrono::{DateTime, Utc};

/// Kind of all events of orders; what happened is in the payload.
pub const HAPPENED: &str = "order.happened";
/// Stream of everything that happens to any order as a whole.
pub const ALL: &str = "orders";

/// Feed of an order's events.
pub fn topic(order: OrderId) -> String {
    format!("order:{}", order.0)
}

/// Stream of everything that happens to a seller's sub-orders.
pub fn feed(seller: SellerId) -> String {
    format!("sub_orders:{}", seller.0)
}

/// What an event says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named as what they are")]
pub struct Told {
    pub kind: OrderEventKind,
    pub order: Uuid,
    pub part: Option<Uuid>,
    /// From where the part is sent.
    pub location: Option<Uuid>,
}

/// Who acts.
#[derive(Clone, Copy, Debug)]
pub struct By {
    /// On whose side.
    pub party: OrderParty,
    /// Account or API key.
    pub id: Option<Uuid>,
}

impl By {
    /// The server itself.
    pub const SYSTEM: Self = Self { party: OrderParty::System, id: None };

    /// A caller on this side.
    pub fn new(party: OrderParty, actor: &Actor) -> Self {
        Self { party, id: actor.known_id() }
    }
}

/// What happened.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in Entry")]
pub struct What {
    pub kind: OrderEventKind,
    pub amount: Option<Minor>,
    pub reason: Option<OrderCancelReason>,
    pub note: Option<String>,
}

impl From<OrderEventKind> for What {
    fn from(kind: OrderEventKind) -> Self {
        Self { kind, amount: None, reason: None, note: None }
    }
}

impl What {
    /// Something that is about money.
    pub fn of_money(kind: OrderEventKind, amount: Minor) -> Self {
        Self { amount: Some(amount), ..Self::from(kind) }
    }
}

/// An order, new or locked, with its counter.
pub struct Whole<'a> {
    /// Which.
    pub id: OrderId,
    /// Counts its events.
    pub seq: &'a mut i64,
}

/// A sub-order, new or locked, with its counter.
pub struct Piece<'a> {
    /// Which.
    pub id: SubOrderId,
    /// Whose.
    pub seller: SellerId,
    /// From where.
    pub location: LocationId,
    /// Counts its events.
    pub seq: &'a mut i64,
}

impl<'a> From<&'a mut Order> for Whole<'a> {
    fn from(row: &'a mut Order) -> Self {
        Self { id: row.id, seq: &mut row.event_seq }
    }
}

impl<'a> From<&'a mut SubOrder> for Piece<'a> {
    fn from(row: &'a mut SubOrder) -> Self {
        Self { id: row.id, seller: row.seller_id, location: row.location_id, seq: &mut row.event_seq }
    }
}

/// What is to be told at the end of a transaction.
pub struct Story {
    by: By,
    now: DateTime<Utc>,
    entries: Vec<Entry>,
    events: Vec<NewEvent>,
}

impl Story {
    /// Nothing yet.
    pub fn new(by: By, now: DateTime<Utc>) -> Self {
        Self { by, now, entries: Vec::new(), events: Vec::new() }
    }

    /// Something happened to the whole order.
    pub fn tell<'a>(&mut self, order: impl Into<Whole<'a>>, what: impl Into<What>) {
        self.enter(order.into(), None, what.into());
    }

    /// Something happened to a part: its order hears of it, and its seller.
    pub fn tell_of<'a, 'b>(&mut self, order: impl Into<Whole<'a>>, part: impl Into<Piece<'b>>, what: impl Into<What>) {
        let (order, part, what) = (order.into(), part.into(), what.into());
        let (id, kind, location) = (order.id, what.kind, part.location);
        self.enter(order, Some((part.id, location)), what);
        self.tell_seller(id, part, kind);
    }

    /// Something happened to a part of which its seller does not know yet.
    pub fn tell_buyer<'a, 'b>(
        &mut self,
        order: impl Into<Whole<'a>>,
        part: impl Into<Piece<'b>>,
        what: impl Into<What>,
    ) {
        let Piece { id, location, .. } = part.into();
        self.enter(order.into(), Some((id, location)), what.into());
    }

    /// Only its seller hears of it: the order as a whole was told already.
    pub fn tell_seller<'a>(&mut self, order: OrderId, part: impl Into<Piece<'a>>, kind: OrderEventKind) {
        let Piece { id, seller, location, seq } = part.into();
        *seq += 1;
        let told = Told { kind, order: order.0, part: Some(id.0), location: Some(location.0) };
        self.events.push(NewEvent {
            id: Uuid::now_v7(),
            topic: format!("sub_order:{}", id.0),
            sequence: *seq,
            kind: HAPPENED,
            payload: serde_json::to_value(told).unwrap_or_default(),
            created_at: self.now,
            feed: Some(feed(seller)),
        });
    }

    /// Offers were ordered: for those who count how they perform. Once for each order.
    pub fn tell_of_offers(&mut self, order: OrderId, lines: impl Iterator<Item = (OfferId, i32, Minor)>) {
        let line = |(offer, units, revenue): (OfferId, i32, Minor)| json!({ "offer": offer.0, "orders": 1, "units": units, "revenue_minor": revenue });
        self.events.push(NewEvent {
            id: Uuid::now_v7(),
            topic: format!("order_activity:{}", order.0),
            sequence: 1,
            kind: "offer.ordered",
            payload: json!({ "lines": lines.map(line).collect::<Vec<_>>() }),
            created_at: self.now,
            feed: Some(OFFER_ACTIVITY.to_owned()),
        });
    }

    fn enter(&mut self, order: Whole<'_>, part: Option<(SubOrderId, LocationId)>, what: What) {
        *order.seq += 1;
        let told = Told {
            kind: what.kind,
            order: order.id.0,
            part: part.map(|(id, _)| id.0),
            location: part.map(|(_, location)| location.0),
        };
        self.entries.push(Entry {
            order_id: order.id,
            sequence: *order.seq,
            sub_order_id: part.map(|(id, _)| id),
            kind: what.kind,
            amount_minor: what.amount,
            reason: what.reason,
            note: what.note,
            actor_kind: self.by.party,
            actor_id: self.by.id,
            at: self.now,
        });
        self.events.push(NewEvent {
            id: Uuid::now_v7(),
            topic: topic(order.id),
            sequence: *order.seq,
            kind: HAPPENED,
            // A struct of plain fields has a JSON form.
            payload: serde_json::to_value(told).unwrap_or_default(),
            created_at: self.now,
            feed: Some(ALL.to_owned()),
        });
    }

    /// Writes it all into the running transaction.
    pub async fn store(self, conn: &Conn) -> Result<()> {
        timeline::insert(conn, &self.entries).await?;
        outbox::emit_all(conn, &self.events).await
    }
}
