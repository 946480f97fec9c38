//! The one way in which what is told of an attempt takes effect, whoever tells it: under the intent's row lock, each fact
//! once. Whoever comes second changes nothing.

use chrono::{DateTime, Utc};

use super::{
    fold::{AttemptState, Fact, fold},
    jobs::CaptureAttempt,
    model::{self, Attempt, PaymentEvent, PaymentEventId, PaymentFactKind, PaymentFactSource},
};
use crate::{
    app::App,
    kernel::{
        db::Tx,
        error::{Error, Result},
        jobs::Schedule,
        money::Minor,
    },
    payments::{
        intent::{model::PaymentIntent, settle},
        refund::{
            model::{self as refunds, Refund, RefundId},
            service::{give_back_excess, sums},
        },
    },
};

/// Longest texts of gateways that are kept.
const MESSAGE: usize = 500;
const CODE: usize = 100;

/// What was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What is known.
    pub kind: PaymentFactKind,
    /// The payment, as the gateway calls it.
    pub payment: Option<String>,
    /// The refund, as the gateway calls it.
    pub refund: Option<String>,
    /// The refund, as we do, where the gateway repeats it.
    pub our_refund: Option<RefundId>,
    /// How much.
    pub amount: Minor,
    /// Why it went wrong, the gateway's code.
    pub code: Option<String>,
    /// The same as a sentence.
    pub message: Option<String>,
    /// When it happened; now where the gateway does not tell.
    pub at: Option<DateTime<Utc>>,
    /// What else the gateway tells of the payment.
    pub details: Details,
}

/// What gateways tell by the way, at different times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What the gateway keeps, tax included.
    pub fee: Option<Minor>,
    /// GST in the fee.
    pub fee_tax: Option<Minor>,
    /// The payout that the money came with.
    pub settlement: Option<String>,
    /// What the payer's bank calls it.
    pub bank_reference: Option<String>,
}

impl News {
    /// Something about a payment.
    pub fn of_payment(kind: PaymentFactKind, payment: Option<String>, amount: Minor) -> Self {
        Self {
            kind,
            payment,
            refund: None,
            our_refund: None,
            amount,
            code: None,
            message: None,
            at: None,
            details: Details::default(),
        }
    }
}

/// Records what was told of an attempt of a locked intent. Answers the intent as it stands then.
pub async fn record(
    app: &App,
    tx: &Tx,
    intent: &PaymentIntent,
    attempt: &Attempt,
    source: PaymentFactSource,
    news: &[News],
) -> Result<PaymentIntent> {
    let now = app.clock.now();
    let rows: Vec<PaymentEvent> = news.iter().map(|news| event(attempt, source, news, now)).collect();
    model::insert_events(tx, &rows).await?;
    let events = model::events_of(tx, attempt.id).await?;
    let state = fold(events.iter().map(Fact::from));
    let new = advanced(attempt, &state, &events, news);
    if new != *attempt {
        model::update(tx, &Attempt { updated_at: now, ..new.clone() }).await?;
    }
    if new.authorised_minor > attempt.authorised_minor && new.captured_minor < new.authorised_minor {
        app.enqueue(tx, &CaptureAttempt { attempt: new.id }, Schedule::default()).await?;
    }
    let refunds = follow_refunds(tx, &new, &state, news, now).await?;
    let (pending, refunded) = sums(&refunds);
    let grown = |whole: Minor, from: Minor, to: Minor| Minor(whole.0 - from.0 + to.0);
    let after = PaymentIntent {
        authorised_minor: grown(intent.authorised_minor, attempt.authorised_minor, new.authorised_minor),
        captured_minor: grown(intent.captured_minor, attempt.captured_minor, new.captured_minor),
        pending_refund_minor: pending,
        refunded_minor: refunded,
        ..intent.clone()
    };
    if after.refundable() < Minor::ZERO {
        // Webhooks come in any order: whoever told it tells it again.
        return Err(Error::Unavailable("a refund is known of which the payment is not".to_owned()));
    }
    let stored = settle::store(app, tx, intent, after, "payment.changed").await?;
    give_back_excess(app, tx, &stored).await
}

fn event(attempt: &Attempt, source: PaymentFactSource, news: &News, now: DateTime<Utc>) -> PaymentEvent {
    PaymentEvent {
        id: PaymentEventId::new(),
        intent_id: attempt.intent_id,
        attempt_id: attempt.id,
        kind: news.kind,
        source,
        gateway_payment: news.payment.clone(),
        gateway_refund: news.refund.clone(),
        amount_minor: news.amount,
        code: news.code.as_deref().map(|code| cut(code, CODE)),
        message: news.message.as_deref().map(|message| cut(message, MESSAGE)),
        occurred_at: news.at.unwrap_or(now),
        recorded_at: now,
    }
}

/// The first characters of a gateway's text, without what PostgreSQL cannot hold.
fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(most).collect()
}

/// The attempt as its facts make it. What the gateway tells by the way is kept from whoever told it first.
fn advanced(attempt: &Attempt, state: &AttemptState<'_>, events: &[PaymentEvent], news: &[News]) -> Attempt {
    let mut new = attempt.clone();
    new.status = state.status.unwrap_or(attempt.status);
    new.authorised_minor = state.authorised();
    new.captured_minor = state.captured();
    let failure = events.iter().rfind(|event| event.kind == PaymentFactKind::Failed);
    new.problem_code = failure.and_then(|event| event.code.clone()).or(new.problem_code);
    new.problem = failure.and_then(|event| event.message.clone()).or(new.problem);
    for details in news.iter().map(|news| &news.details) {
        if new.fee_minor.is_none() && details.fee.is_some() {
            (new.fee_minor, new.fee_tax_minor) = (details.fee, details.fee_tax);
        }
        new.settlement = new.settlement.or_else(|| details.settlement.clone());
        new.bank_reference = new.bank_reference.or_else(|| details.bank_reference.clone());
    }
    new
}

/// Brings the intent's refunds up to what the gateway tells; one that was made at the gateway itself is added.
async fn follow_refunds(
    tx: &Tx,
    attempt: &Attempt,
    state: &AttemptState<'_>,
    news: &[News],
    now: DateTime<Utc>,
) -> Result<Vec<Refund>> {
    let mut rows = refunds::of_intent(tx, attempt.intent_id).await?;
    for (name, told) in &state.refunds {
        let ours = news.iter().find(|news| news.refund.as_deref() == Some(*name)).and_then(|news| news.our_refund);
        let known = rows.iter_mut().find(|row| {
            row.attempt_id == Some(attempt.id) && (row.gateway_refund.as_deref() == Some(*name) || Some(row.id) == ours)
        });
        match known {
            Some(row) => {
                let new = Refund {
                    status: row.status.max(told.status),
                    gateway_refund: Some((*name).to_owned()),
                    updated_at: now,
                    ..row.clone()
                };
                if new.status != row.status || new.gateway_refund != row.gateway_refund {
                    refunds::update(tx, &new).await?;
                    *row = new;
                }
            }
            None => {
                let row = Refund::made_at_gateway(attempt, name, told, now);
                refunds::insert(tx, &row).await?;
                rows.push(row);
            }
        }
    }
    Ok(rows)
}
