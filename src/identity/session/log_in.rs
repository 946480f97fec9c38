//! Login with e-mail and password, and the code that is asked for after wrong passwords.
//!
//! The answer and the work are the same whether the address is unknown, the password wrong or the address locked:
//! every path counts the try, reads the account, and verifies one argon2id hash.

use std::time::Duration;

use chrono::TimeDelta;

use super::service::{Tokens, device_name, start_session};
use crate::{
    app::App,
    identity::{
        account::{
            contact,
            model::{self as accounts, Account, LoginRow},
            password_rules,
        },
        challenge::{
            self,
            model::{Challenge, ChallengeId, ChallengePurpose},
            service::{check_code, code_wrong, open_challenge},
        },
        throttle::{
            model::{self as throttle, Admission, LockOut},
            service::forget,
        },
    },
    kernel::{
        access::Actor,
        error::{Error, Result},
        rate_limit::Rate,
    },
};

/// Wrong passwords after which the right one is not enough.
const FAILURES_BEFORE_CODE: i32 = 3;
/// Logins from one network.
const LOGINS_PER_CLIENT: Rate = Rate::per_minute(60, 120);
/// A lock this young may have been set by logins that are still being checked, and may be lifted by one that succeeds.
const FRESH_LOCK: TimeDelta = TimeDelta::seconds(2);
const FRESH_LOCK_POLL: Duration = Duration::from_millis(100);
const FRESH_LOCK_POLLS: usize = 10;

/// What a right password leads to.
pub enum LogIn {
    /// Signed in.
    Done(Box<Tokens>),
    /// A code was sent by mail and has to be given back first.
    CodeNeeded(Challenge),
}

/// Refuses a caller whose network tries too often.
pub async fn check_client(app: &App, actor: &Actor) -> Result<()> {
    match actor.client_key() {
        Some(client) => app.limiter.take(&format!("login:{client}"), 1, LOGINS_PER_CLIENT).await.check(),
        None => Ok(()),
    }
}

/// The key under which tries at an address are counted.
pub fn throttle_key(app: &App, email: &str) -> Result<Vec<u8>> {
    app.keys.code_hash("login-throttle", &[email])
}

/// Signs in with e-mail and password.
pub async fn log_in(app: &App, actor: &Actor, email: &str, password: String, device: Option<&str>) -> Result<LogIn> {
    let device = device_name(device)?;
    check_client(app, actor).await?;
    // What is no address cannot be an account's; it goes the same way as an unknown one.
    let email = contact::email("email", email).unwrap_or_else(|_| email.trim().chars().take(254).collect());
    let key = throttle_key(app, &email)?;
    let admitted = admit(app, &key).await?;
    let row = accounts::login_row(&*app.db.write().await?, &email).await?;
    let acceptable = admitted && password.chars().count() <= password_rules::LONGEST;
    let hash = row.as_ref().and_then(|row| row.password_hash.clone()).filter(|_| acceptable);
    // Checked without a connection in hand: hashing takes longer than anything else here.
    let right = app.passwords.verify(password, hash).await?;
    match row {
        Some(row) if right => enter(app, actor, row, &key, device).await,
        row => {
            if admitted {
                let account = row.map(|row| row.account.id);
                throttle::fail(&*app.db.write().await?, &key, account, actor.request_id, app.clock.now()).await?;
            }
            metrics::counter!("freshvilla_logins_total", "outcome" => "failed").increment(1);
            Err(login_failed(app))
        }
    }
}

fn lock_out(app: &App) -> LockOut {
    let identity = &app.config.identity;
    LockOut { failures: identity.lockout_failures, duration: TimeDelta::minutes(identity.lockout_minutes) }
}

