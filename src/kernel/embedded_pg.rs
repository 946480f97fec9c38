//! A `PostgreSQL` server that `FreshVilla` starts for itself when no `DATABASE_URL` is given.
//!
//! It listens on a Unix socket only: no clash over a port, nothing reachable over the network. The
//! socket folder is closed to other users, which is why `trust` is enough.
//!
//! Next to the data folder `X` live `X.run` (the sockets) and `X.log`, which is also the lock:
//! whoever starts a server locks it, and each process of the server inherits the lock with its
//! standard error. A free lock means that nothing is left of earlier starts, however they ended.

use std::fs::{self, File, Permissions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::os::unix::{ffi::OsStrExt, net::UnixStream, process::CommandExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context, Result, bail, ensure};

use super::data_dir;

const SOCKET: &str = ".s.PGSQL.5432";
/// What fits into the kernel's `sockaddr_un`.
const SOCKET_PATH_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };
/// Recovery after a crash comes before readiness and can take a while on a slow disk.
const READY_WITHIN: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(20);
/// For a demo on a small machine, and an import of a million rows without a checkpoint every few seconds; given on the
/// command line, which outranks variables like PGPORT.
const SETTINGS: &str = "listen_addresses= port=5432 unix_socket_permissions=0700 jit=off \
    shared_buffers=256MB max_wal_size=2GB max_connections=100 synchronous_commit=on timezone=UTC \
    idle_in_transaction_session_timeout=30s log_min_duration_statement=-1 log_checkpoints=off";

/// No server binaries on this machine; the text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MissingServer(String);

/// A running server. Dropping it stops the server, unless another process had started it.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    child: Option<Child>,
    url: String,
    description: String,
}

impl EmbeddedPostgres {
    /// Starts the server, or finds the one already running on the data folder (which lives only as
    /// long as the process that started it), and returns when it accepts connections.
    ///
    /// Call it from the main thread: Linux stops the server when the *thread* that spawned it
    /// ends, which is what stops it even after `kill -9` of this process.
    pub fn start(data_dir: Option<&Path>) -> Result<Self> {
        Self::start_in(Site::prepare(data_dir)?)
    }

    /// A server that many short processes share, as a test suite needs it: it outlives this one, and whoever wants its
    /// end sends it SIGINT. Also answers its process ID if it was this call that started it. `settings` (`fsync=off …`)
    /// come after our own and outrank them.
    pub fn start_detached(data_dir: &Path, settings: &'static str) -> Result<(Self, Option<u32>)> {
        let mut server = Self::start_in(Site { detached: Some(settings), ..Site::prepare(Some(data_dir))? })?;
        let child = server.child.take();
        Ok((server, child.map(|child| child.id())))
    }

    fn start_in(site: Site) -> Result<Self> {
        let mut options = File::options();
        let log = options.append(true).create(true).open(&site.log);
        let log = log.with_context(|| format!("cannot open {}", site.log.display()))?;
        let (child, pid) = match site.running_server(&log)? {
            Some(pid) => (None, pid),
            None => site.launch(&log).map(|(child, pid)| (Some(child), pid))?,
        };
        let version = fs::read_to_string(site.data.join("PG_VERSION"))?;
        let (version, data) = (version.trim(), site.data.display());
        let description = format!("PostgreSQL {version} in {data} (pid {pid})");
        tracing::info!(reused = child.is_none(), "{description}");
        // No port in it: with a host in this place, tokio-postgres counts that as a second one.
        let host = percent_encode(&site.sockets);
        Ok(Self { url: format!("postgres://app@{host}/freshvilla"), child, description })
    }

    /// For any `PostgreSQL` client; the host part is the socket folder.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Version, data folder and process id.
    pub fn describe(&self) -> String {
        self.description.clone()
    }

    /// Whether the server was already running and so will not be stopped by us.
    pub fn reused(&self) -> bool {
        self.child.is_none()
    }

    /// The same as dropping it, spelled out for the end of `main`.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for EmbeddedPostgres {
    fn drop(&mut self) {
        self.child.iter_mut().for_each(halt);
    }
}

