//! PostgreSQL pools: the primary and, where there is one, a replica for reads that may lag.

use std::{ops::Deref, time::Duration};

use deadpool::{Runtime, managed::QueueMode};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncPgConnection, RunQueryDsl, TransactionManager as _,
    pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod},
};
use futures_util::FutureExt;

use super::{
    error::{Error, Result},
    sql::Sql,
    telemetry::SqlMeter,
};

/// A connection, as every model function takes it: `mut conn: &Conn` (shared, so that reads can be pipelined).
pub type Conn = AsyncPgConnection;

type Manager = AsyncDieselConnectionManager<AsyncPgConnection>;
type Pool = deadpool::managed::Pool<Manager>;

/// A connection checked out of a pool; derefs to [`Conn`].
pub struct Pooled(deadpool::managed::Object<Manager>);

impl Deref for Pooled {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

/// Both pools. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    primary: Pool,
    replica: Option<Pool>,
}

impl Db {
    /// Pools of at most `size` connections each; connects on first use.
    pub fn new(url: &str, replica_url: Option<&str>, size: usize) -> anyhow::Result<Self> {
        Ok(Self { primary: pool(url, size)?, replica: replica_url.map(|url| pool(url, size)).transpose()? })
    }

    /// A connection for reads that may lag by the replica's delay.
    pub async fn read(&self) -> Result<Pooled> {
        checkout(self.replica.as_ref().unwrap_or(&self.primary)).await
    }

    /// A connection to the primary.
    pub async fn write(&self) -> Result<Pooled> {
        checkout(&self.primary).await
    }

    /// Opens a transaction on the primary. Dropped without [`Tx::commit`], it rolls back. Inside: only SQL, outbox
    /// rows and jobs, never a network call or a loader.
    pub async fn begin(&self) -> Result<Tx> {
        let mut conn = self.write().await?;
        AnsiTransactionManager::begin_transaction(&mut *conn.0).await?;
        Ok(Tx { conn: Some(conn) })
    }

    /// `(size, available, waiting)` of the primary pool, for metrics.
    pub fn pool_status(&self) -> (usize, usize, usize) {
        let status = self.primary.status();
        (status.size, status.available, status.waiting)
    }

    /// Closes both pools; checkouts fail from now on.
    pub fn close(&self) {
        self.primary.close();
        if let Some(replica) = &self.replica {
            replica.close();
        }
    }
}

fn pool(url: &str, size: usize) -> anyhow::Result<Pool> {
    let mut config = ManagerConfig::default();
    // `Verified`, the default, costs one statement per checkout; `Fast` still notices a closed connection.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|url| connect(url.to_owned()).boxed());
    let manager = Manager::new_with_config(url, config);
    Ok(Pool::builder(manager)
        .max_size(size)
        // The connection given back last is the one whose caches are warm, on both sides.
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_secs(10)))
        .create_timeout(Some(Duration::from_secs(10)))
        .build()?)
}

async fn connect(url: String) -> diesel::ConnectionResult<AsyncPgConnection> {
    use diesel_async::SimpleAsyncConnection;
    let mut conn = AsyncPgConnection::establish(&url).await?;
    // A client that vanished mid-transaction must not keep its row locks.
    conn.batch_execute("SET idle_in_transaction_session_timeout = '30s'; SET statement_timeout = '60s'; SET jit = off")
        .await
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    conn.set_instrumentation(SqlMeter::default());
    Ok(conn)
}

async fn checkout(pool: &Pool) -> Result<Pooled> {
    pool.get().await.map(Pooled).map_err(|error| {
        tracing::error!(%error, "no database connection");
        Error::Unavailable("the database is not available; please try again".to_owned())
    })
}

/// An open transaction; derefs to [`Conn`].
///
/// A handle rather than a closure: `?` leaves it early, and the compiler can tell that the work around it is `Send`.
#[must_use = "a transaction that is not committed rolls back"]
pub struct Tx {
    /// Present until the transaction ends.
    conn: Option<Pooled>,
}

impl Tx {
    /// Makes the work permanent.
    pub async fn commit(mut self) -> Result<()> {
        match &mut self.conn {
            Some(conn) => AnsiTransactionManager::commit_transaction(&mut *conn.0).await?,
            None => return Err(Error::internal(anyhow::anyhow!("the transaction has ended"))),
        }
        self.conn = None;
        Ok(())
    }
}

impl Tx {
    /// Marks where [`Tx::undo`] goes back to; one place at a time.
    pub async fn mark(&self) -> Result<()> {
        self.savepoint("SAVEPOINT mark").await
    }

    /// Undoes everything that was written since [`Tx::mark`]; locks taken since then are given up, too.
    pub async fn undo(&self) -> Result<()> {
        self.savepoint("ROLLBACK TO SAVEPOINT mark").await
    }

    async fn savepoint(&self, statement: &'static str) -> Result<()> {
        let mut conn: &Conn = self;
        Sql::new(statement).uncached().execute(&mut conn).await?;
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        match &self.conn {
            Some(conn) => conn,
            // `conn` is taken only by `commit` and `drop`, which consume the handle.
            None => unreachable!("the transaction has ended"),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        // A connection must not go back to the pool with its row locks; without a runtime it is closed instead.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                runtime.spawn(async move {
                    if AnsiTransactionManager::rollback_transaction(&mut *conn.0).await.is_err() {
                        drop(deadpool::managed::Object::take(conn.0));
                    }
                });
            }
            Err(_) => drop(deadpool::managed::Object::take(conn.0)),
        }
    }
}
