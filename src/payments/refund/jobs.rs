//! Refunds through gateways: asked for after the commit, and followed until the gateway says how they ended.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    model::{self, PaymentRefundChannel, PaymentRefundStatus, Refund, RefundId},
    service::sums,
};
use crate::{
    app::App,
    kernel::{
        error::{Error, Result},
        jobs::{Job, JobRun, Schedule},
    },
    payments::{
        attempt::{
            follow::tell,
            jobs::PAYMENT_QUEUE,
            model::{self as attempts, PaymentFactSource},
            record::News,
        },
        gateway::{self, CallError},
        intent::{
            model::{self as intents, PaymentIntent},
            settle,
        },
    },
};

/// After how many hours a gateway is asked how far a refund is, counted from the time before.
const ASKED_AFTER_HOURS: [i64; 6] = [1, 6, 24, 48, 96, 192];

/// Asks the gateway to give back, then how far it is. The gateway takes the refund's own key, so a call whose answer was
/// lost is repeated.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendRefund {
    /// The refund.
    pub refund: RefundId,
    /// How often the gateway was asked before.
    pub round: usize,
}

impl Job<App> for SendRefund {
    const KIND: &'static str = "send_refund";
    const QUEUE: &'static str = PAYMENT_QUEUE;

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("send_refund:{}:{}", self.refund.0, self.round))
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        let conn = app.db.write().await?;
        let row = model::find(&conn, self.refund).await?;
        let (PaymentRefundStatus::Pending, PaymentRefundChannel::Gateway, Some(attempt)) =
            (row.status, row.channel, row.attempt_id)
        else {
            return Ok(());
        };
        let attempt = attempts::find(&conn, attempt).await?;
        drop(conn);
        let missing = || Error::Unavailable(format!("the gateway {} is not set up", attempt.gateway));
        let service = gateway::service(&app, attempt.gateway).ok_or_else(missing)?;
        let news = match service.refund(&attempt, &row).await {
            Ok(news) => News { our_refund: Some(row.id), ..news },
            Err(CallError::Refused { passing: false, message, .. }) if row.gateway_refund.is_none() => {
                return fail(&app, &row, &message).await;
            }
            Err(error) => return Err(Error::Unavailable(error.to_string())),
        };
        tell(&app, attempt.id, PaymentFactSource::Call, None, &[news]).await?;
        let conn = app.db.write().await?;
        if model::find(&conn, self.refund).await?.status == PaymentRefundStatus::Pending
            && let Some(hours) = ASKED_AFTER_HOURS.get(self.round)
        {
            let run_at = Some(app.clock.now() + TimeDelta::hours(*hours));
            let next = Self { refund: self.refund, round: self.round + 1 };
            app.enqueue(&conn, &next, Schedule { run_at, ..Schedule::default() }).await?;
        }
        Ok(())
    }
}

/// The gateway has refused: the money is still here.
async fn fail(app: &App, row: &Refund, why: &str) -> Result<()> {
    let tx = app.db.begin().await?;
    let intent = intents::lock(&tx, row.intent_id).await?;
    let row = model::find(&tx, row.id).await?;
    if row.status != PaymentRefundStatus::Pending || row.gateway_refund.is_some() {
        return Ok(());
    }
    let problem = Some(why.chars().filter(|c| *c != '\0').take(500).collect());
    model::update(&tx, &Refund { status: PaymentRefundStatus::Failed, problem, updated_at: app.clock.now(), ..row })
        .await?;
    let (pending_refund_minor, refunded_minor) = sums(&model::of_intent(&tx, intent.id).await?);
    let after = PaymentIntent { pending_refund_minor, refunded_minor, ..intent.clone() };
    settle::store(app, &tx, &intent, after, "payment.refund_failed").await?;
    tx.commit().await?;
    app.committed();
    Ok(())
}
