//! Circuit breakers: a service that fails again and again is left alone for a while, then tried once.
//!
//! Each node has its own; what one knows of a service it learnt by its own calls.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row after which a service is left alone.
const FAILURES: u32 = 5;
/// How long.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// The breakers of all services.
#[derive(Debug, Default)]
pub struct Breakers(Mutex<HashMap<&'static str, Breaker>>);

#[derive(Debug, Default)]
struct Breaker {
    failures: u32,
    paused_until: Option<DateTime<Utc>>,
}

impl Breakers {
    /// Whether the service may be asked. When its pause is over, one caller may, and the pause goes on for the others.
    pub fn allows(&self, service: &'static str, now: DateTime<Utc>) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = all.entry(service).or_default();
        match breaker.paused_until {
            Some(until) if now < until => false,
            Some(_) => {
                breaker.paused_until = Some(now + PAUSE);
                true
            }
            None => true,
        }
    }

    /// Notes how a call went.
    pub fn note(&self, service: &'static str, worked: bool, now: DateTime<Utc>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = all.entry(service).or_default();
        if worked {
            *breaker = Breaker::default();
            return;
        }
        breaker.failures += 1;
        if breaker.failures >= FAILURES {
            breaker.paused_until = Some(now + PAUSE);
        }
    }
}
