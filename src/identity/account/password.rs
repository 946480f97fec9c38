//! Changing one's password, and choosing a new one by a link from a mail.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    contact,
    model::{self, Account, AccountId, AccountStatus, password_token},
    password_rules,
};
use crate::{
    app::App,
    identity::{
        letters,
        session::{
            log_in::{check_client, confirm_password, throttle_key},
            model::{RevokedReason, SessionId, Which},
            service::end_sessions,
        },
        throttle,
    },
    kernel::{
        access::{Actor, Principal},
        audit::Change,
        db::Conn,
        error::{Error, Result},
        jobs::{Job, JobRun, Schedule},
        keyring::{random_token, token_hash},
    },
};

crate::text_enum! {
    /// Why a link to choose a password was sent.
    pub enum PasswordTokenPurpose {
        /// The owner forgot it.
        Reset = "reset",
        /// The account is new.
        Invitation = "invitation",
    }
}

impl PasswordTokenPurpose {
    fn lifetime(self) -> TimeDelta {
        match self {
            Self::Reset => TimeDelta::hours(1),
            Self::Invitation => TimeDelta::days(3),
        }
    }
}

/// Links per account and hour.
const LINKS_PER_HOUR: i64 = 5;

/// Changes the caller's password; all other sessions end.
pub async fn change_password(app: &App, actor: &Actor, old: String, new: String) -> Result<Account> {
    let Principal::Account { id, session, .. } = actor.principal else {
        return Err(Error::Unauthenticated("please log in".to_owned()));
    };
    let account = model::find(&*app.db.write().await?, actor, AccountId(id)).await?;
    password_rules::check("newPassword", &new, &account.email)?;
    if !confirm_password(app, actor, &account, old).await? {
        return Err(Error::problem("PASSWORD_WRONG", "oldPassword", "this is not your present password"));
    }
    let hash = app.passwords.hash(new).await?;
    let tx = app.db.begin().await?;
    let keep = Which::Except(SessionId(session));
    let account = store_password(app, &tx, actor, account.id, &hash, keep, "passwordChange").await?;
    app.send_mail(&tx, letters::password_changed(&account)).await?;
    tx.commit().await?;
    app.actors.forget(account.id.0);
    app.committed();
    Ok(account)
}

/// Stores a password, ends sessions and voids links, in the running transaction.
async fn store_password(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    id: AccountId,
    hash: &str,
    end: Which,
    action: &str,
) -> Result<Account> {
    let now = app.clock.now();
    let account = model::lock(conn, id).await?;
    model::set_password(conn, id, hash, now).await?;
    password_token::void(conn, id, now).await?;
    end_sessions(app, conn, actor, id, end, RevokedReason::PasswordChanged).await?;
    let after = serde_json::json!({ "password_changed_at": now });
    Change::new(action, id, None, Some(&after))?.record(conn, &app.clock, actor).await?;
    Ok(account)
}

/// Sends a link to choose a new password, if the address has an account; the answer is the same if not.
pub async fn request_password_reset(app: &App, actor: &Actor, email: &str) -> Result<()> {
    check_client(app, actor).await?;
    let email = contact::email("email", email)?;
    let tx = app.db.begin().await?;
    app.enqueue(&tx, &SendPasswordLink { email, purpose: PasswordTokenPurpose::Reset }, Schedule::default()).await?;
    tx.commit().await?;
    app.committed();
    Ok(())
}

/// Stores the new password of whoever holds the link's token. The token works once; all sessions end.
pub async fn reset_password(app: &App, actor: &Actor, token: &str, new: String) -> Result<Account> {
    check_client(app, actor).await?;
    let (now, hash) = (app.clock.now(), token_hash(token));
    let invalid = || Error::problem("TOKEN_INVALID", "token", "this link was used or has expired; ask for a new one");
    let id = password_token::peek(&*app.db.write().await?, &hash, now).await?.ok_or_else(invalid)?;
    let row = model::login_row_by_id(&*app.db.write().await?, id).await?;
    password_rules::check("newPassword", &new, &row.account.email)?;
    let password_hash = app.passwords.hash(new).await?;
    let tx = app.db.begin().await?;
    if !password_token::use_up(&tx, &hash, now).await? {
        return Err(invalid());
    }
    let account = store_password(app, &tx, actor, id, &password_hash, Which::All, "passwordReset").await?;
    if account.status == AccountStatus::Closed {
        return Err(invalid());
    }
    // Whoever holds the link reads mail sent to the address.
    model::verify_email(&tx, id, now).await?;
    throttle::service::forget(app, &tx, &throttle_key(app, &account.email)?).await?;
    app.send_mail(&tx, letters::password_changed(&account)).await?;
    tx.commit().await?;
    app.actors.forget(id.0);
    app.committed();
    Ok(account)
}

/// Makes a link and mails it. In a job, so that the request costs the same whether or not the address is known, and so
/// that the token itself is stored nowhere.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendPasswordLink {
    /// Address as typed, normalised.
    pub email: String,
    /// What for.
    pub purpose: PasswordTokenPurpose,
}

impl Job<App> for SendPasswordLink {
    const KIND: &'static str = "identity_send_password_link";
    const QUEUE: &'static str = crate::kernel::mail::MAIL_QUEUE;
    const MAX_ATTEMPTS: i32 = 4;

    /// Impatient people ask again before the first mail is out.
    fn dedupe_key(&self) -> Option<String> {
        Some(format!("{}:{}", self.purpose, self.email))
    }

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        let now = app.clock.now();
        let conn = app.db.write().await?;
        let Some(row) = model::login_row(&conn, &self.email).await? else { return Ok(()) };
        if password_token::count_since(&conn, row.account.id, now - TimeDelta::hours(1)).await? >= LINKS_PER_HOUR {
            tracing::warn!("no password link sent: too many for one account");
            return Ok(());
        }
        let token = random_token()?;
        let until = now + self.purpose.lifetime();
        password_token::add(&conn, token_hash(&token), row.account.id, self.purpose, now, until).await?;
        drop(conn);
        let letter = match self.purpose {
            PasswordTokenPurpose::Reset => letters::reset_link(&app.config, &row.account, &token),
            PasswordTokenPurpose::Invitation => letters::invitation(&app.config, &row.account, &token),
        };
        app.mailer.send(run.id.0, &letter).await
    }
}
