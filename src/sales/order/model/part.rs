//! Sub-orders: rows, and every query over them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Text},
};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use super::OrderId;
use crate::{
    id,
    inventory::{location::model::LocationId, reservation::model::ReservationId, seller::model::SellerId},
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        loader::Key,
        money::Minor,
        page::{self, Direction, Order as Sorting, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    load_by_id, load_children,
    sales::{order::status::SubOrderStatus, pricing::tax::TaxHeads},
    schema::{sub_order_terms, sub_orders},
};

id! {
    /// Identifies a sub-order.
    SubOrderId, "sor", "SubOrder"
}

/// The part of an order that one seller sends from one location.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Serialize, PlainObject)]
#[diesel(table_name = sub_orders)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown, or in the database")]
pub struct SubOrder {
    /// Global ID.
    pub id: SubOrderId,
    #[graphql(skip)]
    pub order_id: OrderId,
    /// The order's number, a hyphen, and which of its parts it is.
    pub number: String,
    #[graphql(skip)]
    pub seller_id: SellerId,
    #[graphql(skip)]
    pub location_id: LocationId,
    /// GST code of the state from which it is supplied.
    pub origin_state_code: String,
    /// Which heads of tax it bears.
    pub tax_heads: TaxHeads,
    /// Where it stands.
    pub status: SubOrderStatus,
    #[graphql(skip)]
    pub reservation_id: ReservationId,
    #[graphql(skip)]
    pub subtotal_minor: Minor,
    #[graphql(skip)]
    pub discount_minor: Minor,
    #[graphql(skip)]
    pub delivery_fee_minor: Minor,
    #[graphql(skip)]
    pub delivery_discount_minor: Minor,
    #[graphql(skip)]
    pub delivery_minor: Minor,
    #[graphql(skip)]
    pub taxable_minor: Minor,
    #[graphql(skip)]
    pub cgst_minor: Minor,
    #[graphql(skip)]
    pub sgst_minor: Minor,
    #[graphql(skip)]
    pub utgst_minor: Minor,
    #[graphql(skip)]
    pub igst_minor: Minor,
    #[graphql(skip)]
    pub cess_minor: Minor,
    #[graphql(skip)]
    pub total_minor: Minor,
    #[graphql(skip)]
    pub refunded_minor: Minor,
    /// When it is to be at the door.
    pub promised_at: DateTime<Utc>,
    /// When the seller was told; null while the payment is not certain.
    pub placed_at: Option<DateTime<Utc>>,
    /// Until when the seller has to confirm it.
    pub confirm_by: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub event_seq: i64,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When the order was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is between FreshVilla and a seller, and not the buyer's business.
#[derive(Clone, Copy, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = sub_order_terms)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct SubOrderTerms {
    #[graphql(skip)]
    pub sub_order_id: SubOrderId,
    #[graphql(skip)]
    pub platform_discount_minor: Minor,
    #[graphql(skip)]
    pub platform_delivery_discount_minor: Minor,
    #[graphql(skip)]
    pub commission_minor: Minor,
}

load_by_id!(SubOrderId => SubOrder, sub_orders);
load_children! {
    /// The parts of an order, which the caller may see.
    pub PartsOf(OrderId) => SubOrder, sub_orders.order_id, by id
}

/// Rows of `sub_orders` on which the caller has the permission as seller or back office: those sent from named stores
/// and warehouses, and all of the sellers that are named. Sellers see nothing before the payment is certain.
pub fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    if scope.everything {
        return Sql::new("TRUE");
    }
    let places: Vec<Uuid> = scope.stores.into_iter().chain(scope.warehouses).collect();
    Sql::new("(sub_orders.placed_at IS NOT NULL AND (sub_orders.location_id = ANY(")
        .bind(places)
        .sql(") OR sub_orders.seller_id = ANY(")
        .bind(scope.distributors)
        .sql(")))")
}

/// The same, and those of one's own orders.
pub fn visible_to(actor: &Actor) -> Sql {
    let as_seller = within(actor, Permission::OrdersRead);
    if actor.scope(Permission::OrdersRead).everything {
        return as_seller;
    }
    let own = Sql::new("sub_orders.order_id IN (SELECT orders.id FROM orders WHERE orders.account_id = ");
    Sql::all_of([as_seller, own.bind(actor.account_id()).sql(")")], " OR ")
}

