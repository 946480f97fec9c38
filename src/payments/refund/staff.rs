//! Refunds as staff ask for them, and what they paid out by hand.

use serde::Serialize;

use super::{
    model::{self, PaymentRefundChannel, PaymentRefundStatus, Refund, RefundId},
    service::{self, NewRefund},
};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        error::{Error, Result},
        idempotency::{self, Outcome},
        money::Minor,
    },
    payments::{
        attempt::{
            model::{self as attempts, PaymentFactKind, PaymentFactSource},
            record::{News, record},
        },
        intent::model::{self as intents, IntentId},
    },
};

/// A refund that staff ask for.
#[derive(Clone, Debug, Serialize)]
pub struct StaffRefund {
    /// Of which payment.
    pub intent_id: IntentId,
    /// How much.
    pub amount: Minor,
    /// Why, for people.
    pub reason: String,
}

/// Gives money back; once for each key.
pub async fn refund(app: &App, actor: &Actor, input: StaffRefund, key: &str) -> Result<Refund> {
    actor.require_everywhere(Permission::PaymentsRefund)?;
    let mut checks = Checks::default();
    let reason = checks.line("reason", &input.reason, 1, 200);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim::<RefundId>(&tx, &app.clock, actor, "paymentRefund", key, &input).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return model::find(&tx, id).await,
    };
    let intent = intents::lock(&tx, input.intent_id).await?;
    let key = format!("staff:{}", RefundId::new());
    let row = service::refund(app, &tx, &intent, NewRefund { amount: input.amount, reason, key }).await?;
    Change::new("paymentRefund", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &row.id).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Records that a refund was paid out by hand: by bank transfer or in cash, with the bank's reference or the receipt's
/// number.
pub async fn record_payout(app: &App, actor: &Actor, id: RefundId, reference: &str, key: &str) -> Result<Refund> {
    actor.require_everywhere(Permission::PaymentsRefund)?;
    let mut checks = Checks::default();
    let reference = checks.line("reference", reference, 1, 100);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let input = (id, &reference);
    let claim = match idempotency::claim::<RefundId>(&tx, &app.clock, actor, "paymentRefundRecord", key, &input).await?
    {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return model::find(&tx, id).await,
    };
    let intent = intents::lock(&tx, model::find(&tx, id).await?.intent_id).await?;
    let before = model::find(&tx, id).await?;
    let (PaymentRefundChannel::Manual, PaymentRefundStatus::Pending, Some(attempt)) =
        (before.channel, before.status, before.attempt_id)
    else {
        return Err(Error::conflict("only a refund that waits to be paid out by hand can be recorded"));
    };
    let attempt = attempts::find(&tx, attempt).await?;
    let news = News {
        refund: Some(reference),
        our_refund: Some(id),
        ..News::of_payment(PaymentFactKind::Refunded, before.gateway_payment.clone(), before.amount_minor)
    };
    record(app, &tx, &intent, &attempt, PaymentFactSource::Staff, &[news]).await?;
    let after = model::find(&tx, id).await?;
    if after.status != PaymentRefundStatus::Refunded {
        return Err(Error::problem(
            "REFERENCE_TAKEN",
            "reference",
            "another refund of this payment has this reference",
        ));
    }
    Change::new("paymentRefundRecord", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &id).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}
