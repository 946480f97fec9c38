//! Orders: rows, and every query over them.

pub mod line;
pub mod part;
pub mod timeline;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use super::{number, status};
use crate::{
    id,
    identity::account::model::AccountId,
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        loader::Key,
        money::Minor,
        page::{self, Direction, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    load_by_id, load_children,
    payments::intent::model::IntentId,
    sales::{cart::model::CartId, coupon::model::CouponId, order::status::OrderStatus},
    schema::{order_addresses, order_discounts, orders},
};

id! {
    /// Identifies an order.
    OrderId, "ord", "Order"
}

/// What a customer bought with one payment.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Serialize, PlainObject)]
#[diesel(table_name = orders)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown, or in the database")]
pub struct Order {
    /// Global ID.
    pub id: OrderId,
    /// What people say and type, such as "FV-7K3Q-9M2X"; its last character is a check.
    pub number: String,
    #[graphql(skip)]
    pub account_id: AccountId,
    #[graphql(skip)]
    pub cart_id: CartId,
    #[graphql(skip)]
    pub payment_intent_id: IntentId,
    /// The customer's mail address at that time.
    pub email: String,
    /// The buyer's business.
    pub business_name: Option<String>,
    /// The buyer's GST number, for a tax invoice to a business.
    pub gstin: Option<String>,
    /// The buyer's own reference.
    pub purchase_order: Option<String>,
    /// The instant of delivery that was asked for.
    pub deliver_at: DateTime<Utc>,
    #[graphql(skip)]
    pub subtotal_minor: Minor,
    #[graphql(skip)]
    pub discount_minor: Minor,
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
    /// Until when it waits for its payment; null where none is waited for.
    pub expires_at: Option<DateTime<Utc>>,
    /// When its payment was certain and its sellers were told.
    pub placed_at: Option<DateTime<Utc>>,
    /// When it was cancelled since nobody paid in time.
    pub expired_at: Option<DateTime<Utc>>,
    /// When the last of it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub event_seq: i64,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Order {
    /// Whether it waits for its payment.
    pub fn is_waiting(&self) -> bool {
        self.placed_at.is_none() && self.cancelled_at.is_none()
    }
}

/// Where an order goes: the customer's address as it stood at the time of sale.
#[derive(Clone, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = order_addresses)]
#[expect(missing_docs, reason = "skipped fields are documented in the database")]
pub struct OrderAddress {
    #[graphql(skip)]
    pub order_id: OrderId,
    /// Who receives it.
    pub contact_name: String,
    /// Phone number of the receiver (E.164).
    pub phone: String,
    /// Another number (E.164).
    pub alternate_phone: Option<String>,
    /// House and street.
    pub line1: String,
    /// Area, building, floor.
    pub line2: String,
    /// Something nearby that is easy to find.
    pub landmark: String,
    /// City, town or village.
    pub city: String,
    /// GST code of the state: the place of supply.
    pub state_code: String,
    /// Six digits.
    pub pincode: String,
    /// What the courier should know.
    pub delivery_instructions: String,
}

/// What a coupon took off an order.
#[derive(Clone, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = order_discounts)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct OrderDiscount {
    #[graphql(skip)]
    pub id: Uuid,
    #[graphql(skip)]
    pub order_id: OrderId,
    #[graphql(skip)]
    pub position: i32,
    #[graphql(skip)]
    pub coupon_id: CouponId,
    /// The coupon's code.
    pub code: String,
    #[graphql(skip)]
    pub seller_id: Option<SellerId>,
    #[graphql(skip)]
    pub goods_minor: Minor,
    #[graphql(skip)]
    pub delivery_minor: Minor,
}

load_by_id!(OrderId => Order, orders);
load_children! {
    /// What coupons took off an order, in the order in which they took effect.
    pub DiscountsOf(OrderId) => OrderDiscount, order_discounts.order_id, by position
}

/// The key of where an order goes, reached from orders and sub-orders that the caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressOf(pub OrderId);

