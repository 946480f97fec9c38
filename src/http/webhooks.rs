//! `/webhooks/<gateway>`: what gateways tell. The body is taken as it is, up to a bound; nothing but its signature
//! proves anything.

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    routing::post,
};
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};

use super::answer;
use crate::{
    app::App,
    kernel::error::{Error, Result},
    payments::{
        attempt::model::PaymentGateway,
        webhook::service::{MAX_BODY, receive},
    },
};

/// The routes of webhooks.
pub fn routes(app: App) -> Router {
    Router::new().route("/webhooks/{gateway}", post(take)).with_state(app)
}

async fn take(State(app): State<App>, Path(gateway): Path<String>, request: Request) -> Response<Body> {
    let gateway = gateway.parse().ok().filter(|gateway: &PaymentGateway| gateway.is_service());
    let Some(gateway) = gateway else { return refuse(&Error::NotFound("gateway")) };
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > MAX_BODY) {
        return too_large();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else { return too_large() };
    let body = body.to_bytes();
    let work = app.clone();
    // In a task of its own: a gateway that hangs up must not leave half of it.
    let taken = app.spawn(async move { receive(&work, gateway, &parts.headers, &body).await });
    match taken.await.map_err(Error::internal).and_then(|outcome: Result<()>| outcome) {
        Ok(()) => Response::new(Body::empty()),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &Error) -> Response<Body> {
    match error {
        Error::NotFound(_) => answer::refusal(StatusCode::NOT_FOUND, error.code(), "there is no such gateway here"),
        Error::Internal(cause) => {
            tracing::error!(cause = format!("{cause:#}"), "a webhook was not taken in");
            answer::refusal(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "please send it again")
        }
        other => answer::failure(other),
    }
}

fn too_large() -> Response<Body> {
    answer::refusal(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "a webhook has at most 1 MiB")
}
