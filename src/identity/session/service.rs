//! Starting, refreshing and ending sessions.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

pub use super::authenticate::{Authenticated, authenticate};
use super::model::{self, NewSession, Presented, RevokedReason, Session, SessionId, Which};
use crate::{
    app::App,
    identity::account::{
        contact,
        model::{self as accounts, Account, AccountId},
    },
    kernel::{
        access::{Actor, Principal},
        audit::Change,
        db::Conn,
        error::{Error, Result},
        keyring::{random_token, token_hash},
    },
};

/// What a client gets at login and at every refresh.
#[derive(Clone)]
pub struct Tokens {
    /// Short-lived bearer token.
    pub access_token: String,
    /// Works once, to get the next pair.
    pub refresh_token: String,
    /// End of the access token.
    pub expires_at: DateTime<Utc>,
    /// The session.
    pub session: Session,
    /// Who signed in.
    pub account: Account,
}

/// The device's name as stored.
pub fn device_name(device: Option<&str>) -> Result<String> {
    contact::line("device", device.unwrap_or_default(), 200)
}

fn session_end(app: &App, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::days(app.config.identity.refresh_token_days)
}

/// The account as the caller of the request that signs it in.
fn acting(app: &Actor, account: &Account, session: SessionId) -> Actor {
    let principal = Principal::Account { id: account.id.0, kind: account.kind, session: session.0 };
    Actor { principal, ..app.clone() }
}

/// Starts a session in the running transaction, for an account that has proved itself.
pub async fn start_session(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    account: AccountId,
    device: String,
) -> Result<Tokens> {
    let now = app.clock.now();
    let account = accounts::touch_login(conn, account, now).await?;
    let row = NewSession {
        id: SessionId::new(),
        account_id: account.id,
        device,
        created_at: now,
        last_used_at: now,
        expires_at: session_end(app, now),
    };
    let session = model::insert(conn, &row).await?;
    let actor = acting(actor, &account, session.id);
    Change::new("sessionCreate", session.id, None, Some(&session))?.record(conn, &app.clock, &actor).await?;
    issue(app, conn, account, session).await
}

/// A fresh pair of tokens for a session.
async fn issue(app: &App, conn: &Conn, account: Account, session: Session) -> Result<Tokens> {
    let now = app.clock.now();
    let refresh_token = random_token()?;
    model::insert_token(conn, token_hash(&refresh_token), session.id, now, session.expires_at).await?;
    let lifetime = TimeDelta::seconds(app.config.identity.access_token_seconds);
    let expires_at = (now + lifetime).min(session.expires_at);
    let access_token = app.keys.sign(account.id.0, session.id.0, account.kind, now, expires_at)?;
    Ok(Tokens { access_token, refresh_token, expires_at, session, account })
}

/// Exchanges a refresh token for the next pair. It works once: a second use, even one that races with the first,
/// revokes the session, since the server cannot tell the owner from a thief.
pub async fn refresh_session(app: &App, actor: &Actor, token: &str, device: Option<&str>) -> Result<Tokens> {
    let now = app.clock.now();
    let device = device.map(|device| device_name(Some(device))).transpose()?;
    let tx = app.db.begin().await?;
    let id = match model::use_token(&tx, &token_hash(token), now).await? {
        Presented::Fresh(id) => id,
        Presented::Reused(id) => {
            let account = end_reused(app, &tx, actor, id).await?;
            tx.commit().await?;
            if let Some(account) = account {
                app.actors.forget(account.0);
            }
            app.committed();
            return Err(token_invalid());
        }
        Presented::Invalid => return Err(token_invalid()),
    };
    let session = model::lock_live(&tx, id, now).await?.ok_or_else(token_invalid)?;
    let login = accounts::login_row_by_id(&tx, session.account_id).await?;
    if !login.may_sign_in() {
        return Err(token_invalid());
    }
    let device = device.unwrap_or(session.device);
    let session = model::prolong(&tx, id, &device, now, session_end(app, now)).await?;
    let tokens = issue(app, &tx, login.account, session).await?;
    tx.commit().await?;
    Ok(tokens)
}

fn token_invalid() -> Error {
    Error::problem("TOKEN_INVALID", "refreshToken", "the refresh token is not valid any more; please log in again")
}

async fn end_reused(app: &App, conn: &Conn, actor: &Actor, id: SessionId) -> Result<Option<AccountId>> {
    let Some(account) = model::owner(conn, id).await? else { return Ok(None) };
    tracing::warn!(session = %id.0.simple(), "a refresh token was used twice; its session is revoked");
    accounts::lock(conn, account).await?;
    end_sessions(app, conn, actor, account, Which::Only(id), RevokedReason::TokenReused).await?;
    Ok(Some(account))
}

/// Ends sessions in the running transaction, and tells every node. The caller holds the account's row lock.
pub async fn end_sessions(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    account: AccountId,
    which: Which,
    reason: RevokedReason,
) -> Result<Vec<Session>> {
    let now = app.clock.now();
    let ended = model::revoke(conn, account, which, reason, now).await?;
    for session in &ended {
        let payload = json!({ "session": session.id.0, "reason": reason });
        accounts::emit(conn, account, "session.revoked", payload, now).await?;
        let after = json!({ "revoked_at": now, "revoked_reason": reason });
        Change::new("sessionRevoke", session.id, None, Some(&after))?.record(conn, &app.clock, actor).await?;
    }
    Ok(ended)
}

/// Signs out: the caller's present session, or another one of theirs.
pub async fn revoke_session(app: &App, actor: &Actor, id: Option<SessionId>) -> Result<Session> {
    let Principal::Account { id: account, session, .. } = actor.principal else {
        return Err(Error::Unauthenticated("please log in".to_owned()));
    };
    let id = id.unwrap_or(SessionId(session));
    let mut ended = revoke(app, actor, AccountId(account), Which::Only(id), RevokedReason::Logout).await?;
    ended.pop().ok_or(Error::NotFound("session"))
}

/// Signs out everywhere, the present session included unless it is to be kept.
pub async fn revoke_all_sessions(app: &App, actor: &Actor, keep_current: bool) -> Result<Vec<Session>> {
    let Principal::Account { id: account, session, .. } = actor.principal else {
        return Err(Error::Unauthenticated("please log in".to_owned()));
    };
    let which = if keep_current { Which::Except(SessionId(session)) } else { Which::All };
    revoke(app, actor, AccountId(account), which, RevokedReason::LogoutEverywhere).await
}

async fn revoke(
    app: &App,
    actor: &Actor,
    account: AccountId,
    which: Which,
    reason: RevokedReason,
) -> Result<Vec<Session>> {
    let tx = app.db.begin().await?;
    accounts::lock(&tx, account).await?;
    let ended = end_sessions(app, &tx, actor, account, which, reason).await?;
    tx.commit().await?;
    app.actors.forget(account.0);
    app.committed();
    Ok(ended)
}

/// An access token for tools of the development mode, valid for as long as asked; starts a session like a login.
pub async fn token_for(app: &App, account: AccountId, device: &str, lifetime: TimeDelta) -> Result<String> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let Tokens { account, session, .. } = start_session(app, &tx, &Actor::system(), account, device.to_owned()).await?;
    tx.commit().await?;
    let end = (now + lifetime).min(session.expires_at);
    app.keys.sign(account.id.0, session.id.0, account.kind, now, end)
}
