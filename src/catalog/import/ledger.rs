//! The one place where the lanes of an import add up: progress, findings, and what the search index must learn.

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::{
    issue::{Issue, IssueSeverity},
    model::report,
    progress::{Progress, Step},
};
use crate::kernel::{
    db::Tx,
    error::Result,
    jobs::{JobId, JobRun},
};

/// So many touched records are remembered until the end; beyond, the follow-up job finds them by their date.
const REMEMBERED: usize = 5_000;

/// Adds up.
pub struct Ledger {
    /// `None` for demo data, which has no job.
    job: Option<JobRun>,
    state: Mutex<State>,
}

struct State {
    progress: Progress,
    touched: Vec<Uuid>,
}

impl Ledger {
    /// Goes on from this progress.
    pub fn new(job: Option<JobRun>, progress: Progress) -> Self {
        Self { job, state: Mutex::new(State { progress, touched: Vec::new() }) }
    }

    /// The import's job.
    pub fn job_id(&self) -> Option<JobId> {
        self.job.as_ref().map(|job| job.id)
    }

    /// Account or API key that asked for the import.
    pub fn created_by(&self) -> Option<Uuid> {
        self.job.as_ref().and_then(|job| job.created_by)
    }

    /// Adds a batch and commits its transaction: what the progress says is true exactly when the batch is stored.
    pub async fn commit(&self, tx: Tx, step: &Step, issues: &[Issue], touched: Vec<Uuid>) -> Result<()> {
        // Held over the commit: the lanes write one row, and each must see what the others committed.
        let mut state = self.state.lock().await;
        let mut next = state.progress.after(step);
        next.touched_many |= state.touched.len() + touched.len() > REMEMBERED;
        self.store(&tx, &state.progress, &next, issues).await?;
        tx.commit().await?;
        if next.touched_many {
            state.touched.clear();
        } else {
            state.touched.extend(touched);
        }
        state.progress = next;
        Ok(())
    }

    async fn store(&self, tx: &Tx, before: &Progress, next: &Progress, issues: &[Issue]) -> Result<()> {
        let Some(job) = &self.job else { return Ok(()) };
        report::store(tx, job.id, issues, before.errors, before.warnings).await?;
        job.progress(tx, &serde_json::to_value(next)?).await
    }

    /// Changes the progress outside a batch and commits.
    pub async fn amend(&self, tx: Tx, issues: &[Issue], change: impl FnOnce(&mut Progress)) -> Result<()> {
        let mut state = self.state.lock().await;
        let mut next = state.progress.clone();
        change(&mut next);
        let (errors, warnings) = count(issues);
        next.errors += errors;
        next.warnings += warnings;
        self.store(&tx, &state.progress, &next, issues).await?;
        tx.commit().await?;
        state.progress = next;
        Ok(())
    }

    /// How far it is.
    pub async fn progress(&self) -> Progress {
        self.state.lock().await.progress.clone()
    }

    /// The touched records; `None` when there were too many to remember.
    pub async fn touched(&self) -> Option<Vec<Uuid>> {
        let state = self.state.lock().await;
        (!state.progress.touched_many).then(|| state.touched.clone())
    }
}

/// Errors and warnings among findings.
pub fn count(issues: &[Issue]) -> (u64, u64) {
    let errors = issues.iter().filter(|issue| issue.severity == IssueSeverity::Error).count();
    let number = |n| u64::try_from(n).unwrap_or(u64::MAX);
    (number(errors), number(issues.len() - errors))
}

/// When the import began; what it changed is not older.
pub fn began(progress: &Progress, now: DateTime<Utc>) -> DateTime<Utc> {
    progress.started_at.unwrap_or(now)
}
