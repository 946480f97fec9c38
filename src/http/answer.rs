//! From GraphQL answers and refusals to HTTP responses.

use std::collections::BTreeMap;

use async_graphql::{Response as Answer, ServerError, Value};
use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::negotiate::Media;
use crate::kernel::error::Error;

/// The answer on the wire. A request error has no `data` at all; `null` would say that execution had begun.
#[derive(Serialize)]
pub struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> From<&'a Answer> for Wire<'a> {
    fn from(answer: &'a Answer) -> Self {
        let data = (!is_request_error(answer)).then_some(&answer.data);
        Self { data, errors: &answer.errors, extensions: &answer.extensions }
    }
}

/// Whether the operation was refused before execution: an execution error has a path.
pub fn is_request_error(answer: &Answer) -> bool {
    answer.data == Value::Null && !answer.errors.is_empty() && answer.errors.iter().all(|error| error.path.is_empty())
}

/// The JSON text of an answer.
pub fn to_json(answer: &Answer) -> Vec<u8> {
    serde_json::to_vec(&Wire::from(answer)).unwrap_or_default()
}

/// The response for one operation.
pub fn respond(answer: &Answer, media: Media) -> Response<Body> {
    let (status, retry_after) = status(answer, media);
    let mut response = json(status, media, to_json(answer));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The response for a list of operations: always 200, each answer tells for itself.
pub fn respond_batch(answers: &[Answer], media: Media) -> Response<Body> {
    let all: Vec<Wire<'_>> = answers.iter().map(Wire::from).collect();
    json(StatusCode::OK, media, serde_json::to_vec(&all).unwrap_or_default())
}

/// A refusal that concerns HTTP rather than GraphQL, in the shape that GraphQL clients read.
pub fn refusal(status: StatusCode, code: &str, message: &str) -> Response<Body> {
    let mut error = ServerError::new(message, None);
    error.extensions.get_or_insert_default().set("code", code);
    json(status, Media::Json, to_json(&Answer::from_errors(vec![error])))
}

/// The refusal for an error met before the operation was looked at.
pub fn failure(error: &Error) -> Response<Body> {
    let status = http_status(error.code()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = refusal(status, error.code(), &error.to_string());
    match error {
        Error::Unauthenticated(_) => {
            let challenge = HeaderValue::from_static("Bearer realm=\"freshvilla\", error=\"invalid_token\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        Error::RateLimited { retry_after_seconds } => {
            response.headers_mut().insert(header::RETRY_AFTER, (*retry_after_seconds).into());
        }
        _ => {}
    }
    response
}

fn json(status: StatusCode, media: Media, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, media.content_type());
    response
}

/// The status of an answer. What concerns the caller rather than the document has its own, whatever the media type.
fn status(answer: &Answer, media: Media) -> (StatusCode, Option<u64>) {
    if !is_request_error(answer) {
        return (StatusCode::OK, None);
    }
    let extension = |name| answer.errors.first().and_then(|error| error.extensions.as_ref()?.get(name));
    let retry_after = match extension("retryAfterSeconds") {
        Some(Value::Number(seconds)) => seconds.as_u64(),
        _ => None,
    };
    let own = match extension("code") {
        Some(Value::String(code)) => http_status(code),
        _ => None,
    };
    let usual = if media == Media::Json { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (own.unwrap_or(usual), retry_after)
}

/// The status that an error code always has.
fn http_status(code: &str) -> Option<StatusCode> {
    Some(match code {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "FORBIDDEN" => StatusCode::FORBIDDEN,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => return None,
    })
}
