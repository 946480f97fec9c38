//! Claiming jobs and running them: leases, retries, an end for what fails for good.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;
use uuid::Uuid;

use super::{Job, JobId, JobRow, JobRun, JobStatus, LEASE, event, held_by, lease_lost};
use crate::{
    kernel::{
        clock::Clock,
        db::Db,
        error::{Error, Result},
        sql::{Returning, Sql},
        telemetry::OperationMeter,
    },
    schema::jobs,
};

const RENEW_EVERY: Duration = Duration::from_secs(15);
const IDLE_POLL: Duration = Duration::from_millis(500);

type Handler<C> = Arc<dyn Fn(serde_json::Value, C, JobRun) -> BoxFuture<'static, Result<()>> + Send + Sync>;

/// Every kind of job that this program can run, and how many of each queue at once.
pub struct Registry<C> {
    handlers: HashMap<&'static str, Handler<C>>,
    queues: HashMap<&'static str, usize>,
}

impl<C: Clone + Send + Sync + 'static> Default for Registry<C> {
    fn default() -> Self {
        Self { handlers: HashMap::new(), queues: HashMap::new() }
    }
}

impl<C: Clone + Send + Sync + 'static> Registry<C> {
    /// Adds a kind of job; its queue runs two at once unless [`Self::limit`] says otherwise.
    #[must_use]
    pub fn with<J: Job<C>>(mut self) -> Self {
        let handler: Handler<C> = Arc::new(|payload, context, run| {
            Box::pin(async move {
                let job: J = serde_json::from_value(payload)?;
                job.run(context, run).await
            })
        });
        self.handlers.insert(J::KIND, handler);
        self.queues.entry(J::QUEUE).or_insert(2);
        self
    }

    /// Sets how many jobs of a queue run at once on this node.
    #[must_use]
    pub fn limit(mut self, queue: &'static str, at_once: usize) -> Self {
        self.queues.insert(queue, at_once);
        self
    }
}

/// Claims and runs jobs until told to stop.
pub struct Worker<C> {
    context: C,
    db: Db,
    clock: Clock,
    registry: Arc<Registry<C>>,
    /// Rung after a commit that enqueued something on this node.
    wake: Arc<Notify>,
}

impl<C: Clone + Send + Sync + 'static> Worker<C> {
    /// A worker over the application's parts.
    pub fn new(context: C, db: Db, clock: Clock, registry: Arc<Registry<C>>, wake: Arc<Notify>) -> Self {
        Self { context, db, clock, registry, wake }
    }

    /// Runs until `stop`; then lets running jobs finish (the caller bounds the wait) and leaves the rest queued.
    pub async fn run(&self, stop: CancellationToken, tasks: &TaskTracker) {
        let slots: HashMap<&'static str, Arc<Semaphore>> =
            self.registry.queues.iter().map(|(queue, n)| (*queue, Arc::new(Semaphore::new(*n)))).collect();
        while !stop.is_cancelled() {
            let mut found = false;
            for (queue, slots) in &slots {
                found |= self.fill(queue, slots, tasks).await;
            }
            if found {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(IDLE_POLL) => {}
            }
        }
    }

    /// Claims as many jobs of a queue as it has free slots; answers whether it found any.
    async fn fill(&self, queue: &'static str, slots: &Arc<Semaphore>, tasks: &TaskTracker) -> bool {
        let free = slots.available_permits();
        if free == 0 {
            return false;
        }
        let rows = match claim(&self.db, &self.clock, queue, free).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, queue, "jobs not claimed");
                return false;
            }
        };
        let found = !rows.is_empty();
        for row in rows {
            // `free` counted the permits that this loop alone takes.
            let Ok(permit) = Arc::clone(slots).try_acquire_owned() else { break };
            let (context, db, clock) = (self.context.clone(), self.db.clone(), self.clock.clone());
            let (registry, wake) = (Arc::clone(&self.registry), Arc::clone(&self.wake));
            tasks.spawn(async move {
                run_claimed(&registry, context, &db, &clock, row).await;
                drop(permit);
                wake.notify_one();
            });
        }
        found
    }

    /// Runs one job, whatever its queue, that waits, has ended without success, or was left by a worker that died.
    /// False when it is none of these. For commands that run their job themselves.
    pub async fn run_job(&self, id: JobId) -> Result<bool> {
        let Some(row) = claim_one(&self.db, &self.clock, id).await? else { return Ok(false) };
        run_claimed(&self.registry, self.context.clone(), &self.db, &self.clock, row).await;
        Ok(true)
    }

    /// Runs everything that is due, and what that enqueues, one after another; for tests and commands.
    pub async fn drain(&self) -> Result<usize> {
        let mut ran = 0;
        loop {
            let mut found = false;
            for queue in self.registry.queues.keys() {
                for row in claim(&self.db, &self.clock, queue, 1).await? {
                    run_claimed(&self.registry, self.context.clone(), &self.db, &self.clock, row).await;
                    (found, ran) = (true, ran + 1);
                }
            }
            if !found {
                return Ok(ran);
            }
        }
    }
}

