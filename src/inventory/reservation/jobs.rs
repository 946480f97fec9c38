//! Reservations whose time is over give their pieces back.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    model,
    service::{self, End},
};
use crate::{
    app::App,
    inventory::stock::post::Cause,
    kernel::{
        access::Actor,
        error::{Error, Result},
        jobs::{Job, JobRun, Schedule},
    },
};

const EVERY: TimeDelta = TimeDelta::minutes(1);

/// One round; it enqueues its own successor.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExpireReservations {
    /// The minute that this round is for.
    pub due: DateTime<Utc>,
}

impl ExpireReservations {
    /// Enqueues the first round after the instant, unless it is there.
    pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
        let due = now.duration_trunc(EVERY).map_err(Error::internal)? + EVERY;
        let schedule = Schedule { run_at: Some(due), ..Schedule::default() };
        app.enqueue(&*app.db.write().await?, &Self { due }, schedule).await?;
        Ok(())
    }
}

impl Job<App> for ExpireReservations {
    const KIND: &'static str = "expire_reservations";
    const QUEUE: &'static str = "maintenance";

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("expire_reservations:{}", self.due.timestamp()))
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        Self::schedule(&app, app.clock.now().max(self.due)).await?;
        expire_all(&app).await
    }
}

/// Expires every reservation whose time is over.
pub async fn expire_all(app: &App) -> Result<()> {
    while expire_one(app).await? {}
    Ok(())
}

/// Expires a reservation whose time is over; answers whether there was one.
async fn expire_one(app: &App) -> Result<bool> {
    let tx = app.db.begin().await?;
    let Some(row) = model::lock_due(&tx, app.clock.now()).await? else { return Ok(false) };
    service::close(app, &tx, &Actor::system(), row, End::Expire, &Cause::default()).await?;
    tx.commit().await?;
    app.committed();
    Ok(true)
}
