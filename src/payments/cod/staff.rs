//! Collections as staff record them.

use serde::Serialize;

use super::{
    model::CodCollectionMode,
    service::{self, NewCollection},
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        error::Result,
        idempotency::{self, Outcome},
        money::Minor,
    },
    payments::intent::model::{self as intents, IntentId, PaymentIntent},
};

/// Money taken at the door.
#[derive(Clone, Debug, Serialize)]
pub struct StaffCollection {
    /// For which payment.
    pub intent_id: IntentId,
    /// How it was taken.
    pub mode: CodCollectionMode,
    /// How much.
    pub amount: Minor,
    /// With UPI: the bank's reference.
    pub rrn: Option<String>,
    /// Who took it; the caller when left out.
    pub collected_by: Option<AccountId>,
}

/// Records a collection; once for each key.
pub async fn collect(app: &App, actor: &Actor, input: StaffCollection, key: &str) -> Result<PaymentIntent> {
    actor.require_everywhere(Permission::PaymentsWrite)?;
    let collected_by = match input.collected_by {
        Some(account) => account,
        None => AccountId(actor.require_account()?),
    };
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim::<IntentId>(&tx, &app.clock, actor, "paymentCollect", key, &input).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return intents::find(&tx, actor, id).await,
    };
    let before = intents::lock(&tx, input.intent_id).await?;
    let StaffCollection { mode, amount, rrn, .. } = input;
    let new = NewCollection { key: key.to_owned(), mode, due: None, amount, rrn, collected_by };
    let after = service::collect(app, &tx, &before, new).await?;
    Change::new("paymentCollect", after.id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &after.id).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}
