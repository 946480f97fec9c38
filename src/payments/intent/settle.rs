//! How a change of an intent is written: the row, its event, and word to the payable's owner, in one transaction.

use serde_json::json;
use uuid::Uuid;

use super::model::{self, IntentId, PaymentIntent};
use crate::{
    app::App,
    kernel::{
        db::{Conn, Tx},
        error::Result,
        outbox::NewEvent,
    },
    payments::payee::{Payable, Payee},
};

/// The feed of an intent's events.
pub fn topic(id: IntentId) -> String {
    format!("payment:{}", id.0)
}

/// The event that an intent has changed so; its sequence number is the row's.
pub async fn emit(conn: &Conn, kind: &'static str, row: &PaymentIntent) -> Result<()> {
    let event = NewEvent {
        id: Uuid::now_v7(),
        topic: topic(row.id),
        sequence: row.event_seq,
        kind,
        payload: json!({
            "status": row.status,
            "authorised": row.authorised_minor,
            "captured": row.captured_minor,
            "refunded": row.refunded_minor,
            "pending_refund": row.pending_refund_minor,
        }),
        created_at: row.updated_at,
        feed: None,
    };
    event.emit(conn).await
}

/// Notes for followers that something about a locked intent happened which changes none of its amounts.
pub async fn note(app: &App, tx: &Tx, row: &PaymentIntent, kind: &'static str) -> Result<PaymentIntent> {
    let row = PaymentIntent { event_seq: row.event_seq + 1, updated_at: app.clock.now(), ..row.clone() };
    model::update(tx, &row).await?;
    emit(tx, kind, &row).await?;
    Ok(row)
}

/// Stores what became of a locked intent, where anything did, and tells followers and the payable's owner. Answers the
/// row as it stands then: the owner may have asked for more.
pub async fn store(
    app: &App,
    tx: &Tx,
    before: &PaymentIntent,
    after: PaymentIntent,
    kind: &'static str,
) -> Result<PaymentIntent> {
    let mut after = PaymentIntent { overpaid: after.authorised_minor > after.asked(), ..after };
    after.status = after.standing();
    if after == *before {
        return Ok(after);
    }
    after.event_seq += 1;
    after.updated_at = app.clock.now();
    model::update(tx, &after).await?;
    emit(tx, kind, &after).await?;
    tell(app, tx, before, &after).await?;
    model::lock(tx, after.id).await
}

/// Boxed, since the owner may call back into payments.
fn tell<'a>(
    app: &'a App,
    tx: &'a Tx,
    before: &'a PaymentIntent,
    after: &'a PaymentIntent,
) -> futures_util::future::BoxFuture<'a, Result<()>> {
    Box::pin(Payable::payment_changed(app, tx, before, after))
}
