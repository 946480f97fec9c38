//! Razorpay and Stripe as far as FreshVilla uses them, on this machine alone: for tests, and for the demo without keys.
//!
//! Written from the gateways' own descriptions: they check keys, keep state, sign webhooks, and know each other's
//! idempotency. What a shopper does on a gateway's page is `POST /_pay/<order>` here. Faults are asked for one by one.

mod hooks;
pub mod razorpay;
pub mod stripe;

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{Json, body::Body, response::IntoResponse};
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

pub use hooks::{Hook, Hooks};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The work is done, and the answer comes never.
    SilentAfter,
    /// Nothing is done, and no answer comes.
    SilentBefore,
    /// The work is done after so many milliseconds.
    Slow(u64),
    /// Nothing is done, and this status is answered.
    Status(u16),
    /// The work is done, and the answer is no JSON.
    Garbled,
}

/// Faults of the next calls, first to last.
#[derive(Debug, Default)]
pub struct Faults(Mutex<VecDeque<Fault>>);

impl Faults {
    /// The call after those spoken for goes wrong so.
    pub fn next(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// Does the work of one call, as it goes.
    async fn around(&self, work: impl FnOnce() -> Answer) -> Response<Body> {
        let fault = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match fault {
            None => {}
            Some(Fault::Slow(milliseconds)) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            Some(Fault::SilentBefore) => return silence().await,
            Some(Fault::SilentAfter) => {
                let _ = work();
                return silence().await;
            }
            Some(Fault::Status(status)) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                return (status, Json(json!({ "error": { "code": "SERVER_ERROR" } }))).into_response();
            }
            Some(Fault::Garbled) => {
                let _ = work();
                return "{\"id\":\"ord".into_response();
            }
        }
        let (status, body) = match work() {
            Ok(body) => (StatusCode::OK, body),
            Err((status, error)) => (status, json!({ "error": error })),
        };
        (status, Json(body)).into_response()
    }
}

/// Longer than anybody waits.
async fn silence() -> Response<Body> {
    tokio::time::sleep(Duration::from_secs(120)).await;
    StatusCode::GATEWAY_TIMEOUT.into_response()
}

/// The body of an answer, or a status with an error.
type Answer = Result<Value, (StatusCode, Value)>;

/// What a shopper does on the gateway's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shopper {
    /// Pays, and the gateway takes the money.
    #[default]
    Pays,
    /// Pays, and the gateway only sets the money aside.
    Authorises,
    /// Is declined by the bank.
    IsDeclined,
}

/// How a shopper's step is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Step {
    /// What the shopper does; pays when left out.
    #[serde(default)]
    pub does: Shopper,
}

/// A name as gateways give them: a prefix and fourteen letters and digits.
fn name(prefix: &str) -> String {
    let random: String = Uuid::new_v4().simple().to_string().chars().take(14).collect();
    format!("{prefix}_{random}")
}

/// Where a fake listens, as a bare origin.
pub fn origin(address: SocketAddr) -> String {
    format!("http://{address}")
}
