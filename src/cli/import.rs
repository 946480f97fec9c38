//! `freshvilla import`: a file on this machine's disk into the catalogue, with a line of progress.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Ready, database::bring_up_to_date};
use crate::{
    app::App,
    catalog::import::{
        columns::Wishes,
        jobs::RunLocalImport,
        progress::Progress,
        report, service,
        spec::{ImportKind, Source, Spec},
    },
    kernel::{
        access::Actor,
        clock::Clock,
        jobs::{self, JobId, JobRow, JobStatus, Registry, Worker},
    },
};

/// Exit code of an import that refused rows, or the file.
pub const EXIT_WITH_ERRORS: u8 = 2;

#[derive(Debug, Args)]
pub struct ImportArgs {
    /// What the file holds: catalogue, hsn, gst-rates, states, pincodes or bank-branches
    #[arg(value_parser = parse_kind)]
    kind: ImportKind,
    /// CSV in any usual encoding (gzip too), or XLSX of which the first sheet is read
    #[arg(required_unless_present = "resume")]
    file: Option<PathBuf>,
    /// Column for a field, where its name does not tell: `sku="Item No"`, `name="{Commodity} {Variety}"`
    #[arg(long = "map", value_name = "FIELD=COLUMN", value_parser = parse_pair)]
    mapping: Vec<(String, String)>,
    /// Value for rows that have none: `category="Fruits > Citrus"`, `valid_from=2022-07-18`
    #[arg(long = "default", value_name = "FIELD=VALUE", value_parser = parse_pair)]
    defaults: Vec<(String, String)>,
    /// Check and count everything, change nothing
    #[arg(long)]
    dry_run: bool,
    /// Write what is wrong with rows to this CSV file
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Go on with an import that was interrupted
    #[arg(long, value_name = "JOB", conflicts_with_all = ["file", "mapping", "defaults", "dry_run"])]
    resume: Option<JobId>,
}

fn parse_kind(text: &str) -> Result<ImportKind, String> {
    text.replace('-', "_").parse()
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or_else(|| format!("{text:?} has no equals sign"))?;
    Ok((field.trim().to_owned(), value.trim().to_owned()))
}

/// Runs the import; answers whether every row was taken.
pub async fn import(ready: Ready, args: ImportArgs, stop: CancellationToken) -> anyhow::Result<bool> {
    bring_up_to_date(&ready.config, false).await?;
    let app = App::build(ready.config, Clock::default()).await?;
    let outcome = run(&app, &args, &stop).await;
    app.shut_down().await;
    outcome
}

async fn run(app: &App, args: &ImportArgs, stop: &CancellationToken) -> anyhow::Result<bool> {
    let started = Instant::now();
    let id = match args.resume {
        Some(id) => id,
        None => start(app, args).await?,
    };
    let registry = Arc::new(Registry::default().with::<RunLocalImport>());
    let worker = Worker::new(app.clone(), app.db.clone(), app.clock.clone(), registry, Arc::clone(&app.jobs_enqueued));
    tokio::select! {
        ran = worker.run_job(id) => if !ran? {
            bail!("import {id} is done, or another process is at it (it lets go a minute after it died)");
        },
        () = show_progress(app, id, started) => {}
        () = stop.cancelled() => {
            let tx = app.db.begin().await?;
            jobs::cancel(&tx, &app.clock, id).await?;
            tx.commit().await?;
            eprintln!();
            bail!("interrupted; go on with: freshvilla import {} --resume {id}", args.kind.as_str().replace('_', "-"));
        }
    }
    let job = jobs::find(&*app.db.write().await?, id).await?;
    conclude(app, &job, args.errors.as_deref(), started).await
}

async fn start(app: &App, args: &ImportArgs) -> anyhow::Result<JobId> {
    let file = args.file.as_deref().context("a file is needed")?;
    let path = std::path::absolute(file)?;
    let wishes = Wishes { mapping: args.mapping.clone(), defaults: args.defaults.clone() };
    let spec = Spec { kind: args.kind, source: Source::Path(path), wishes, dry_run: args.dry_run };
    Ok(service::start_local_import(app, &Actor::system(), spec).await?)
}

/// Never ends; the caller drops it.
async fn show_progress(app: &App, id: JobId, started: Instant) {
    let terminal = std::io::stderr().is_terminal();
    let every = if terminal { Duration::from_millis(300) } else { Duration::from_secs(10) };
    loop {
        tokio::time::sleep(every).await;
        let Ok(conn) = app.db.read().await else { continue };
        let Ok(job) = jobs::find(&conn, id).await else { continue };
        drop(conn);
        let end = if terminal { "\x1b[K\r" } else { "\n" };
        eprint!("{}{end}", line(&progress(&job), started));
        let _ = std::io::stderr().flush();
    }
}

fn progress(job: &JobRow) -> Progress {
    serde_json::from_value(job.progress.clone()).unwrap_or_default()
}

fn line(progress: &Progress, started: Instant) -> String {
    let Progress { percent, rows_read, created, updated, unchanged, failed, warnings, .. } = progress;
    let millis = started.elapsed().as_millis().max(1);
    let rate = u128::from(*rows_read) * 1_000 / millis;
    format!(
        "{percent:>3} %  {rows_read} rows: {created} created, {updated} updated, {unchanged} unchanged, {failed} refused, \
         {warnings} warnings  ({rate} rows/s)"
    )
}

async fn conclude(app: &App, job: &JobRow, errors: Option<&Path>, started: Instant) -> anyhow::Result<bool> {
    let progress = progress(job);
    println!("{}", line(&progress, started));
    if progress.dry_run {
        println!("Dry run: nothing was changed.");
    }
    if !progress.unmapped_columns.is_empty() {
        println!("Columns that were not used: {}", progress.unmapped_columns.join(", "));
    }
    if let Some(path) = errors {
        std::fs::write(path, report::text(app, job.id).await?).with_context(|| path.display().to_string())?;
        println!("What is wrong with rows: {}", path.display());
    }
    if let Some(problem) = &progress.problem {
        eprintln!("{}", problem.message);
        return Ok(false);
    }
    if job.status != JobStatus::Succeeded {
        bail!("the import failed: {}", job.last_error.as_deref().unwrap_or("unknown cause"));
    }
    Ok(progress.failed == 0)
}