/// Counts the try. Many right logins at once must not lock each other out, so a fresh lock is given time to be lifted.
async fn admit(app: &App, key: &[u8]) -> Result<bool> {
    for _ in 0..FRESH_LOCK_POLLS {
        let now = app.clock.now();
        match throttle::admit(&*app.db.write().await?, key, lock_out(app), now).await? {
            Admission::Admitted => return Ok(true),
            Admission::Locked { since: Some(since) } if now - since < FRESH_LOCK => {
                tokio::time::sleep(FRESH_LOCK_POLL).await;
            }
            Admission::Locked { .. } => return Ok(false),
        }
    }
    Ok(false)
}

fn login_failed(app: &App) -> Error {
    let minutes = app.config.identity.lockout_minutes;
    let message = format!(
        "the e-mail address or the password is wrong; after several wrong passwords, wait {minutes} minutes or reset \
         the password"
    );
    Error::problem("LOGIN_FAILED", "", message)
}

/// The password was right.
async fn enter(app: &App, actor: &Actor, row: LoginRow, key: &[u8], device: String) -> Result<LogIn> {
    let tx = app.db.begin().await?;
    // The password may have been changed while it was being checked; from here on it cannot.
    accounts::lock(&tx, row.account.id).await?;
    if accounts::login_row_by_id(&tx, row.account.id).await?.password_hash != row.password_hash {
        return Err(login_failed(app));
    }
    let failures = throttle::failures(&tx, key).await?;
    if failures >= FAILURES_BEFORE_CODE {
        throttle::unlock(&tx, key, app.clock.now()).await?;
        if challenge::service::full(app, &tx, &row.account.email).await? {
            tx.commit().await?;
            return Err(Error::problem("TOO_SOON", "", "too many codes were sent; try again in an hour"));
        }
        let account = Some(row.account.id);
        let challenge = open_challenge(app, &tx, &row.account.email, account, None, device).await?;
        tx.commit().await?;
        app.committed();
        return Ok(LogIn::CodeNeeded(challenge));
    }
    forget(app, &tx, key).await?;
    if !row.may_sign_in() {
        tx.commit().await?;
        return Err(account_locked());
    }
    let tokens = start_session(app, &tx, actor, row.account.id, device).await?;
    tx.commit().await?;
    metrics::counter!("freshvilla_logins_total", "outcome" => "succeeded").increment(1);
    Ok(LogIn::Done(Box::new(tokens)))
}

/// Only whoever knows the password learns this.
fn account_locked() -> Error {
    Error::problem("ACCOUNT_LOCKED", "", "this account is locked; please ask your administrator")
}

/// Finishes a login with the code that was sent by mail.
pub async fn confirm_log_in(app: &App, actor: &Actor, id: ChallengeId, code: &str) -> Result<Tokens> {
    check_client(app, actor).await?;
    let challenge = check_code(app, id, ChallengePurpose::Login, code).await?;
    let account = challenge.account_id.ok_or_else(code_wrong)?;
    let key = throttle_key(app, &challenge.email)?;
    let tx = app.db.begin().await?;
    if !challenge::model::pass(&tx, id, app.clock.now()).await? {
        return Err(code_wrong());
    }
    forget(app, &tx, &key).await?;
    let row = accounts::login_row_by_id(&tx, account).await?;
    if !row.may_sign_in() {
        return Err(account_locked());
    }
    accounts::verify_email(&tx, account, app.clock.now()).await?;
    let tokens = start_session(app, &tx, actor, account, challenge.device).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Whether the account's password is this one, for changes that ask for it again. Counted like a login.
pub async fn confirm_password(app: &App, actor: &Actor, account: &Account, password: String) -> Result<bool> {
    let key = throttle_key(app, &account.email)?;
    let admitted = admit(app, &key).await?;
    let row = accounts::login_row(&*app.db.write().await?, &account.email).await?;
    let hash = row.and_then(|row| row.password_hash).filter(|_| admitted);
    let right = app.passwords.verify(password, hash).await?;
    if right {
        let tx = app.db.begin().await?;
        forget(app, &tx, &key).await?;
        tx.commit().await?;
    } else if admitted {
        let conn = app.db.write().await?;
        throttle::fail(&conn, &key, Some(account.id), actor.request_id, app.clock.now()).await?;
    }
    Ok(right)
}