/// Takes due jobs, and running ones whose lease ran out, in priority order.
async fn claim(db: &Db, clock: &Clock, queue: &str, limit: usize) -> Result<Vec<JobRow>> {
    let conn = db.write().await?;
    let now = clock.now();
    let limit = i64::try_from(limit).unwrap_or(1);
    let due = Sql::new(
        "UPDATE jobs SET status = 'running', attempts = attempts + 1, lease_token = gen_random_uuid(), lease_until = ",
    )
    .bind(now + LEASE)
    .sql(", updated_at = ")
    .bind(now)
    .sql(" WHERE id IN (SELECT id FROM jobs WHERE queue = ")
    .bind(queue)
    .sql(" AND ((status = 'queued' AND run_at <= ")
    .bind(now)
    .sql(") OR (status = 'running' AND lease_until < ")
    .bind(now)
    .sql(")) ORDER BY priority DESC, run_at, id LIMIT ")
    .bind(limit)
    .sql(" FOR UPDATE SKIP LOCKED) RETURNING ");
    Ok(Returning::<JobRow>::new(due).load(&mut &*conn).await?)
}

/// Takes one job: see [`Worker::run_job`].
async fn claim_one(db: &Db, clock: &Clock, id: JobId) -> Result<Option<JobRow>> {
    let conn = db.write().await?;
    let now = clock.now();
    let free = Sql::new(
        "UPDATE jobs SET status = 'running', attempts = attempts + 1, finished_at = NULL, \
         lease_token = gen_random_uuid(), lease_until = ",
    )
    .bind(now + LEASE)
    .sql(", updated_at = ")
    .bind(now)
    .sql(" WHERE id = ")
    .bind(id)
    .sql(" AND (status IN ('queued', 'dead', 'cancelled') OR (status = 'running' AND lease_until < ")
    .bind(now)
    .sql(")) RETURNING ");
    Ok(Returning::<JobRow>::new(free).load(&mut &*conn).await?.into_iter().next())
}

