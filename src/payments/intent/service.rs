//! What the payable's owner does with an intent. All of it is SQL alone: gateways are asked after the commit.

use chrono::TimeDelta;
use uuid::Uuid;

pub use super::{model::lock, settle::topic};
use super::{
    model::{self, IntentId, PaymentIntent, PaymentMethod, PaymentStatus},
    settle,
};
pub use crate::payments::{
    cod::{
        rules::CodCase,
        service::{NewCollection, collect},
    },
    refund::service::{NewRefund, refund},
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        db::Tx,
        error::{Error, Result},
        jobs::Schedule,
        money::Minor,
    },
    payments::{
        attempt::{jobs::CloseAttempt, model as attempts},
        cod, credit,
    },
};

/// Most that one intent asks for, in paise: ten crore rupees.
const MOST: Minor = Minor(10_000_000_000);

/// What is to be paid for one payable.
#[derive(Clone, Debug)]
pub struct NewIntent {
    /// What is paid for: the order's UUID.
    pub payable_id: Uuid,
    /// What people know it by: 1 to 30 letters, digits and hyphens, shown at gateways.
    pub reference: String,
    /// Who pays.
    pub account_id: AccountId,
    /// What is to be paid; nothing is paid at once.
    pub amount: Minor,
    /// How.
    pub method: PaymentMethod,
    /// With cash on delivery: what decides whether it is offered.
    pub cod: Option<CodCase>,
}

/// Opens an intent. Cash on delivery and credit are promised at once, or refused with a typed error: credit takes the
/// account's limit under its row lock. A payable has one intent that is not cancelled.
pub async fn open(app: &App, tx: &Tx, new: NewIntent) -> Result<PaymentIntent> {
    if !(Minor::ZERO..=MOST).contains(&new.amount) {
        return Err(Error::invalid("amount", "this amount cannot be paid"));
    }
    let now = app.clock.now();
    let mut row = PaymentIntent {
        id: IntentId::new(),
        payable_id: new.payable_id,
        reference: new.reference,
        account_id: new.account_id,
        method: new.method,
        status: PaymentStatus::Open,
        amount_minor: new.amount,
        waived_minor: Minor::ZERO,
        authorised_minor: Minor::ZERO,
        captured_minor: Minor::ZERO,
        refunded_minor: Minor::ZERO,
        pending_refund_minor: Minor::ZERO,
        overpaid: false,
        expires_at: None,
        due_on: None,
        event_seq: 1,
        created_at: now,
        updated_at: now,
    };
    match new.method {
        PaymentMethod::Cod => cod::rules::check(&app.config.payments, new.cod.as_ref(), new.amount)?,
        PaymentMethod::Credit => {
            let days = credit::service::take(app, tx, new.account_id, new.amount).await?;
            row.due_on = Some(app.clock.today() + TimeDelta::days(days.into()));
        }
        _ => row.expires_at = Some(now + TimeDelta::minutes(app.config.payments.payment_minutes.into())),
    }
    row.status = row.standing();
    model::insert(tx, &row).await?;
    settle::emit(tx, "payment.opened", &row).await?;
    Ok(row)
}

/// Closes a locked intent of which nothing was paid yet: CONFLICT otherwise. Money that comes in later is given back,
/// unless the owner reopens it. A cancelled intent stays as it is.
pub async fn cancel(app: &App, tx: &Tx, intent: &PaymentIntent) -> Result<PaymentIntent> {
    if intent.status == PaymentStatus::Cancelled {
        return Ok(intent.clone());
    }
    if intent.captured_minor > Minor::ZERO {
        return Err(Error::conflict("money was paid already: give it back instead"));
    }
    if intent.method == PaymentMethod::Credit {
        credit::service::give_back(app, tx, intent.account_id, intent.outstanding()).await?;
    }
    if !intent.method.is_promise() {
        for attempt in attempts::of_intent(tx, intent.id).await? {
            if attempt.gateway.is_service() {
                app.enqueue(tx, &CloseAttempt { attempt: attempt.id }, Schedule::default()).await?;
            }
        }
    }
    let after = PaymentIntent { status: PaymentStatus::Cancelled, ..intent.clone() };
    settle::store(app, tx, intent, after, "payment.cancelled").await
}

/// Makes a locked, cancelled intent count again, into which the whole amount came late: for an owner who still delivers.
/// CONFLICT where something is missing, or was given back.
pub async fn reopen(app: &App, tx: &Tx, intent: &PaymentIntent) -> Result<PaymentIntent> {
    let whole = intent.captured_minor >= intent.asked() && intent.refundable() >= intent.asked();
    if intent.status != PaymentStatus::Cancelled || !whole {
        return Err(Error::conflict("only a cancelled payment that came in late and whole can be reopened"));
    }
    let after = PaymentIntent { status: PaymentStatus::Open, ..intent.clone() };
    settle::store(app, tx, intent, after, "payment.reopened").await
}
