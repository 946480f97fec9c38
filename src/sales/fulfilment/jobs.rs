//! Sellers who are late.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::model::progress;
use crate::{
    app::App,
    kernel::{
        error::{Error, Result},
        jobs::{Job, JobRun, Schedule},
    },
    sales::order::{
        model::{
            self as orders,
            part::{self, SubOrderId},
            timeline::OrderEventKind,
        },
        status::SubOrderStatus,
        story::{By, Story},
    },
};

const EVERY: TimeDelta = TimeDelta::minutes(1);
/// Sub-orders looked at together.
const AT_ONCE: usize = 200;

/// One round; it enqueues its own successor.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchSellers {
    /// The minute that this round is for.
    pub due: DateTime<Utc>,
}

impl WatchSellers {
    /// Enqueues the first round after the instant, unless it is there.
    pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
        let due = now.duration_trunc(EVERY).map_err(Error::internal)? + EVERY;
        let schedule = Schedule { run_at: Some(due), ..Schedule::default() };
        app.enqueue(&*app.db.write().await?, &Self { due }, schedule).await?;
        Ok(())
    }
}

impl Job<App> for WatchSellers {
    const KIND: &'static str = "watch_sellers";
    const QUEUE: &'static str = "maintenance";

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("watch_sellers:{}", self.due.timestamp()))
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        Self::schedule(&app, app.clock.now().max(self.due)).await?;
        escalate_all(&app).await?;
        Ok(())
    }
}

/// Tells of every sub-order whose next step is late, once for each step; answers how many.
pub async fn escalate_all(app: &App) -> Result<usize> {
    let mut told = 0;
    loop {
        let late = progress::late(&*app.db.write().await?, app.clock.now(), AT_ONCE).await?;
        let whole = late.len() == AT_ONCE;
        for id in late {
            told += usize::from(escalate(app, id).await?);
        }
        if !whole {
            return Ok(told);
        }
    }
}

/// Tells that a sub-order is late, if it still is.
async fn escalate(app: &App, id: SubOrderId) -> Result<bool> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let order = part::order_of(&tx, id).await?;
    let mut order = orders::lock(&tx, order).await?;
    let parts = part::lock_all(&tx, order.id).await?;
    let Some(part) = parts.into_iter().find(|row| row.id == id) else { return Ok(false) };
    let mut progress = progress::of(&tx, id, now).await?;
    let due = match part.status {
        SubOrderStatus::Placed => part.confirm_by,
        SubOrderStatus::Confirmed | SubOrderStatus::Packed => progress.due_by,
        _ => None,
    };
    let is_late = due.is_some_and(|due| due <= now) && progress.escalated_at.is_none();
    // A step that will not be taken any more is not waited for.
    progress.escalated_at = Some(now);
    progress::store(&tx, &progress, now).await?;
    if is_late {
        let mut rows = [part];
        let mut story = Story::new(By::SYSTEM, now);
        for row in &mut rows {
            story.tell_of(&mut order, row, OrderEventKind::Late);
        }
        part::store_all(&tx, &mut rows, now).await?;
        orders::store(&tx, &mut order, now).await?;
        story.store(&tx).await?;
    }
    tx.commit().await?;
    app.committed();
    Ok(is_late)
}
