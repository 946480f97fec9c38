//! `freshvilla import-addresses`: what an old customer table keeps as JSON becomes addresses of the same customers.

use std::{fs::File, path::PathBuf};

use anyhow::Context;
use clap::Args;
use tokio_util::sync::CancellationToken;

use super::{Ready, database::bring_up_to_date, until};
use crate::{
    app::App,
    identity::address::import::{Report, import_addresses},
    kernel::clock::Clock,
};

#[derive(Debug, Args)]
pub struct ImportAddressesArgs {
    /// CSV with the columns `email` and `addresses` (a JSON array), or one JSON object of the two per line
    file: PathBuf,
}

/// Runs the import; answers whether every address was taken. Running it again changes nothing.
pub async fn import(ready: Ready, args: ImportAddressesArgs, stop: CancellationToken) -> anyhow::Result<bool> {
    bring_up_to_date(&ready.config, false).await?;
    let source = File::open(&args.file).with_context(|| args.file.display().to_string())?;
    let app = App::build(ready.config, Clock::default()).await?;
    let outcome = until(&stop, async { Ok(import_addresses(&app, source).await?) }).await;
    app.shut_down().await;
    let report = outcome?;
    print(&report);
    Ok(report.refused_count == 0)
}

fn print(report: &Report) {
    let Report { customers, added, unchanged, refused, refused_count } = report;
    println!("{customers} customers: {added} addresses added, {unchanged} known, {refused_count} refused");
    for (line, position, reason) in refused {
        println!("line {line}, address {position}: {reason}");
    }
    let rest = refused_count - refused.len();
    if rest > 0 {
        println!("and {rest} more");
    }
}
