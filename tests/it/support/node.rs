//! One server in this process, on a runtime of its own, so that it can be stopped in order, or killed.

use std::{net::SocketAddr, path::Path, sync::Arc};

use clap::{CommandFactory, FromArgMatches, Parser};
use freshvilla::{
    app::App,
    config::Config,
    graphql::GraphQl,
    http, jobs,
    kernel::{
        clock::Clock,
        jobs::{Registry, Worker},
    },
};
use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};

use super::client::Client;

/// How a node is started.
#[derive(Clone, Default)]
pub struct Setup {
    /// Database.
    pub database_url: String,
    /// Redis; none keeps events in the process.
    pub redis_url: Option<String>,
    /// Clock; nodes that share one move together.
    pub clock: Clock,
    /// More settings, as on the command line: `["--max-depth", "5"]`.
    pub args: Vec<String>,
}

/// A running server.
pub struct Node {
    /// Its application, for looking behind the scenes.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    runtime: Option<Runtime>,
    server: Option<JoinHandle<anyhow::Result<()>>>,
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    config: Config,
}

/// The settings of a test, without any from the environment.
pub fn config(args: impl IntoIterator<Item = String>) -> Config {
    // A later setting replaces an earlier one.
    let command = Line::command().mut_args(|arg| arg.env(None)).args_override_self(true);
    let args = std::iter::once("test".to_owned()).chain(args);
    Line::from_arg_matches(&command.get_matches_from(args)).unwrap().config
}

impl Node {
    /// Starts a server; `folder` is where it keeps its files.
    pub async fn start(setup: Setup, folder: &Path) -> Self {
        let mut args = vec!["--database-url".to_owned(), setup.database_url];
        args.extend(["--data-dir".to_owned(), folder.display().to_string()]);
        // Two connections: what needs a third while it holds two hangs here, not in production.
        args.extend(
            [
                "--listen",
                "127.0.0.1:0",
                "--public-url",
                "http://127.0.0.1:8000",
                "--database-pool",
                "2",
                "--shutdown-seconds",
                "5",
            ]
            .map(str::to_owned),
        );
        args.extend(setup.redis_url.into_iter().flat_map(|url| ["--redis-url".to_owned(), url]));
        args.extend(setup.args);
        let config = config(args);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let started = runtime.spawn(async move {
            let app = App::build(config, setup.clock).await.unwrap();
            let graphql = GraphQl::build(app.clone()).unwrap();
            let listener = TcpListener::bind(app.config.http.listen).await.unwrap();
            let address = listener.local_addr().unwrap();
            let server = tokio::spawn(http::serve(app.clone(), graphql, listener));
            (app, address, server)
        });
        let (app, address, server) = started.await.unwrap();
        Self { app, address, runtime: Some(runtime), server: Some(server) }
    }

    /// A stranger.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Runs every job that is due, and what those enqueue; answers how many ran.
    pub async fn drain_jobs(&self) -> usize {
        self.drain_jobs_of(jobs::registry()).await
    }

    /// The same with other kinds of jobs.
    pub async fn drain_jobs_of(&self, registry: Registry<App>) -> usize {
        let worker = self.worker(registry);
        self.on_runtime(async move { worker.drain().await.unwrap() }).await
    }

    /// Starts a worker in the background.
    pub fn spawn_worker(&self, registry: Registry<App>) {
        let worker = self.worker(registry);
        let (stop, tasks) = (self.app.stop.clone(), self.app.tasks.clone());
        self.app.tasks.spawn_on(async move { worker.run(stop, &tasks).await }, self.runtime().handle());
    }

    fn worker(&self, registry: Registry<App>) -> Worker<App> {
        let (app, wake) = (self.app.clone(), Arc::clone(&self.app.jobs_enqueued));
        Worker::new(app.clone(), app.db.clone(), app.clock.clone(), Arc::new(registry), wake)
    }

    /// Runs work where the server runs, as a resolver or job would. What takes connections belongs here: a connection
    /// lives on the runtime that opened it.
    pub async fn on_runtime<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        match self.runtime().spawn(work).await {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// Stops as on SIGTERM; fails when the server failed or a task of its panicked.
    pub async fn stop(mut self) {
        self.stop_in_place().await;
    }

    /// See [`Self::stop`].
    pub async fn stop_in_place(&mut self) {
        let app = self.app.clone();
        app.stop.cancel();
        if let Some(server) = self.server.take() {
            server.await.unwrap().unwrap();
        }
        self.on_runtime(async move { app.shut_down().await }).await;
        assert!(self.app.tasks.is_empty(), "tasks still ran when the time to stop was over");
        assert_eq!(self.app.panicked_tasks(), 0, "tasks that ended in a panic");
    }

    /// Ends at once, as on SIGKILL: nothing is told, nothing is finished.
    pub fn kill(self) {
        drop(self);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