async fn run_claimed<C: Clone + Send + Sync + 'static>(
    registry: &Registry<C>,
    context: C,
    db: &Db,
    clock: &Clock,
    row: JobRow,
) {
    let Some(token) = row.lease_token else { return };
    let run = JobRun {
        id: row.id,
        attempt: row.attempts,
        created_by: row.created_by,
        progress: row.progress.clone(),
        token,
        clock: clock.clone(),
    };
    let started = std::time::Instant::now();
    let meter = Arc::new(OperationMeter::default());
    let span = tracing::info_span!("job", id = %row.id, kind = row.kind);
    let work = async {
        match registry.handlers.get(row.kind.as_str()) {
            Some(handler) => guarded(handler(row.payload.clone(), context, run)).await,
            None => Err(Error::internal(anyhow::anyhow!("no job of kind {}", row.kind))),
        }
    };
    let outcome = tokio::select! {
        outcome = Arc::clone(&meter).measure(work).instrument(span) => outcome,
        () = keep_lease(db, clock, row.id, token) => Err(lease_lost()),
    };
    let status = if outcome.is_ok() { "ok" } else { "error" };
    metrics::histogram!("freshvilla_job_seconds", "kind" => row.kind.clone(), "status" => status)
        .record(started.elapsed());
    tracing::info!(
        job.id = %row.id, job.kind = row.kind, job.attempt = row.attempts, job.status = status,
        sql.statements = meter.statements(), duration_ms = started.elapsed().as_millis(), "job"
    );
    if let Err(error) = settle(db, clock, &row, token, outcome).await {
        tracing::error!(%error, job.id = %row.id, "job outcome not stored; it will run again");
    }
}

/// A panic ends the attempt, not the worker.
async fn guarded(work: BoxFuture<'static, Result<()>>) -> Result<()> {
    match futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(work)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::internal(anyhow::anyhow!("the job panicked"))),
    }
}

/// Renews the lease while the job runs; returns when it is lost (cancelled, or taken over).
async fn keep_lease(db: &Db, clock: &Clock, id: JobId, token: Uuid) {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let Ok(conn) = db.write().await else { continue };
        let renewed = diesel::update(jobs::table.filter(held_by(id, token)))
            .set(jobs::lease_until.eq(clock.now() + LEASE))
            .execute(&mut &*conn)
            .await;
        if matches!(renewed, Ok(0)) {
            return;
        }
    }
}

async fn settle(db: &Db, clock: &Clock, row: &JobRow, token: Uuid, outcome: Result<()>) -> Result<()> {
    let now = clock.now();
    let (status, kind, error) = match &outcome {
        Ok(()) => (JobStatus::Succeeded, "job.succeeded", None),
        Err(error) if row.attempts >= row.max_attempts || error.is_final() => {
            (JobStatus::Dead, "job.failed", Some(describe(error)))
        }
        Err(error) => (JobStatus::Queued, "job.retrying", Some(describe(error))),
    };
    let finished_at = (status != JobStatus::Queued).then_some(now);
    let run_at = if status == JobStatus::Queued { now + backoff(row.attempts) } else { row.run_at };
    let tx = db.begin().await?;
    let settled: Option<(i64, serde_json::Value)> = diesel::update(jobs::table.filter(held_by(row.id, token)))
        .set((
            jobs::status.eq(status),
            jobs::last_error.eq(&error),
            jobs::run_at.eq(run_at),
            jobs::finished_at.eq(finished_at),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
            jobs::lease_token.eq(None::<Uuid>),
            jobs::event_seq.eq(jobs::event_seq + 1),
            jobs::updated_at.eq(now),
        ))
        .returning((jobs::event_seq, jobs::progress))
        .get_result(&mut &*tx)
        .await
        .optional()?;
    // Lost meanwhile: whoever holds the lease now settles it.
    let Some((sequence, progress)) = settled else { return Ok(()) };
    event(row.id, sequence, kind, status, &progress, error.as_deref(), now).emit(&tx).await?;
    tx.commit().await
}

fn describe(error: &Error) -> String {
    match error {
        Error::Internal(cause) => format!("{cause:#}").chars().take(2_000).collect(),
        other => other.to_string(),
    }
}

/// 2, 4, 8 … seconds up to an hour, each shortened at random by up to a quarter.
fn backoff(attempts: i32) -> TimeDelta {
    let exponent = u32::try_from(attempts.clamp(1, 12)).unwrap_or(1);
    let full_ms = 1_000_i64.saturating_mul(2_i64.pow(exponent)).min(3_600_000);
    TimeDelta::milliseconds(full_ms - rand::random_range(0..=full_ms / 4))
}
