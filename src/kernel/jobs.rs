//! Background jobs in PostgreSQL, enqueued in the caller's transaction.
//!
//! A job is a serde struct with a name, a queue, a retry rule and `run`. Workers claim with SKIP LOCKED and a lease,
//! run outside the claiming transaction, retry with backoff and jitter, and end in `dead`, where an administrator sees
//! and replays it. A worker that loses its lease (it was paused, or killed) may not write any more: the lease token
//! is part of every later update.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures_util::future::BoxFuture;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{Notify, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    clock::Clock,
    db::{Conn, Db},
    error::{Error, Result},
    outbox::NewEvent,
    sql::{Returning, Select, Sql},
    telemetry::OperationMeter,
};
use crate::schema::jobs;

crate::id! {
    /// Identifies a background job.
    JobId, "job", "Job"
}

crate::text_enum! {
    /// Where a job stands.
    pub enum JobStatus {
        /// Waits for its time and a worker.
        Queued = "queued",
        /// A worker holds it.
        Running = "running",
        /// Done.
        Succeeded = "succeeded",
        /// Gave up after its last attempt; an administrator may retry it.
        Dead = "dead",
        /// Stopped by a person.
        Cancelled = "cancelled",
    }
}

/// A kind of job. `C` is what jobs get to work with (the application).
pub trait Job<C>: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Stable name in the database.
    const KIND: &'static str;
    /// Queue; each has its own concurrency limit.
    const QUEUE: &'static str = "default";
    /// Tries before the job is dead.
    const MAX_ATTEMPTS: i32 = 8;

    /// At most one unfinished job with this key; enqueueing another is a no-op.
    fn dedupe_key(&self) -> Option<String> {
        None
    }

    /// Does the work; must be safe to repeat.
    fn run(self, context: C, run: JobRun) -> impl Future<Output = Result<()>> + Send;
}

/// A job row.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct JobRow {
    pub id: JobId,
    pub kind: String,
    pub queue: String,
    pub payload: serde_json::Value,
    pub status: JobStatus,
    pub run_at: DateTime<Utc>,
    pub attempts: i32,
    pub max_attempts: i32,
    pub lease_token: Option<Uuid>,
    pub progress: serde_json::Value,
    pub last_error: Option<String>,
    pub event_seq: i64,
    pub created_by: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// How a job is enqueued beyond its own rules.
#[derive(Clone, Copy, Debug, Default)]
pub struct Schedule {
    /// Not before this instant; now when left out.
    pub run_at: Option<DateTime<Utc>>,
    /// Higher runs first.
    pub priority: i32,
    /// Account that asks.
    pub created_by: Option<Uuid>,
}

/// Enqueues in the running transaction; `None` when an unfinished job with the same dedupe key exists.
pub async fn enqueue<C, J: Job<C>>(
    mut conn: &Conn,
    clock: &Clock,
    job: &J,
    schedule: Schedule,
) -> Result<Option<JobId>> {
    let now = clock.now();
    let id = JobId::new();
    let inserted = diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::kind.eq(J::KIND),
            jobs::queue.eq(J::QUEUE),
            jobs::payload.eq(serde_json::to_value(job)?),
            jobs::status.eq(JobStatus::Queued),
            jobs::priority.eq(schedule.priority),
            jobs::run_at.eq(schedule.run_at.unwrap_or(now)),
            jobs::max_attempts.eq(J::MAX_ATTEMPTS),
            jobs::dedupe_key.eq(job.dedupe_key()),
            jobs::created_by.eq(schedule.created_by),
            jobs::created_at.eq(now),
            jobs::updated_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await?;
    Ok((inserted == 1).then_some(id))
}

/// What a running job knows and may say about itself.
#[derive(Clone)]
pub struct JobRun {
    /// The job.
    pub id: JobId,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    /// Account that asked for it.
    pub created_by: Option<Uuid>,
    /// Progress that an earlier attempt stored: the place to resume from.
    pub progress: serde_json::Value,
    token: Uuid,
    clock: Clock,
}

impl JobRun {
    /// Stores progress, renews the lease and emits `job.progressed`, all in the caller's transaction, so that the
    /// progress is true exactly when the work it speaks of is committed. Fails when the lease was lost or the job was
    /// cancelled: roll back then.
    pub async fn progress(&self, conn: &Conn, progress: &serde_json::Value) -> Result<()> {
        let now = self.clock.now();
        let sequence: Option<i64> = diesel::update(jobs::table.filter(held_by(self.id, self.token)))
            .set((
                jobs::progress.eq(progress),
                jobs::lease_until.eq(now + LEASE),
                jobs::event_seq.eq(jobs::event_seq + 1),
                jobs::updated_at.eq(now),
            ))
            .returning(jobs::event_seq)
            .get_result(&mut { conn })
            .await
            .optional()?;
        let sequence = sequence.ok_or_else(lease_lost)?;
        event(self.id, sequence, "job.progressed", JobStatus::Running, progress, None, now).emit(conn).await
    }
}

