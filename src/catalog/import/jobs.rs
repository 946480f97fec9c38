//! Imports as background jobs, and what a large one leaves to do for the search index.

use std::fs::File;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    ledger::Ledger,
    model::search,
    progress::Progress,
    run::{self, Data},
    source,
    spec::Spec,
};
use crate::{
    app::App,
    catalog::search::jobs::RankSearch,
    kernel::{
        error::Result,
        jobs::{Job, JobRun, Schedule},
    },
};

/// Queue of imports from the object store.
pub const IMPORT_QUEUE: &str = "import";

/// An import that any node may run.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunImport(pub Spec);

impl Job<App> for RunImport {
    const KIND: &'static str = "catalogue_import";
    const QUEUE: &'static str = IMPORT_QUEUE;

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        Box::pin(run_import(app, self.0, run)).await
    }
}

/// An import of a file on the disk of the machine where the command was given; only that command runs it.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunLocalImport(pub Spec);

impl Job<App> for RunLocalImport {
    const KIND: &'static str = "catalogue_import_local";
    const QUEUE: &'static str = "import_local";
    const MAX_ATTEMPTS: i32 = 1;

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        Box::pin(run_import(app, self.0, run)).await
    }
}

async fn run_import(app: App, spec: Spec, run: JobRun) -> Result<()> {
    let file = source::open(&app, &spec.source).await?;
    let (data, ledger) = begin(&app, run, file, spec.dry_run);
    run::import(&app, spec.kind, spec.wishes, data, &ledger).await?;
    Ok(())
}

/// The data of an import, and the ledger of its job, which goes on from what the last attempt stored.
pub fn begin(app: &App, run: JobRun, file: File, dry_run: bool) -> (Data, Ledger) {
    let data = Data::File(file);
    // Empty at the first attempt, and then what the last committed batch said.
    let stored: Progress = serde_json::from_value(run.progress.clone()).unwrap_or_default();
    let resumed = stored.started_at.is_some();
    let progress = Progress {
        bytes_total: data.size(),
        dry_run,
        started_at: stored.started_at.or(Some(app.clock.now())),
        lanes: if resumed { stored.lanes.clone() } else { vec![0; run::lanes(app)] },
        // What the former attempt touched is not remembered.
        touched_many: stored.touched_many || stored.created + stored.updated > 0,
        problem: None,
        ..stored
    };
    (data, Ledger::new(Some(run), progress))
}

/// Walks over everything that changed since a large import began and brings its search rows up to date.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshAfterImport {
    /// When the import began.
    pub since: DateTime<Utc>,
    /// Products up to this ID are done; nil at the start.
    pub after: Uuid,
}

/// Products refreshed in one transaction.
const CHUNK: i64 = 1_000;

impl Job<App> for RefreshAfterImport {
    const KIND: &'static str = "catalogue_search_refresh";
    const QUEUE: &'static str = "search";

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        let stored = run.progress.get("after").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
        let mut after = stored.unwrap_or(self.after);
        // Clocks of nodes differ a little.
        let since = self.since - TimeDelta::minutes(1);
        loop {
            let tx = app.db.begin().await?;
            let ids = search::changed_since(&tx, since, after, CHUNK).await?;
            let Some(last) = ids.last().copied() else { break };
            search::refresh(&tx, ids).await?;
            run.progress(&tx, &serde_json::json!({ "after": last })).await?;
            tx.commit().await?;
            app.committed();
            after = last;
        }
        let tx = app.db.begin().await?;
        app.enqueue(&tx, &RankSearch {}, Schedule::default()).await?;
        tx.commit().await?;
        app.committed();
        Ok(())
    }
}
