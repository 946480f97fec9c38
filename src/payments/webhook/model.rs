//! Webhook deliveries: rows, and every query over them.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;

use crate::{
    id,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    payments::attempt::model::PaymentGateway,
    schema::webhook_deliveries,
    text_enum,
};

id! {
    /// Identifies a webhook as it came.
    DeliveryId, "whk", "WebhookDelivery"
}

text_enum! {
    /// What became of a webhook.
    pub enum WebhookDeliveryStatus {
        /// It waits for its job.
        Received = "received",
        /// What it says was recorded.
        Processed = "processed",
        /// It says nothing that concerns payments here.
        Ignored = "ignored",
        /// It could not be read.
        Failed = "failed",
    }
}

/// A genuine webhook of a gateway; each event once.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = webhook_deliveries)]
#[graphql(name = "WebhookDelivery", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Delivery {
    /// Global ID.
    pub id: DeliveryId,
    /// Whose.
    pub gateway: PaymentGateway,
    /// The gateway's ID of the event; where it has none, "sha256:" and the hash of the body.
    pub event: String,
    /// Kind of event, as the gateway calls it; null where it cannot be read.
    pub kind: Option<String>,
    #[graphql(skip)]
    pub body: Vec<u8>,
    /// What became of it.
    pub status: WebhookDeliveryStatus,
    /// Why it could not be processed, or was ignored.
    pub problem: Option<String>,
    /// How often it came again.
    pub repeats: i32,
    /// When it came first.
    pub received_at: DateTime<Utc>,
    /// When it was processed last.
    pub processed_at: Option<DateTime<Utc>>,
}

/// For staff alone.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new(if actor.scope(Permission::PaymentsRead).everything { "TRUE" } else { "FALSE" })
}

/// Which webhooks a list shows.
#[derive(Debug, Default, InputObject)]
pub struct WebhookDeliveryWhere {
    /// Of this gateway.
    pub gateway: Option<PaymentGateway>,
    /// In one of these states; in any when empty.
    #[graphql(default)]
    pub status: Vec<WebhookDeliveryStatus>,
    /// Of this kind, as the gateway calls it.
    pub kind: Option<String>,
}

/// A page of webhooks, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &WebhookDeliveryWhere,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Delivery>> {
    let mut parts = Vec::new();
    if let Some(gateway) = filter.gateway {
        parts.push(Sql::new("gateway = ").bind(gateway.as_str()));
    }
    if !filter.status.is_empty() {
        let status: Vec<String> = filter.status.iter().map(ToString::to_string).collect();
        parts.push(Sql::new("status = ANY(").bind(status).sql(")"));
    }
    if let Some(kind) = &filter.kind {
        parts.push(Sql::new("kind = ").bind(kind.clone()));
    }
    let condition = Sql::all_of([visible_to(actor), Sql::composed(parts)], " AND ");
    let order = Order { column: "received_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &Delivery| (timestamp_key(row.received_at), row.id.0);
    page::fetch(conn, "webhook_deliveries", condition, order, args, count, key).await
}

/// A webhook, or NOT_FOUND.
pub async fn find(conn: &Conn, id: DeliveryId) -> Result<Delivery> {
    let rest = Sql::new("FROM webhook_deliveries WHERE id = ").bind(id);
    Select::<Delivery>::new(rest).row(conn).await?.ok_or(Error::NotFound("webhook"))
}

/// Stores a webhook; answers whether its event is new. One that came before is counted.
pub async fn insert(mut conn: &Conn, row: &Delivery) -> Result<bool> {
    let known = (webhook_deliveries::gateway, webhook_deliveries::event);
    let repeats: i32 = diesel::insert_into(webhook_deliveries::table)
        .values(row)
        .on_conflict(known)
        .do_update()
        .set(webhook_deliveries::repeats.eq(webhook_deliveries::repeats + 1))
        .returning(webhook_deliveries::repeats)
        .get_result(&mut conn)
        .await?;
    Ok(repeats == 0)
}

/// Stores what became of a webhook.
pub async fn conclude(
    mut conn: &Conn,
    id: DeliveryId,
    status: WebhookDeliveryStatus,
    problem: Option<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(webhook_deliveries::table.find(id))
        .set((
            webhook_deliveries::status.eq(status),
            webhook_deliveries::problem.eq(problem),
            webhook_deliveries::processed_at.eq(Some(now)),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}
