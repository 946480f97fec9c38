//! `/healthz`: the process runs. `/readyz`: it can do its work.

use std::time::Duration;

use axum::{Json, extract::State};
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::state::Http;
use crate::kernel::migrate;

/// Load balancers ask often and wait briefly.
const CHECK_WITHIN: Duration = Duration::from_secs(3);

/// Alive: answered without looking at anything.
pub async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready: each check with its outcome; 503 when one fails or the server stops, so that no new requests are sent here.
pub async fn readyz(State(http): State<Http>) -> (StatusCode, Json<Value>) {
    let pending = tokio::time::timeout(CHECK_WITHIN, migrate::pending(&http.app.db));
    let bus = tokio::time::timeout(CHECK_WITHIN, http.app.bus.healthy());
    let (pending, bus) = tokio::join!(pending, bus);
    let (database, migrations) = match pending {
        Ok(Ok(pending)) if pending.is_empty() => (Ok(()), Ok(())),
        Ok(Ok(pending)) => (Ok(()), Err(format!("not applied: {}", pending.join(", ")))),
        Ok(Err(_)) | Err(_) => (Err("does not answer".to_owned()), Err("unknown".to_owned())),
    };
    let bus = if bus.unwrap_or(false) { Ok(()) } else { Err(format!("{} does not answer", http.app.bus.name())) };
    let accepting = if http.stop.is_cancelled() { Err("the server stops".to_owned()) } else { Ok(()) };
    let checks = [("database", database), ("migrations", migrations), ("bus", bus), ("accepting", accepting)];
    let ready = checks.iter().all(|(_, outcome)| outcome.is_ok());
    let shown = checks
        .into_iter()
        .map(|(name, outcome)| (name.to_owned(), Value::from(outcome.err().unwrap_or("ok".to_owned()))));
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": ready, "checks": shown.collect::<Map<_, _>>() })))
}
