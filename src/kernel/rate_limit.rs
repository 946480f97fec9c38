//! Token buckets: how much a caller may do per second, per minute or per hour.
//!
//! A bucket is one number, the instant at which it will be full again (the generic cell rate algorithm): taking moves
//! it into the future, and never further than the bucket is deep. With Redis the nodes share it; without, or while
//! Redis is down, each node counts by itself.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;

use super::{
    clock::Clock,
    error::{Error, Result},
};

/// How deep a bucket is and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    tokens: u64,
    every: Duration,
    burst: u64,
}

impl Rate {
    /// Regains `tokens` every second, holds `burst`.
    pub const fn per_second(tokens: u64, burst: u64) -> Self {
        Self { tokens, every: Duration::from_secs(1), burst }
    }

    /// Regains `tokens` every minute, holds `burst`.
    pub const fn per_minute(tokens: u64, burst: u64) -> Self {
        Self { tokens, every: Duration::from_secs(60), burst }
    }

    /// Regains `tokens` every hour, holds `burst`.
    pub const fn per_hour(tokens: u64, burst: u64) -> Self {
        Self { tokens, every: Duration::from_secs(3_600), burst }
    }

    /// Microseconds that it takes to regain so many tokens.
    fn micros(self, tokens: u64) -> i64 {
        let micros = u128::from(tokens) * self.every.as_micros() / u128::from(self.tokens.max(1));
        i64::try_from(micros).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
    }

    /// Tokens regained in so many microseconds.
    fn tokens(self, micros: i64) -> u64 {
        let micros = u128::try_from(micros).unwrap_or(0);
        u64::try_from(micros * u128::from(self.tokens) / self.every.as_micros().max(1)).unwrap_or(u64::MAX)
    }

    /// More than the bucket holds could never be taken: such a caller waits for a full bucket.
    fn cost(self, cost: u64) -> i64 {
        self.micros(cost.min(self.burst))
    }

    fn decision(self, allowed: bool, debt: i64, wait: i64) -> Decision {
        let wait = u64::try_from(wait).unwrap_or(0);
        Decision {
            allowed,
            remaining: self.tokens(self.micros(self.burst).saturating_sub(debt)),
            retry_after_seconds: if allowed { 0 } else { wait.div_ceil(1_000_000).max(1) },
        }
    }
}

/// What a bucket answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the tokens were taken.
    pub allowed: bool,
    /// Tokens left.
    pub remaining: u64,
    /// Whole seconds until the same take can succeed; 0 when it did.
    pub retry_after_seconds: u64,
}

impl Decision {
    /// RATE_LIMITED unless the tokens were taken.
    pub fn check(self) -> Result<()> {
        if self.allowed {
            return Ok(());
        }
        Err(Error::RateLimited { retry_after_seconds: self.retry_after_seconds })
    }
}

/// Buckets by key. The part of a key before the first colon names its use in the metrics: `login:203.0.113.7`.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Takes `cost` tokens if the bucket has them, and none otherwise.
    async fn take(&self, key: &str, cost: u64, rate: Rate) -> Decision;
}

/// The buckets of one node.
pub struct InProcess {
    clock: Clock,
    hasher: RandomState,
    buckets: Mutex<Buckets>,
}

struct Buckets {
    /// Hash of the key to the instant, in microseconds, at which the bucket is full again. A key's own text would let
    /// strangers decide how much memory the map takes.
    full_at: HashMap<u64, i64>,
    /// Size at which full buckets are swept out.
    sweep_at: usize,
}

const FIRST_SWEEP: usize = 4_096;
const MOST_BUCKETS: usize = 262_144;

impl InProcess {
    /// No bucket has been touched.
    pub fn new(clock: Clock) -> Self {
        let buckets = Mutex::new(Buckets { full_at: HashMap::new(), sweep_at: FIRST_SWEEP });
        Self { clock, hasher: RandomState::new(), buckets }
    }

    /// Number of buckets that are not full, and some that are.
    pub fn len(&self) -> usize {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).full_at.len()
    }

    /// Whether no bucket is in use.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn take_now(&self, key: &str, cost: u64, rate: Rate) -> Decision {
        let now = self.clock.now().timestamp_micros();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        buckets.sweep(now);
        let full_at = buckets.full_at.entry(self.hasher.hash_one(key)).or_insert(now);
        let debt = full_at.saturating_sub(now).max(0);
        let wanted = debt.saturating_add(rate.cost(cost));
        let wait = wanted.saturating_sub(rate.micros(rate.burst));
        if wait > 0 {
            return rate.decision(false, debt, wait);
        }
        *full_at = now.saturating_add(wanted);
        rate.decision(true, wanted, 0)
    }
}

