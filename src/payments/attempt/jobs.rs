//! What is done about attempts after the commit: asking how they stand, taking what was set aside, closing.

use serde::{Deserialize, Serialize};

use super::{
    follow::{Subject, asked_after, look, tell},
    model::{self, AttemptId, PaymentAttemptStatus, PaymentFactKind, PaymentFactSource},
};
use crate::{
    app::App,
    kernel::{
        db::Conn,
        error::{Error, Result},
        jobs::{Job, JobRun, Schedule},
        money::Minor,
    },
    payments::{attempt::fold, gateway::CallError, intent::model::PaymentStatus},
};

/// Jobs that ask gateways.
pub const PAYMENT_QUEUE: &str = "payments";
/// How many at once.
pub const PAYMENTS_AT_ONCE: usize = 4;

/// Asks the gateway how an attempt stands, again and again until it is paid or the rounds are over.
#[derive(Debug, Serialize, Deserialize)]
pub struct FollowAttempt {
    /// The attempt.
    pub attempt: AttemptId,
    /// Which time it is, from 0.
    pub round: usize,
}

impl FollowAttempt {
    /// Enqueues a round, if there is one.
    pub async fn enqueue(app: &App, conn: &Conn, attempt: AttemptId, round: usize) -> Result<()> {
        let Some(after) = asked_after(round) else { return Ok(()) };
        let schedule = Schedule { run_at: Some(app.clock.now() + after), ..Schedule::default() };
        app.enqueue(conn, &Self { attempt, round }, schedule).await?;
        Ok(())
    }
}

impl Job<App> for FollowAttempt {
    const KIND: &'static str = "follow_payment_attempt";
    const QUEUE: &'static str = PAYMENT_QUEUE;

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("follow_payment_attempt:{}:{}", self.attempt.0, self.round))
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        if !look(&app, self.attempt, self.round).await? {
            Self::enqueue(&app, &*app.db.write().await?, self.attempt, self.round + 1).await?;
        }
        Ok(())
    }
}

/// Takes what payers' banks have set aside for an attempt.
#[derive(Debug, Serialize, Deserialize)]
pub struct CaptureAttempt {
    /// The attempt.
    pub attempt: AttemptId,
}

impl Job<App> for CaptureAttempt {
    const KIND: &'static str = "capture_payment";
    const QUEUE: &'static str = PAYMENT_QUEUE;

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        let subject = Subject::read(&app, self.attempt).await?;
        if subject.intent.status == PaymentStatus::Cancelled {
            return Ok(());
        }
        let service = subject.service(&app)?;
        let events = model::events_of(&*app.db.write().await?, self.attempt).await?;
        let state = fold::fold(events.iter().map(fold::Fact::from));
        for (payment, sums) in &state.payments {
            let Some(payment) = payment.filter(|_| sums.authorised > Minor::ZERO && sums.captured == Minor::ZERO)
            else {
                continue;
            };
            let news = service.capture(&subject.attempt, payment, sums.authorised).await.map_err(again)?;
            let taken = news.iter().any(|news| news.kind != PaymentFactKind::Authorised);
            tell(&app, self.attempt, PaymentFactSource::Call, None, &news).await?;
            if !taken {
                return Err(Error::Unavailable("the gateway has not taken the money yet".to_owned()));
            }
        }
        Ok(())
    }
}

fn again(error: CallError) -> Error {
    Error::Unavailable(error.to_string())
}

/// Sees to it that nothing more is paid by an attempt of a cancelled intent.
#[derive(Debug, Serialize, Deserialize)]
pub struct CloseAttempt {
    /// The attempt.
    pub attempt: AttemptId,
}

impl Job<App> for CloseAttempt {
    const KIND: &'static str = "close_payment_attempt";
    const QUEUE: &'static str = PAYMENT_QUEUE;

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        let subject = Subject::read(&app, self.attempt).await?;
        let open = matches!(subject.attempt.status, PaymentAttemptStatus::Pending | PaymentAttemptStatus::Failed);
        if !open || subject.intent.status != PaymentStatus::Cancelled {
            return Ok(());
        }
        match subject.service(&app)?.close(&subject.attempt).await {
            Ok(news) => tell(&app, self.attempt, PaymentFactSource::Call, None, &news).await.map(|_| ()),
            // Paid or closed meanwhile: the next look at it tells.
            Err(CallError::Refused { .. }) => Ok(()),
            Err(unknown) => Err(again(unknown)),
        }
    }
}
