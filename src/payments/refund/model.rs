//! Refunds: rows, and every query over them.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    id,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        money::Minor,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    load_children,
    payments::{
        attempt::{
            fold::RefundState,
            model::{Attempt, AttemptId, PaymentGateway},
        },
        intent::model::{IntentId, part_visible_to},
    },
    schema::payment_refunds,
    text_enum,
};

id! {
    /// Identifies a refund.
    RefundId, "rfn", "PaymentRefund"
}

text_enum! {
    /// How money is given back.
    pub enum PaymentRefundChannel {
        /// Through the gateway, to where it came from.
        Gateway = "gateway",
        /// By hand: a bank transfer or cash, which staff record.
        Manual = "manual",
        /// It was only promised: less is asked for.
        Waiver = "waiver",
    }
}

text_enum! {
    /// How far a refund is. A gateway may take back that it succeeded.
    pub enum PaymentRefundStatus {
        /// On its way.
        Pending = "pending",
        /// Given back.
        Refunded = "refunded",
        /// It failed; the money is still here.
        Failed = "failed",
    }
}

/// Money given back, or on its way back.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = payment_refunds)]
#[graphql(name = "PaymentRefund", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Refund {
    /// Global ID.
    pub id: RefundId,
    #[graphql(skip)]
    pub intent_id: IntentId,
    #[graphql(skip)]
    pub attempt_id: Option<AttemptId>,
    #[graphql(skip)]
    pub gateway_payment: Option<String>,
    #[graphql(skip)]
    pub request_key: String,
    /// How it is given back.
    pub channel: PaymentRefundChannel,
    /// How far it is.
    pub status: PaymentRefundStatus,
    #[graphql(skip)]
    pub amount_minor: Minor,
    /// Why.
    pub reason: String,
    /// What the gateway or the bank calls it.
    pub gateway_refund: Option<String>,
    /// Why it failed.
    pub problem: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

load_children!(
    /// The refunds of an intent, first to last.
    pub RefundsOf(IntentId) => Refund, payment_refunds.intent_id, by (created_at, id)
);

impl Refund {
    /// One that was made at the gateway itself, of which we first hear now.
    pub fn made_at_gateway(attempt: &Attempt, name: &str, told: &RefundState<'_>, now: DateTime<Utc>) -> Self {
        Self {
            id: RefundId::new(),
            intent_id: attempt.intent_id,
            attempt_id: Some(attempt.id),
            gateway_payment: told.payment.map(str::to_owned),
            request_key: format!("gateway:{name}"),
            channel: PaymentRefundChannel::Gateway,
            status: told.status,
            amount_minor: told.amount,
            reason: "made at the gateway".to_owned(),
            gateway_refund: Some(name.to_owned()),
            problem: None,
            created_at: now,
            updated_at: now,
        }
    }
}

/// The refunds of an intent, first to last.
pub async fn of_intent(mut conn: &Conn, intent: IntentId) -> Result<Vec<Refund>> {
    let rows = payment_refunds::table.filter(payment_refunds::intent_id.eq(intent));
    let rows = rows.order((payment_refunds::created_at, payment_refunds::id));
    Ok(rows.select(Refund::as_select()).load(&mut conn).await?)
}

/// A refund, or NOT_FOUND.
pub async fn find(conn: &Conn, id: RefundId) -> Result<Refund> {
    let rest = Sql::new("FROM payment_refunds WHERE id = ").bind(id);
    Select::<Refund>::new(rest).row(conn).await?.ok_or(Error::NotFound("refund"))
}

/// Adds a refund to a locked intent.
pub async fn insert(mut conn: &Conn, row: &Refund) -> Result<()> {
    diesel::insert_into(payment_refunds::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Stores how far a refund of a locked intent is.
pub async fn update(mut conn: &Conn, row: &Refund) -> Result<()> {
    diesel::update(payment_refunds::table.find(row.id))
        .set((
            payment_refunds::status.eq(row.status),
            payment_refunds::gateway_refund.eq(&row.gateway_refund),
            payment_refunds::problem.eq(&row.problem),
            payment_refunds::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// A page of refunds that the caller may see, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    status: &[PaymentRefundStatus],
    channel: Option<PaymentRefundChannel>,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Refund>> {
    let mut parts = Vec::new();
    if !status.is_empty() {
        let status: Vec<String> = status.iter().map(ToString::to_string).collect();
        parts.push(Sql::new("status = ANY(").bind(status).sql(")"));
    }
    if let Some(channel) = channel {
        parts.push(Sql::new("channel = ").bind(channel.as_str()));
    }
    let condition = Sql::all_of([part_visible_to(actor), Sql::composed(parts)], " AND ");
    let order = Order { column: "created_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &Refund| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "payment_refunds", condition, order, args, count, key).await
}

/// A payment from which money can be given back, and how much.
#[derive(Debug, QueryableByName)]
#[expect(missing_docs, reason = "as in Refund")]
pub struct Room {
    #[diesel(sql_type = sql_types::Uuid)]
    pub attempt_id: AttemptId,
    #[diesel(sql_type = sql_types::Text)]
    pub gateway: PaymentGateway,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub gateway_payment: Option<String>,
    #[diesel(sql_type = sql_types::BigInt)]
    pub room: i64,
}

/// The payments of a locked intent from which money can be given back, the latest first.
pub async fn rooms(mut conn: &Conn, intent: IntentId) -> Result<Vec<Room>> {
    let rooms = Sql::new(
        "SELECT attempt_id, gateway, gateway_payment, room FROM (SELECT paid.attempt_id, payment_attempts.gateway, \
         paid.gateway_payment, payment_attempts.number, paid.id, paid.amount_minor - (SELECT \
         coalesce(sum(given.amount_minor), 0)::bigint FROM payment_refunds AS given \
         WHERE given.attempt_id = paid.attempt_id AND given.status <> 'failed' \
         AND given.gateway_payment IS NOT DISTINCT FROM paid.gateway_payment) AS room \
         FROM payment_events AS paid JOIN payment_attempts ON payment_attempts.id = paid.attempt_id \
         WHERE paid.kind = 'captured' AND paid.intent_id = ",
    )
    .bind(intent)
    .sql(") AS paid WHERE room > 0 ORDER BY number DESC, id DESC");
    Ok(rooms.load(&mut conn).await?)
}
