//! Migrations, embedded into the program. Two nodes that start at once do not disturb each other.

use anyhow::Context;
use diesel::{
    migration::{Migration, MigrationSource},
    pg::Pg,
    sql_types::{Bool, Text},
};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{
    db::{Conn, Db},
    error::Result,
    sql::Sql,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// A step of the database's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Folder name: `2026-11-22-0100_create_kernel`.
    pub name: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// Applies what is pending, waiting for another node that is at it; answers the names of what was applied.
///
/// Needs a multi-thread runtime (diesel's migrations are synchronous).
pub async fn run(url: &str) -> anyhow::Result<Vec<String>> {
    let mut harness = AsyncMigrationHarness::new(lock_session(url, SessionLock::Migrate).await?);
    let pending = harness.pending_migrations(MIGRATIONS).map_err(anyhow::Error::from_boxed)?;
    let mut applied = Vec::new();
    for migration in pending {
        let name = migration.name().to_string();
        harness
            .run_migration(&*migration)
            .map_err(|error| anyhow::Error::from_boxed(error).context(format!("migration {name}")))?;
        applied.push(name);
    }
    Ok(applied)
}

/// Takes the last migration back; `None` when there is none.
pub async fn revert_last(url: &str) -> anyhow::Result<Option<String>> {
    let last = status(url).await?.into_iter().rfind(|step| step.applied);
    let Some(last) = last else { return Ok(None) };
    let mut harness = AsyncMigrationHarness::new(lock_session(url, SessionLock::Migrate).await?);
    harness.revert_last_migration(MIGRATIONS).map_err(anyhow::Error::from_boxed)?;
    Ok(Some(last.name))
}

/// Every migration that this program knows, oldest first.
pub async fn status(url: &str) -> anyhow::Result<Vec<Step>> {
    let conn = connect(url).await?;
    Ok(steps(&conn).await?)
}

/// Names of the migrations that the database lacks.
pub async fn pending(db: &Db) -> Result<Vec<String>> {
    let steps = steps(&*db.write().await?).await?;
    Ok(steps.into_iter().filter(|step| !step.applied).map(|step| step.name).collect())
}

async fn connect(url: &str) -> anyhow::Result<AsyncPgConnection> {
    // The address may hold a password, so it is not shown.
    let what =
        "cannot connect to the database that DATABASE_URL names (does it run, are host, user and password right?)";
    AsyncPgConnection::establish(url).await.context(what)
}

/// What one process at a time does; the numbers only have to differ.
#[derive(Clone, Copy, Debug)]
pub enum SessionLock {
    /// Changing the schema.
    Migrate = 0x6672_6573,
    /// Loading the demo data.
    Seed,
}

/// A connection of its own that holds the lock until it is dropped, however that comes about. For start-up only: the
/// product's protocols use row locks, which every distributed PostgreSQL has.
pub async fn lock_session(url: &str, lock: SessionLock) -> anyhow::Result<AsyncPgConnection> {
    let conn = connect(url).await?;
    let statement = Sql::new("SELECT pg_advisory_lock(").bind(lock as i64).sql(")");
    statement.execute(&mut &conn).await?;
    Ok(conn)
}

#[derive(diesel::QueryableByName)]
struct Present {
    #[diesel(sql_type = Bool)]
    present: bool,
}

#[derive(diesel::QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

async fn steps(mut conn: &Conn) -> Result<Vec<Step>> {
    // Diesel makes its table with the first migration.
    let table = Sql::new("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS present");
    let found: Present = table.get_result(&mut conn).await?;
    let versions: Vec<Version> = match found.present {
        true => Sql::new("SELECT version FROM __diesel_schema_migrations").load(&mut conn).await?,
        false => Vec::new(),
    };
    let known: Vec<Box<dyn Migration<Pg>>> = MIGRATIONS.migrations().map_err(anyhow::Error::from_boxed)?;
    let mut steps: Vec<Step> = known
        .iter()
        .map(|migration| {
            let name = migration.name();
            let version = name.version();
            Step { name: name.to_string(), applied: versions.iter().any(|v| *v.version == *version.to_string()) }
        })
        .collect();
    steps.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(steps)
}
