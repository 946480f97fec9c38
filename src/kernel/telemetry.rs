//! Logs, metrics and the per-operation meter of SQL statements.
//!
//! One log line per operation (name, caller, duration, statements, code); no personal data, no variables.
//!
//! Spans, for an exporter such as OpenTelemetry's to pick up: `job` around each run of a background job and `outgoing`
//! around each request to another service. A GraphQL operation has none of its own: its line carries the same facts, and
//! a span would cost every cheap query more than it tells.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

tokio::task_local! {
    static OPERATION: Arc<OperationMeter>;
}

/// What one GraphQL operation or job cost.
#[derive(Debug, Default)]
pub struct OperationMeter {
    statements: AtomicU64,
    sql_micros: AtomicU64,
}

impl OperationMeter {
    /// SQL statements sent so far, transaction control included.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Time spent waiting for them, in microseconds.
    pub fn sql_micros(&self) -> u64 {
        self.sql_micros.load(Ordering::Relaxed)
    }

    /// The meter of the running operation, to be carried into tasks that it spawns.
    pub fn current() -> Option<Arc<Self>> {
        OPERATION.try_with(Arc::clone).ok()
    }

    /// Runs `work` so that its statements count here.
    pub async fn measure<T>(self: Arc<Self>, work: impl Future<Output = T>) -> T {
        OPERATION.scope(self, work).await
    }
}

/// Counts and times statements of one connection for the operation that runs them.
#[derive(Default)]
pub struct SqlMeter {
    started: Option<Instant>,
}

impl Instrumentation for SqlMeter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => {
                self.started = Some(Instant::now());
                let _ = OPERATION.try_with(|meter| meter.statements.fetch_add(1, Ordering::Relaxed));
            }
            InstrumentationEvent::FinishQuery { error, .. } => {
                let Some(started) = self.started.take() else { return };
                let elapsed = started.elapsed();
                let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
                let _ = OPERATION.try_with(|meter| meter.sql_micros.fetch_add(micros, Ordering::Relaxed));
                metrics::histogram!("freshvilla_sql_seconds").record(elapsed);
                if error.is_some() {
                    metrics::counter!("freshvilla_sql_errors_total").increment(1);
                }
            }
            _ => {}
        }
    }
}

/// Records how long a root field's resolver took, when dropped. What is nested below the field is not part of it.
pub struct ResolverTimer {
    field: &'static str,
    started: Instant,
}

impl ResolverTimer {
    /// Starts now; the `#[query]` and `#[mutation]` macros put it into every root field.
    pub fn start(field: &'static str) -> Self {
        Self { field, started: Instant::now() }
    }
}

impl Drop for ResolverTimer {
    fn drop(&mut self) {
        metrics::histogram!("freshvilla_resolver_seconds", "field" => self.field).record(self.started.elapsed());
    }
}

/// Starts logging: readable lines in development, JSON in production; `RUST_LOG`-style filter.
pub fn start_logging(filter: &str, json: bool) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()?;
    } else {
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let lines = fmt::layer().compact().with_target(false).with_ansi(colours).with_writer(std::io::stderr);
        registry.with(lines).try_init()?;
    }
    Ok(())
}
