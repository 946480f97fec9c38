//! The usual test: one server, one database, a clock that can be moved.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::TimeDelta;
use freshvilla::kernel::clock::Clock;

use super::{
    client::Client,
    database::Database,
    node::{Node, Setup},
};

/// A folder that goes with its owner.
pub struct Folder(PathBuf);

impl Folder {
    /// A new, empty one.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("freshvilla-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // The test script's folder goes with all that is in it, also after an interruption.
        let within = std::env::var_os("FRESHVILLA_TEST_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let path = within.join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A server with a database of its own. As a client it is a stranger (`app.query(..)`); `app.as_user(token)` is one
/// who is logged in. When it is dropped, the test fails on due jobs that nobody ran and on tasks that panicked.
pub struct TestApp {
    /// The server.
    pub node: Node,
    /// Its database.
    pub database: Database,
    folder: Folder,
    stranger: Client,
    leaves_jobs: bool,
}

impl TestApp {
    /// A server with the usual settings.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A server with more settings, as on the command line: `&["--max-depth", "5"]`.
    pub async fn start_with(args: &[&str]) -> Self {
        let database = Database::create().await;
        let folder = Folder::new();
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        let setup = Setup { database_url: database.url().to_owned(), args, ..Setup::default() };
        let node = Node::start(setup, folder.path()).await;
        let stranger = node.client();
        Self { node, database, folder, stranger, leaves_jobs: false }
    }

    /// The clock that the server goes by.
    pub fn clock(&self) -> &Clock {
        &self.node.app.clock
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        self.clock().advance(by);
    }

    /// Where the server keeps files and captured mail.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs every job that is due, and what those enqueue; answers how many ran.
    pub async fn drain_jobs(&self) -> usize {
        self.node.drain_jobs().await
    }

    /// For tests in which jobs stay behind on purpose.
    pub fn leave_jobs(&mut self) {
        self.leaves_jobs = true;
    }

    /// Stops the server in order, and then checks the same as dropping does.
    pub async fn finish(mut self) {
        self.node.stop_in_place().await;
    }
}

impl Deref for TestApp {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.stranger
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert_eq!(self.node.app.panicked_tasks(), 0, "tasks that ended in a panic");
        if self.leaves_jobs {
            return;
        }
        let due = format!(
            "SELECT coalesce(jsonb_agg(kind), '[]') FROM jobs WHERE status = 'running' OR (status = 'queued' AND run_at <= '{}')",
            self.clock().now().to_rfc3339()
        );
        let left = self.database.value_blocking(&due);
        assert_eq!(left, serde_json::json!([]), "jobs that nobody ran: drain_jobs(), or leave_jobs() on purpose");
    }
}
