//! Starting imports of offers.

use super::jobs::{OfferImportKind, OfferImportSpec, RunOfferImport};
use crate::{
    app::App,
    catalog::import::columns::Columns,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        error::{Error, Result},
        idempotency::{self, Outcome},
        jobs::{self, JobRow, Schedule},
    },
    marketplace::offer::{model::write, service::require_seller},
};

/// Enqueues an import for a seller within the caller's scope. The same idempotency key answers the same job.
pub async fn start_import(app: &App, actor: &Actor, spec: OfferImportSpec, idempotency_key: &str) -> Result<JobRow> {
    // Every batch asks for the rights of whoever it is again.
    let starter = actor.require_known()?;
    require_seller(actor, spec.seller)?;
    if spec.kind == OfferImportKind::Stock {
        actor.require(Permission::InventoryWrite)?;
    }
    let names = Columns::check_names(spec.kind.fields(), &[], &spec.wishes);
    names.map_err(|(path, message)| Error::invalid(path, message))?;
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim(&tx, &app.clock, actor, "offerImportStart", idempotency_key, &spec).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return jobs::find(&tx, id).await,
    };
    write::hold_seller(&tx, spec.seller).await?;
    let schedule = Schedule { created_by: Some(starter), ..Schedule::default() };
    let id = app.enqueue(&tx, &RunOfferImport(spec.clone()), schedule).await?;
    let id = id.ok_or_else(|| Error::internal(anyhow::anyhow!("an import was not enqueued")))?;
    Change::new("offerImportStart", id, None, Some(&spec))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &id).await?;
    let row = jobs::find(&tx, id).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}
