//! What time does to papers: reminders before they expire, and an end of the sales when they have. Each paper and each
//! distributor is a transaction of its own: what goes wrong with one is reported and keeps nobody else waiting.

use super::{
    model::{self, DistributorDocument, DistributorDocumentId},
    service::{not_proven, required},
};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        error::Result,
    },
    marketplace::{
        distributor::{
            model::{self as distributors, DistributorId},
            service::lock_application,
            status::DistributorStep,
        },
        letters,
        notify::notify,
        review::service::take_step,
    },
};

/// Days before the expiry on which a reminder goes out, latest first: a paper that is handed in late gets one, not all.
const REMIND_DAYS: [i32; 3] = [1, 7, 30];
/// Papers or distributors found by one query.
const BATCH: usize = 100;

/// Sends the reminders that are due and suspends distributors whose papers have expired; answers how many of each.
/// Harmless to repeat.
pub async fn run(app: &App) -> Result<(usize, usize)> {
    let mut reminded = 0;
    for days in REMIND_DAYS {
        reminded += remind_all(app, days).await?;
    }
    Ok((reminded, hold_expired(app).await?))
}

async fn remind_all(app: &App, days: i32) -> Result<usize> {
    let (mut reminded, mut after) = (0, None);
    loop {
        let conn = app.db.write().await?;
        let found = model::expiring(&conn, app.clock.today(), days, after, BATCH).await?;
        drop(conn);
        let Some(last) = found.last() else { return Ok(reminded) };
        after = Some(*last);
        for id in found {
            match remind(app, id, days).await {
                Ok(done) => reminded += usize::from(done),
                Err(error) => tracing::error!(%error, document = %id, "no reminder of a paper that expires"),
            }
        }
    }
}

/// False where somebody else was faster, or the paper was replaced meanwhile.
async fn remind(app: &App, id: DistributorDocumentId, days: i32) -> Result<bool> {
    let tx = app.db.begin().await?;
    let Some(paper) = model::lock_to_remind(&tx, id, days).await? else { return Ok(false) };
    let Some(last) = paper.expires_on else { return Ok(false) };
    let of = distributors::find(&tx, &Actor::system(), paper.distributor_id).await?;
    notify(app, &tx, &of, |to| letters::paper_expires(&app.config, to, paper.kind, last)).await?;
    model::update(&tx, &DistributorDocument { reminded_days: Some(days), ..paper }).await?;
    tx.commit().await?;
    app.committed();
    Ok(true)
}

async fn hold_expired(app: &App) -> Result<usize> {
    let (mut held, mut after) = (0, None);
    loop {
        let conn = app.db.write().await?;
        let found = model::sellers_with_expired(&conn, app.clock.today(), &required(app), after, BATCH).await?;
        drop(conn);
        let Some(last) = found.last() else { return Ok(held) };
        after = Some(*last);
        for id in found {
            match hold(app, id).await {
                Ok(done) => held += usize::from(done),
                Err(error) => tracing::error!(%error, distributor = %id, "not suspended, though papers have expired"),
            }
        }
    }
}

/// Suspends a distributor that lacks a paper; false where it no longer does, or no longer sells.
async fn hold(app: &App, id: DistributorId) -> Result<bool> {
    let (tx, system) = (app.db.begin().await?, Actor::system());
    let application = lock_application(app, &tx, &system, Permission::SellersWrite, id).await?;
    let lacking = not_proven(app, &tx, id).await?;
    if lacking.is_empty() || application.distributor.status.after(DistributorStep::Suspend).is_none() {
        return Ok(false);
    }
    let names: Vec<&str> = lacking.iter().map(|kind| letters::name_of(*kind)).collect();
    let reason = format!("These papers have expired: {}. Hand in new ones.", names.join(", "));
    take_step(app, &tx, &system, application, DistributorStep::Suspend, &reason).await?;
    tx.commit().await?;
    app.committed();
    Ok(true)
}
