//! Throttle rows. One row lock per address orders parallel logins.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bytea, Int4, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    identity::account::model::AccountId,
    kernel::{db::Conn, error::Result, sql::Sql},
    schema::login_throttles::dsl,
};

/// After how many tries an address is locked, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct LockOut {
    /// Wrong passwords in a row.
    pub failures: i32,
    /// Time until the next try.
    pub duration: TimeDelta,
}

/// Whether a password may be checked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Yes; the try is counted.
    Admitted,
    /// Not now: as many checks as are allowed are under way or failed.
    Locked {
        /// When the lock was set.
        since: Option<DateTime<Utc>>,
    },
}

/// Counts a try before its password is checked, unless the address is locked. The try that uses up the limit sets the
/// lock; success lifts it. A lock that has run out allows as many tries again, but the failures stay counted.
pub async fn admit(mut conn: &Conn, key: &[u8], rule: LockOut, now: DateTime<Utc>) -> Result<Admission> {
    let admitted =
        Sql::new("INSERT INTO login_throttles AS t (key, attempts, failures, locked_until, updated_at) VALUES (")
            .bind(key.to_vec())
            .sql(", 1, 0, CASE WHEN ")
            .bind(rule.failures)
            .sql(" <= 1 THEN ")
            .bind(now + rule.duration)
            .sql(" END, ")
            .bind(now)
            .sql(
                ") ON CONFLICT (key) DO UPDATE SET \
             attempts = CASE WHEN t.locked_until IS NULL THEN t.attempts ELSE 0 END + 1, \
             locked_until = CASE WHEN CASE WHEN t.locked_until IS NULL THEN t.attempts ELSE 0 END + 1 >= ",
            )
            .bind(rule.failures)
            .sql(" THEN ")
            .bind(now + rule.duration)
            .sql(" END, updated_at = EXCLUDED.updated_at WHERE t.locked_until IS NULL OR t.locked_until <= ")
            .bind(now)
            .execute(&mut conn)
            .await?;
    if admitted == 1 {
        return Ok(Admission::Admitted);
    }
    let until: Option<Option<DateTime<Utc>>> =
        dsl::login_throttles.find(key).select(dsl::locked_until).first(&mut conn).await.optional()?;
    Ok(Admission::Locked { since: until.flatten().map(|until| until - rule.duration) })
}

/// Counts a wrong password, and notes whose it was to be. The same work whether or not an account has the address.
pub async fn fail(
    mut conn: &Conn,
    key: &[u8],
    account: Option<AccountId>,
    request: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(dsl::login_throttles.find(key))
        .set((
            dsl::failures.eq(dsl::failures + 1),
            dsl::updated_at.eq(now),
            dsl::account_id.eq(account.map(|account| account.0)),
            dsl::failed_request_id.eq(request),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Wrong passwords of which the audit log does not tell yet, or not of all of them.
#[derive(Clone, Debug, QueryableByName)]
pub struct Unrecorded {
    /// Of the address.
    #[diesel(sql_type = Bytea)]
    pub key: Vec<u8>,
    /// Who has the address, if anybody.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub account_id: Option<AccountId>,
    /// Request of the last one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub failed_request_id: Option<Uuid>,
    /// Since the last success.
    #[diesel(sql_type = Int4)]
    pub failures: i32,
    /// Of them, those that the audit log tells of.
    #[diesel(sql_type = Int4)]
    pub recorded_failures: i32,
}

/// Takes some of what the audit log does not tell of; accounts of which it was told after `since` come later. What
/// nobody's address has does not wait, or it would pile up. Who takes them writes them down in the same transaction.
pub async fn take_unrecorded(
    mut conn: &Conn,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Vec<Unrecorded>> {
    let statement = Sql::new(
        "WITH due AS (SELECT key, account_id, failed_request_id, failures, recorded_failures FROM login_throttles \
         WHERE failures > recorded_failures AND (recorded_at IS NULL OR recorded_at <= ",
    )
    .bind(since)
    .sql(") ORDER BY updated_at LIMIT ")
    .number(most)
    .sql(
        " FOR UPDATE SKIP LOCKED) UPDATE login_throttles t SET recorded_failures = due.failures, recorded_at = \
          CASE WHEN due.account_id IS NOT NULL THEN ",
    )
    .bind(now)
    .sql(" END FROM due WHERE t.key = due.key RETURNING due.*");
    Ok(statement.load(&mut conn).await?)
}

/// Wrong passwords since the last success.
pub async fn failures(mut conn: &Conn, key: &[u8]) -> Result<i32> {
    let failures =
        dsl::login_throttles.find(key).select(dsl::failures).for_update().first(&mut conn).await.optional()?;
    Ok(failures.unwrap_or(0))
}

/// Lifts the lock that this very try may have set, but keeps the count: a code is still asked for.
pub async fn unlock(mut conn: &Conn, key: &[u8], now: DateTime<Utc>) -> Result<()> {
    diesel::update(dsl::login_throttles.find(key))
        .set((dsl::attempts.eq(dsl::failures), dsl::locked_until.eq(None::<DateTime<Utc>>), dsl::updated_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Forgets everything; answers what the audit log has not been told of.
pub async fn reset(mut conn: &Conn, key: &[u8]) -> Result<Option<Unrecorded>> {
    let statement = Sql::new("DELETE FROM login_throttles WHERE key = ")
        .bind(key.to_vec())
        .sql(" RETURNING key, account_id, failed_request_id, failures, recorded_failures");
    let row: Option<Unrecorded> = statement.get_result(&mut conn).await.optional()?;
    Ok(row.filter(|row| row.failures > row.recorded_failures))
}

/// Deletes rows that were not touched since.
pub async fn prune(mut conn: &Conn, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(dsl::login_throttles.filter(dsl::updated_at.lt(before))).execute(&mut conn).await?)
}
