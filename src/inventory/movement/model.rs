//! Ledger rows and every query over them.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use crate::{
    id,
    inventory::{
        location::model::LocationId,
        stock::{
            model::{StockItemId, StockLotId, item_visible_to},
            post::{At, Cause},
        },
    },
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        money::Minor,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{ROWS_AT_ONCE, Sql},
    },
    schema::stock_movements,
    text_enum,
};

id! {
    /// Identifies a stock movement.
    StockMovementId, "stm", "StockMovement"
}

text_enum! {
    /// What happened to the pieces.
    pub enum MovementKind {
        /// Came from a supplier.
        Receive = "receive",
        /// Went to a customer.
        Sale = "sale",
        /// Came back from a customer.
        Return = "return",
        /// Put right: found, lost, thrown away, or sound after all.
        Adjustment = "adjustment",
        /// Became damaged, and is still here.
        Damage = "damage",
        /// Left for another location.
        TransferOut = "transfer_out",
        /// Came from another location.
        TransferIn = "transfer_in",
        /// Expired, and is still here.
        Expiry = "expiry",
    }
}

/// An entry of the stock ledger.
#[derive(Clone, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = stock_movements)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct StockMovement {
    /// Global ID.
    pub id: StockMovementId,
    #[graphql(skip)]
    pub item_id: StockItemId,
    #[graphql(skip)]
    pub lot_id: StockLotId,
    #[graphql(skip)]
    pub sequence: i64,
    /// What happened.
    pub kind: MovementKind,
    /// Change of the pieces on hand: available, reserved and damaged together.
    pub quantity: i32,
    /// Change of the damaged pieces among them.
    pub damaged: i32,
    #[graphql(skip)]
    pub value_minor: Minor,
    /// The item's pieces on hand since then.
    pub on_hand_after: i32,
    #[graphql(skip)]
    pub value_after_minor: Minor,
    /// What it was for: an order, a transfer, a delivery note.
    pub reference: Option<String>,
    /// A person's remark.
    pub note: Option<String>,
    #[graphql(skip)]
    pub actor_id: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What a movement is, and what it left behind.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct What {
    pub kind: MovementKind,
    pub quantity: i32,
    pub damaged: i32,
    pub value_minor: Minor,
    /// The item's pieces on hand, and their value.
    pub after: (i32, Minor),
}

/// A movement to be written. The caller holds the item's row lock, from which `sequence` comes.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = stock_movements)]
pub struct NewMovement {
    id: StockMovementId,
    item_id: StockItemId,
    lot_id: StockLotId,
    sequence: i64,
    kind: MovementKind,
    quantity: i32,
    damaged: i32,
    value_minor: Minor,
    on_hand_after: i32,
    value_after_minor: Minor,
    reference: Option<String>,
    note: Option<String>,
    actor_kind: &'static str,
    actor_id: Option<Uuid>,
    created_at: DateTime<Utc>,
}

impl NewMovement {
    /// A movement of a lot of an item, with its number within the item.
    pub fn new(
        (item_id, lot_id, sequence): (StockItemId, StockLotId, i64),
        what: What,
        cause: &Cause,
        at: At<'_>,
    ) -> Self {
        let (actor_kind, actor_id) = at.actor.principal.kind_and_id();
        Self {
            id: StockMovementId::new(),
            item_id,
            lot_id,
            sequence,
            kind: what.kind,
            quantity: what.quantity,
            damaged: what.damaged,
            value_minor: what.value_minor,
            on_hand_after: what.after.0,
            value_after_minor: what.after.1,
            reference: cause.reference.clone(),
            note: cause.note.clone(),
            actor_kind,
            actor_id,
            created_at: at.now,
        }
    }
}

/// Writes movements into the running transaction.
pub async fn insert(mut conn: &Conn, rows: &[NewMovement]) -> Result<()> {
    for some in rows.chunks(ROWS_AT_ONCE) {
        diesel::insert_into(stock_movements::table).values(some).execute(&mut conn).await?;
    }
    Ok(())
}

/// Which movements a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StockMovementWhere {
    /// Of this stock item.
    pub item_id: Option<StockItemId>,
    /// Of this lot.
    pub lot_id: Option<StockLotId>,
    /// At this location.
    pub location_id: Option<LocationId>,
    /// Of one of these kinds.
    pub kinds: Option<Vec<MovementKind>>,
    /// For exactly this reference.
    pub reference: Option<String>,
    /// At or after this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
}

impl StockMovementWhere {
    fn condition(self) -> Sql {
        let mut parts = Vec::new();
        if let Some(item) = self.item_id {
            parts.push(Sql::new("item_id = ").bind(item));
        }
        if let Some(lot) = self.lot_id {
            parts.push(Sql::new("lot_id = ").bind(lot));
        }
        if let Some(location) = self.location_id {
            parts.push(Sql::new("item_id IN (SELECT id FROM stock_items WHERE location_id = ").bind(location).sql(")"));
        }
        if let Some(kinds) = self.kinds {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
            parts.push(Sql::new("kind = ANY(").bind(kinds).sql(")"));
        }
        if let Some(reference) = self.reference {
            parts.push(Sql::new("reference = ").bind(reference));
        }
        if let Some(from) = self.from {
            parts.push(Sql::new("created_at >= ").bind(from));
        }
        if let Some(until) = self.until {
            parts.push(Sql::new("created_at < ").bind(until));
        }
        Sql::composed(parts)
    }
}

/// A page of the ledger, newest first unless said otherwise.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: StockMovementWhere,
    direction: Direction,
    args: &PageArgs,
    count: bool,
) -> Result<Page<StockMovement>> {
    let condition = Sql::all_of([item_visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "created_at", cast: "::timestamptz", id: "id", direction };
    let key = |row: &StockMovement| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "stock_movements", condition, order, args, count, key).await
}
