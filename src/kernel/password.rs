//! Password hashing with argon2id, off the async threads and never more at once than the machine bears.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::error::{Error, Result};

/// 19 MiB, two passes, one lane: the OWASP password storage cheat sheet's first choice.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Requests that may wait for a slot; more are told to come back.
const MAX_WAITING: usize = 256;

/// Hashes and verifies passwords. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Default for Passwords {
    fn default() -> Self {
        let slots = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { slots: Arc::new(Semaphore::new(slots)), waiting: Arc::default() }
    }
}

impl Passwords {
    /// The password's hash in PHC form, salted by itself.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.run(move || hash_now(&password)).await?
    }

    /// Whether the password has this hash. Without a hash, the same work is done for nothing.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.run(move || match hash {
            Some(hash) => verify_now(&password, &hash),
            None => verify_now(&password, &nobodys_hash()).map(|_| false),
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = Place::take(&self.waiting)?;
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(Error::internal)?;
        let work = move || {
            let done = work();
            drop(slot);
            done
        };
        let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
        drop(place);
        Ok(done)
    }
}

/// A place in the queue, given back when the caller goes away.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING {
            return Err(Error::RateLimited { retry_after_seconds: 2 });
        }
        Ok(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Costs as much as a real hash; the password that it belongs to is not known to anyone.
fn nobodys_hash() -> String {
    let (salt, output) = ("c2FsdCBvZiBub2JvZHkhIQ", "bm9ib2R5IGtub3dzIHRoaXMgcGFzc3dvcmQsIG5vdCB3ZSE");
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${output}")
}

fn hash_now(password: &str) -> Result<String> {
    let hash = hasher()?.hash_password(password.as_bytes()).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(hash.to_string())
}

fn verify_now(password: &str, hash: &str) -> Result<bool> {
    let hash = PasswordHash::new(hash).map_err(|error| anyhow::anyhow!("stored password hash: {error}"))?;
    Ok(hasher()?.verify_password(password.as_bytes(), &hash).is_ok())
}
