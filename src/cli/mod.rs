//! The command line: what `freshvilla` can be told, and the way from the settings to a running command.

mod banner;
mod database;
mod doctor;
mod env_file;
mod fake_gateways;
mod import;
mod import_addresses;
mod serve;

use std::{future::Future, process::ExitCode};

use anyhow::Context;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{self, Config, Mode, Secret},
    graphql,
    kernel::{embedded_pg::EmbeddedPostgres, telemetry},
};

const EXAMPLES: &str = "\
Examples:
  freshvilla serve
      everything on this machine; then open http://127.0.0.1:8000/graphiql
  freshvilla serve --listen 0.0.0.0:9000
      on another address
  freshvilla import catalogue products.xlsx --dry-run
      what a file would change
  freshvilla migrate status
      what the database has and lacks
  freshvilla schema > schema.graphql
      the GraphQL schema in its definition language

Settings:
  Each setting is an environment variable, a line in `.env` (development only) and a flag.
  `freshvilla serve --help` and `freshvilla settings` list them all. None is needed to start:
  without DATABASE_URL the server runs a private PostgreSQL of its own.";

/// FreshVilla, a grocery marketplace for India: one GraphQL server
#[derive(Debug, Parser)]
#[command(name = "freshvilla", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API; migrates and loads the demo data first when in development
    Serve(ServeArgs),
    /// Run background jobs only, beside nodes that serve
    Worker(MigrateFlag),
    /// Bring the database's schema up to date, or one step back
    Migrate {
        #[command(subcommand)]
        action: Option<MigrateAction>,
    },
    /// Load the demo data (development only); what is already there stays
    Seed,
    /// Import a file into the catalogue; exits with 2 when rows were refused
    Import(Box<import::ImportArgs>),
    /// Import customers' addresses from an old customer table; exits with 2 when some were refused
    ImportAddresses(import_addresses::ImportAddressesArgs),
    /// Compare balances with their ledgers; exits with 2 when there are differences
    Doctor {
        /// Which balances
        #[command(subcommand)]
        of: Doctor,
    },
    /// Print the GraphQL schema in its definition language
    Schema,
    /// Print every setting as a table
    Settings,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Doctor {
    /// Stock items and lots with the stock ledger and the active reservations
    Stock,
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    migrate: MigrateFlag,
    /// Leave background jobs to `freshvilla worker`
    #[arg(long)]
    no_worker: bool,
    /// Load the demo data if it is missing, and end; what the first start runs in a process of its own
    #[arg(long, hide = true)]
    only_demo_data: bool,
}

