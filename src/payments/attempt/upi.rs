//! Plain UPI: staff enter what the bank's statement shows.

use serde::Serialize;

use super::{
    model::{self, AttemptId, PaymentAttemptStatus, PaymentFactKind, PaymentFactSource, PaymentGateway},
    record::{News, record},
};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        error::{Error, Result},
        idempotency::{self, Outcome},
        money::Minor,
    },
    payments::{
        cod::service::is_rrn,
        intent::model::{self as intents, IntentId, PaymentIntent},
    },
};

/// What the statement shows.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The try to pay.
    pub attempt_id: AttemptId,
    /// The bank's reference (RRN), 12 digits.
    pub rrn: String,
    /// What arrived.
    pub amount: Minor,
}

/// Records that a plain UPI payment arrived; once for each key. The bank's reference names one payment alone.
pub async fn confirm(app: &App, actor: &Actor, entry: &Entry, key: &str) -> Result<PaymentIntent> {
    actor.require_everywhere(Permission::PaymentsWrite)?;
    let (id, rrn, amount) = (entry.attempt_id, &entry.rrn, entry.amount);
    if !is_rrn(rrn) {
        return Err(Error::invalid("rrn", "a UPI payment's reference (RRN) has 12 digits"));
    }
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim::<IntentId>(&tx, &app.clock, actor, "paymentUpiConfirm", key, entry).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return intents::find(&tx, actor, id).await,
    };
    let before = intents::lock(&tx, model::find(&tx, id).await?.intent_id).await?;
    let mut attempt = model::find(&tx, id).await?;
    if attempt.gateway != PaymentGateway::Upi {
        return Err(Error::conflict("the gateway itself tells of this payment"));
    }
    if attempt.status != PaymentAttemptStatus::Pending {
        return Err(Error::conflict("this payment was recorded already"));
    }
    if amount != attempt.amount_minor {
        let message = format!("₹{} is to be paid; give another amount back by hand", attempt.amount_minor);
        return Err(Error::problem("WRONG_AMOUNT", "amount", message));
    }
    attempt.bank_reference = Some(rrn.clone());
    model::update(&tx, &attempt).await?;
    let news = News::of_payment(PaymentFactKind::Captured, Some(rrn.clone()), amount);
    let after = record(app, &tx, &before, &attempt, PaymentFactSource::Staff, &[news]).await?;
    Change::new("paymentUpiConfirm", after.id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &after.id).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}
