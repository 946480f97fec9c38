//! Session and refresh token rows.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    identity::account::model::{AccountId, AccountStatus, employee::EmployeeStatus},
    kernel::{
        access::{AccountKind, Actor},
        db::Conn,
        error::Result,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::Sql,
    },
    schema::{refresh_tokens, sessions},
};

crate::id! {
    /// Identifies a login session.
    SessionId, "ses", "Session"
}

crate::text_enum! {
    /// Why a session ended before its time.
    pub enum RevokedReason {
        /// Its owner signed out.
        Logout = "logout",
        /// Its owner signed out everywhere.
        LogoutEverywhere = "logout_everywhere",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// A refresh token was used twice: somebody may have stolen it.
        TokenReused = "token_reused",
        /// An administrator locked the account.
        AccountLocked = "account_locked",
        /// The account was closed.
        AccountClosed = "account_closed",
    }
}

/// A login on one device.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// Global ID.
    pub id: SessionId,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub account_id: AccountId,
    /// What the client called itself at login.
    pub device: String,
    /// When the login was made.
    pub created_at: DateTime<Utc>,
    /// When the session was last used, to five minutes.
    pub last_used_at: DateTime<Utc>,
    /// When it ends unless it is used before.
    pub expires_at: DateTime<Utc>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A new session row.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
#[expect(missing_docs, reason = "as in Session")]
pub struct NewSession {
    pub id: SessionId,
    pub account_id: AccountId,
    pub device: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Adds a session.
pub async fn insert(mut conn: &Conn, row: &NewSession) -> Result<Session> {
    Ok(diesel::insert_into(sessions::table)
        .values(row)
        .returning(Session::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// Adds a refresh token.
pub async fn insert_token(
    mut conn: &Conn,
    hash: Vec<u8>,
    session: SessionId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::token_hash.eq(hash),
            refresh_tokens::session_id.eq(session),
            refresh_tokens::created_at.eq(now),
            refresh_tokens::expires_at.eq(until),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// What a presented refresh token is.
pub enum Presented {
    /// Good, and used up by this very call.
    Fresh(SessionId),
    /// Used before: a thief and the owner both have it.
    Reused(SessionId),
    /// Unknown or expired.
    Invalid,
}

/// Uses a refresh token up. Of two calls at once, the second waits for the first one's transaction and finds it used.
pub async fn use_token(mut conn: &Conn, hash: &[u8], now: DateTime<Utc>) -> Result<Presented> {
    let good = refresh_tokens::used_at.is_null().and(refresh_tokens::expires_at.gt(now));
    let fresh: Option<SessionId> = diesel::update(refresh_tokens::table.find(hash).filter(good))
        .set(refresh_tokens::used_at.eq(now))
        .returning(refresh_tokens::session_id)
        .get_result(&mut conn)
        .await
        .optional()?;
    if let Some(session) = fresh {
        return Ok(Presented::Fresh(session));
    }
    let used = refresh_tokens::table.find(hash).filter(refresh_tokens::used_at.is_not_null());
    let reused: Option<SessionId> = used.select(refresh_tokens::session_id).first(&mut conn).await.optional()?;
    Ok(reused.map_or(Presented::Invalid, Presented::Reused))
}

/// A session that is neither revoked nor over, with its row lock.
pub async fn lock_live(mut conn: &Conn, id: SessionId, now: DateTime<Utc>) -> Result<Option<Session>> {
    Ok(sessions::table
        .find(id)
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .for_update()
        .select(Session::as_select())
        .first(&mut conn)
        .await
        .optional()?)
}

/// Notes a use that prolongs the session.
pub async fn prolong(
    mut conn: &Conn,
    id: SessionId,
    device: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Session> {
    Ok(diesel::update(sessions::table.find(id))
        .set((sessions::last_used_at.eq(now), sessions::expires_at.eq(until), sessions::device.eq(device)))
        .returning(Session::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// How exact `last_used_at` is between refreshes.
pub const USE_GRAIN: TimeDelta = TimeDelta::minutes(5);

/// Notes a use.
pub async fn touch(mut conn: &Conn, id: SessionId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(sessions::table.find(id).filter(sessions::last_used_at.lt(now - USE_GRAIN)))
        .set(sessions::last_used_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Which of an account's sessions to end.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// All.
    All,
    /// One.
    Only(SessionId),
    /// All but the caller's own.
    Except(SessionId),
}

/// Ends sessions of an account and answers which; the caller holds the account's row lock.
pub async fn revoke(
    mut conn: &Conn,
    account: AccountId,
    which: Which,
    reason: RevokedReason,
    now: DateTime<Utc>,
) -> Result<Vec<Session>> {
    let live = sessions::account_id.eq(account).and(sessions::revoked_at.is_null()).and(sessions::expires_at.gt(now));
    let (only, except) = match which {
        Which::All => (None, None),
        Which::Only(id) => (Some(id), None),
        Which::Except(id) => (None, Some(id)),
    };
    let mut update = diesel::update(sessions::table.filter(live)).into_boxed();
    if let Some(id) = only {
        update = update.filter(sessions::id.eq(id));
    }
    if let Some(id) = except {
        update = update.filter(sessions::id.ne(id));
    }
    Ok(update
        .set((sessions::revoked_at.eq(now), sessions::revoked_reason.eq(reason)))
        .returning(Session::as_returning())
        .get_results(&mut conn)
        .await?)
}

/// Whose session it is.
pub async fn owner(mut conn: &Conn, id: SessionId) -> Result<Option<AccountId>> {
    Ok(sessions::table.find(id).select(sessions::account_id).first(&mut conn).await.optional()?)
}

/// One's own sessions.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new("(revoked_at IS NULL AND account_id = ").bind(actor.account_id()).sql(")")
}

/// A page of an account's live sessions, last used first.
pub async fn list(
    conn: &Conn,
    account: AccountId,
    now: DateTime<Utc>,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Session>> {
    let live =
        Sql::new("(account_id = ").bind(account).sql(" AND revoked_at IS NULL AND expires_at > ").bind(now).sql(")");
    let order = Order { column: "last_used_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &Session| (timestamp_key(row.last_used_at), row.id.0);
    page::fetch(conn, "sessions", live, order, args, count, key).await
}

/// Deletes sessions, and with them their refresh tokens, that ended before an instant.
pub async fn prune(mut conn: &Conn, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.lt(before))).execute(&mut conn).await?)
}

/// What an access token's session stands for right now.
#[derive(QueryableByName)]
#[expect(missing_docs, reason = "named for their columns")]
pub struct Holder {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub account_id: AccountId,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub kind: AccountKind,
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub status: AccountStatus,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    pub employee_status: Option<EmployeeStatus>,
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    pub last_used_at: DateTime<Utc>,
}

/// The account behind a session that was not revoked.
pub async fn holder(mut conn: &Conn, id: Uuid) -> Result<Option<Holder>> {
    let rows: Vec<Holder> = Sql::new(
        "SELECT s.account_id, a.kind, a.status, e.status AS employee_status, s.expires_at, s.last_used_at \
         FROM sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN employees e ON e.account_id = a.id \
         WHERE s.revoked_at IS NULL AND s.id = ",
    )
    .bind(id)
    .load(&mut conn)
    .await?;
    Ok(rows.into_iter().next())
}