#[derive(Debug, Args)]
struct MigrateFlag {
    /// Migrate the database first (development does so anyway; production refuses to start on an old schema)
    #[arg(long)]
    migrate: bool,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum MigrateAction {
    /// Apply every pending migration (the default)
    Up,
    /// Take the last migration back
    Down,
    /// List all migrations, and whether the database has them
    Status,
}

/// The program: parses, runs, and answers the exit code.
pub fn main() -> ExitCode {
    match parse().and_then(run) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("freshvilla: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The command with its settings. `freshvilla --help` is for newcomers and hides them; each command's help lists them.
fn command() -> clap::Command {
    let is_setting = |arg: &clap::Arg| arg.get_env().is_some();
    let plain = Cli::command();
    let settings: Vec<clap::Arg> =
        plain.get_arguments().filter(|arg| is_setting(arg)).map(|arg| arg.clone().help_heading("Settings")).collect();
    let mut command = plain.mut_args(|arg| if is_setting(&arg) { arg.hide(true) } else { arg });
    for name in ["serve", "worker"] {
        command = command.mut_subcommand(name, |sub| sub.args(settings.clone()));
    }
    command
}

/// The table of all settings, the content of `docs/SETTINGS.md`.
pub fn settings_table() -> String {
    config::settings_table(&Cli::command())
}

fn parse() -> anyhow::Result<Cli> {
    env_file::load(&Cli::command())?;
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    config::refuse_unknown_settings(&Cli::command(), names)?;
    let matches = command().get_matches();
    Ok(Cli::from_arg_matches(&matches)?)
}

fn run(Cli { config, command }: Cli) -> anyhow::Result<ExitCode> {
    match command {
        Command::Import(args) => {
            let all = with_database(config, async |ready, stop| Box::pin(import::import(ready, *args, stop)).await)?;
            return Ok(if all { ExitCode::SUCCESS } else { ExitCode::from(import::EXIT_WITH_ERRORS) });
        }
        Command::ImportAddresses(args) => {
            let work = async |ready, stop| Box::pin(import_addresses::import(ready, args, stop)).await;
            let all = with_database(config, work)?;
            return Ok(if all { ExitCode::SUCCESS } else { ExitCode::from(import::EXIT_WITH_ERRORS) });
        }
        Command::Doctor { of: Doctor::Stock } => {
            let work = async |ready: Ready, stop| until(&stop, doctor::stock(&ready.config)).await;
            let sound = with_database(config, work)?;
            return Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(import::EXIT_WITH_ERRORS) });
        }
        Command::Schema => print(&graphql::sdl()),
        Command::Settings => print(&settings_table()),
        Command::Serve(args) if args.only_demo_data => {
            with_database(config, async |ready, stop| until(&stop, database::seed(ready.config)).await)
        }
        Command::Serve(args) => with_database(config, async |ready, stop| serve::serve(ready, args, stop).await),
        Command::Worker(args) => with_database(config, async |ready, stop| serve::work(ready, args, stop).await),
        Command::Migrate { action } => {
            let action = action.unwrap_or(MigrateAction::Up);
            with_database(config, async |ready, stop| until(&stop, database::migrate(&ready.config, action)).await)
        }
        Command::Seed => {
            anyhow::ensure!(config.mode == Mode::Development, "demo data has known passwords: development only");
            with_database(config, async |ready, stop| until(&stop, database::seed(ready.config)).await)
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

/// Prints without failing on a closed pipe (`freshvilla schema | head`).
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Settings that name a database, and what runs inside for it.
struct Ready {
    config: Config,
    /// The private PostgreSQL in words, where there is one.
    embedded: Option<String>,
}

/// Starts logging, the private PostgreSQL where none is named, and the runtime, and runs the command in it.
/// PostgreSQL comes before the runtime and goes after it: it is tied to the main thread.
fn with_database<T>(
    mut config: Config,
    work: impl AsyncFnOnce(Ready, CancellationToken) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    config.check()?;
    telemetry::start_logging(&config.log.log, config.log_json()).context("FRESHVILLA_LOG")?;
    let postgres = match config.database.database_url {
        Some(_) => None,
        None => Some(EmbeddedPostgres::start(Some(&config.data_dir()?.join("postgres")))?),
    };
    if let Some(postgres) = &postgres {
        config.database.database_url = Some(Secret::new(postgres.url()));
    }
    let ready = Ready { config, embedded: postgres.as_ref().map(EmbeddedPostgres::describe) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(async {
        let stop = CancellationToken::new();
        listen_for_signals(stop.clone())?;
        work(ready, stop).await
    });
    // Whatever still runs has had its time.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    outcome
}

/// Does the work, or leaves it when told to stop; work in a transaction rolls back.
async fn until<T>(stop: &CancellationToken, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::select! {
        outcome = work => outcome,
        () = stop.cancelled() => anyhow::bail!("stopped"),
    }
}

/// The first Ctrl-C or SIGTERM asks for an orderly end, the second gets one at once.
fn listen_for_signals(stop: CancellationToken) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    #[expect(clippy::disallowed_methods, reason = "lives as long as the process; a stop does not wait for it")]
    tokio::spawn(async move {
        loop {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            if stop.is_cancelled() {
                // The private PostgreSQL sees our end and stops too.
                std::process::exit(130);
            }
            eprintln!("Stopping; once more to stop at once.");
            stop.cancel();
        }
    });
    Ok(())
}