impl Key for AddressOf {
    type Value = Arc<OrderAddress>;

    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<OrderId> = keys.iter().map(|key| key.0).collect();
        let rows = order_addresses::table.filter(order_addresses::order_id.eq_any(ids));
        let rows: Vec<OrderAddress> = rows.select(OrderAddress::as_select()).load(&mut conn).await?;
        Ok(rows.into_iter().map(|row| (Self(row.order_id), Arc::new(row))).collect())
    }
}

/// The key of an order that the caller may see as a whole: its buyer and the back office, not its sellers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Visible(pub OrderId);

impl Key for Visible {
    type Value = Arc<Order>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rest = Sql::new("FROM orders WHERE id = ANY(").bind(ids).sql(") AND ").join(visible_to(actor));
        let rows = Select::<Order>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (Self(row.id), Arc::new(row))).collect())
    }
}

/// One's own orders; all with `orders.read` over the whole platform. Sellers see their sub-orders alone.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.scope(Permission::OrdersRead).everything {
        return Sql::new("TRUE");
    }
    Sql::new("orders.account_id = ").bind(actor.account_id())
}

/// Which orders a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrderWhere {
    /// With this number, phone number of the receiver (ten digits, or with the country's code), or mail address of the
    /// customer.
    pub search: Option<String>,
    /// Where they stand; anywhere when empty.
    #[graphql(default)]
    pub status: Vec<OrderStatus>,
    /// Of this customer.
    pub customer_id: Option<AccountId>,
    /// With a part of this seller.
    pub seller_id: Option<SellerId>,
    /// Made at this instant or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Made before this instant.
    pub created_before: Option<DateTime<Utc>>,
}

impl OrderWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(text) = &self.search {
            parts.push(found_by(text));
        }
        if !self.status.is_empty() {
            let states: Vec<String> = self.status.iter().map(|one| one.as_str().to_owned()).collect();
            parts.push(Sql::new(status::OF_ORDER).sql(" = ANY(").bind(states).sql(")"));
        }
        if let Some(customer) = self.customer_id {
            parts.push(Sql::new("orders.account_id = ").bind(customer));
        }
        if let Some(seller) = self.seller_id {
            let sells =
                Sql::new("EXISTS (SELECT FROM sub_orders WHERE sub_orders.order_id = orders.id AND seller_id = ");
            parts.push(sells.bind(seller).sql(")"));
        }
        if let Some(from) = self.created_from {
            parts.push(Sql::new("orders.created_at >= ").bind(from));
        }
        if let Some(before) = self.created_before {
            parts.push(Sql::new("orders.created_at < ").bind(before));
        }
        Sql::composed(parts)
    }
}

/// The condition of orders that somebody looks for by a text; none where it is nothing of the sort.
fn found_by(text: &str) -> Sql {
    if let Some(number) = number::read(text) {
        return Sql::new("orders.number = ").bind(number);
    }
    if text.contains('@') {
        return Sql::new("orders.email = ").bind(text.trim().to_lowercase());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).take(16).collect();
    let phone = match digits.len() {
        10 => format!("+91{digits}"),
        11..=15 => format!("+{}", digits.trim_start_matches('0')),
        _ => return Sql::new("FALSE"),
    };
    Sql::new("orders.id IN (SELECT order_id FROM order_addresses WHERE phone = ").bind(phone).sql(")")
}

/// Which field sorts a list of orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OrderOrderField {
    /// When it was made.
    #[default]
    CreatedAt,
    /// What is to be paid.
    Total,
}

/// How a list of orders is sorted.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OrderOrder {
    /// By which field.
    #[graphql(default)]
    pub field: OrderOrderField,
    /// Which way.
    #[graphql(default_with = "Direction::Desc")]
    pub direction: Direction,
}

impl Default for OrderOrder {
    fn default() -> Self {
        Self { field: OrderOrderField::CreatedAt, direction: Direction::Desc }
    }
}

impl OrderOrder {
    fn order(self) -> page::Order {
        let (column, cast) = match self.field {
            OrderOrderField::CreatedAt => ("orders.created_at", "::timestamptz"),
            OrderOrderField::Total => ("orders.total_minor", "::bigint"),
        };
        page::Order { column, cast, id: "orders.id", direction: self.direction }
    }

