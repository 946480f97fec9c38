//! The program itself, as a person starts it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use crate::support::{Database, Folder};

/// The program in a folder of its own, without the settings of whoever runs the tests.
fn freshvilla(folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_freshvilla"));
    command.args(args).current_dir(folder.path()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("FRESHVILLA_") || name.starts_with("DATABASE_") || name.starts_with("REDIS_") {
            command.env_remove(name);
        }
    }
    command
}

fn text(output: &Output) -> (String, String) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Fails unless the command fails and says these words.
fn refused(mut command: Command, words: &[&str]) -> String {
    let output = command.output().unwrap();
    let (_, error) = text(&output);
    assert!(!output.status.success(), "{error}");
    for word in words {
        assert!(error.contains(word), "no {word:?} in: {error}");
    }
    error
}

#[test]
fn help_is_for_newcomers() {
    let folder = Folder::new();
    let output = freshvilla(&folder, &["--help"]).output().unwrap();
    let (help, _) = text(&output);
    assert!(output.status.success());
    for word in ["serve", "worker", "migrate", "seed", "schema", "settings", "Examples:", "/graphiql"] {
        assert!(help.contains(word), "no {word:?} in: {help}");
    }
    assert!(help.lines().count() < 60, "too long to read");
    let (serve, _) = text(&freshvilla(&folder, &["serve", "--help"]).output().unwrap());
    assert!(serve.contains("FRESHVILLA_LISTEN"), "{serve}");
}

#[test]
fn schema_and_settings_need_nothing() {
    let folder = Folder::new();
    let output = freshvilla(&folder, &["schema"]).output().unwrap();
    assert_eq!(text(&output).0, freshvilla::graphql::sdl());
    let output = freshvilla(&folder, &["settings"]).output().unwrap();
    assert_eq!(text(&output).0, freshvilla::cli::settings_table());
}

#[test]
fn wrong_settings_stop_the_start() {
    let folder = Folder::new();
    let with = |name: &str, value: &str| {
        let mut command = freshvilla(&folder, &["serve"]);
        command.env(name, value);
        command
    };
    refused(with("FRESHVILLA_LISTNE", "127.0.0.1:0"), &["FRESHVILLA_LISTNE", "freshvilla settings"]);
    refused(with("FRESHVILLA_LISTEN", "here"), &["here", "--listen"]);
    refused(with("FRESHVILLA_MODE", "prod"), &["prod", "development, production"]);
    refused(with("DATABASE_URL", ""), &["--database-url", "empty"]);
    refused(with("FRESHVILLA_SECRET_KEY", "short"), &["FRESHVILLA_SECRET_KEY", "32"]);
}

#[test]
fn production_refuses_what_is_for_development() {
    let folder = Folder::new();
    let mut command = freshvilla(&folder, &["serve", "--mode", "production"]);
    refused(command, &["FRESHVILLA_SECRET_KEY", "openssl rand -hex 32"]);
    command = freshvilla(&folder, &["serve", "--mode", "production"]);
    command.env("FRESHVILLA_SECRET_KEY", "x".repeat(32));
    refused(command, &["DATABASE_URL"]);
    command = freshvilla(&folder, &["seed", "--mode", "production"]);
    refused(command, &["development only"]);
}

