//! GraphQL over HTTP (draft specification of the GraphQL foundation), without multipart: forms of foreign pages can
//! only send content types that are refused here.

use std::{sync::Arc, time::Duration};

use async_graphql::{Request as Operation, parser::types::OperationType};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::{
    answer,
    auth::{self, Caller},
    negotiate,
    params::{self, Body as Params},
    state::Http,
};
use crate::{config::Mode, kernel::access::Actor};

/// Answers a request to `/graphql`.
pub async fn handle(http: &Http, caller: &Caller, request: Request<Body>) -> Response<Body> {
    answer_or_refuse(http, caller, request).await.unwrap_or_else(|refusal| *refusal)
}

type Refusal = Box<Response<Body>>;

fn refuse(status: StatusCode, code: &str, message: &str) -> Refusal {
    Box::new(answer::refusal(status, code, message))
}

fn bad_request(message: &str) -> Refusal {
    refuse(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
}

async fn answer_or_refuse(http: &Http, caller: &Caller, request: Request<Body>) -> Result<Response<Body>, Refusal> {
    let started = std::time::Instant::now();
    let is_get = request.method() == Method::GET;
    if !is_get && request.method() != Method::POST {
        return Err(method_not_allowed("GraphQL is asked by GET or POST", "GET, POST"));
    }
    let Some(media) = negotiate::accepted(request.headers()) else {
        let message = "answers are application/graphql-response+json or application/json";
        return Err(refuse(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message));
    };
    if !is_get && !negotiate::is_json(request.headers().get(header::CONTENT_TYPE)) {
        let message = "send the operation as application/json in UTF-8";
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let actor = auth::actor_from_headers(&http.app, request.headers(), caller).await;
    let actor = actor.map_err(|error| Box::new(answer::failure(&error)))?;
    let limit = Duration::from_secs(http.app.config.http.request_timeout_seconds);
    let params = if is_get {
        get(http, request.uri())?
    } else {
        let body = tokio::time::timeout(limit, read(http, request)).await;
        let late = |_| refuse(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", "the request's body did not arrive in time");
        params::from_json(&body.map_err(late)??).map_err(|message| bad_request(&message))?
    };
    let run = async {
        match params {
            Params::One(operation) => Ok(one(http, *operation, actor, media, started).await),
            Params::Batch(operations) => batch(http, operations, &actor, media).await,
        }
    };
    let late = |_| refuse(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", "the operation took too long");
    tokio::time::timeout(limit, run).await.map_err(late)?
}

async fn one(
    http: &Http,
    operation: Operation,
    actor: Arc<Actor>,
    media: negotiate::Media,
    started: std::time::Instant,
) -> Response<Body> {
    let outcome = http.graphql.execute(operation, actor).await;
    let mut response = answer::respond(&outcome.response, media);
    if http.app.config.mode == Mode::Development {
        let text = format!(
            "db;desc=\"{} statements\";dur={}, total;dur={}",
            outcome.statements,
            milliseconds(outcome.sql_micros.into()),
            milliseconds(started.elapsed().as_micros()),
        );
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert("server-timing", value);
        }
    }
    response
}

fn milliseconds(micros: u128) -> String {
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

/// Several operations of one request, one after another; refused unless the settings allow it.
async fn batch(
    http: &Http,
    operations: Vec<Operation>,
    actor: &Arc<Actor>,
    media: negotiate::Media,
) -> Result<Response<Body>, Refusal> {
    let most = http.app.config.http.max_batch;
    if operations.is_empty() || operations.len() > most {
        return Err(bad_request(&match most {
            0 => "send one operation per request: this server takes no arrays".to_owned(),
            _ => format!("an array must hold 1 to {most} operations"),
        }));
    }
    let mut answers = Vec::with_capacity(operations.len());
    for operation in operations {
        answers.push(http.graphql.execute(operation, Arc::clone(actor)).await.response);
    }
    Ok(answer::respond_batch(&answers, media))
}

/// Reads only: a link or an image tag of a foreign page must not change anything.
fn get(http: &Http, uri: &http::Uri) -> Result<Params, Refusal> {
    let mut operation = params::from_query_string(uri).map_err(|message| bad_request(&message))?;
    if http.graphql.operation_type(&mut operation) == Some(OperationType::Mutation) {
        return Err(method_not_allowed("mutations are sent by POST", "POST"));
    }
    Ok(Params::One(Box::new(operation)))
}

async fn read(http: &Http, request: Request<Body>) -> Result<Bytes, Refusal> {
    let most = http.app.config.http.max_body_bytes;
    let body = Limited::new(request.into_body(), most).collect().await;
    body.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() {
            let message = format!("the body is larger than {most} bytes");
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", &message);
        }
        bad_request("the body ended early")
    })
}

fn method_not_allowed(message: &str, allow: &'static str) -> Refusal {
    let mut refusal = refuse(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
    refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    refusal
}
