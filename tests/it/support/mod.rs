//! What tests stand on: a database of their own, a server in this process, clients, and means to break things.
//!
//! ```ignore
//! let app = TestApp::start().await;
//! let answer = app.query("{ jobs { nodes { id } } }", json!({})).await;
//! assert_eq!(answer.code(), Some("UNAUTHENTICATED"));
//! ```

mod app;
mod client;
mod cluster;
mod database;
mod node;
mod people;
mod postgres;
mod proxy;
mod redis;
mod socket;

pub use self::{
    app::{Folder, TestApp},
    client::{Answer, Client},
    cluster::Cluster,
    database::Database,
    node::{Node, Setup, config},
    proxy::Proxy,
    redis::RedisServer,
    socket::{Feed, Socket},
};

/// The repository's root.
pub fn root() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a generated file with its committed copy, or rewrites that when UPDATE=1.
pub fn assert_committed(path: &str, generated: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        return std::fs::write(&file, generated).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    if committed == generated {
        return;
    }
    let mut pairs = committed.lines().zip(generated.lines()).enumerate();
    let shorter = committed.lines().count().min(generated.lines().count());
    let at = pairs.find(|(_, (old, new))| old != new).map_or(shorter, |(at, _)| at);
    let (old, new) = (committed.lines().nth(at), generated.lines().nth(at));
    panic!("{path} is out of date (line {}: {old:?} is now {new:?}); run scripts/update and commit it", at + 1);
}

/// Waits until the condition holds; panics with the words after ten seconds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !holds().await {
        assert!(std::time::Instant::now() < deadline, "not in ten seconds: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
