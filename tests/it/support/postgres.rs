//! The PostgreSQL server behind all tests: FRESHVILLA_TEST_DATABASE_URL, else a private one that all test processes of
//! a run share (nextest runs each test in a process of its own).
//!
//! The private server loses nothing that matters when the machine crashes, so it never waits for the disk. A small
//! watchdog stops it when no test has used it for some minutes; `scripts/test` does so at its end.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use freshvilla::kernel::{data_dir, embedded_pg::EmbeddedPostgres};

const SETTINGS: &str = "fsync=off synchronous_commit=off full_page_writes=off wal_level=minimal max_wal_senders=0 \
    max_connections=300 autovacuum=off checkpoint_timeout=1h max_wal_size=4GB";

/// A server that may create databases.
pub struct Server {
    /// URL of its maintenance database.
    pub url: String,
    /// Whether it is ours alone, so that old templates may be dropped.
    pub private: bool,
}

/// The server, started by whichever test comes first.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("FRESHVILLA_TEST_DATABASE_URL") {
        Ok(url) => Server { url, private: false },
        Err(_) => Server { url: start_private(), private: true },
    })
}

fn start_private() -> String {
    let dir = folder();
    data_dir::create_root(&dir).unwrap();
    let used = dir.join("last-used");
    File::create(&used).unwrap();
    let (server, started) = EmbeddedPostgres::start_detached(&dir.join("pg"), SETTINGS).expect("PostgreSQL for tests");
    if let Some(pid) = started {
        watch(pid, &used);
    }
    server.url().to_owned()
}

/// Given by scripts/test, else one for each clone and user.
fn folder() -> PathBuf {
    if let Some(dir) = std::env::var_os("FRESHVILLA_TEST_DIR") {
        return dir.into();
    }
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    // The home folder's owner stands for the user.
    (env!("CARGO_MANIFEST_DIR"), std::env::var_os("HOME")).hash(&mut hasher);
    // Socket paths are short, so not the target folder, whose path may be long.
    Path::new("/tmp").join(format!("freshvilla-test-{:x}", hasher.finish()))
}

/// Stops the server when the file is gone or was not touched for five minutes; in a shell, for it must outlive us.
fn watch(pid: u32, used: &Path) {
    let script = r#"
        while sleep 2 && kill -0 "$1"; do
            [ -n "$(find "$2" -mmin -5)" ] || kill -INT "$1"
        done"#;
    let mut watchdog = Command::new("/bin/sh");
    watchdog.args(["-c", script, "freshvilla-test-watchdog", &pid.to_string()]).arg(used);
    watchdog.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    // Ctrl-C in the terminal is not for it.
    std::os::unix::process::CommandExt::process_group(&mut watchdog, 0);
    #[expect(clippy::zombie_processes, reason = "it outlives this process, whose end makes it init's child")]
    let _outlives_us = watchdog.spawn().expect("sh");
}

/// Tells the watchdog that somebody is at work.
pub fn touch() {
    if server().private {
        let _ = fs::write(folder().join("last-used"), "");
    }
}