impl Buckets {
    /// A full bucket is as good as none. Should too many not be full, the fuller ones go: whoever has taken most is
    /// remembered.
    fn sweep(&mut self, now: i64) {
        if self.full_at.len() < self.sweep_at {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() > MOST_BUCKETS / 2 {
            let count = i64::try_from(self.full_at.len()).unwrap_or(1).max(1);
            let average = self.full_at.values().fold(0_i64, |sum, full_at| sum.saturating_add((full_at - now) / count));
            self.full_at.retain(|_, full_at| *full_at - now > average);
        }
        self.sweep_at = (self.full_at.len() * 2).clamp(FIRST_SWEEP, MOST_BUCKETS);
    }
}

#[async_trait]
impl Limiter for InProcess {
    async fn take(&self, key: &str, cost: u64, rate: Rate) -> Decision {
        counted(key, self.take_now(key, cost, rate))
    }
}

fn counted(key: &str, decision: Decision) -> Decision {
    if !decision.allowed {
        let scope = key.split(':').next().unwrap_or_default().to_owned();
        metrics::counter!("freshvilla_rate_limited_total", "scope" => scope).increment(1);
    }
    decision
}

/// Buckets that the nodes share. While Redis does not answer, this node's own.
pub struct Redis {
    connection: redis::aio::ConnectionManager,
    script: redis::Script,
    fallback: InProcess,
    /// Redis is left alone until then (this process's microseconds): a dead server must not slow every request down.
    asleep_until: AtomicI64,
    started: std::time::Instant,
}

const ANSWER_WITHIN: Duration = Duration::from_millis(100);
const SLEEP_MICROS: i64 = 1_000_000;

/// The same arithmetic as [`InProcess::take_now`], by Redis's clock. Answers allowed, debt, wait.
const TAKE: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local debt = math.max(0, (tonumber(redis.call('GET', KEYS[1])) or now) - now)
local wanted = debt + tonumber(ARGV[1])
local wait = wanted - tonumber(ARGV[2])
if wait > 0 then return {0, debt, wait} end
redis.call('SET', KEYS[1], string.format('%.0f', now + wanted), 'PX', math.floor(wanted / 1000) + 1)
return {1, wanted, 0}
";

impl Redis {
    /// Over the application's command connection.
    pub fn new(connection: redis::aio::ConnectionManager, clock: Clock) -> Self {
        Self {
            connection,
            script: redis::Script::new(TAKE),
            fallback: InProcess::new(clock),
            asleep_until: AtomicI64::new(0),
            started: std::time::Instant::now(),
        }
    }

    fn micros(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    async fn ask(&self, key: &str, cost: u64, rate: Rate) -> Result<Decision, &'static str> {
        let mut connection = self.connection.clone();
        let mut call = self.script.key(format!("freshvilla:bucket:{key}"));
        call.arg(rate.cost(cost)).arg(rate.micros(rate.burst));
        let answer = tokio::time::timeout(ANSWER_WITHIN, call.invoke_async::<(u8, i64, i64)>(&mut connection)).await;
        match answer {
            Ok(Ok((allowed, debt, wait))) => Ok(rate.decision(allowed == 1, debt, wait)),
            Ok(Err(_)) => Err("Redis answered with an error"),
            Err(_) => Err("Redis did not answer in time"),
        }
    }
}

#[async_trait]
impl Limiter for Redis {
    async fn take(&self, key: &str, cost: u64, rate: Rate) -> Decision {
        let now = self.micros();
        if now >= self.asleep_until.load(Ordering::Relaxed) {
            match self.ask(key, cost, rate).await {
                Ok(decision) => return counted(key, decision),
                Err(cause) => {
                    self.asleep_until.store(now + SLEEP_MICROS, Ordering::Relaxed);
                    tracing::warn!(cause, "rate limits are counted on this node alone");
                }
            }
        }
        metrics::counter!("freshvilla_rate_limit_fallback_total").increment(1);
        self.fallback.take(key, cost, rate).await
    }
}
