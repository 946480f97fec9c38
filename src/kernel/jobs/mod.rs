//! Background jobs in PostgreSQL, enqueued in the caller's transaction.
//!
//! A job is a serde struct with a name, a queue, a retry rule and `run`. Workers claim with SKIP LOCKED and a lease,
//! run outside the claiming transaction, retry with backoff and jitter, and end in `dead`, where an administrator sees
//! and replays it. A worker that loses its lease (it was paused, or killed) may not write any more: the lease token
//! is part of every later update.

mod worker;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;
pub use worker::{Registry, Worker};

use super::{
    clock::Clock,
    db::Conn,
    error::{Error, Result},
    outbox::NewEvent,
    sql::{Select, Sql},
};
use crate::schema::jobs;

/// How long a running job belongs to its worker without a sign of life.
const LEASE: TimeDelta = TimeDelta::seconds(60);

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
    /// Account or API key that asks.
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
    /// Account or API key that asked for it.
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
        feed: None,
    }
}

/// The feed of a job's events.
pub fn topic(id: JobId) -> String {
    format!("job:{}", id.0)
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
