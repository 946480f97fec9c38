//! What has to be done again and again: one job that enqueues its own successor.
//!
//! Each hour has one job, named by its dedupe key, so that any number of nodes may schedule it. The successor is
//! enqueued before the work begins: a round that fails does not end the chain.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    catalog::{search::jobs::RankSearch, shelf},
    identity::{self, throttle},
    inventory::{reservation::jobs::ExpireReservations, stock_alert},
    kernel::{
        error::{Error, Result},
        idempotency,
        jobs::{self, Job, JobRun, Schedule},
        mail::MAIL_QUEUE,
        outbox,
    },
    marketplace::{distributor, document, offer, performance},
    sales::{cart, order::jobs::ExpireOrders},
    work::file,
};

const FOLLOWED_EVERY: Duration = Duration::from_millis(500);
const EVERY: TimeDelta = TimeDelta::hours(1);
/// A client that was away longer starts from a fresh query.
const EVENTS_KEPT: TimeDelta = TimeDelta::days(7);
const IDEMPOTENCY_KEYS_KEPT: TimeDelta = TimeDelta::days(30);
const JOBS_KEPT: TimeDelta = TimeDelta::days(30);
/// A sent mail's job holds an address and perhaps a code: it goes soon.
const SENT_MAIL_KEPT: TimeDelta = TimeDelta::days(1);
/// Jobs deleted by one statement.
const BATCH: i64 = 5_000;

/// One round of maintenance.
#[derive(Debug, Serialize, Deserialize)]
pub struct Maintain {
    /// The hour that this round is for.
    pub due: DateTime<Utc>,
}

impl Maintain {
    /// The first round after the instant.
    fn after(now: DateTime<Utc>) -> Result<Self> {
        let hour = now.duration_trunc(EVERY).map_err(Error::internal)?;
        Ok(Self { due: hour + EVERY })
    }

    async fn enqueue(&self, app: &App) -> Result<()> {
        let schedule = Schedule { run_at: Some(self.due), ..Schedule::default() };
        app.enqueue(&*app.db.write().await?, self, schedule).await?;
        Ok(())
    }
}

/// Sees to it that the next round is scheduled; workers call it when they start.
pub async fn schedule(app: &App) -> Result<()> {
    ExpireReservations::schedule(app, app.clock.now()).await?;
    ExpireOrders::schedule(app, app.clock.now()).await?;
    Maintain::after(app.clock.now())?.enqueue(app).await
}

/// Follows what is written elsewhere within a second, until the server stops: summaries that must not hold up writers,
/// and wrong passwords, which must not hold up answers. Every worker does; they take turns.
pub async fn follow(app: App) {
    // What is cut off by the stop rolls back, and another worker does it.
    tokio::select! {
        () = app.stop.cancelled() => {}
        () = follow_on(&app) => {}
    }
}

async fn follow_on(app: &App) {
    loop {
        if let Err(error) = shelf::jobs::refresh_shelves(app).await {
            tracing::warn!(%error, "the products' shelves were not refreshed");
        }
        if let Err(error) = performance::jobs::count_activity(app).await {
            tracing::warn!(%error, "what happened with offers was not counted");
        }
        if let Err(error) = throttle::service::record_wrong_passwords(app).await {
            tracing::warn!(%error, "the audit log was not told of wrong passwords");
        }
        if let Err(error) = offer::low_stock::follow_stock(app).await {
            tracing::warn!(%error, "low stock of offers was not watched");
        }
        tokio::time::sleep(FOLLOWED_EVERY).await;
    }
}

impl Job<App> for Maintain {
    const KIND: &'static str = "maintenance";
    const QUEUE: &'static str = "maintenance";

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("maintenance:{}", self.due.timestamp()))
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        let now = app.clock.now();
        Self::after(now.max(self.due))?.enqueue(&app).await?;
        let events = outbox::prune(&*app.db.write().await?, now - EVENTS_KEPT).await?;
        let keys = idempotency::prune(&*app.db.write().await?, now - IDEMPOTENCY_KEYS_KEPT).await?;
        let mails = prune_jobs(&app, Some(MAIL_QUEUE), now - SENT_MAIL_KEPT).await?;
        let jobs = prune_jobs(&app, None, now - JOBS_KEPT).await?;
        let uploads = file::service::sweep_abandoned(&app).await?;
        let logins = identity::prune(&app).await?;
        let (reminded, held) = document::expiry::run(&app).await?;
        let resealed = distributor::service::reseal(&app).await?;
        let expired = stock_alert::jobs::watch_expiry(&app).await?;
        let low = offer::low_stock::look_at_all(&app).await?;
        let (abandoned, forgotten) = cart::jobs::sweep(&app).await?;
        app.enqueue(&*app.db.write().await?, &RankSearch {}, Schedule::default()).await?;
        tracing::info!(
            events,
            keys,
            mails,
            jobs,
            uploads,
            logins,
            reminded,
            held,
            resealed,
            expired,
            low,
            abandoned,
            forgotten,
            "maintenance"
        );
        Ok(())
    }
}

async fn prune_jobs(app: &App, queue: Option<&str>, before: DateTime<Utc>) -> Result<usize> {
    let mut pruned = 0;
    loop {
        let batch = jobs::prune(&*app.db.write().await?, queue, before, BATCH).await?;
        pruned += batch;
        if batch == 0 {
            return Ok(pruned);
        }
    }
}
