//! Webhooks of the fakes: kept, and sent where they are wanted.

use std::sync::{Mutex, PoisonError};

use reqwest::Client;

/// A signed webhook.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Kind of event.
    pub kind: String,
    /// Headers, the signature among them.
    pub headers: Vec<(&'static str, String)>,
    /// The very bytes that are signed.
    pub body: String,
}

/// All webhooks of a fake, first to last.
#[derive(Debug, Default)]
pub struct Hooks {
    all: Mutex<Vec<Hook>>,
    target: Mutex<Option<String>>,
    client: Client,
}

impl Hooks {
    /// Sends them to this address from now on; before, they are only kept.
    pub fn send_to(&self, address: String) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }

    /// Those that there were so far.
    pub fn all(&self) -> Vec<Hook> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn keep(&self, hook: Hook) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).push(hook);
    }

    /// Sends what was kept since the number. Whether it arrives is looked at by nobody: gateways send again, fakes do not.
    pub(super) async fn send_since(&self, number: usize) {
        let target = self.target.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(target) = target else { return };
        for hook in self.all().into_iter().skip(number) {
            let request = self.client.post(&target).body(hook.body);
            let request = hook.headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
            if let Err(error) = request.send().await {
                tracing::warn!(%error, "a fake gateway's webhook was not taken");
            }
        }
    }

    pub(super) fn count(&self) -> usize {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
