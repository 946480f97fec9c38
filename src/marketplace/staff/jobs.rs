//! Makes the token of an invitation and mails it. In a job, so that the token itself is stored nowhere.

use serde::{Deserialize, Serialize};

use super::model::{self, DistributorInvitationId};
use crate::{
    app::App,
    inventory::seller::model::{self as sellers},
    kernel::{
        access::Actor,
        error::Result,
        jobs::{Job, JobRun},
        keyring::{random_token, token_hash},
        mail::MAIL_QUEUE,
    },
    marketplace::letters,
};

/// Sends an invitation.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendInvitation {
    /// Which one.
    pub invitation: DistributorInvitationId,
}

impl Job<App> for SendInvitation {
    const KIND: &'static str = "marketplace_send_invitation";
    const QUEUE: &'static str = MAIL_QUEUE;
    const MAX_ATTEMPTS: i32 = 4;

    async fn run(self, app: App, run: JobRun) -> Result<()> {
        let token = random_token()?;
        let conn = app.db.write().await?;
        let Some(row) = model::set_token(&conn, self.invitation, token_hash(&token)).await? else { return Ok(()) };
        let seller = sellers::find(&conn, &Actor::system(), row.distributor_id.seller()).await?;
        drop(conn);
        app.mailer.send(run.id.0, &letters::invitation(&app.config, &row.email, &seller.name, &token)).await
    }
}
