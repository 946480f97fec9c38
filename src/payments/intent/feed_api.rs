//! What happens to a payment, live.

use std::sync::Arc;

use async_graphql::{Context, Enum};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, subscription};
use futures_util::{Stream, StreamExt};

use super::{
    model::{self, IntentId, PaymentStatus},
    settle,
};
use crate::{
    context::Ctx,
    kernel::{
        error::{Error, Result},
        feed,
        money::{Minor, Money},
        outbox::Event,
    },
};

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PaymentEventKind {
    /// It was opened.
    Opened,
    /// A try to pay was begun, or it became known what the gateway made of one.
    Attempted,
    /// Money was set aside, paid or given back, or one of these failed.
    Changed,
    /// Money is to be given back.
    RefundAsked,
    /// The gateway refused to give back; the money is still here.
    RefundFailed,
    /// Less of what was promised is asked for.
    Waived,
    /// It was cancelled.
    Cancelled,
    /// It counts again: the money came late, and the order goes ahead all the same.
    Reopened,
}

/// Something that happened to a payment, and how it stood then.
#[derive(Clone, Debug, PlainObject)]
pub struct PaymentEvent {
    /// Where in the feed this event stands; pass it as `after` to resume.
    cursor: String,
    /// What happened.
    kind: PaymentEventKind,
    /// How far the payment was.
    status: PaymentStatus,
    /// What payers' banks had set aside or paid.
    authorised: Money,
    /// What was paid, before refunds.
    captured: Money,
    /// What was given back.
    refunded: Money,
    /// What was being given back.
    pending_refund: Money,
    /// When.
    at: DateTime<Utc>,
}

impl PaymentEvent {
    fn from_stored(event: &Event) -> Result<Self> {
        let kind = match event.kind.as_str() {
            "payment.opened" => PaymentEventKind::Opened,
            "payment.attempted" => PaymentEventKind::Attempted,
            "payment.refund_asked" => PaymentEventKind::RefundAsked,
            "payment.refund_failed" => PaymentEventKind::RefundFailed,
            "payment.waived" => PaymentEventKind::Waived,
            "payment.cancelled" => PaymentEventKind::Cancelled,
            "payment.reopened" => PaymentEventKind::Reopened,
            _ => PaymentEventKind::Changed,
        };
        let data = |name: &str| event.payload.get(name).cloned().unwrap_or_default();
        let money = |name: &str| -> Result<Money> { Ok(serde_json::from_value::<Minor>(data(name))?.into()) };
        Ok(Self {
            cursor: event.sequence.to_string(),
            kind,
            status: serde_json::from_value(data("status"))?,
            authorised: money("authorised")?,
            captured: money("captured")?,
            refunded: money("refunded")?,
            pending_refund: money("pending_refund")?,
            at: event.created_at,
        })
    }
}

/// Live feeds of payments.
#[derive(Default)]
pub struct PaymentSubscription;

#[subscription]
impl PaymentSubscription {
    /// What happens to a payment, from the cursor on and then live; without a cursor from the beginning. One's own, or
    /// any with the permission payments.read.
    #[access(Known)]
    async fn payment_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment")] intent_id: IntentId,
        #[graphql(desc = "Cursor of the last event that was seen")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<PaymentEvent>> + use<>> {
        let app = ctx.app().clone();
        model::find(&*app.db.write().await?, ctx.actor(), intent_id).await?;
        let after = match after {
            None => 0,
            Some(text) => text.parse().map_err(|_| Error::BadInput(format!("malformed cursor {text:?}")))?,
        };
        let events = feed::subscribe(app.db.clone(), Arc::clone(&app.bus), settle::topic(intent_id), Some(after));
        Ok(events.map(|event| event.and_then(|event| PaymentEvent::from_stored(&event))))
    }
}
