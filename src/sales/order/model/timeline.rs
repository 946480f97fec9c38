//! What happened to orders: rows of the timeline.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use super::{OrderId, part::SubOrderId};
use crate::{
    kernel::{db::Conn, error::Result, money::Minor},
    load_children,
    sales::order::machine::OrderParty,
    schema::order_timeline,
    text_enum,
};

text_enum! {
    /// What happened to an order.
    pub enum OrderEventKind {
        /// It was made; its goods are set aside.
        Created = "created",
        /// The payment is certain, and the sellers were told.
        Placed = "placed",
        /// A seller has taken its part on.
        Confirmed = "confirmed",
        /// A part was packed.
        Packed = "packed",
        /// A part is on its way.
        Shipped = "shipped",
        /// A part was delivered.
        Delivered = "delivered",
        /// A part was cancelled.
        Cancelled = "cancelled",
        /// Nobody paid in time, so it was cancelled.
        Expired = "expired",
        /// It was paid late, and goes ahead all the same.
        Revived = "revived",
        /// It was paid too late; the money is given back.
        PaidTooLate = "paid_too_late",
        /// Money came in.
        Paid = "paid",
        /// Money is to be given back, or need not be paid any more.
        RefundRequested = "refund_requested",
        /// Money was given back.
        Refunded = "refunded",
    }
}

text_enum! {
    /// Why an order, or a part of it, was cancelled.
    pub enum OrderCancelReason {
        /// The customer does not want it any more.
        ChangedMind = "changed_mind",
        /// It was ordered by mistake.
        OrderedByMistake = "ordered_by_mistake",
        /// It would come too late.
        TooLate = "too_late",
        /// The address is wrong.
        WrongAddress = "wrong_address",
        /// It costs less elsewhere.
        Price = "price",
        /// The seller does not have it.
        OutOfStock = "out_of_stock",
        /// Somebody else's name or money may have been used.
        SuspectedFraud = "suspected_fraud",
        /// Anything else; the note says what.
        Other = "other",
    }
}

/// Something that happened to an order.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = order_timeline)]
#[graphql(name = "OrderTimelineEntry", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Entry {
    #[graphql(skip)]
    pub order_id: OrderId,
    #[graphql(skip)]
    pub sequence: i64,
    #[graphql(skip)]
    pub sub_order_id: Option<SubOrderId>,
    /// What happened.
    pub kind: OrderEventKind,
    #[graphql(skip)]
    pub amount_minor: Option<Minor>,
    /// Why, where somebody gave a reason.
    pub reason: Option<OrderCancelReason>,
    /// What they said.
    pub note: Option<String>,
    /// On whose side somebody acted.
    #[graphql(name = "by")]
    pub actor_kind: OrderParty,
    #[graphql(skip)]
    pub actor_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
}

load_children! {
    /// What happened to an order, the first first; it is a short list.
    pub TimelineOf(OrderId) => Entry, order_timeline.order_id, by sequence
}

/// Adds entries.
pub async fn insert(mut conn: &Conn, entries: &[Entry]) -> Result<()> {
    diesel::insert_into(order_timeline::table).values(entries).execute(&mut conn).await?;
    Ok(())
}
