//! Rights of recent callers, so that an access token costs no statement per request.
//!
//! An entry lives a few seconds at most, and goes at once when its account changes: the service that made the change
//! says so on its own node, the bus says so on the others (events of the topics `account:<uuid>`).

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use lru::LruCache;
use uuid::Uuid;

use super::{
    access::{Grant, Principal},
    bus::{Bus, Signal},
};

/// Topics whose events drop entries.
pub const ACCOUNT_TOPIC: &str = "account:";
const LIFETIME: TimeDelta = TimeDelta::seconds(5);
const CAPACITY: NonZeroUsize = match NonZeroUsize::new(20_000) {
    Some(capacity) => capacity,
    None => NonZeroUsize::MIN,
};

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A login session.
    Session(Uuid),
    /// SHA-256 of a partner's key.
    ApiKey(Vec<u8>),
}

/// A caller's identity and rights.
#[derive(Clone, Debug)]
pub struct Known {
    /// Who.
    pub principal: Principal,
    /// May do what on which rows.
    pub grants: Arc<[Grant]>,
    /// End of the session or key.
    pub expires_at: DateTime<Utc>,
}

impl Known {
    /// Whose events drop the entry: the account, or the key itself.
    fn subject(&self) -> Option<Uuid> {
        match self.principal {
            Principal::Account { id, .. } | Principal::ApiKey { id } => Some(id),
            Principal::Anonymous | Principal::System => None,
        }
    }
}

/// The cache of one node. Cheap to clone.
#[derive(Clone)]
pub struct ActorCache(Arc<Mutex<Entries>>);

struct Entries {
    known: LruCache<Credential, (DateTime<Utc>, Known)>,
    /// Grows with every forgetting, so that what was read before one is not stored after it.
    generation: u64,
}

impl ActorCache {
    /// An empty cache that hears of changes on the bus.
    pub fn new(bus: &dyn Bus) -> Self {
        let cache = Self(Arc::new(Mutex::new(Entries { known: LruCache::new(CAPACITY), generation: 0 })));
        let listener = cache.clone();
        bus.local().watch(ACCOUNT_TOPIC, move |signal| match signal {
            Signal::Event(event) => {
                if let Some(Ok(id)) = event.topic.strip_prefix(ACCOUNT_TOPIC).map(str::parse) {
                    listener.forget(id);
                }
            }
            Signal::Resync => listener.forget_all(),
        });
        cache
    }

    /// The caller behind a credential, if it was looked up lately; and the generation to hand to [`Self::store`].
    pub fn get(&self, credential: &Credential, now: DateTime<Utc>) -> Result<Known, u64> {
        let mut entries = self.lock();
        match entries.known.get(credential) {
            Some((since, known)) if now - *since < LIFETIME && *since <= now => Ok(known.clone()),
            _ => Err(entries.generation),
        }
    }

    /// Stores what was read, unless something was forgotten since.
    pub fn store(&self, credential: Credential, known: Known, generation: u64, now: DateTime<Utc>) {
        let mut entries = self.lock();
        if entries.generation == generation {
            entries.known.put(credential, (now, known));
        }
    }

    /// Drops everything about an account or a key.
    pub fn forget(&self, subject: Uuid) {
        let mut entries = self.lock();
        entries.generation += 1;
        let stale: Vec<Credential> = entries
            .known
            .iter()
            .filter(|(_, (_, known))| known.subject() == Some(subject))
            .map(|(credential, _)| credential.clone())
            .collect();
        for credential in stale {
            entries.known.pop(&credential);
        }
    }

    /// Drops everything.
    pub fn forget_all(&self) {
        let mut entries = self.lock();
        entries.generation += 1;
        entries.known.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
