//! `.env` in the working folder: settings of a developer's machine. The real environment outranks it.

use std::{collections::BTreeSet, env, path::Path};

use anyhow::{Context, bail, ensure};

const FILE: &str = ".env";

/// Not ours, and yet at home in a project's `.env`.
const TOLERATED: [&str; 3] = ["PG_BIN_DIR", "RUST_BACKTRACE", "RUST_LOG"];

/// Reads the file into the environment unless the server is to run in production.
pub fn load(command: &clap::Command) -> anyhow::Result<()> {
    if asks_for_production() || !Path::new(FILE).exists() {
        return Ok(());
    }
    let names = check(command)?;
    ensure!(
        !names.contains("FRESHVILLA_MODE") || env::var_os("FRESHVILLA_MODE").is_some() || !file_asks_for_production(),
        "{FILE} is for development: set FRESHVILLA_MODE=production in the real environment"
    );
    dotenvy::from_filename(FILE).map(drop).context(FILE)
}

/// Every name in the file must be a setting: here, in a file of our own, a misspelt one is surely a mistake.
fn check(command: &clap::Command) -> anyhow::Result<BTreeSet<String>> {
    let known: BTreeSet<String> =
        command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned())).collect();
    let mut names = BTreeSet::new();
    let mut last = String::from("the beginning");
    for entry in dotenvy::from_filename_iter(FILE).context(FILE)? {
        // The error's own text quotes the line, which may hold a secret.
        let Ok((name, _)) = entry else { bail!("{FILE}: the line after {last} is not NAME=value") };
        let ours = known.contains(&name) || TOLERATED.contains(&name.as_str());
        ensure!(ours, "{FILE}: unknown setting {name}; `freshvilla settings` lists all of them");
        last.clone_from(&name);
        names.insert(name);
    }
    Ok(names)
}

fn file_asks_for_production() -> bool {
    let entries = dotenvy::from_filename_iter(FILE).into_iter().flatten().flatten();
    entries.into_iter().any(|(name, value)| name == "FRESHVILLA_MODE" && value == "production")
}

/// The mode must be known before the file is read, and so before clap runs.
fn asks_for_production() -> bool {
    let args: Vec<String> = env::args_os().filter_map(|arg| arg.into_string().ok()).collect();
    let flag = args.iter().position(|arg| arg == "--mode").and_then(|at| args.get(at + 1)).map(String::as_str);
    let flag = flag.or_else(|| args.iter().find_map(|arg| arg.strip_prefix("--mode=")));
    let variable = env::var("FRESHVILLA_MODE").ok();
    flag.or(variable.as_deref()) == Some("production")
}
