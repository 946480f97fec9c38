//! `/healthz`: the process runs. `/readyz`: it can do its work.

use axum::{Json, extract::State};
use http::StatusCode;
use serde_json::{Value, json};

use super::state::Http;

/// Alive: answered without looking at anything.
pub async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// Ready: database, bus, migrations; 503 when one of them is not.
pub async fn readyz(State(http): State<Http>) -> (StatusCode, Json<Value>) {
    let bus = http.app.bus.healthy().await;
    let database = http.app.db.write().await.is_ok();
    let status = if bus && database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "bus": bus, "database": database })))
}
