//! Background jobs: enqueued with their transaction, run once, retried, taken over, cancelled.

use std::{
    collections::HashMap,
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use freshvilla::{
    app::App,
    kernel::{
        error::{Error, Result},
        jobs::{self, Job, JobId, JobRow, JobRun, JobStatus, Registry, Schedule},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::support::{Cluster, TestApp, eventually};

/// What probes have noted, by their name.
static NOTES: LazyLock<Mutex<HashMap<Uuid, Vec<String>>>> = LazyLock::new(Mutex::default);

/// A job that does what the test tells it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Probe {
    name: Uuid,
    /// Attempts that fail.
    fails: i32,
    panics: bool,
    /// Stays until it is told to stop, reporting progress all the time.
    stays: bool,
    dedupe: Option<String>,
}

impl Probe {
    fn new() -> Self {
        Self { name: Uuid::new_v4(), fails: 0, panics: false, stays: false, dedupe: None }
    }

    /// Reports progress until it loses its lease.
    async fn stay(&self, app: &App, run: &JobRun) -> Result<()> {
        loop {
            let tx = app.db.begin().await?;
            if let Err(error) = run.progress(&tx, &json!({ "at": 1 })).await {
                self.note("lost");
                return Err(error);
            }
            tx.commit().await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn note(&self, words: impl Into<String>) {
        NOTES.lock().unwrap().entry(self.name).or_default().push(words.into());
    }

    fn notes(&self) -> Vec<String> {
        NOTES.lock().unwrap().get(&self.name).cloned().unwrap_or_default()
    }
}

impl Job<App> for Probe {
    const KIND: &'static str = "probe";
    const QUEUE: &'static str = "probes";
    const MAX_ATTEMPTS: i32 = 3;

    fn dedupe_key(&self) -> Option<String> {
        self.dedupe.clone()
    }

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        self.note(format!("attempt {}", run.attempt));
        assert!(!self.panics, "as told");
        if self.stays {
            return self.stay(&app, &run).await;
        }
        if run.attempt <= self.fails { Err(Error::internal(anyhow::anyhow!("as told"))) } else { Ok(()) }
    }
}

fn probes() -> Registry<App> {
    Registry::default().with::<Probe>()
}

/// Enqueues and commits.
async fn enqueue(app: &App, probe: &Probe) -> Option<JobId> {
    enqueue_with(app, probe, Schedule::default()).await
}

async fn enqueue_with(app: &App, probe: &Probe, schedule: Schedule) -> Option<JobId> {
    let tx = app.db.begin().await.unwrap();
    let id = app.enqueue(&tx, probe, schedule).await.unwrap();
    tx.commit().await.unwrap();
    app.committed();
    id
}

async fn find(app: &App, id: JobId) -> JobRow {
    jobs::find(&app.db.write().await.unwrap(), id).await.unwrap()
}

#[tokio::test]
async fn a_transaction_that_rolls_back_leaves_no_job() {
    let app = TestApp::start().await;
    let (kept, dropped) = (Probe::new(), Probe::new());
    let tx = app.node.app.db.begin().await.unwrap();
    app.node.app.enqueue(&tx, &dropped, Schedule::default()).await.unwrap();
    drop(tx);
    enqueue(&app.node.app, &kept).await.unwrap();
    assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
    assert_eq!(kept.notes(), ["attempt 1"]);
    assert!(dropped.notes().is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_failed_job_is_tried_again_later() {
    let app = TestApp::start().await;
    let probe = Probe { fails: 2, ..Probe::new() };
    let id = enqueue(&app.node.app, &probe).await.unwrap();
    for attempt in 1..=2_i64 {
        assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
        let row = find(&app.node.app, id).await;
        assert_eq!((row.status, row.last_error.as_deref()), (JobStatus::Queued, Some("as told")));
        let pause = row.run_at - row.updated_at;
        let most = TimeDelta::seconds(2_i64.pow(attempt.try_into().unwrap()));
        assert!(most * 3 / 4 <= pause && pause <= most, "pause of {pause} after attempt {attempt}");
        assert_eq!(app.node.drain_jobs_of(probes()).await, 0, "not before its time");
        app.advance(most);
    }
    assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
    let row = find(&app.node.app, id).await;
    assert_eq!((row.status, row.last_error, row.attempts), (JobStatus::Succeeded, None, 3));
    assert!(row.finished_at.is_some());
}

#[tokio::test]
async fn a_hopeless_job_is_dead_until_somebody_revives_it() {
    let app = TestApp::start().await;
    let probe = Probe { panics: true, ..Probe::new() };
    let id = enqueue(&app.node.app, &probe).await.unwrap();
    for _ in 0..3 {
        assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
        app.advance(TimeDelta::hours(2));
    }
    assert_eq!(app.node.drain_jobs_of(probes()).await, 0);
    let row = find(&app.node.app, id).await;
    assert_eq!((row.status, row.attempts), (JobStatus::Dead, 3));
    assert_eq!(row.last_error.as_deref(), Some("the job panicked"));
    let state = &app.node.app;
    let tx = state.db.begin().await.unwrap();
    jobs::retry(&tx, &state.clock, id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
    assert_eq!(find(state, id).await.attempts, 1, "with all its attempts");
    let conn = state.db.write().await.unwrap();
    let refused = jobs::retry(&conn, &state.clock, id).await.unwrap_err();
    assert_eq!(refused.code(), "CONFLICT", "{refused}");
    jobs::cancel(&conn, &state.clock, id).await.unwrap();
}

#[tokio::test]
async fn one_unfinished_job_per_dedupe_key() {
    let app = TestApp::start().await;
    let probe = Probe { dedupe: Some("once".to_owned()), ..Probe::new() };
    let first = enqueue(&app.node.app, &probe).await;
    assert!(first.is_some());
    assert_eq!(enqueue(&app.node.app, &probe).await, None);
    assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
    assert!(enqueue(&app.node.app, &probe).await.is_some(), "the first has finished");
    assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
}

#[tokio::test]
async fn jobs_wait_for_their_time_and_go_by_priority() {
    let app = TestApp::start().await;
    let now = app.clock().now();
    let (later, low, high) = (Probe::new(), Probe::new(), Probe::new());
    enqueue_with(&app.node.app, &later, Schedule { run_at: Some(now + TimeDelta::days(1)), ..Schedule::default() })
        .await;
    let low_id = enqueue(&app.node.app, &low).await.unwrap();
    let high_id = enqueue_with(&app.node.app, &high, Schedule { priority: 5, ..Schedule::default() }).await.unwrap();
    assert_eq!(app.node.drain_jobs_of(probes()).await, 2);
    let (low, high) = (find(&app.node.app, low_id).await, find(&app.node.app, high_id).await);
    assert!(high.finished_at <= low.finished_at);
    assert!(later.notes().is_empty());
    app.advance(TimeDelta::days(2));
    assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
}

#[tokio::test]
async fn a_killed_workers_job_is_taken_over() {
    let cluster = Cluster::start().await;
    let probe = Probe { stays: true, ..Probe::new() };
    let id = enqueue(&cluster.one.app, &probe).await.unwrap();
    cluster.one.spawn_worker(probes());
    eventually("the job runs", || async { !probe.notes().is_empty() }).await;
    let Cluster { one, two, redis: _redis, database, .. } = cluster;
    one.kill();
    assert_eq!(find(&two.app, id).await.status, JobStatus::Running);
    assert_eq!(two.drain_jobs_of(probes()).await, 0, "the lease holds");
    two.app.clock.advance(TimeDelta::seconds(61));
    two.spawn_worker(probes());
    eventually("the job runs again", || async { probe.notes() == ["attempt 1", "attempt 2"] }).await;
    assert_eq!(find(&two.app, id).await.attempts, 2);
    two.kill();
    drop(database);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_writes_nothing_more() {
    let mut app = TestApp::start().await;
    app.leave_jobs();
    let probe = Probe { stays: true, ..Probe::new() };
    let id = enqueue(&app.node.app, &probe).await.unwrap();
    app.node.spawn_worker(probes());
    eventually("the job runs", || async { !probe.notes().is_empty() }).await;
    // As if another worker had taken it over.
    app.database.execute("UPDATE jobs SET lease_token = gen_random_uuid(), progress = '{\"at\": 2}'").await;
    eventually("the first run notices", || async { probe.notes().contains(&"lost".to_owned()) }).await;
    let row = find(&app.node.app, id).await;
    assert_eq!((row.status, row.progress), (JobStatus::Running, json!({ "at": 2 })), "the other worker's");
}

#[tokio::test]
async fn a_running_job_can_be_cancelled() {
    let app = TestApp::start().await;
    let probe = Probe { stays: true, ..Probe::new() };
    let id = enqueue(&app.node.app, &probe).await.unwrap();
    app.node.spawn_worker(probes());
    eventually("the job runs", || async { !probe.notes().is_empty() }).await;
    let state = &app.node.app;
    let tx = state.db.begin().await.unwrap();
    jobs::cancel(&tx, &state.clock, id).await.unwrap();
    tx.commit().await.unwrap();
    eventually("the run notices", || async { probe.notes().contains(&"lost".to_owned()) }).await;
    // Whatever the run settles afterwards must not undo it.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let row = find(state, id).await;
    assert_eq!((row.status, row.finished_at.is_some()), (JobStatus::Cancelled, true));
    assert_eq!(probe.notes().len(), 2, "it does not run again");
    app.finish().await;
}

#[tokio::test]
async fn many_workers_run_each_job_once() {
    let cluster = Cluster::start().await;
    let all: Vec<Probe> = (0..60).map(|_| Probe::new()).collect();
    let tx = cluster.one.app.db.begin().await.unwrap();
    for probe in &all {
        cluster.one.app.enqueue(&tx, probe, Schedule::default()).await.unwrap();
    }
    tx.commit().await.unwrap();
    cluster.one.spawn_worker(probes());
    cluster.two.spawn_worker(probes());
    let left = "SELECT count(*) FROM jobs WHERE status <> 'succeeded'";
    eventually("all jobs are done", || async { cluster.database.value(left).await == json!(0) }).await;
    assert!(all.iter().all(|probe| probe.notes() == ["attempt 1"]));
    cluster.one.stop().await;
    cluster.two.stop().await;
}

static RUNNING: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
static RELEASE: Notify = Notify::const_new();

/// A job that waits with its neighbours, and counts them.
#[derive(Serialize, Deserialize)]
struct Crowd;

impl Job<App> for Crowd {
    const KIND: &'static str = "crowd";
    const QUEUE: &'static str = "crowd";

    async fn run(self, _app: App, _run: JobRun) -> Result<()> {
        MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        RELEASE.notified().await;
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn a_queue_runs_no_more_at_once_than_it_may() {
    let app = TestApp::start().await;
    let state = &app.node.app;
    let tx = state.db.begin().await.unwrap();
    for _ in 0..8 {
        state.enqueue(&tx, &Crowd, Schedule::default()).await.unwrap();
    }
    tx.commit().await.unwrap();
    app.node.spawn_worker(Registry::default().with::<Crowd>().limit("crowd", 3));
    eventually("the queue is full", || async { RUNNING.load(Ordering::SeqCst) == 3 }).await;
    let done = "SELECT count(*) FROM jobs WHERE status = 'succeeded'";
    eventually("all are done", || async {
        RELEASE.notify_one();
        app.database.value(done).await == json!(8)
    })
    .await;
    assert_eq!(MOST.load(Ordering::SeqCst), 3);
    app.finish().await;
}

#[tokio::test]
async fn a_stopping_worker_finishes_what_it_has_begun() {
    let app = TestApp::start().await;
    let (probe, waiting) = (Probe::new(), Probe::new());
    enqueue(&app.node.app, &probe).await.unwrap();
    app.node.spawn_worker(probes());
    eventually("the job runs", || async { !probe.notes().is_empty() }).await;
    let state = app.node.app.clone();
    state.stop.cancel();
    enqueue(&state, &waiting).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(waiting.notes().is_empty(), "a stopping worker takes no more");
    assert_eq!(app.node.drain_jobs_of(probes()).await, 1);
}