/// The key of a sub-order's terms; none for its buyer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TermsOf(pub SubOrderId);

impl Key for TermsOf {
    type Value = Arc<SubOrderTerms>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rest = Sql::new(
            "FROM sub_order_terms WHERE sub_order_id IN (SELECT sub_orders.id FROM sub_orders \
             WHERE sub_orders.id = ANY(",
        )
        .bind(ids)
        .sql(") AND ")
        .join(within(actor, Permission::OrdersRead))
        .sql(")");
        let rows = Select::<SubOrderTerms>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (Self(row.sub_order_id), Arc::new(row))).collect())
    }
}

/// Which sub-orders a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SubOrderWhere {
    /// Where they stand; anywhere when empty.
    #[graphql(default)]
    pub status: Vec<SubOrderStatus>,
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// Sent from this location.
    pub location_id: Option<LocationId>,
    /// Delivered to this postal code.
    pub pincode: Option<String>,
    /// With this in its number or in a product's name, or with exactly this SKU; at most 100 characters.
    #[graphql(validator(max_length = 100))]
    pub text: Option<String>,
    /// Which the seller did not confirm in time (true), or the others (false).
    pub overdue: Option<bool>,
    /// Made at this instant or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Made before this instant.
    pub created_before: Option<DateTime<Utc>>,
}

impl SubOrderWhere {
    fn condition(&self, now: DateTime<Utc>) -> Sql {
        let mut parts = Vec::new();
        if !self.status.is_empty() {
            let states: Vec<String> = self.status.iter().map(ToString::to_string).collect();
            parts.push(Sql::new("sub_orders.status = ANY(").bind(states).sql(")"));
        }
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("sub_orders.seller_id = ").bind(seller));
        }
        if let Some(location) = self.location_id {
            parts.push(Sql::new("sub_orders.location_id = ").bind(location));
        }
        if let Some(pincode) = &self.pincode {
            let there = Sql::new(
                "EXISTS (SELECT FROM order_addresses WHERE order_addresses.order_id = \
                 sub_orders.order_id AND order_addresses.pincode = ",
            );
            parts.push(there.bind(pincode.clone()).sql(")"));
        }
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            parts.push(holds(text));
        }
        if let Some(overdue) = self.overdue {
            let late = Sql::new("(sub_orders.status = 'placed' AND sub_orders.confirm_by < ").bind(now);
            parts.push(late.sql(") = ").bind(overdue));
        }
        if let Some(from) = self.created_from {
            parts.push(Sql::new("sub_orders.created_at >= ").bind(from));
        }
        if let Some(before) = self.created_before {
            parts.push(Sql::new("sub_orders.created_at < ").bind(before));
        }
        Sql::composed(parts)
    }
}

fn holds(text: &str) -> Sql {
    Sql::new("(strpos(sub_orders.number, ")
        .bind(text.to_uppercase())
        .sql(
            ") > 0 OR EXISTS (SELECT FROM order_lines WHERE order_lines.sub_order_id = sub_orders.id \
              AND (strpos(lower(product_name), ",
        )
        .bind(text.to_lowercase())
        .sql(") > 0 OR sku = ")
        .bind(text)
        .sql(" OR seller_sku = ")
        .bind(text)
        .sql(")))")
}

/// Which field sorts a list of sub-orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SubOrderOrderField {
    /// When the order was made.
    #[default]
    CreatedAt,
    /// When it is to be at the door.
    PromisedAt,
}

/// How a list of sub-orders is sorted.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SubOrderOrder {
    /// By which field.
    #[graphql(default)]
    pub field: SubOrderOrderField,
    /// Which way.
    #[graphql(default_with = "Direction::Desc")]
    pub direction: Direction,
}

impl Default for SubOrderOrder {
    fn default() -> Self {
        Self { field: SubOrderOrderField::CreatedAt, direction: Direction::Desc }
    }
}

impl SubOrderOrder {
    fn order(self) -> Sorting {
        let column = match self.field {
            SubOrderOrderField::CreatedAt => "sub_orders.created_at",
            SubOrderOrderField::PromisedAt => "sub_orders.promised_at",
        };
        Sorting { column, cast: "::timestamptz", id: "sub_orders.id", direction: self.direction }
    }