/// SIGINT ends the sessions and writes a checkpoint; SIGQUIT leaves recovery to the next start.
fn halt(child: &mut Child) {
    for (signal, seconds) in [(libc::SIGINT, 10), (libc::SIGQUIT, 6)] {
        sys::signal(child.id(), signal);
        let deadline = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < deadline {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(POLL);
        }
    }
    tracing::error!(pid = child.id(), "PostgreSQL does not stop");
}

struct Site {
    data: PathBuf,
    sockets: PathBuf,
    log: PathBuf,
    /// Whom the server runs as, when we are root: `PostgreSQL` refuses to run as root.
    account: Option<(u32, u32)>,
    /// More settings of a server that is to outlive us.
    detached: Option<&'static str>,
}

impl Site {
    fn prepare(given: Option<&Path>) -> Result<Self> {
        let root = runs_as_root();
        let data = match given {
            Some(given) => std::path::absolute(given)?,
            None => data_dir::default_root()?.join("postgres"),
        };
        let parent = data.parent().context("/ cannot be the data folder")?;
        data_dir::create_root(parent)?;
        let account = root.then(|| server_account(&data, parent)).transpose()?;
        let mut sockets = data.with_added_extension("run");
        let bytes = sockets.as_os_str().as_bytes();
        // The setting for the socket folder takes a list, so a comma would part it.
        if bytes.len() + SOCKET.len() + 1 > SOCKET_PATH_MAX || bytes.contains(&b',') {
            let base = if cfg!(target_os = "linux") && root { "/run" } else { "/tmp" };
            sockets = Path::new(base).join(format!("freshvilla-{:016x}", fnv1a(bytes)));
        }
        let site = Self { log: data.with_added_extension("log"), data, sockets, account, detached: None };
        site.private_dir(&site.sockets)?;
        Ok(site)
    }

    /// A folder that nobody but the server's account can enter.
    fn private_dir(&self, dir: &Path) -> Result<()> {
        let made = fs::DirBuilder::new().mode(0o700).create(dir);
        if !dir.is_dir() {
            made.with_context(|| format!("cannot create {}", dir.display()))?;
        }
        // In /tmp somebody else could have put a link or a folder of their own there.
        let found = fs::symlink_metadata(dir)?;
        let (uid, gid) = self.account.unwrap_or((sys::effective_uid(), found.gid()));
        let ours = found.is_dir() && [uid, sys::effective_uid()].contains(&found.uid());
        ensure!(ours, "{} belongs to somebody else", dir.display());
        lchown(dir, Some(uid), Some(gid))?;
        Ok(fs::set_permissions(dir, Permissions::from_mode(0o700))?)
    }

    /// The server's process id, if it accepts connections; line 8 is its own word for that.
    fn answering(&self) -> Option<i32> {
        let file = fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        let ready = file.lines().nth(7)?.trim() == "ready";
        let answers = ready && UnixStream::connect(self.sockets.join(SOCKET)).is_ok();
        if answers { file.lines().next()?.trim().parse().ok() } else { None }
    }

    /// A server that is already there. Waits for one that is being started, and for the end of one
    /// whose `FreshVilla` was killed; `None` means that nothing runs and that the lock is ours.
    fn running_server(&self, log: &File) -> Result<Option<i32>> {
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline {
            match log.try_lock() {
                Ok(()) => return Ok(self.answering()),
                Err(TryLockError::Error(error)) => bail!("cannot lock the log: {error}"),
                Err(TryLockError::WouldBlock) => {}
            }
            // An orphan still answers in the moment before it sees the signal to stop.
            let answering = self.answering();
            thread::sleep(if answering.is_some() { POLL * 5 } else { POLL });
            if answering.is_some() && answering == self.answering() {
                return Ok(answering);
            }
        }
        bail!("PostgreSQL runs but does not answer in {}", self.sockets.display())
    }

    fn wait_until_ready(&self, child: &mut Child) -> Result<i32> {
        let deadline = Instant::now() + READY_WITHIN;
        while Instant::now() < deadline && child.try_wait()?.is_none() {
            if let Some(pid) = self.answering() {
                return Ok(pid);
            }
            thread::sleep(POLL);
        }
        bail!("it has ended, or was not ready in time")
    }

