//! What happens to every request: its ID, CORS, security headers, a net under panics, the counters.

use std::{net::SocketAddr, panic::AssertUnwindSafe, time::Instant};

use axum::body::Body;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tower::ServiceExt;
use uuid::Uuid;

use super::{answer, auth::Caller, graphql, state::Http};
use crate::{config::Mode, kernel::error::Incident};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// Answers one request.
pub async fn handle(http: &Http, router: axum::Router, peer: SocketAddr, request: Request<Incoming>) -> Response<Body> {
    let started = Instant::now();
    let id = request_id(request.headers());
    let origin = request.headers().get(header::ORIGIN).cloned();
    let is_graphql = request.uri().path() == "/graphql";
    let work = async {
        if let Some(answer) = http.origins.preflight(&request) {
            return answer;
        }
        let caller = Caller::new(id, peer, request.headers(), http.app.config.http.trusted_proxies);
        let mut request = request.map(Body::new);
        if is_graphql {
            return graphql::handle(http, &caller, request).await;
        }
        request.extensions_mut().insert(caller);
        match router.oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    };
    let mut response = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|panic| after_panic(&*panic, id));
    harden(http, id, response.headers_mut());
    http.origins.permit(origin.as_ref(), response.headers_mut());
    count(is_graphql, response.status(), started);
    response
}

fn request_id(headers: &HeaderMap) -> Uuid {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    given.and_then(|text| Uuid::try_parse(text).ok()).unwrap_or_else(Uuid::now_v7)
}

fn after_panic(panic: &(dyn std::any::Any + Send), id: Uuid) -> Response<Body> {
    let cause = panic.downcast_ref::<&str>().copied();
    let cause = cause.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown");
    tracing::error!(incident = %id.simple(), cause, "a handler panicked");
    answer::refusal(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", &Incident(id).to_string())
}

fn harden(http: &Http, id: Uuid, headers: &mut HeaderMap) {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    if let Ok(value) = HeaderValue::from_str(id.as_hyphenated().encode_lower(&mut text)) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if http.app.config.mode == Mode::Production {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

fn count(is_graphql: bool, status: StatusCode, started: Instant) {
    let route = if is_graphql { "graphql" } else { "other" };
    let class = match status.as_u16() {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("freshvilla_http_requests_total", "route" => route, "status" => class).increment(1);
    metrics::histogram!("freshvilla_http_seconds", "route" => route).record(started.elapsed());
}