    fn key(self, row: &Order) -> (String, Uuid) {
        let sort = match self.field {
            OrderOrderField::CreatedAt => timestamp_key(row.created_at),
            OrderOrderField::Total => row.total_minor.0.to_string(),
        };
        (sort, row.id.0)
    }
}

/// A page of orders that the caller may see.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &OrderWhere,
    order: OrderOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Order>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    page::fetch(conn, "orders", condition, order.order(), args, count, |row| order.key(row)).await
}

/// An order that the caller may see, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: OrderId) -> Result<Order> {
    let rest = Sql::new("FROM orders WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<Order>::new(rest).row(conn).await?.ok_or(Error::NotFound("order"))
}

/// The same by its number, as somebody types it.
pub async fn find_by_number(conn: &Conn, actor: &Actor, text: &str) -> Result<Order> {
    let number = number::read(text).ok_or(Error::NotFound("order"))?;
    let rest = Sql::new("FROM orders WHERE number = ").bind(number).sql(" AND ").join(visible_to(actor));
    Select::<Order>::new(rest).row(conn).await?.ok_or(Error::NotFound("order"))
}

/// An order, locked for a change. Its payment intent is locked before.
pub async fn lock(conn: &Conn, id: OrderId) -> Result<Order> {
    let rest = Sql::new("FROM orders WHERE id = ").bind(id).sql(" FOR UPDATE");
    Select::<Order>::new(rest).row(conn).await?.ok_or(Error::NotFound("order"))
}

/// The same by what is paid; `None` where the intent is for something else, or its order is not written yet.
pub async fn lock_paid_by(conn: &Conn, intent: IntentId) -> Result<Option<Order>> {
    let rest = Sql::new("FROM orders WHERE payment_intent_id = ").bind(intent).sql(" FOR UPDATE");
    Select::<Order>::new(rest).row(conn).await
}

/// What coupons took off an order.
pub async fn discounts(mut conn: &Conn, order: OrderId) -> Result<Vec<OrderDiscount>> {
    let rows = order_discounts::table.filter(order_discounts::order_id.eq(order)).order(order_discounts::position);
    Ok(rows.select(OrderDiscount::as_select()).load(&mut conn).await?)
}

/// Whether all who would send an order still work: its sellers, and their locations.
pub async fn can_be_sent(conn: &Conn, order: OrderId) -> Result<bool> {
    let closed = Sql::new(
        "FROM sub_orders JOIN sellers ON sellers.id = sub_orders.seller_id \
         LEFT JOIN stores ON stores.id = sub_orders.location_id \
         LEFT JOIN warehouses ON warehouses.id = sub_orders.location_id \
         WHERE (sellers.status <> 'active' OR coalesce(stores.status, warehouses.status) <> 'active') \
         AND sub_orders.order_id = ",
    );
    Ok(!closed.bind(order).exists(conn).await?)
}

/// Orders, at most so many, that wait for a payment and whose time is over, with their payment intents; the oldest first.
pub async fn overdue(mut conn: &Conn, now: DateTime<Utc>, limit: i64) -> Result<Vec<(OrderId, IntentId)>> {
    let waiting = orders::placed_at.is_null().and(orders::cancelled_at.is_null());
    let rows = orders::table.filter(waiting.and(orders::expires_at.le(now))).order(orders::expires_at).limit(limit);
    Ok(rows.select((orders::id, orders::payment_intent_id)).load(&mut conn).await?)
}

/// Stores what became of a locked order, and counts the write.
pub async fn store(mut conn: &Conn, row: &mut Order, now: DateTime<Utc>) -> Result<()> {
    row.version += 1;
    row.updated_at = now;
    diesel::update(orders::table.find(row.id))
        .set((
            orders::placed_at.eq(row.placed_at),
            orders::expired_at.eq(row.expired_at),
            orders::cancelled_at.eq(row.cancelled_at),
            orders::event_seq.eq(row.event_seq),
            orders::version.eq(row.version),
            orders::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}