#[tokio::test]
async fn production_refuses_to_start_on_an_old_schema() {
    let (folder, database) = (Folder::new(), Database::create_empty().await);
    let mut command = freshvilla(&folder, &["serve", "--mode", "production", "--listen", "127.0.0.1:0"]);
    command.env("FRESHVILLA_SECRET_KEY", "x".repeat(32)).env("DATABASE_URL", database.url());
    refused(command, &["pending", "freshvilla migrate", "--migrate"]);
    assert_eq!(database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").await, 0);
}

#[test]
fn env_files_are_read_in_development_only() {
    let folder = Folder::new();
    let write = |content: &str| std::fs::write(folder.path().join(".env"), content).unwrap();
    write("FRESHVILLA_LISTEN=nowhere\n");
    refused(freshvilla(&folder, &["serve"]), &["nowhere"]);
    // The real environment wins.
    let mut command = freshvilla(&folder, &["serve"]);
    command.env("FRESHVILLA_LISTEN", "elsewhere");
    refused(command, &["elsewhere"]);
    // Production does not look.
    let error = refused(freshvilla(&folder, &["serve", "--mode", "production"]), &["FRESHVILLA_SECRET_KEY"]);
    assert!(!error.contains("nowhere"), "{error}");
    write("FRESHVILLA_MODE=production\n");
    refused(freshvilla(&folder, &["serve"]), &[".env", "real environment"]);
    write("REDIS_URI=redis://localhost\n");
    refused(freshvilla(&folder, &["serve"]), &[".env", "REDIS_URI"]);
    write("REDIS_URL=redis://x\nFRESHVILLA_SECRET_KEY=very secret\n'\n");
    let error = refused(freshvilla(&folder, &["serve"]), &[".env"]);
    assert!(!error.contains("very secret"), "{error}");
}

#[tokio::test]
async fn migrate_goes_up_and_down() {
    let (folder, database) = (Folder::new(), Database::create_empty().await);
    let migrate = |action: &str| {
        let mut command = freshvilla(&folder, &["migrate", action]);
        let output = command.env("DATABASE_URL", database.url()).output().unwrap();
        assert!(output.status.success(), "{:?}", text(&output));
        text(&output).0
    };
    let status = migrate("status");
    assert!(status.lines().count() > 0 && status.lines().all(|line| line.starts_with("pending  ")), "{status}");
    let applied = migrate("up");
    assert_eq!(applied.replace("applied", "pending"), status);
    assert!(migrate("up").contains("up to date"));
    let last = status.lines().last().unwrap().trim_start_matches("pending  ").to_owned();
    assert_eq!(migrate("down"), format!("reverted {last}\n"));
    assert!(migrate("status").ends_with(&format!("pending  {last}\n")));
}

/// A server that is killed with the test.
struct Server {
    child: Child,
    base: String,
    banner: String,
}

impl Server {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut banner = String::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            banner.push_str(&line);
            banner.push('\n');
            if line.contains("Ctrl-C") {
                break;
            }
        }
        // Keep the pipe open, or the server's next word would fail.
        std::thread::spawn(move || lines.count());
        let base = banner.split_whitespace().find(|word| word.starts_with("http://"));
        let base = base.unwrap_or_else(|| panic!("no address in: {banner}")).to_owned();
        Self { child, base, banner }
    }

    async fn status(&self, path: &str) -> u16 {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.get(format!("{}{path}", self.base)).send().await.unwrap().status().as_u16()
    }

    fn signal(&self, name: &str) {
        // The shell's own `kill`: a minimal system has no program of that name.
        let kill = format!("kill -s {name} {}", self.child.id());
        let sent = Command::new("/bin/sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end; the exit code.
    fn ended(&mut self) -> Option<i32> {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "the server does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn serve_with_a_given_database() {
    let (folder, database) = (Folder::new(), Database::create_empty().await);
    let command = |listen: &str| {
        let mut command = freshvilla(&folder, &["serve", "--listen", listen, "--data-dir"]);
        command.arg(folder.path().join("data")).env("DATABASE_URL", database.url());
        command
    };
    let mut server = Server::start(command("127.0.0.1:0"));
    assert_eq!(server.status("/readyz").await, 200);
    assert!(server.banner.contains("/graphiql"), "{}", server.banner);
    let address = server.base.trim_start_matches("http://").to_owned();
    refused(command(&address), &[&address, "in use", "--listen"]);
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
}

#[tokio::test]
async fn serve_with_its_own_database_survives_a_kill() {
    let folder = Folder::new();
    let command = || {
        let mut command = freshvilla(&folder, &["serve", "--listen", "127.0.0.1:0", "--data-dir"]);
        command.arg(folder.path().join("data"));
        command
    };
    let mut server = Server::start(command());
    assert_eq!(server.status("/readyz").await, 200);
    assert!(server.banner.contains("PostgreSQL "), "{}", server.banner);
    server.signal("KILL");
    assert_eq!(server.ended(), None);
    let mut server = Server::start(command());
    assert_eq!(server.status("/readyz").await, 200);
    server.signal("INT");
    assert_eq!(server.ended(), Some(0));
    let pid = folder.path().join("data/postgres/postmaster.pid");
    assert!(!pid.exists(), "PostgreSQL was stopped in order");
}