fn lease_lost() -> Error {
    Error::Unavailable("the job was cancelled or taken over by another worker".to_owned())
}

fn held_by(id: JobId, token: Uuid) -> HeldBy {
    jobs::id.eq(id).and(jobs::status.eq(JobStatus::Running)).and(jobs::lease_token.eq(token))
}

type HeldBy = diesel::dsl::And<
    diesel::dsl::And<diesel::dsl::Eq<jobs::id, JobId>, diesel::dsl::Eq<jobs::status, JobStatus>>,
    diesel::dsl::Eq<jobs::lease_token, Uuid>,
    diesel::sql_types::Nullable<diesel::sql_types::Bool>,
>;

fn event(
    id: JobId,
    sequence: i64,
    kind: &'static str,
    status: JobStatus,
    progress: &serde_json::Value,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> NewEvent {
    NewEvent {
        id: Uuid::now_v7(),
        topic: topic(id),
        sequence,
        kind,
        payload: serde_json::json!({ "status": status, "progress": progress, "error": error }),
        created_at: now,
    }
}

/// The feed of a job's events.
pub fn topic(id: JobId) -> String {
    format!("job:{}", id.0)
}

const LEASE: TimeDelta = TimeDelta::seconds(60);
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
        Err(error) if row.attempts >= row.max_attempts => (JobStatus::Dead, "job.failed", Some(describe(error))),
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

/// Deletes up to `limit` jobs that ended before the instant: those of one queue, or all. Answers how many.
pub async fn prune(mut conn: &Conn, queue: Option<&str>, before: DateTime<Utc>, limit: i64) -> Result<usize> {
    let condition = match queue {
        None => Sql::default(),
        // What went wrong stays, for an administrator to look at.
        Some(queue) => Sql::new(" AND status = 'succeeded' AND queue = ").bind(queue),
    };
    let statement = Sql::new("DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE finished_at < ")
        .bind(before)
        .join(condition)
        .sql(" LIMIT ")
        .bind(limit)
        .sql(")");
    Ok(statement.execute(&mut conn).await?)
}

#[derive(diesel::QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::Text)]
    status: String,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    jobs: i64,
}

/// How many jobs wait, run and were given up, for metrics; a state without jobs is left out.
pub async fn count_by_status(mut conn: &Conn) -> Result<Vec<(String, i64)>> {
    let statement = Sql::new(
        "SELECT status, count(*) AS jobs FROM jobs WHERE status IN ('queued', 'running', 'dead') GROUP BY status",
    );
    let rows: Vec<Counted> = statement.load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.status, row.jobs)).collect())
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

/// A job by ID, or NOT_FOUND.
pub async fn find(mut conn: &Conn, id: JobId) -> Result<JobRow> {
    Select::<JobRow>::new(Sql::new("FROM jobs WHERE id = ").bind(id))
        .get_result(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("job"))
}

/// Puts a dead or cancelled job back into its queue, with all its attempts.
pub async fn retry(conn: &Conn, clock: &Clock, id: JobId) -> Result<JobRow> {
    let from = [JobStatus::Dead, JobStatus::Cancelled];
    change_status(conn, clock, id, &from, JobStatus::Queued, "job.retrying").await
}

/// Stops a job that is queued or running; a running one loses its lease and may not commit any more work.
pub async fn cancel(conn: &Conn, clock: &Clock, id: JobId) -> Result<JobRow> {
    let from = [JobStatus::Queued, JobStatus::Running];
    change_status(conn, clock, id, &from, JobStatus::Cancelled, "job.cancelled").await
}

async fn change_status(
    mut conn: &Conn,
    clock: &Clock,
    id: JobId,
    from: &[JobStatus],
    to: JobStatus,
    kind: &'static str,
) -> Result<JobRow> {
    let now = clock.now();
    let finished_at = (to == JobStatus::Cancelled).then_some(now);
    let row: Option<JobRow> = diesel::update(jobs::table.filter(jobs::id.eq(id).and(jobs::status.eq_any(from))))
        .set((
            jobs::status.eq(to),
            jobs::attempts.eq(0),
            jobs::run_at.eq(now),
            jobs::finished_at.eq(finished_at),
            jobs::lease_until.eq(None::<DateTime<Utc>>),
            jobs::lease_token.eq(None::<Uuid>),
            jobs::event_seq.eq(jobs::event_seq + 1),
            jobs::updated_at.eq(now),
        ))
        .returning(JobRow::as_select())
        .get_result(&mut conn)
        .await
        .optional()?;
    let Some(row) = row else {
        let found = find(conn, id).await?;
        return Err(Error::conflict(format!("the job is {} and cannot become {to}", found.status)));
    };
    event(id, row.event_seq, kind, to, &row.progress, None, now).emit(conn).await?;
    Ok(row)
}