    fn key(self, row: &SubOrder) -> (String, Uuid) {
        let at = match self.field {
            SubOrderOrderField::CreatedAt => row.created_at,
            SubOrderOrderField::PromisedAt => row.promised_at,
        };
        (timestamp_key(at), row.id.0)
    }
}

/// A page of the sub-orders of sellers within the caller's scope.
pub async fn list(
    conn: &Conn,
    (actor, now): (&Actor, DateTime<Utc>),
    filter: &SubOrderWhere,
    order: SubOrderOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<SubOrder>> {
    let condition = Sql::all_of([within(actor, Permission::OrdersRead), filter.condition(now)], " AND ");
    page::fetch(conn, "sub_orders", condition, order.order(), args, count, |row| order.key(row)).await
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    status: SubOrderStatus,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many of them stand where; states without any are left out.
pub async fn count_by_status(
    mut conn: &Conn,
    (actor, now): (&Actor, DateTime<Utc>),
    filter: &SubOrderWhere,
) -> Result<HashMap<SubOrderStatus, i64>> {
    let condition = Sql::all_of([within(actor, Permission::OrdersRead), filter.condition(now)], " AND ");
    let counted = Sql::new("SELECT status, count(*) AS n FROM sub_orders WHERE ").join(condition);
    let rows: Vec<Counted> = counted.sql(" GROUP BY status").load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.status, row.n)).collect())
}

/// A sub-order that the caller may see, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: SubOrderId) -> Result<SubOrder> {
    let rest = Sql::new("FROM sub_orders WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<SubOrder>::new(rest).row(conn).await?.ok_or(Error::NotFound("sub-order"))
}

/// Whether the caller has the permission on a sub-order as seller or back office.
pub async fn is_within(conn: &Conn, actor: &Actor, permission: Permission, id: SubOrderId) -> Result<bool> {
    let mine = Sql::new("FROM sub_orders WHERE id = ").bind(id).sql(" AND ").join(within(actor, permission));
    mine.exists(conn).await
}

/// The parts of a locked order, locked for a change, in the order of their IDs.
pub async fn lock_all(conn: &Conn, order: OrderId) -> Result<Vec<SubOrder>> {
    let rest = Sql::new("FROM sub_orders WHERE order_id = ").bind(order).sql(" ORDER BY id FOR UPDATE");
    Select::<SubOrder>::new(rest).rows(conn).await
}

/// Stores what became of locked sub-orders with one statement, and counts the write.
pub async fn store_all(mut conn: &Conn, rows: &mut [SubOrder], now: DateTime<Utc>) -> Result<()> {
    for row in rows.iter_mut() {
        row.version += 1;
        row.updated_at = now;
    }
    if rows.is_empty() {
        return Ok(());
    }
    let at = |of: fn(&SubOrder) -> Option<DateTime<Utc>>| rows.iter().map(of).collect::<Vec<_>>();
    Sql::new(
        "UPDATE sub_orders SET status = new.status, reservation_id = new.reservation_id, refunded_minor = \
         new.refunded_minor, placed_at = new.placed_at, confirm_by = new.confirm_by, cancelled_at = new.cancelled_at, \
         event_seq = new.event_seq, version = version + 1, updated_at = ",
    )
    .bind(now)
    .sql(" FROM unnest(")
    .bind(rows.iter().map(|row| row.id.0).collect::<Vec<_>>())
    .sql(", ")
    .bind(rows.iter().map(|row| row.status.as_str().to_owned()).collect::<Vec<_>>())
    .sql(", ")
    .bind(rows.iter().map(|row| row.reservation_id.0).collect::<Vec<_>>())
    .sql(", ")
    .bind(rows.iter().map(|row| row.refunded_minor.0).collect::<Vec<_>>())
    .sql(", ")
    .bind(at(|row| row.placed_at))
    .sql(", ")
    .bind(at(|row| row.confirm_by))
    .sql(", ")
    .bind(at(|row| row.cancelled_at))
    .sql(", ")
    .bind(rows.iter().map(|row| row.event_seq).collect::<Vec<_>>())
    .sql(
        ") AS new (id, status, reservation_id, refunded_minor, placed_at, confirm_by, cancelled_at, event_seq) \
              WHERE sub_orders.id = new.id",
    )
    .execute(&mut conn)
    .await?;
    Ok(())
}
