//! Jobs in the schema.

use std::sync::Arc;

use async_graphql::{Context, Enum, InputObject, Json};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, mutation, query, subscription};
use futures_util::{Stream, StreamExt};

use super::{
    model::{self, JobFilter},
    service,
};
use crate::{
    connection,
    context::Ctx,
    domain_errors,
    kernel::{
        error::{Error, Result},
        feed,
        jobs::{self, JobId, JobRow, JobStatus},
        outbox::Event,
        page::PageArgs,
    },
    payload,
};

domain_errors! { pub struct WorkError, WorkErrorCode {
    /// The file is larger than its purpose allows.
    TooLarge = "TOO_LARGE",
    /// The file is of a type that its purpose does not allow, or not of the type that was declared.
    TypeNotAllowed = "TYPE_NOT_ALLOWED",
    /// The PDF has scripts, actions on opening, or files inside.
    ActiveContent = "ACTIVE_CONTENT",
    /// The file has another size than was announced.
    WrongSize = "WRONG_SIZE",
    /// The file's bytes have not arrived.
    NotUploaded = "NOT_UPLOADED",
} }

/// A piece of background work.
#[derive(Clone, Debug, PlainObject)]
#[graphql(complex)]
pub struct Job {
    /// Global ID.
    pub id: JobId,
    /// Name of the kind of job, for example `catalogue_import`.
    kind: String,
    /// Where the job stands.
    status: JobStatus,
    /// What the job reports about itself; the fields depend on its kind.
    progress: Json<serde_json::Value>,
    /// How often it was tried.
    attempts: i32,
    /// Tries before it is given up.
    max_attempts: i32,
    /// Why the last try failed.
    last_error: Option<String>,
    /// Not before this instant.
    run_at: DateTime<Utc>,
    /// When it was asked for.
    created_at: DateTime<Utc>,
    /// When it ended.
    finished_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    event_seq: i64,
}

impl From<JobRow> for Job {
    fn from(row: JobRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            status: row.status,
            progress: Json(row.progress),
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            last_error: row.last_error,
            run_at: row.run_at,
            created_at: row.created_at,
            finished_at: row.finished_at,
            event_seq: row.event_seq,
        }
    }
}

#[edges]
impl Job {
    /// Cursor of the job's last event: pass it as `after` of `jobEvents` to hear what comes next.
    fn cursor(&self) -> String {
        self.event_seq.to_string()
    }
}

connection!(JobConnection, JobEdge, Job);

/// Which jobs a list shows.
#[derive(Debug, Default, InputObject)]
pub struct JobWhere {
    /// Any of these states.
    status: Option<Vec<JobStatus>>,
    /// This kind only, for example `catalogue_import`.
    kind: Option<String>,
    /// Asked for at or after this instant.
    created_after: Option<DateTime<Utc>>,
}

impl From<JobWhere> for JobFilter {
    fn from(filter: JobWhere) -> Self {
        Self { status: filter.status.unwrap_or_default(), kind: filter.kind, created_after: filter.created_after }
    }
}

/// What happened to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum JobEventKind {
    /// It reported progress.
    Progressed,
    /// A try failed; it will run again.
    Retrying,
    /// It is done.
    Succeeded,
    /// It was given up.
    Failed,
    /// A person stopped it.
    Cancelled,
}

/// Something that happened to a job.
#[derive(Clone, Debug, PlainObject)]
pub struct JobEvent {
    /// Where in the feed this event stands; pass it as `after` to resume.
    cursor: String,
    /// What happened.
    kind: JobEventKind,
    /// The job's state since then.
    status: JobStatus,
    /// What the job reported about itself.
    progress: Json<serde_json::Value>,
    /// Why the try failed, where one did.
    error: Option<String>,
    /// When.
    at: DateTime<Utc>,
}

impl JobEvent {
    fn from_stored(event: &Event) -> Result<Self> {
        let kind = match event.kind.as_str() {
            "job.progressed" => JobEventKind::Progressed,
            "job.retrying" => JobEventKind::Retrying,
            "job.succeeded" => JobEventKind::Succeeded,
            "job.cancelled" => JobEventKind::Cancelled,
            _ => JobEventKind::Failed,
        };
        let data = |name: &str| event.payload.get(name).cloned().unwrap_or_default();
        Ok(Self {
            cursor: event.sequence.to_string(),
            kind,
            status: serde_json::from_value(data("status"))?,
            progress: Json(data("progress")),
            error: serde_json::from_value(data("error"))?,
            at: event.created_at,
        })
    }
}

