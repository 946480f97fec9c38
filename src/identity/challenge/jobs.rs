//! Makes a code and mails it. In a job, so that the request costs the same whether or not the address is known, and
//! so that the code itself is stored nowhere.

use serde::{Deserialize, Serialize};

use super::{
    model::{self, CODE_LIFETIME, Challenge, ChallengeId, ChallengePurpose},
    service::too_many,
};
use crate::{
    app::App,
    identity::{account, letters},
    kernel::{
        error::Result,
        jobs::{Job, JobRun},
        keyring::random_below,
        mail::MAIL_QUEUE,
    },
};

/// Sends the code of a challenge.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendCode {
    /// The challenge.
    pub challenge: ChallengeId,
}

impl Job<App> for SendCode {
    const KIND: &'static str = "identity_send_code";
    const QUEUE: &'static str = MAIL_QUEUE;
    const MAX_ATTEMPTS: i32 = 4;

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        let conn = app.db.write().await?;
        let Some(challenge) = model::find_open(&conn, self.challenge).await? else { return Ok(()) };
        if too_many(&app, &conn, &challenge.email).await? {
            tracing::warn!("no code sent: too many challenges for one address");
            return Ok(());
        }
        let known = account::model::login_row(&conn, &challenge.email).await?;
        let letter = match (challenge.purpose, known) {
            // The address has an account: its owner learns of it by mail, the person at the form does not.
            (ChallengePurpose::SignUp, Some(row)) => letters::already_registered(&app.config, &row.account),
            (ChallengePurpose::SignUp, None) => {
                letters::sign_up_code(&challenge.email, &new_code(&app, &conn, &challenge).await?)
            }
            (ChallengePurpose::Login, Some(row)) => {
                letters::login_code(&row.account, &challenge.device, &new_code(&app, &conn, &challenge).await?)
            }
            (ChallengePurpose::Login, None) => return Ok(()),
        };
        drop(conn);
        app.mailer.send(run.id.0, &letter).await
    }
}

/// Stores the hash of a fresh six-digit code.
async fn new_code(app: &App, conn: &crate::kernel::db::Conn, challenge: &Challenge) -> Result<String> {
    let code = format!("{:06}", random_below(1_000_000)?);
    let hash = app.keys.code_hash("challenge", &[&challenge.id.to_string(), &code])?;
    model::set_code(conn, challenge.id, hash, app.clock.now() + CODE_LIFETIME).await?;
    Ok(code)
}
