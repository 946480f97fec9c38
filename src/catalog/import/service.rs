//! Starting imports, and loading the demo catalogue.

use serde::Serialize;

use super::{
    columns::{Columns, Wishes},
    jobs::{RunImport, RunLocalImport},
    kinds::{bank_branches, catalogue::fields, gst_rates, hsn, pincodes, states},
    ledger::Ledger,
    progress::Progress,
    rights,
    run::{self, Data},
    spec::{ImportKind, Source, Spec},
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        audit::Change,
        db::Conn,
        error::{Error, Result},
        idempotency::{self, Outcome},
        jobs::{self, JobId, JobRow, Schedule},
    },
};

/// Enqueues an import. The same idempotency key answers the same job.
pub async fn start_import(app: &App, actor: &Actor, spec: Spec, idempotency_key: &str) -> Result<JobRow> {
    // Every batch asks for the rights of whoever it is again.
    let starter = actor.require_known()?;
    rights::require(actor, spec.kind)?;
    check_wishes(spec.kind, &spec.wishes)?;
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim(&tx, &app.clock, actor, "catalogueImportStart", idempotency_key, &spec).await?
    {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return jobs::find(&tx, id).await,
    };
    let schedule = Schedule { created_by: Some(starter), ..Schedule::default() };
    let id = app.enqueue(&tx, &RunImport(spec.clone()), schedule).await?;
    let id = record(app, actor, &tx, id, &spec).await?;
    claim.store(&tx, &id).await?;
    let row = jobs::find(&tx, id).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Enqueues an import of a file on this machine's disk, for the command that runs it itself.
pub async fn start_local_import(app: &App, actor: &Actor, spec: Spec) -> Result<JobId> {
    check_wishes(spec.kind, &spec.wishes)?;
    if let Source::Path(path) = &spec.source
        && !path.is_file()
    {
        return Err(Error::invalid("file", format!("there is no file {}", path.display())));
    }
    let tx = app.db.begin().await?;
    let id = app.enqueue(&tx, &RunLocalImport(spec.clone()), Schedule::default()).await?;
    let id = record(app, actor, &tx, id, &spec).await?;
    tx.commit().await?;
    Ok(id)
}

async fn record(app: &App, actor: &Actor, tx: &Conn, id: Option<JobId>, spec: &Spec) -> Result<JobId> {
    let id = id.ok_or_else(|| Error::internal(anyhow::anyhow!("an import was not enqueued")))?;
    Change::new("catalogueImportStart", id, None, Some(spec))?.record(tx, &app.clock, actor).await?;
    Ok(id)
}

/// Names of fields can be checked before there is a file.
fn check_wishes(kind: ImportKind, wishes: &Wishes) -> Result<()> {
    let (known, open) = match kind {
        ImportKind::Catalogue => (fields::FIELDS, fields::OPEN),
        ImportKind::Hsn => (hsn::FIELDS, &[] as &[_]),
        ImportKind::GstRates => (gst_rates::FIELDS, &[] as &[_]),
        ImportKind::States => (states::FIELDS, &[] as &[_]),
        ImportKind::Pincodes => (pincodes::FIELDS, &[] as &[_]),
        ImportKind::BankBranches => (bank_branches::FIELDS, &[] as &[_]),
    };
    Columns::check_names(known, open, wishes).map_err(|(path, message)| Error::invalid(path, message))
}

/// Imports data that is part of the program, without a job: for the demo catalogue.
pub async fn import_embedded(app: &App, kind: ImportKind, wishes: Wishes, data: &'static [u8]) -> Result<Progress> {
    let data = Data::Embedded(data);
    let progress = Progress {
        started_at: Some(app.clock.now()),
        lanes: vec![0; run::lanes(app)],
        bytes_total: data.size(),
        ..Progress::default()
    };
    run::import(app, kind, wishes, data, &Ledger::new(None, progress)).await
}

/// What the demo data has to import.
#[derive(Clone, Debug, Serialize)]
pub struct DemoReport {
    /// HSN and SAC codes.
    pub hsn_codes: u64,
    /// Dated GST rates.
    pub gst_rates: u64,
    /// Products.
    pub products: u64,
    /// Their variants.
    pub variants: u64,
}

/// Loads the demo catalogue; what is already there stays.
pub async fn import_demo(app: &App) -> Result<DemoReport> {
    let hsn: &[u8] = include_bytes!("../../../demo/hsn.csv.gz");
    let rates: &[u8] = include_bytes!("../../../demo/gst_rates.csv");
    let catalogue: &[u8] = include_bytes!("../../../demo/catalogue.csv");
    let total = |progress: &Progress| progress.created + progress.updated + progress.unchanged;
    let hsn = import_embedded(app, ImportKind::Hsn, Wishes::default(), hsn).await?;
    let rates = import_embedded(app, ImportKind::GstRates, Wishes::default(), rates).await?;
    let catalogue = import_embedded(app, ImportKind::Catalogue, Wishes::default(), catalogue).await?;
    Ok(DemoReport {
        hsn_codes: total(&hsn),
        gst_rates: total(&rates),
        products: total(&catalogue),
        variants: catalogue.variants_created,
    })
}