    fn launch(&self, log: &File) -> Result<(Child, i32)> {
        self.clear_leftovers();
        let made_by = fs::read_to_string(self.data.join("PG_VERSION")).ok();
        let bin = find_binaries(made_by.as_ref().and_then(|text| text.trim().parse().ok()))?;
        // The log of the latest start only, so that it neither grows nor misleads.
        log.set_len(0)?;
        self.launch_with(&bin, log, made_by.is_none()).with_context(|| {
            let text = fs::read_to_string(&self.log).unwrap_or_default();
            let mut tail: Vec<_> = text.lines().rev().take(20).collect();
            tail.reverse();
            format!("PostgreSQL does not start:\n{}", tail.join("\n"))
        })
    }

    /// `PostgreSQL` takes the files of a killed server away itself, but not when they are empty or
    /// their process id is in use again, as is likely in containers. A server that somebody has
    /// started by hand shows by its working folder.
    fn clear_leftovers(&self) {
        let file = self.data.join("postmaster.pid");
        let text = fs::read_to_string(&file).unwrap_or_default();
        let pid = text.lines().next().unwrap_or_default().trim();
        let cwd = fs::read_link(format!("/proc/{pid}/cwd")).ok();
        if cfg!(target_os = "linux") && (cwd.is_none() || cwd != fs::canonicalize(&self.data).ok()) {
            let _ = fs::remove_file(file);
            let _ = fs::remove_file(self.sockets.join(format!("{SOCKET}.lock")));
        }
    }

    fn launch_with(&self, bin: &Path, log: &File, fresh: bool) -> Result<(Child, i32)> {
        if fresh {
            self.init(bin, log)?;
        }
        // Server packages do not always bring psql. An "already exists" is kept out of the log.
        let mut single = self.command(&bin.join("postgres"), log)?;
        single.args(["--single", "-c", "log_min_messages=fatal", "-D"]).arg(&self.data);
        single.arg("postgres").stdin(Stdio::piped()).stdout(Stdio::null());
        let mut single = single.spawn()?;
        let stdin = single.stdin.take();
        stdin.context("no stdin")?.write_all(b"CREATE DATABASE freshvilla\n")?;
        single.wait()?;

        let mut server = self.command(&bin.join("postgres"), log)?;
        server.arg("-D").arg(&self.data).arg("-k").arg(&self.sockets);
        for setting in SETTINGS.split_whitespace().chain(self.detached.unwrap_or_default().split_whitespace()) {
            server.args(["-c", setting]);
        }
        let mut child = server.spawn()?;
        let ready = self.wait_until_ready(&mut child);
        if ready.is_err() {
            halt(&mut child);
        }
        Ok((child, ready?))
    }

    /// Fills a temporary folder and moves it into place at the end: whenever we are killed, the
    /// data folder is either complete or absent.
    fn init(&self, bin: &Path, log: &File) -> Result<()> {
        let mut entries = fs::read_dir(&self.data).into_iter().flatten();
        ensure!(entries.next().is_none(), "{} holds something else", self.data.display());
        let fresh = self.data.with_added_extension("new");
        // macOS and minimal systems have no C.UTF-8.
        for locale in ["--locale=C.UTF-8", "--locale=C"] {
            let _ = fs::remove_dir_all(&fresh);
            self.private_dir(&fresh)?;
            let mut initdb = self.command(&bin.join("initdb"), log)?;
            initdb.args(["--username=app", "--auth=trust", "--encoding=UTF8", "--no-sync"]);
            if initdb.arg(locale).arg(&fresh).status()?.success() {
                return Ok(fs::rename(&fresh, &self.data)?);
            }
        }
        bail!("initdb failed")
    }

    fn command(&self, program: &Path, log: &File) -> Result<Command> {
        let mut command = Command::new(program);
        // The server's account may not be allowed into our working folder.
        command.current_dir("/").env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?);
        if let Some((uid, gid)) = self.account {
            command.uid(uid).gid(gid);
        }
        // Ctrl-C in the terminal is for us: the server must outlive the requests in flight.
        command.process_group(0);
        if self.detached.is_none() {
            sys::stop_with_parent(&mut command)?;
        }
        Ok(command)
    }
}

