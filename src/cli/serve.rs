//! `serve` and `worker`: from the settings to a running node, and back to nothing.

use std::{io::ErrorKind, net::SocketAddr, sync::Arc};

use anyhow::{Context, bail, ensure};
use tokio::{
    net::{TcpListener, TcpSocket},
    process::Command,
};
use tokio_util::sync::CancellationToken;

use super::{
    MigrateFlag, Ready, ServeArgs, banner::banner, database::bring_up_to_date, fake_gateways::FakeGateways, until,
};
use crate::{
    app::App,
    config::{Config, Mode},
    graphql::GraphQl,
    http, jobs,
    kernel::{clock::Clock, jobs::Worker},
    maintenance, seed,
};

/// `freshvilla serve`.
pub async fn serve(ready: Ready, args: ServeArgs, stop: CancellationToken) -> anyhow::Result<()> {
    // Taken first, so that a second server is refused before it works on the database, but opened last, so that
    // nobody connects to a server that is not ready.
    let socket = bind(ready.config.http.listen)?;
    let mut config = ready.config.clone();
    let fakes = FakeGateways::where_needed(&mut config).await?;
    let app = until(&stop, start(&config, &args.migrate)).await?;
    let outcome = serve_app(&app, &ready, &args, (socket, fakes), stop).await;
    app.shut_down().await;
    outcome
}

async fn serve_app(
    app: &App,
    ready: &Ready,
    args: &ServeArgs,
    (socket, fakes): (TcpSocket, Option<FakeGateways>),
    stop: CancellationToken,
) -> anyhow::Result<()> {
    if app.config.mode == Mode::Development && seed::is_due(app).await? {
        until(&stop, load_demo_data(app)).await?;
    }
    let graphql = GraphQl::build(app.clone())?;
    let listener = open(socket, ready)?;
    if !args.no_worker {
        spawn_worker(app).await?;
    }
    let tokens = match app.config.mode {
        Mode::Development => seed::demo_tokens(app).await?,
        Mode::Production => Vec::new(),
    };
    if let Some(fakes) = fakes {
        tracing::info!("{}", fakes.serve(app, listener.local_addr()?));
    }
    println!("{}", banner(app, listener.local_addr()?, ready.embedded.as_deref(), &tokens)?);
    stop_with(app, stop);
    http::serve(app.clone(), graphql, listener).await
}

/// Loads the demo data in a process of its own: the memory that takes goes with it, and the server starts small.
async fn load_demo_data(app: &App) -> anyhow::Result<()> {
    let mut loader = Command::new(std::env::current_exe()?);
    loader.args(std::env::args_os().skip(1)).arg("--only-demo-data").kill_on_drop(true);
    if let Some(url) = &app.config.database.database_url {
        // Ours, where the private PostgreSQL runs.
        loader.env("DATABASE_URL", url.expose());
    }
    let outcome = loader.status().await.context("loading the demo data")?;
    ensure!(outcome.success(), "the demo data could not be loaded ({outcome})");
    Ok(())
}

/// `freshvilla worker`.
pub async fn work(ready: Ready, args: MigrateFlag, stop: CancellationToken) -> anyhow::Result<()> {
    let app = until(&stop, start(&ready.config, &args)).await?;
    spawn_worker(&app).await?;
    println!("FreshVilla runs background jobs. Ctrl-C stops it.");
    stop.cancelled().await;
    app.shut_down().await;
    Ok(())
}

async fn start(config: &Config, args: &MigrateFlag) -> anyhow::Result<App> {
    bring_up_to_date(config, args.migrate).await?;
    App::build(config.clone(), Clock::default()).await
}

async fn spawn_worker(app: &App) -> anyhow::Result<()> {
    maintenance::schedule(app).await?;
    let wake = Arc::clone(&app.jobs_enqueued);
    let worker = Worker::new(app.clone(), app.db.clone(), app.clock.clone(), Arc::new(jobs::registry()), wake);
    let (stop, tasks) = (app.stop.clone(), app.tasks.clone());
    app.spawn(async move { worker.run(stop, &tasks).await });
    app.spawn(maintenance::follow(app.clone()));
    Ok(())
}

fn stop_with(app: &App, stop: CancellationToken) {
    let app_stop = app.stop.clone();
    app.spawn(async move {
        tokio::select! {
            () = stop.cancelled() => app_stop.cancel(),
            () = app_stop.cancelled() => {}
        }
    });
}

fn bind(address: SocketAddr) -> anyhow::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    match socket.bind(address) {
        Ok(()) => Ok(socket),
        Err(error) => refuse(address, &error),
    }
}

fn open(socket: TcpSocket, ready: &Ready) -> anyhow::Result<TcpListener> {
    socket.listen(4096).or_else(|error| refuse(ready.config.http.listen, &error))
}

fn refuse<T>(address: SocketAddr, error: &std::io::Error) -> anyhow::Result<T> {
    if error.kind() == ErrorKind::AddrInUse {
        bail!("{address} is in use: stop the program that listens there, or choose another address with --listen");
    }
    bail!("cannot listen on {address}: {error}")
}
