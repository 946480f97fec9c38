//! Every route but `/graphql`, merged in one place.

use axum::{Router, body::Body, routing::get};
use http::{Response, StatusCode};

use super::{answer, files, health, state::Http, ws};

/// The routes of one server.
pub fn build(http: &Http) -> Router {
    Router::new()
        .route("/graphql/ws", get(ws::open))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(http.clone())
        .merge(files::routes(http.app.clone()))
}

async fn not_found() -> Response<Body> {
    answer::refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing at this address")
}

async fn wrong_method() -> Response<Body> {
    answer::refusal(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "this address does not take that method")
}