/// The owner of an existing data folder, else `postgres`, else `nobody`. It must have a name (else
/// initdb refuses) and must be able to get to the folder.
fn server_account(data: &Path, parent: &Path) -> Result<(u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd")?;
    let owner = fs::metadata(data).map_or(0, |found| found.uid());
    let rank = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let (uid, gid) = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        let rank = match name {
            _ if uid == owner => 3,
            "postgres" => 2,
            "nobody" => 1,
            _ => 0,
        };
        (uid != 0 && rank > 0).then_some((rank, uid, gid))
    };
    let best: Option<(u8, u32, u32)> = passwd.lines().filter_map(rank).max();
    let (_, uid, gid) = best.context("PostgreSQL refuses to run as root: start as another user")?;
    for dir in parent.ancestors() {
        let found = fs::metadata(dir)?;
        let mask = if found.uid() == uid { 0o100 } else { 0o001 };
        let open = found.mode() & mask != 0;
        ensure!(
            open,
            "user {uid}, who is to run PostgreSQL, cannot enter {}: choose another FRESHVILLA_DATA_DIR",
            dir.display()
        );
    }
    Ok((uid, gid))
}

/// The folder with the programs that made the data folder, or with the newest.
fn find_binaries(made_by: Option<u32>) -> Result<PathBuf> {
    let mut dirs = Vec::new();
    for (root, prefix) in
        [("/usr/lib/postgresql", ""), ("/opt/homebrew/opt", "postgresql@"), ("/usr/local/opt", "postgresql@")]
    {
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().unwrap_or_default();
            if let Some(Ok(major)) = name.strip_prefix(prefix).map(str::parse) {
                dirs.push((made_by == Some(major), major, entry.path().join("bin")));
            }
        }
    }
    dirs.sort();
    let mut dirs: Vec<_> = dirs.into_iter().rev().map(|(_, _, dir)| dir).collect();
    dirs.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let named = env::var_os("PG_BIN_DIR").map(PathBuf::from);
    if let Some(dir) = &named {
        dirs = vec![dir.clone()];
    }
    let complete = |dir: &PathBuf| dir.join("initdb").exists() && dir.join("postgres").exists();
    Ok(dirs.into_iter().find(complete).ok_or_else(|| MissingServer(how_to_get_it(named.as_deref())))?)
}

fn how_to_get_it(named: Option<&Path>) -> String {
    if let Some(dir) = named {
        return format!("PG_BIN_DIR={} holds no programs named initdb and postgres", dir.display());
    }
    let install = match env::consts::OS {
        "macos" => "brew install postgresql@16",
        "linux" if Path::new("/usr/bin/apt-get").exists() => {
            match runs_as_root() || !Path::new("/usr/bin/sudo").exists() {
                true => "apt-get update && apt-get install -y postgresql   (as root)",
                false => "sudo apt-get update && sudo apt-get install -y postgresql",
            }
        }
        _ => return "no PostgreSQL server on this machine: install it, or set PG_BIN_DIR or DATABASE_URL".to_owned(),
    };
    format!("no PostgreSQL server on this machine; install it with:\n    {install}")
}

/// The same in every build, so that a later start finds the server.
fn fnv1a(bytes: &[u8]) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, add)
}

fn percent_encode(path: &Path) -> String {
    let encode = |byte: &u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' => char::from(*byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.as_os_str().as_bytes().iter().map(encode).collect()
}

/// Whether this process has root's rights.
pub fn runs_as_root() -> bool {
    sys::effective_uid() == 0
}

#[expect(unsafe_code, reason = "std cannot send a signal, nor ask for one at the parent's end")]
mod sys {
    use std::io::Error;
    use std::os::unix::process::CommandExt;

    pub fn effective_uid() -> u32 {
        // SAFETY: has no arguments and cannot fail.
        unsafe { libc::geteuid() }
    }

    pub fn signal(pid: u32, signal: i32) {
        let Ok(pid) = i32::try_from(pid) else { return };
        // SAFETY: touches no memory, and the id is that of a child that was not waited for yet.
        unsafe { libc::kill(pid, signal) };
    }

    pub fn stop_with_parent(command: &mut std::process::Command) -> anyhow::Result<()> {
        let parent = i32::try_from(std::process::id())?;
        // SAFETY: between fork and exec this only makes system calls; none touches our memory.
        unsafe {
            command.pre_exec(move || {
                #[cfg(target_os = "linux")]
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGINT);
                // We may have died just before.
                let alive = libc::getppid() == parent;
                alive.then_some(()).ok_or_else(|| Error::from_raw_os_error(libc::ESRCH))
            });
        }
        Ok(())
    }
}