/// Queries over jobs.
#[derive(Default)]
pub struct JobQuery;

#[query]
impl JobQuery {
    /// A background job: one's own, or any with the permission jobs.read.
    #[access(Known)]
    async fn job(&self, ctx: &Context<'_>, #[graphql(desc = "The job's ID")] id: JobId) -> Result<Option<Job>> {
        match model::find(&*ctx.app().db.read().await?, ctx.actor(), id).await {
            Ok(row) => Ok(Some(row.into())),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Background jobs, newest first: one's own, or all with the permission jobs.read.
    #[access(Known)]
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which jobs", name = "where")] filter: Option<JobWhere>,
        page: PageArgs,
    ) -> Result<JobConnection> {
        let filter = filter.unwrap_or_default().into();
        let conn = ctx.app().db.read().await?;
        let page = model::list(&conn, ctx.actor(), &filter, &page, ctx.wants("totalCount")).await?;
        Ok(JobConnection(page.map(Job::from)))
    }
}

/// Names the job to retry.
#[derive(InputObject)]
pub struct JobRetryInput {
    /// The job.
    id: JobId,
}

/// Names the job to cancel.
#[derive(InputObject)]
pub struct JobCancelInput {
    /// The job.
    id: JobId,
}

payload! { /// What jobRetry answers.
JobRetryPayload { /// The job, queued again.
job: Job } WorkError }

payload! { /// What jobCancel answers.
JobCancelPayload { /// The job, cancelled.
job: Job } WorkError }

/// Changes to jobs.
#[derive(Default)]
pub struct JobMutation;

#[mutation]
impl JobMutation {
    /// Puts a dead or cancelled job back into its queue.
    #[access(Can(crate::kernel::access::Permission::JobsWrite))]
    async fn job_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job")] input: JobRetryInput,
    ) -> Result<JobRetryPayload> {
        JobRetryPayload::from(service::retry_job(ctx.app(), ctx.actor(), input.id).await.map(Job::from))
    }

    /// Stops a job that has not ended. Work that it committed stays.
    #[access(Can(crate::kernel::access::Permission::JobsWrite))]
    async fn job_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job")] input: JobCancelInput,
    ) -> Result<JobCancelPayload> {
        JobCancelPayload::from(service::cancel_job(ctx.app(), ctx.actor(), input.id).await.map(Job::from))
    }
}

/// Live feeds of jobs.
#[derive(Default)]
pub struct JobSubscription;

#[subscription]
impl JobSubscription {
    /// What happens to a job, from the cursor on and then live; ends with the job. Without a cursor it begins with the
    /// job's first event.
    #[access(Known)]
    async fn job_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job")] id: JobId,
        #[graphql(desc = "Cursor of the last event that was seen")] after: Option<String>,
    ) -> Result<impl Stream<Item = Result<JobEvent>> + use<>> {
        let app = ctx.app().clone();
        let actor = Arc::clone(ctx.actor());
        let job = model::find(&*app.db.write().await?, &actor, id).await?;
        let after = match after {
            None => 0,
            Some(text) => text.parse().map_err(|_| Error::BadInput(format!("malformed cursor {text:?}")))?,
        };
        // A job that has ended and whose events were all seen: nothing will come.
        let over = job.finished_at.is_some() && after >= job.event_seq;
        let events = feed::subscribe(app.db.clone(), Arc::clone(&app.bus), jobs::topic(id), Some(after));
        let events = events.map(|event| event.and_then(|event| JobEvent::from_stored(&event)));
        Ok(until_last(events).take(if over { 0 } else { usize::MAX }))
    }
}

/// Ends the stream after the event that ends the job.
fn until_last(events: impl Stream<Item = Result<JobEvent>> + Send) -> impl Stream<Item = Result<JobEvent>> + Send {
    events.scan(false, |ended, event| {
        let stop = *ended;
        *ended =
            !event.as_ref().is_ok_and(|event| matches!(event.kind, JobEventKind::Progressed | JobEventKind::Retrying));
        futures_util::future::ready((!stop).then_some(event))
    })
}
