//! A database for each test, copied from a migrated template in tens of milliseconds, dropped at the end.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use diesel::{QueryableByName, sql_types::Jsonb};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use freshvilla::kernel::migrate;
use serde_json::Value;

use super::{
    postgres::{server, touch},
    root,
};

/// Kept while a template is made or leftovers are swept.
const LOCK: &str = "SELECT pg_advisory_lock(20261122)";
/// Databases of tests that were killed are swept after this many seconds; no test takes as long.
const LEFTOVER_AFTER: u64 = 3_600;

/// A database of one test.
pub struct Database {
    name: String,
    url: String,
}

impl Database {
    /// A migrated one.
    pub async fn create() -> Self {
        let template = blocking(template());
        let database = Self::named(new_name());
        admin(&format!("CREATE DATABASE {} TEMPLATE {template} STRATEGY FILE_COPY", database.name)).await;
        database
    }

    /// One without a single table.
    pub async fn create_empty() -> Self {
        touch();
        let database = Self::named(new_name());
        admin(&format!("CREATE DATABASE {} TEMPLATE template0 STRATEGY FILE_COPY", database.name)).await;
        database
    }

    fn named(name: String) -> Self {
        let url = with_database(&server().url, &name);
        Self { name, url }
    }

    /// For any client.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection beside the application's pool.
    pub async fn connect(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.url).await.unwrap()
    }

    /// Runs statements.
    pub async fn execute(&self, statements: &str) {
        self.connect().await.batch_execute(statements).await.unwrap();
    }

    /// Runs statements that may be refused.
    pub async fn try_execute(&self, statements: &str) -> diesel::QueryResult<()> {
        self.connect().await.batch_execute(statements).await
    }

    /// Rows of a query as JSON objects.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        rows(&mut self.connect().await, query).await
    }

    /// The only column of the only row.
    pub async fn value(&self, query: &str) -> Value {
        let rows = self.rows(query).await;
        assert_eq!(rows.len(), 1, "{query}: {rows:?}");
        rows[0].as_object().unwrap().values().next().unwrap().clone()
    }

    /// The same for code that cannot wait, such as a destructor.
    pub fn value_blocking(&self, query: &str) -> Value {
        blocking(self.value(query))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        blocking(admin(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Jsonb)]
    row: Value,
}

async fn rows(conn: &mut AsyncPgConnection, query: &str) -> Vec<Value> {
    let query = diesel::sql_query(format!("SELECT to_jsonb(q) AS row FROM ({query}) AS q"));
    query.load::<Row>(conn).await.unwrap().into_iter().map(|row| row.row).collect()
}

async fn admin(statement: &str) {
    AsyncPgConnection::establish(&server().url).await.unwrap().batch_execute(statement).await.expect(statement);
}

/// Runs the work on a thread and runtime of its own: for destructors, and for migrations, which block.
fn blocking<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            runtime.block_on(work)
        });
        thread.join().unwrap()
    })
}

/// Name of the migrated database that tests copy; made by whoever comes first.
async fn template() -> String {
    touch();
    let name = format!("fv_template_{:x}", migrations_hash());
    let mut conn = AsyncPgConnection::establish(&server().url).await.unwrap();
    conn.batch_execute(LOCK).await.unwrap();
    sweep(&mut conn, &name).await;
    if rows(&mut conn, &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).await.is_empty() {
        let unfinished = format!("{name}_new");
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await.unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {unfinished}")).await.unwrap();
        migrate::run(&with_database(&server().url, &unfinished)).await.unwrap();
        conn.batch_execute(&format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await.unwrap();
    }
    name
}

/// Drops what killed tests left behind and, on our own server, templates of older migrations.
async fn sweep(conn: &mut AsyncPgConnection, template: &str) {
    for row in rows(conn, "SELECT datname FROM pg_database WHERE datname LIKE 'fv\\_te%'").await {
        let name = row["datname"].as_str().unwrap();
        let made = name.strip_prefix("fv_test_").and_then(|rest| rest.split('_').next()?.parse::<u64>().ok());
        let stale = match made {
            Some(made) => made + LEFTOVER_AFTER < seconds(),
            None => server().private && !name.starts_with(template),
        };
        if stale {
            // Another process may be quicker, or still use it.
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await;
        }
    }
}

fn new_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("fv_test_{}_{}_{}", seconds(), std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn migrations_hash() -> u64 {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in std::fs::read_dir(root().join("migrations")).unwrap() {
        files.extend(std::fs::read_dir(folder.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        (&file, std::fs::read(&file).unwrap()).hash(&mut hasher);
    }
    hasher.finish()
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, None), |(address, options)| (address, Some(options)));
    let (server, _) = address.rsplit_once('/').expect("a database in the URL");
    options.map_or_else(|| format!("{server}/{name}"), |options| format!("{server}/{name}?{options}"))
}
