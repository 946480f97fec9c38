//! The one application: everything that outlives a request, built from the settings and passed on by handle.

use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Config,
    kernel::{
        actor_cache::ActorCache,
        breaker::Breakers,
        bus::{self, Bus},
        client::{Client, Limits, Reach},
        clock::Clock,
        db::Db,
        error::Result,
        jobs::{self, Job, JobId, Schedule},
        keyring::Keyring,
        mail::{Mail, Mailer, SendMail},
        outbox,
        password::Passwords,
        rate_limit::{self, Limiter},
        storage::Storage,
    },
};

/// Handle to the application; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts, reached by deref from [`App`].
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// Pools.
    pub db: Db,
    /// Event bus.
    pub bus: Arc<dyn Bus>,
    /// Outgoing HTTP.
    pub client: Client,
    /// Outgoing HTTP to payment gateways, whose addresses are settings: wherever they are, and without redirects.
    pub gateways: Client,
    /// Which gateways are left alone for a while.
    pub breakers: Breakers,
    /// Clock.
    pub clock: Clock,
    /// Token buckets, shared by the nodes where there is Redis.
    pub limiter: Arc<dyn Limiter>,
    /// Outgoing mail; services use [`App::send_mail`].
    pub mailer: Mailer,
    /// Files.
    pub storage: Storage,
    /// Secret keys.
    pub keys: Keyring,
    /// Rights of recent callers.
    pub actors: ActorCache,
    /// Password hashing.
    pub passwords: Passwords,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
    /// Background tasks that a stop waits for.
    pub tasks: TaskTracker,
    /// Rung after a commit that wrote events.
    outbox_written: Arc<Notify>,
    /// Rung after a commit that enqueued jobs.
    pub jobs_enqueued: Arc<Notify>,
    /// Tasks that ended in a panic.
    panics: AtomicUsize,
}

impl AsRef<Mailer> for App {
    fn as_ref(&self) -> &Mailer {
        &self.mailer
    }
}

impl std::ops::Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Builds the application: pools, bus, and the relay in the background.
    pub async fn build(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let database = &config.database;
        let url = database.database_url.as_ref().ok_or_else(|| anyhow::anyhow!("no database URL"))?;
        let replica = database.database_replica_url.as_ref().map(|url| url.expose());
        let db = Db::new(url.expose(), replica, database.database_pool)?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (bus, limiter): (Arc<dyn Bus>, Arc<dyn Limiter>) = match &database.redis_url {
            None => (Arc::new(bus::InProcess::default()), Arc::new(rate_limit::InProcess::new(clock.clone()))),
            Some(url) => {
                let spawn = |task| drop(tasks.spawn(task));
                let bus = bus::Redis::connect(url.expose(), stop.clone(), spawn).await?;
                let limiter = rate_limit::Redis::new(bus.connection(), clock.clone());
                (Arc::new(bus), Arc::new(limiter))
            }
        };
        let reach = if config.http.call_private_addresses { Reach::Anywhere } else { Reach::Public };
        let client = Client::new(reach, Limits::default())?;
        let total = Duration::from_secs(config.payments.gateway_timeout_seconds);
        let limits = Limits { total, max_bytes: 1024 * 1024, redirects: 0, ..Limits::default() };
        let gateways = Client::new(Reach::Anywhere, limits)?;
        let mailer = Mailer::new(&config, clock.clone())?;
        let storage = Storage::new(&config, clock.clone())?;
        let identity = &config.identity;
        let former = identity.old_secret_keys.iter().map(|secret| secret.expose());
        let keys = Keyring::new(identity.secret_key.expose(), former);
        let actors = ActorCache::new(&*bus);
        let app = Self(Arc::new(Parts {
            config,
            db,
            bus,
            client,
            gateways,
            breakers: Breakers::default(),
            clock,
            limiter,
            mailer,
            storage,
            keys,
            actors,
            passwords: Passwords::default(),
            stop,
            tasks,
            outbox_written: Arc::new(Notify::new()),
            jobs_enqueued: Arc::new(Notify::new()),
            panics: AtomicUsize::new(0),
        }));
        app.spawn_relay();
        Ok(app)
    }

    /// Runs a task that a stop waits for. A panic is counted, then handed on to whoever awaits the task.
    pub fn spawn<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> tokio::task::JoinHandle<T> {
        let app = self.clone();
        self.tasks.spawn(async move {
            AssertUnwindSafe(task).catch_unwind().await.unwrap_or_else(|panic| {
                app.panics.fetch_add(1, Ordering::Relaxed);
                metrics::counter!("freshvilla_task_panics_total").increment(1);
                resume_unwind(panic)
            })
        })
    }

    /// How many tasks ended in a panic; a healthy server has none.
    pub fn panicked_tasks(&self) -> usize {
        self.panics.load(Ordering::Relaxed)
    }

    /// Call after committing a transaction that emitted events or enqueued jobs: they go out at once instead of at the
    /// next poll.
    pub fn committed(&self) {
        self.outbox_written.notify_one();
        self.jobs_enqueued.notify_one();
    }

    /// Enqueues a job in the running transaction.
    pub async fn enqueue<J: Job<Self>>(
        &self,
        conn: &crate::kernel::db::Conn,
        job: &J,
        schedule: Schedule,
    ) -> Result<Option<JobId>> {
        jobs::enqueue(conn, &self.clock, job, schedule).await
    }

    /// Sends a mail once the running transaction has committed. A recipient that is no mail address is an input error.
    pub async fn send_mail(&self, conn: &crate::kernel::db::Conn, mail: Mail) -> Result<()> {
        mail.check()?;
        self.enqueue(conn, &SendMail(mail), Schedule::default()).await?;
        Ok(())
    }

    fn spawn_relay(&self) {
        let app = self.clone();
        self.spawn(async move {
            while !app.stop.is_cancelled() {
                match outbox::relay(&app.db, &*app.bus).await {
                    Ok(sent) if sent > 0 => continue,
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "events not relayed"),
                }
                tokio::select! {
                    () = app.stop.cancelled() => {}
                    () = app.outbox_written.notified() => {}
                    () = tokio::time::sleep(Duration::from_millis(500)) => {}
                }
            }
        });
    }

    /// Stops background work and waits for it, at most the configured time.
    pub async fn shut_down(&self) {
        self.stop.cancel();
        self.tasks.close();
        let limit = Duration::from_secs(self.config.http.shutdown_seconds);
        if tokio::time::timeout(limit, self.tasks.wait()).await.is_err() {
            tracing::warn!("background tasks still ran when the time to stop was over");
        }
        self.db.close();
    }
}
