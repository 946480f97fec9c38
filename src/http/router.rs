//! Every route but `/graphql`, merged in one place.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse, Redirect},
    routing::get,
};
use http::{Response, StatusCode};
use serde_json::json;
use tower_http::timeout::TimeoutLayer;

use super::{answer, files, graphiql, health, metrics, prints, state::Http, webhooks, ws};

/// The routes of one server.
pub fn build(http: &Http) -> Router {
    let config = &http.app.config;
    let limit = Duration::from_secs(config.http.request_timeout_seconds);
    let quick = Router::new()
        .route("/", get(root))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::show))
        .merge(if config.graphiql() { graphiql::routes() } else { Router::new() })
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, limit));
    quick
        .route("/graphql/ws", get(ws::open))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(http.clone())
        .merge(files::routes(http.app.clone()))
        .merge(prints::routes(http.app.clone()))
        .merge(
            webhooks::routes(http.app.clone())
                .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, limit)),
        )
}

/// Where a visitor of the bare address finds something.
async fn root(State(http): State<Http>) -> Response<Body> {
    if http.app.config.graphiql() {
        return Redirect::temporary("/graphiql").into_response();
    }
    let places = json!({ "graphql": "/graphql", "subscriptions": "/graphql/ws", "health": "/healthz" });
    axum::Json(json!({ "name": "FreshVilla", "addresses": places })).into_response()
}

async fn not_found() -> Response<Body> {
    answer::refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing at this address")
}

async fn wrong_method() -> Response<Body> {
    answer::refusal(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "this address does not take that method")
}
