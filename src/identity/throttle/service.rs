//! Wrong passwords in the audit log.
//!
//! A wrong password is only counted when it is given: the answer must take as long for an address that nobody has. The
//! audit log is told from the counts a moment later, and of one account no more often than once in the time of a
//! lock-out, however many passwords somebody tries. Addresses without an account stay out of it: there would be no end
//! to them.

use chrono::TimeDelta;
use serde_json::json;

use super::model::{self, Unrecorded};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        audit::{self, Change},
        db::Conn,
        error::Result,
    },
};

/// Addresses looked at in one transaction.
const AT_ONCE: usize = 500;

/// Tells the audit log of wrong passwords. Answers the number of addresses; there may be more.
pub async fn record_wrong_passwords(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let since = now - TimeDelta::minutes(app.config.identity.lockout_minutes);
    let taken = model::take_unrecorded(&tx, since, now, AT_ONCE).await?;
    let count = taken.len();
    record(app, &tx, taken).await?;
    tx.commit().await?;
    Ok(count)
}

/// Forgets an address's wrong passwords, its owner having come in, once the audit log knows of them.
pub async fn forget(app: &App, conn: &Conn, key: &[u8]) -> Result<()> {
    let left = model::reset(conn, key).await?;
    record(app, conn, left).await
}

async fn record(app: &App, conn: &Conn, all: impl IntoIterator<Item = Unrecorded>) -> Result<()> {
    let changes = all.into_iter().filter_map(|row| {
        let failures = |count: i32| Some(json!({ "failures": count }));
        let (before, after) = (failures(row.recorded_failures), failures(row.failures));
        let change = Change { action: "passwordWrong", subject: row.account_id?, before, after };
        // Whoever does not know the password is nobody yet.
        Some((Actor::anonymous(row.failed_request_id?), change))
    });
    audit::record_by_many(changes.collect(), conn, &app.clock).await
}
