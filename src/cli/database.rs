//! `migrate` and `seed`, and the schema's state at the start of a server.

use anyhow::bail;

use super::MigrateAction;
use crate::{
    app::App,
    config::{Config, Mode},
    kernel::{clock::Clock, migrate},
    seed,
};

/// Where the database is.
pub fn url(config: &Config) -> anyhow::Result<&str> {
    let url = config.database.database_url.as_ref();
    Ok(url.ok_or_else(|| anyhow::anyhow!("no DATABASE_URL"))?.expose())
}

/// `freshvilla migrate`.
pub async fn migrate(config: &Config, action: MigrateAction) -> anyhow::Result<()> {
    let url = url(config)?;
    match action {
        MigrateAction::Up => {
            let applied = migrate::run(url).await?;
            applied.iter().for_each(|name| println!("applied  {name}"));
            if applied.is_empty() {
                println!("nothing to do: the database is up to date");
            }
        }
        MigrateAction::Down => match migrate::revert_last(url).await? {
            Some(name) => println!("reverted {name}"),
            None => println!("nothing to do: the database has no migrations"),
        },
        MigrateAction::Status => {
            for step in migrate::status(url).await? {
                println!("{}  {}", if step.applied { "applied" } else { "pending" }, step.name);
            }
        }
    }
    Ok(())
}

/// What shoppers of the demo pay to, where the settings name nothing else.
const DEMO_UPI_ADDRESS: &str = "freshvilla@upi";

/// `freshvilla seed`.
pub async fn seed(mut config: Config) -> anyhow::Result<()> {
    // Payments of the demo are recorded by staff: no gateway's service is asked for them.
    config.payments.razorpay_key_id = None;
    config.payments.upi_address.get_or_insert_with(|| DEMO_UPI_ADDRESS.to_owned());
    bring_up_to_date(&config, true).await?;
    let app = App::build(config, Clock::default()).await?;
    let report = seed::seed(&app, &seed::steps()).await;
    app.shut_down().await;
    for (name, words, took) in &report?.steps {
        println!("{name}: {words} ({:.1} s)", took.as_secs_f32());
    }
    Ok(())
}

/// Development migrates by itself; production only when told to, and does not start on an old schema.
pub async fn bring_up_to_date(config: &Config, migrate: bool) -> anyhow::Result<()> {
    let url = url(config)?;
    if migrate || config.mode == Mode::Development {
        for name in migrate::run(url).await? {
            tracing::info!("migrated: {name}");
        }
        return Ok(());
    }
    let pending = migrate::status(url).await?.into_iter().filter(|step| !step.applied).count();
    if pending > 0 {
        bail!("{pending} migrations are pending; run `freshvilla migrate`, or start with --migrate");
    }
    Ok(())
}
