//! Accepts connections, serves them, and stops gracefully.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tower::ServiceBuilder;
use tower_http::compression::{
    CompressionLayer, CompressionLevel,
    predicate::{NotForContentType, Predicate, SizeAbove},
};

use super::{edge, metrics, router, state::Http};
use crate::{app::App, graphql::GraphQl};

/// A client has this long to send a request's headers; an idle connection is closed after the same time.
const HEADERS_WITHIN: Duration = Duration::from_secs(20);
/// Answers below this many bytes are not worth compressing.
const COMPRESS_ABOVE: u64 = 1_024;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 200;

/// Serves until the application stops; then running requests end, WebSockets are closed with a hint to resume, and
/// whatever still runs after the configured time is dropped.
pub async fn serve(app: App, graphql: GraphQl, listener: TcpListener) -> anyhow::Result<()> {
    metrics::install();
    metrics::keep_folding(&app);
    let http = Http::new(app, graphql);
    let server = Server {
        router: router::build(&http),
        builder: Arc::new(builder()),
        slots: Arc::new(Semaphore::new(http.app.config.http.max_connections)),
        http,
    };
    let graceful = GracefulShutdown::new();
    server.accept(&listener, &graceful).await;
    drop(listener);
    server.http.sockets.close();
    let drained = async { tokio::join!(graceful.shutdown(), server.http.sockets.wait()) };
    let limit = Duration::from_secs(server.http.app.config.http.shutdown_seconds);
    if tokio::time::timeout(limit, drained).await.is_err() {
        tracing::warn!("requests still ran when the time to stop was over");
    }
    Ok(())
}

struct Server {
    http: Http,
    router: axum::Router,
    builder: Arc<Builder<TokioExecutor>>,
    /// One permit per connection.
    slots: Arc<Semaphore>,
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN).max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(32 * 1024);
    builder
}

impl Server {
    async fn accept(&self, listener: &TcpListener, graceful: &GracefulShutdown) {
        let next = async || {
            let slot = Arc::clone(&self.slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        loop {
            let (slot, accepted) = tokio::select! {
                () = self.http.stop.cancelled() => return,
                next = next() => next,
            };
            match (slot, accepted) {
                (Ok(slot), Ok((stream, peer))) => self.spawn(stream, peer, slot, graceful.watcher()),
                (_, Err(error)) => {
                    // Out of file descriptors, most likely: trying again at once would only burn the processor.
                    tracing::warn!(%error, "connection not accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                (Err(_), _) => return,
            }
        }
    }

    fn spawn(&self, stream: TcpStream, peer: SocketAddr, slot: OwnedSemaphorePermit, watcher: Watcher) {
        let _ = stream.set_nodelay(true);
        let (http, router) = (self.http.clone(), self.router.clone());
        let builder = Arc::clone(&self.builder);
        let asked = Arc::new(AtomicBool::new(false));
        let first_request = Arc::clone(&asked);
        let service = ServiceBuilder::new().layer(compression()).service_fn(move |request: Request<Incoming>| {
            first_request.store(true, Ordering::Relaxed);
            let (http, router) = (http.clone(), router.clone());
            async move { Ok::<_, Infallible>(edge::handle(&http, router, peer, request).await) }
        });
        self.http.app.spawn(async move {
            let connection =
                builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
            let connection = std::pin::pin!(watcher.watch(connection.into_owned()));
            // Neither the detection of HTTP/2 nor its handshake has a time limit of its own.
            let silent = async {
                tokio::time::sleep(HEADERS_WITHIN).await;
                if asked.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                // A broken connection is the client's affair and no news.
                _ = connection => {}
                () = silent => {}
            }
            drop(slot);
        });
    }
}

fn compression() -> CompressionLayer<impl Predicate> {
    let worthwhile = SizeAbove::new(COMPRESS_ABOVE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(NotForContentType::const_new("application/zip"));
    CompressionLayer::new().gzip(true).br(true).quality(CompressionLevel::Fastest).compress_when(worthwhile)
}
