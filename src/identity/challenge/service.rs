//! Asking for a code, asking again, and giving it back.

use chrono::TimeDelta;

use super::{
    jobs::SendCode,
    model::{self, CODE_LIFETIME, Challenge, ChallengeId, ChallengePurpose, NewChallenge},
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        db::Conn,
        error::{Error, Result},
        jobs::Schedule,
    },
};

/// Challenges per address and hour that get a code.
pub const PER_HOUR: i64 = 5;

/// Opens a challenge in the running transaction; a job makes the code and sends it.
pub async fn open_challenge(
    app: &App,
    conn: &Conn,
    email: &str,
    account_id: Option<AccountId>,
    sign_up: Option<serde_json::Value>,
    device: String,
) -> Result<Challenge> {
    let now = app.clock.now();
    let purpose = if sign_up.is_some() { ChallengePurpose::SignUp } else { ChallengePurpose::Login };
    let row = NewChallenge {
        id: ChallengeId::new(),
        purpose,
        email: email.to_owned(),
        account_id,
        sign_up,
        device,
        sends: 1,
        sent_at: now,
        expires_at: now + CODE_LIFETIME,
        created_at: now,
    };
    let challenge = model::insert(conn, &row).await?;
    app.enqueue(conn, &SendCode { challenge: challenge.id }, Schedule::default()).await?;
    Ok(challenge)
}

/// Sends another code; the one before stops working.
pub async fn resend_code(app: &App, id: ChallengeId) -> Result<Challenge> {
    let tx = app.db.begin().await?;
    let Some(challenge) = model::resend(&tx, id, app.clock.now()).await? else {
        let message = "a new code can be sent once a minute, and five times in all; otherwise start again";
        return Err(Error::problem("TOO_SOON", "challengeId", message));
    };
    app.enqueue(&tx, &SendCode { challenge: id }, Schedule::default()).await?;
    tx.commit().await?;
    app.committed();
    Ok(challenge)
}

/// Checks a code. The try is counted, and committed, first. The caller then marks the challenge as passed in the
/// transaction of what it allows.
pub async fn check_code(app: &App, id: ChallengeId, purpose: ChallengePurpose, code: &str) -> Result<Challenge> {
    let challenge = model::count_attempt(&*app.db.write().await?, id, app.clock.now()).await?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    match challenge {
        Some(challenge) if challenge.purpose == purpose && matches(app, &challenge, &code) => Ok(challenge),
        _ => Err(code_wrong()),
    }
}

fn matches(app: &App, challenge: &Challenge, code: &str) -> bool {
    let hash = challenge.code_hash.as_deref().unwrap_or_default();
    app.keys.code_matches(hash, "challenge", &[&challenge.id.to_string(), code])
}

/// The one answer to a code that cannot be accepted, whatever the reason.
pub fn code_wrong() -> Error {
    Error::problem("CODE_WRONG", "code", "the code is wrong or has expired; ask for a new one")
}

/// Whether the address had as many challenges in the last hour as may be sent.
pub async fn too_many(app: &App, conn: &Conn, email: &str) -> Result<bool> {
    let since = app.clock.now() - TimeDelta::hours(1);
    Ok(model::count_since(conn, email, since).await? > PER_HOUR)
}

/// Whether the address has had its codes of the last hour, so that no further challenge may be opened.
pub async fn full(app: &App, conn: &Conn, email: &str) -> Result<bool> {
    let since = app.clock.now() - TimeDelta::hours(1);
    Ok(model::count_since(conn, email, since).await? >= PER_HOUR)
}
