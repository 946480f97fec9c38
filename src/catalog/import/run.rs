//! An import at work: a thread reads and checks rows, lanes write them, both at once.

use std::{fs::File, marker::PhantomData};

use futures_util::future::try_join_all;
use tokio::{sync::mpsc, task::JoinHandle};
use uuid::Uuid;

use super::{
    batches::{Batch, Cutter},
    columns::Wishes,
    issue::Issue,
    jobs::RefreshAfterImport,
    kinds::{
        Intake, Output,
        bank_branches::{BranchIntake, BranchOutput},
        catalogue::{CatalogueIntake, CatalogueOutput, rows::Checker},
        gst_rates::{RateIntake, RateOutput},
        hsn::{HsnIntake, HsnOutput},
        pincodes::{PincodeIntake, PincodeOutput},
        states::{StateIntake, StateOutput},
    },
    lane::Lane,
    ledger::{self, Ledger},
    model::{search, tax},
    progress::{Problem, Progress},
    reader::{self, BytesRead, FileFault, Stop},
    report,
    rights::Guarded,
    spec::ImportKind,
};
use crate::{
    app::App,
    identity::place::model as place,
    kernel::{
        error::{Error, Result},
        jobs::Schedule,
    },
};

/// The data to import.
pub enum Data {
    /// A file, open for reading.
    File(File),
    /// Part of the program.
    Embedded(&'static [u8]),
}

impl Data {
    /// Size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::File(file) => file.metadata().map_or(0, |meta| meta.len()),
            Self::Embedded(data) => u64::try_from(data.len()).unwrap_or(u64::MAX),
        }
    }
}

/// Batches that wait for a lane; with the one in work and the one being cut they bound the memory.
const WAITING: usize = 2;

/// Imports the data from where the ledger's progress stands, to the end.
pub async fn import(app: &App, kind: ImportKind, wishes: Wishes, data: Data, ledger: &Ledger) -> Result<Progress> {
    let started_by = ledger.created_by();
    match kind {
        ImportKind::Catalogue => {
            let hsn_codes = tax::hsn_codes(&*app.db.read().await?).await?;
            let intake = CatalogueIntake::new(Checker { hsn_codes });
            import_as(app, intake, guarded(kind, started_by, CatalogueOutput::default), wishes, data, ledger).await
        }
        ImportKind::Hsn => {
            import_as(app, HsnIntake::default(), guarded(kind, started_by, HsnOutput::default), wishes, data, ledger)
                .await
        }
        ImportKind::GstRates => {
            import_as(app, RateIntake::default(), guarded(kind, started_by, RateOutput::default), wishes, data, ledger)
                .await
        }
        ImportKind::States => {
            import_as(
                app,
                StateIntake::default(),
                guarded(kind, started_by, StateOutput::default),
                wishes,
                data,
                ledger,
            )
            .await
        }
        ImportKind::BankBranches => {
            import_as(
                app,
                BranchIntake::default(),
                guarded(kind, started_by, BranchOutput::default),
                wishes,
                data,
                ledger,
            )
            .await
        }
        ImportKind::Pincodes => {
            let states = place::all_states(&*app.db.read().await?).await?;
            import_as(
                app,
                PincodeIntake::new(&states),
                guarded(kind, started_by, PincodeOutput::default),
                wishes,
                data,
                ledger,
            )
            .await
        }
    }
}

/// A writer that asks for rights.
fn guarded<O>(kind: ImportKind, started_by: Option<Uuid>, output: fn() -> O) -> impl Fn() -> Guarded<O> {
    move || Guarded { output: output(), kind, started_by }
}

/// The same with a reader and a writer, one for each lane, of the caller's: for kinds that belong to later domains.
pub async fn import_as<I, O>(
    app: &App,
    intake: I,
    output: impl Fn() -> O,
    wishes: Wishes,
    data: Data,
    ledger: &Ledger,
) -> Result<Progress>
where
    I: Intake,
    O: Output<I::Entry>,
{
    work(app, intake, output, wishes, data, ledger).await?;
    finish(app, ledger).await?;
    let progress = ledger.progress().await;
    match &progress.problem {
        Some(problem) => Err(Error::problem("INVALID", "file", problem.message.clone())),
        None => Ok(progress),
    }
}

