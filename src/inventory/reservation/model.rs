//! Reservations, and the statement that makes them.

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Integer, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    catalog::variant::model::VariantId,
    id,
    inventory::{
        location::model::LocationId,
        seller::model::SellerId,
        stock::{
            events,
            model::{StockItemId, StockLotId, visible_to, within},
        },
    },
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    load_by_id, load_children,
    schema::{stock_reservation_lots, stock_reservations},
    text_enum,
};

id! {
    /// Identifies a reservation of stock.
    ReservationId, "rsv", "StockReservation"
}

text_enum! {
    /// Where a reservation stands.
    pub enum ReservationStatus {
        /// Holds its pieces.
        Active = "active",
        /// Its pieces have left.
        Committed = "committed",
        /// Its pieces were given back.
        Released = "released",
        /// Its time was over, and its pieces were given back.
        Expired = "expired",
    }
}

/// Pieces set aside for somebody until an instant.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = stock_reservations)]
#[graphql(name = "StockReservation", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Reservation {
    /// Global ID.
    pub id: ReservationId,
    #[graphql(skip)]
    pub location_id: LocationId,
    #[graphql(skip)]
    pub seller_id: SellerId,
    /// For whom: a cart, an order, a person's remark.
    pub owner: String,
    /// Where it stands.
    pub status: ReservationStatus,
    /// When its pieces are given back unless it is committed before; null for an order's, which holds them until it is
    /// sent or cancelled.
    pub expires_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub created_by: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was committed, released or expired.
    pub closed_at: Option<DateTime<Utc>>,
}

/// What a reservation takes from one lot.
#[derive(Clone, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = stock_reservation_lots)]
#[graphql(name = "StockReservationLot", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct ReservationLot {
    #[graphql(skip)]
    pub reservation_id: ReservationId,
    #[graphql(skip)]
    pub lot_id: StockLotId,
    #[graphql(skip)]
    pub item_id: StockItemId,
    /// Pieces.
    pub quantity: i32,
}

load_by_id!(ReservationId => Reservation, stock_reservations);
load_children! {
    /// What a reservation takes from which lots.
    pub ReservedLots(ReservationId) => ReservationLot, stock_reservation_lots.reservation_id, by (item_id, lot_id)
}

/// Which reservations a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReservationWhere {
    /// At this location.
    pub location_id: Option<LocationId>,
    /// In this state.
    pub status: Option<ReservationStatus>,
    /// For exactly this owner.
    pub owner: Option<String>,
}

impl ReservationWhere {
    fn condition(self) -> Sql {
        let mut parts = Vec::new();
        if let Some(location) = self.location_id {
            parts.push(Sql::new("location_id = ").bind(location));
        }
        if let Some(status) = self.status {
            parts.push(Sql::new("status = ").bind(status.as_str()));
        }
        if let Some(owner) = self.owner {
            parts.push(Sql::new("owner = ").bind(owner));
        }
        Sql::composed(parts)
    }
}

/// A page of reservations, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: ReservationWhere,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Reservation>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "created_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &Reservation| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "stock_reservations", condition, order, args, count, key).await
}

/// Locks a reservation that the caller may change.
pub async fn lock(conn: &Conn, actor: &Actor, id: ReservationId) -> Result<Reservation> {
    let mine = Sql::new("FROM stock_reservations WHERE id = ").bind(id).sql(" AND ");
    let rest = mine.join(within(actor, Permission::InventoryWrite)).sql(" FOR NO KEY UPDATE");
    Select::<Reservation>::new(rest).row(conn).await?.ok_or(Error::NotFound("reservation"))
}

/// Locks an active reservation whose time is over, one that nobody else is busy with.
pub async fn lock_due(conn: &Conn, now: DateTime<Utc>) -> Result<Option<Reservation>> {
    let due = Sql::new("FROM stock_reservations WHERE status = 'active' AND expires_at <= ").bind(now);
    let rest = due.sql(" ORDER BY expires_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED");
    Select::<Reservation>::new(rest).row(conn).await
}

/// Locks reservations, in the order of their IDs.
pub async fn lock_all(conn: &Conn, ids: &[ReservationId]) -> Result<Vec<Reservation>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let these = Sql::new("FROM stock_reservations WHERE id = ANY(").bind(ids).sql(") ORDER BY id FOR NO KEY UPDATE");
    Select::<Reservation>::new(these).rows(conn).await
}

