//! What time does to papers: reminders before they expire, and an end of the sales when they have.

use super::{
    model::{self, DistributorDocument},
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
        review::service::{address_for_mail, take_step},
    },
};

/// Days before the expiry on which a reminder goes out, latest first: a paper that is handed in late gets one, not all.
const REMIND_DAYS: [i32; 3] = [1, 7, 30];
/// Papers and distributors handled by one transaction, or found by one query.
const BATCH: usize = 100;

/// Sends the reminders that are due and suspends distributors whose papers have expired; answers how many of each.
/// Harmless to repeat.
pub async fn run(app: &App) -> Result<(usize, usize)> {
    let mut reminded = 0;
    for days in REMIND_DAYS {
        loop {
            let sent = remind(app, days).await?;
            reminded += sent;
            if sent == 0 {
                break;
            }
        }
    }
    Ok((reminded, hold_expired(app).await?))
}

async fn remind(app: &App, days: i32) -> Result<usize> {
    let tx = app.db.begin().await?;
    let papers = model::lock_expiring(&tx, app.clock.today(), days, BATCH).await?;
    for paper in &papers {
        let of = distributors::find(&tx, &Actor::system(), paper.distributor_id).await?;
        let to = address_for_mail(&tx, &of).await?;
        if let Some(last) = paper.expires_on {
            app.send_mail(&tx, letters::paper_expires(&app.config, &to, paper.kind, last)).await?;
        }
        model::update(&tx, &DistributorDocument { reminded_days: Some(days), ..paper.clone() }).await?;
    }
    tx.commit().await?;
    app.committed();
    Ok(papers.len())
}

async fn hold_expired(app: &App) -> Result<usize> {
    let mut held = 0;
    loop {
        let conn = app.db.write().await?;
        let found = model::sellers_with_expired(&conn, app.clock.today(), &required(app), BATCH).await?;
        drop(conn);
        let mut now = 0;
        for id in found {
            now += usize::from(hold(app, id).await?);
        }
        held += now;
        if now == 0 {
            return Ok(held);
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