/// Lanes for this pool: two keep both the reader and PostgreSQL busy, and leave connections for everybody else.
pub fn lanes(app: &App) -> usize {
    if app.config.database.database_pool >= 4 { 2 } else { 1 }
}

async fn work<I, O>(
    app: &App,
    intake: I,
    output: impl Fn() -> O,
    wishes: Wishes,
    data: Data,
    ledger: &Ledger,
) -> Result<()>
where
    I: Intake,
    O: Output<I::Entry>,
{
    let progress = ledger.progress().await;
    if progress.done {
        return Ok(());
    }
    let (to, from): (Vec<_>, Vec<_>) = progress.lanes.iter().map(|_| mpsc::channel(WAITING)).unzip();
    let reader = spawn_reader(intake, wishes, data, to, &progress.lanes);
    let writers = from.into_iter().map(|batches| {
        let (output, entries) = (output(), PhantomData);
        Lane { app, ledger, dry_run: progress.dry_run, output, entries }.run(batches)
    });
    // A lane that fails drops its end of the channel, which ends the reader.
    let written = try_join_all(writers).await;
    let read = reader.await.map_err(Error::internal)?;
    written?;
    let (unmapped, problem) = match read {
        Ok(unmapped) => (unmapped, None),
        Err(Stop::Fault(fault)) => (Vec::new(), Some(fault)),
        Err(Stop::Cancelled) => return Err(Error::Unavailable("the import was interrupted".to_owned())),
    };
    conclude(app, ledger, unmapped, problem).await
}

/// The file is read: its columns or its fault go on record.
async fn conclude(app: &App, ledger: &Ledger, unmapped: Vec<String>, fault: Option<FileFault>) -> Result<()> {
    let issues: Vec<Issue> =
        fault.iter().map(|fault| Issue::error(0, "", fault.code, fault.message.clone(), "")).collect();
    let problem = fault.map(|fault| Problem { code: fault.code.to_owned(), message: fault.message });
    let tx = app.db.begin().await?;
    ledger
        .amend(tx, &issues, |progress| {
            progress.unmapped_columns = unmapped;
            progress.problem = problem;
        })
        .await
}

type Read = Result<Vec<String>, Stop>;

fn spawn_reader<I: Intake>(
    intake: I,
    wishes: Wishes,
    data: Data,
    lanes: Vec<mpsc::Sender<Batch<I::Entry>>>,
    done: &[u64],
) -> JoinHandle<Read> {
    let bytes = BytesRead::default();
    let mut cutter = Cutter::new(intake, wishes, bytes.clone(), lanes, done);
    tokio::task::spawn_blocking(move || {
        let read = match data {
            Data::File(file) => reader::read_table(file, &bytes, &mut cutter),
            Data::Embedded(data) => reader::read_embedded(data, &mut cutter),
        };
        // What came before a fault is still good.
        match read {
            Err(Stop::Cancelled) => Err(Stop::Cancelled),
            Ok(()) => cutter.finish(),
            Err(fault) => cutter.finish().and(Err(fault)),
        }
    })
}

/// The search index learns of the import, the report is written, and the last progress goes out.
async fn finish(app: &App, ledger: &Ledger) -> Result<()> {
    let progress = ledger.progress().await;
    if progress.done {
        return Ok(());
    }
    let report = report::write(app, ledger).await?;
    let tx = app.db.begin().await?;
    if !progress.dry_run && progress.created + progress.updated > 0 {
        match ledger.touched().await {
            // Kinds other than the catalogue touch no product.
            Some(touched) if touched.is_empty() => {}
            Some(touched) => search::refresh(&tx, touched).await?,
            None => {
                let since = ledger::began(&progress, app.clock.now());
                app.enqueue(&tx, &RefreshAfterImport { since, after: Uuid::nil() }, Schedule::default()).await?;
            }
        }
    }
    ledger
        .amend(tx, &[], |progress| {
            progress.report_file_id = report;
            progress.done = progress.problem.is_none();
            progress.percent = if progress.done { 100 } else { progress.percent };
        })
        .await?;
    app.committed();
    Ok(())
}
