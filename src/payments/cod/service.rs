//! Taking money at the door.

use super::{
    model::{self, CodCollectionMode, Collection},
    rules,
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        db::Tx,
        error::{Error, Result},
        money::Minor,
    },
    payments::{
        attempt::{
            model::{
                self as attempts, Attempt, AttemptId, PaymentAttemptStatus, PaymentFactKind, PaymentFactSource,
                PaymentGateway,
            },
            record::{News, record},
        },
        intent::model::{PaymentIntent, PaymentMethod, PaymentStatus},
    },
};

/// Money taken on delivery.
#[derive(Clone, Debug)]
pub struct NewCollection {
    /// Names the collection for whoever records it, 1 to 100 characters: recorded again, it is the same one.
    pub key: String,
    /// How it was taken.
    pub mode: CodCollectionMode,
    /// What is due at this door; all that is outstanding when `None`.
    pub due: Option<Minor>,
    /// How much was taken: cash is what is due in whole rupees, UPI to the paisa.
    pub amount: Minor,
    /// With UPI: the bank's reference (RRN, 12 digits).
    pub rrn: Option<String>,
    /// Who took it.
    pub collected_by: AccountId,
}

/// What whoever delivers takes of what is due: in whole rupees when it is cash.
pub fn to_take(due: Minor, mode: CodCollectionMode) -> Minor {
    match mode {
        CodCollectionMode::Cash => rules::whole_rupees(due),
        CodCollectionMode::UpiOnDelivery => due,
    }
}

/// Records that what is due of a locked intent was taken at the door: once for each key. An order that comes in several
/// deliveries is collected in parts.
pub async fn collect(app: &App, tx: &Tx, intent: &PaymentIntent, new: NewCollection) -> Result<PaymentIntent> {
    if let Some(known) = attempts::by_gateway_order(tx, PaymentGateway::Cash, &new.key).await?
        && known.intent_id == intent.id
    {
        return Ok(intent.clone());
    }
    let due = check(intent, &new)?;
    let now = app.clock.now();
    let attempt = Attempt {
        status: PaymentAttemptStatus::Pending,
        gateway_order: Some(new.key.clone()),
        bank_reference: new.rrn.clone(),
        ..Attempt::next(tx, intent, PaymentGateway::Cash, due, now).await?
    };
    attempts::insert(tx, &attempt).await?;
    let row = Collection {
        attempt_id: attempt.id,
        intent_id: intent.id,
        mode: new.mode,
        due_minor: due,
        collected_minor: new.amount,
        rounding_minor: Minor(new.amount.0 - due.0),
        collected_by: new.collected_by,
        collected_at: now,
    };
    model::insert(tx, &row).await?;
    let news = News::of_payment(PaymentFactKind::Captured, Some(payment_name(attempt.id)), due);
    record(app, tx, intent, &attempt, PaymentFactSource::Staff, &[news]).await
}

fn payment_name(attempt: AttemptId) -> String {
    attempt.to_string()
}

/// What is outstanding, where it may be taken so.
fn check(intent: &PaymentIntent, new: &NewCollection) -> Result<Minor> {
    if intent.method != PaymentMethod::Cod || intent.status != PaymentStatus::Promised {
        return Err(Error::conflict("nothing is to be collected for this payment"));
    }
    if new.key.is_empty() || new.key.len() > 100 || new.key.chars().any(char::is_control) {
        return Err(Error::invalid("collectionKey", "a collection's key has 1 to 100 characters"));
    }
    match (new.mode, &new.rrn) {
        (CodCollectionMode::Cash, None) => {}
        (CodCollectionMode::UpiOnDelivery, Some(rrn)) if is_rrn(rrn) => {}
        (CodCollectionMode::Cash, Some(_)) => return Err(Error::invalid("rrn", "cash has no bank reference")),
        (CodCollectionMode::UpiOnDelivery, _) => {
            return Err(Error::invalid("rrn", "a UPI payment's reference (RRN) has 12 digits"));
        }
    }
    let due = new.due.unwrap_or(intent.outstanding());
    if due <= Minor::ZERO || due > intent.outstanding() {
        return Err(Error::problem("WRONG_AMOUNT", "amount", format!("₹{} is outstanding", intent.outstanding())));
    }
    let take = to_take(due, new.mode);
    if new.amount != take {
        return Err(Error::problem("WRONG_AMOUNT", "amount", format!("₹{take} is to be collected")));
    }
    Ok(due)
}

/// Whether the text is a UPI payment's reference at the banks.
pub fn is_rrn(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