/// What reservations take from which lots.
pub async fn lots_of(mut conn: &Conn, ids: &[ReservationId]) -> Result<Vec<ReservationLot>> {
    let lots = stock_reservation_lots::table.filter(stock_reservation_lots::reservation_id.eq_any(ids));
    Ok(lots.select(ReservationLot::as_select()).load(&mut conn).await?)
}

/// Closes reservations.
pub async fn close(
    mut conn: &Conn,
    ids: &[ReservationId],
    status: ReservationStatus,
    closed_at: DateTime<Utc>,
) -> Result<()> {
    diesel::update(stock_reservations::table.filter(stock_reservations::id.eq_any(ids)))
        .set((stock_reservations::status.eq(status), stock_reservations::closed_at.eq(closed_at)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// What a line of a reservation found.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Found {
    /// The stock item; `None` where the variant never lay at the location.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub item_id: Option<StockItemId>,
    /// Pieces that could be set aside, up to what was wanted.
    #[diesel(sql_type = Integer)]
    pub picked: i32,
    /// The item has fallen to its threshold by this.
    #[diesel(sql_type = Bool)]
    pub turned_low: bool,
}

/// Sets pieces aside for a new reservation, all lines or none: `Found` tells which, in the order of the lines. Locks the
/// items first, in the order of their IDs. First to expire goes first; what expires before today is left alone. Each
/// variant stands in one line.
pub async fn reserve(
    mut conn: &Conn,
    new: &Reservation,
    lines: &[(VariantId, i32)],
    today: NaiveDate,
) -> Result<Vec<Found>> {
    let (variants, quantities): (Vec<Uuid>, Vec<i32>) = lines.iter().map(|(variant, n)| (variant.0, *n)).unzip();
    let call = Sql::new("SELECT item_id, picked, turned_low FROM reserve_stock(")
        .bind(new.id)
        .sql(", ")
        .bind(new.location_id)
        .sql(", ")
        .bind(new.seller_id)
        .sql(", ")
        .bind(new.owner.as_str())
        .sql(", ")
        .bind(new.expires_at)
        .sql(", ")
        .bind(new.created_by)
        .sql(", ")
        .bind(new.created_at)
        .sql(", ")
        .bind(variants)
        .sql(", ")
        .bind(quantities)
        .sql(", ")
        .bind(today)
        .sql(", ")
        .bind(events::CHANGED)
        .sql(", ")
        .bind(events::feed(new.location_id))
        .sql(") ORDER BY line");
    Ok(call.load(&mut conn).await?)
}

/// What one location sets aside for an order. Each variant stands in one line.
#[derive(Clone, Debug)]
pub struct Shipment {
    /// The new reservation.
    pub id: ReservationId,
    /// Where.
    pub location_id: LocationId,
    /// Whose goods.
    pub seller_id: SellerId,
    /// What, and how many pieces.
    pub lines: Vec<(VariantId, i32)>,
}

/// Sets pieces aside at several locations, without an end, as [`reserve`] does at one; `Found` comes in the order of the
/// shipments and their lines. The items of all are locked first, in the order of their IDs. A shipment that lacks
/// something takes nothing, the others do: then the caller rolls back.
pub async fn reserve_shipments(
    mut conn: &Conn,
    shipments: &[Shipment],
    owner: &str,
    created_by: Option<Uuid>,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<Vec<Found>> {
    let (mut of, mut variants, mut quantities) = (Vec::new(), Vec::new(), Vec::new());
    for (number, shipment) in (1_i32..).zip(shipments) {
        for (variant, quantity) in &shipment.lines {
            of.push(number);
            variants.push(variant.0);
            quantities.push(*quantity);
        }
    }
    let each = |id: fn(&Shipment) -> Uuid| shipments.iter().map(id).collect::<Vec<Uuid>>();
    let feeds: Vec<String> = shipments.iter().map(|shipment| events::feed(shipment.location_id)).collect();
    let call = Sql::new("SELECT item_id, picked, turned_low FROM reserve_shipments(")
        .bind(each(|shipment| shipment.id.0))
        .sql(", ")
        .bind(each(|shipment| shipment.location_id.0))
        .sql(", ")
        .bind(each(|shipment| shipment.seller_id.0))
        .sql(", ")
        .bind(owner)
        .sql(", ")
        .bind(created_by)
        .sql(", ")
        .bind(now)
        .sql(", ")
        .bind(of)
        .sql(", ")
        .bind(variants)
        .sql(", ")
        .bind(quantities)
        .sql(", ")
        .bind(today)
        .sql(", ")
        .bind(events::CHANGED)
        .sql(", ")
        .bind(feeds)
        .sql(") ORDER BY shipment, line");
    Ok(call.load(&mut conn).await?)
}
