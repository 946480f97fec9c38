//! Reservations, and the statement that makes them.

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Uuid as SqlUuid},
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
    /// When its pieces are given back unless it is committed before.
    pub expires_at: DateTime<Utc>,
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
        let combined = parts.len() > 1;
        let condition = Sql::all_of(parts, " AND ");
        if combined { condition.uncached() } else { condition }
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

/// What a reservation takes from which lots.
pub async fn lots_of(mut conn: &Conn, id: ReservationId) -> Result<Vec<ReservationLot>> {
    let lots = stock_reservation_lots::table.filter(stock_reservation_lots::reservation_id.eq(id));
    Ok(lots.select(ReservationLot::as_select()).load(&mut conn).await?)
}

/// Closes a reservation.
pub async fn close(mut conn: &Conn, row: &Reservation) -> Result<()> {
    diesel::update(stock_reservations::table.find(row.id))
        .set((stock_reservations::status.eq(row.status), stock_reservations::closed_at.eq(row.closed_at)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// What a line of a reservation found.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Found {
    /// The line, from 1.
    #[diesel(sql_type = BigInt)]
    pub line: i64,
    /// The stock item; `None` where the variant never lay at the location.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub item_id: Option<StockItemId>,
    /// Pieces that could be set aside, up to what was wanted.
    #[diesel(sql_type = Integer)]
    pub picked: i32,
}

/// Sets pieces aside for a new reservation, all lines or none: `Found` tells which. First to expire goes first; what
/// expires before today is left alone. Each variant stands in one line, and the caller holds the items' row locks,
/// taken by an earlier statement: this one must see what others have committed meanwhile.
pub async fn reserve(
    mut conn: &Conn,
    new: &Reservation,
    lines: &[(VariantId, i32)],
    today: NaiveDate,
) -> Result<Vec<Found>> {
    let (variants, quantities): (Vec<Uuid>, Vec<i32>) = lines.iter().map(|(variant, n)| (variant.0, *n)).unzip();
    let statement = Sql::new("WITH wanted AS (SELECT line, item.id AS item_id, quantity FROM unnest(")
        .bind(variants)
        .sql(", ")
        .bind(quantities)
        .sql(
            ") WITH ORDINALITY AS given (variant_id, quantity, line) \
             LEFT JOIN stock_items item ON item.variant_id = given.variant_id AND item.location_id = ",
        )
        .bind(new.location_id)
        // Lots in the order in which they go; `before` is what goes ahead of each.
        .sql(
            "), queue AS (SELECT lot.id, lot.item_id, lot.available, wanted.quantity, \
                 sum(lot.available) OVER (PARTITION BY lot.item_id ORDER BY lot.expires_on, lot.received_at, lot.id) \
                 - lot.available AS before \
               FROM wanted JOIN stock_lots lot ON lot.item_id = wanted.item_id \
               WHERE lot.available > 0 AND (lot.expires_on IS NULL OR lot.expires_on >= ",
        )
        .bind(today)
        .sql(
            ")), picks AS (SELECT id, item_id, least(available, quantity - before)::int AS quantity \
               FROM queue WHERE before < quantity), \
             found AS (SELECT line, wanted.item_id, wanted.quantity, coalesce(sum(picks.quantity), 0)::int AS picked \
               FROM wanted LEFT JOIN picks ON picks.item_id = wanted.item_id GROUP BY 1, 2, 3), \
             whole AS (SELECT FROM found HAVING bool_and(picked = quantity)), \
             lots AS (UPDATE stock_lots lot \
               SET available = lot.available - picks.quantity, reserved = lot.reserved + picks.quantity \
               FROM picks, whole WHERE lot.id = picks.id), \
             items AS (UPDATE stock_items item SET available = item.available - found.quantity, \
                 reserved = item.reserved + found.quantity, event_seq = item.event_seq + 1, \
                 updated_at = greatest(item.updated_at, ",
        )
        .bind(new.created_at)
        .sql(
            ") FROM found, whole WHERE item.id = found.item_id RETURNING item.*), \
             reservation AS (INSERT INTO stock_reservations \
               (id, location_id, seller_id, owner, status, expires_at, created_by, created_at) SELECT ",
        )
        .bind(new.id)
        .sql(", ")
        .bind(new.location_id)
        .sql(", ")
        .bind(new.seller_id)
        .sql(", ")
        .bind(new.owner.as_str())
        .sql(", 'active', ")
        .bind(new.expires_at)
        .sql(", ")
        .bind(new.created_by)
        .sql(", ")
        .bind(new.created_at)
        .sql(" FROM whole), kept AS (INSERT INTO stock_reservation_lots (reservation_id, lot_id, item_id, quantity) SELECT ")
        .bind(new.id)
        .sql(
            ", id, item_id, quantity FROM picks, whole), \
             told AS (INSERT INTO outbox (id, topic, sequence, kind, payload, created_at, feed) \
               SELECT gen_random_uuid(), 'stock_item:' || id, event_seq, ",
        )
        .bind(events::CHANGED)
        .sql(
            ", jsonb_build_object('item', id, 'location', location_id, 'variant', variant_id, \
                 'available', available, 'reserved', reserved, 'damaged', damaged), updated_at, ",
        )
        .bind(events::feed(new.location_id))
        .sql(" FROM items) SELECT line, item_id, picked FROM found ORDER BY line");
    Ok(statement.load(&mut conn).await?)
}
