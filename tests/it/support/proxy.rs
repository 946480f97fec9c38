//! A TCP proxy that can cut connections, in front of PostgreSQL or Redis.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// Where a proxy leads.
#[derive(Clone, Debug)]
pub enum Target {
    /// A port.
    Tcp(SocketAddr),
    /// A socket file.
    Unix(PathBuf),
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A running proxy.
pub struct Proxy {
    address: SocketAddr,
    /// Generation of connections, and whether new ones are let through.
    state: Arc<watch::Sender<(u64, bool)>>,
}

impl Proxy {
    /// Starts one; it lives as long as the test's runtime.
    pub async fn start(target: Target) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(watch::Sender::new((0, true)));
        let states = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mut state, target) = (states.subscribe(), target.clone());
                let (generation, open) = *state.borrow_and_update();
                if open {
                    tokio::spawn(async move {
                        tokio::select! {
                            () = carry(client, target) => {}
                            _ = state.wait_for(|(now, _)| *now != generation) => {}
                        }
                    });
                }
            }
        });
        Self { address, state }
    }

    /// In front of the database's server: answers the proxied URL of the database, too.
    pub async fn before_postgres(url: &str) -> (Self, String) {
        let rest = url.strip_prefix("postgres://").expect("postgres://");
        let (user, place) = rest.split_once('@').expect("a user in the URL");
        let (host, database) = place.split_once('/').expect("a database in the URL");
        let target = match host.strip_prefix("%2F").or_else(|| host.strip_prefix("%2f")) {
            Some(path) => Target::Unix(PathBuf::from(format!("/{}/.s.PGSQL.5432", unescaped(path)))),
            None => {
                let host = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
                Target::Tcp(tokio::net::lookup_host(host).await.unwrap().next().unwrap())
            }
        };
        let proxy = Self::start(target).await;
        let url = format!("postgres://{user}@{}/{database}", proxy.address);
        (proxy, url)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Cuts every connection; new ones are let through.
    pub fn cut(&self) {
        self.state.send_modify(|(generation, _)| *generation += 1);
    }

    /// Cuts every connection, and new ones until [`Self::open`].
    pub fn close(&self) {
        self.state.send_modify(|state| *state = (state.0 + 1, false));
    }

    /// Lets connections through again.
    pub fn open(&self) {
        self.state.send_modify(|(_, open)| *open = true);
    }
}

fn unescaped(path: &str) -> String {
    path.replace("%2F", "/").replace("%2f", "/")
}

async fn carry(mut client: TcpStream, target: Target) {
    let server: std::io::Result<Box<dyn Stream>> = match target {
        Target::Tcp(address) => TcpStream::connect(address).await.map(|stream| Box::new(stream) as _),
        Target::Unix(path) => UnixStream::connect(path).await.map(|stream| Box::new(stream) as _),
    };
    if let Ok(mut server) = server {
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}
