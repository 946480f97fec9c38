//! What people do with jobs.

use crate::{
    app::App,
    kernel::{
        access::Actor,
        audit::Change,
        error::Result,
        jobs::{self, JobId, JobRow},
    },
};

use super::model;

/// Puts a dead or cancelled job back into its queue.
pub async fn retry_job(app: &App, actor: &Actor, id: JobId) -> Result<JobRow> {
    let before = model::find(&*app.db.read().await?, actor, id).await?;
    let tx = app.db.begin().await?;
    let row = jobs::retry(&tx, &app.clock, id).await?;
    Change::new("jobRetry", id, Some(&before.status), Some(&row.status))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Stops a job that has not ended.
pub async fn cancel_job(app: &App, actor: &Actor, id: JobId) -> Result<JobRow> {
    let before = model::find(&*app.db.read().await?, actor, id).await?;
    let tx = app.db.begin().await?;
    let row = jobs::cancel(&tx, &app.clock, id).await?;
    Change::new("jobCancel", id, Some(&before.status), Some(&row.status))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}
