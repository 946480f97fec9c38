//! `/files/<uuid>`: bytes in and out, for whoever holds a signed link. There is no other way to a file.

use std::time::Duration;

use axum::{
    Extension, Router,
    body::{Body, BodyDataStream},
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    routing::get,
};
use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use uuid::Uuid;

use super::{answer, auth::Caller};
use crate::{
    app::App,
    kernel::{
        db::Conn,
        error::{Error, Incident, Result},
        file_link::{Deed, Ticket},
        storage,
    },
    work::file::{
        model::{self, FileId, FileRow, FileStatus},
        receive,
    },
};

type Linked = Result<Query<Ticket>, QueryRejection>;

/// Most bytes of a refused upload that are read on.
const DRAIN_BYTES: usize = 4 * 1024 * 1024;
const DRAIN_WITHIN: Duration = Duration::from_secs(5);

/// The routes of files.
pub fn routes(app: App) -> Router {
    Router::new().route("/files/{id}", get(download).put(upload)).with_state(app)
}

async fn upload(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    link: Linked,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let work = app.clone();
    // In a task of its own: when the client hangs up, what was written must still be cleared away.
    let received = app.spawn(async move {
        let mut body = body.into_data_stream();
        let outcome = take_in(&work, &id, link, &parts.headers, &mut body).await;
        if outcome.is_err() {
            drain(&mut body).await;
        }
        outcome
    });
    match received.await.map_err(Error::internal).flatten() {
        Ok(_) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::CREATED;
            response
        }
        Err(error) => refusal(&error, caller),
    }
}

async fn take_in(app: &App, id: &str, link: Linked, headers: &HeaderMap, body: &mut BodyDataStream) -> Result<FileRow> {
    let (id, deed) = opened(app, id, link, true)?;
    let Deed::Upload { size } = deed else { return Err(Error::NotFound("file")) };
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let length = header(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let row = receive::expect_upload(app, id, size, length, header(header::CONTENT_TYPE)).await?;
    receive::receive_upload(app, &row, body).await
}

/// A client that is still sending would find its connection reset in place of the answer. So a refused body is read on,
/// up to a bound.
async fn drain(body: &mut BodyDataStream) {
    let mut left = DRAIN_BYTES;
    let rest = async {
        while let Some(Ok(chunk)) = body.next().await {
            left = left.saturating_sub(chunk.len());
            if left == 0 {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN_WITHIN, rest).await;
}

async fn download(
    State(app): State<App>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    link: Linked,
) -> Response<Body> {
    try_download(&app, &id, link).await.unwrap_or_else(|error| refusal(&error, caller))
}

async fn try_download(app: &App, id: &str, link: Linked) -> Result<Response<Body>> {
    let (id, _) = opened(app, id, link, false)?;
    let row = stored(&*app.db.read().await?, id).await?;
    let (size, bytes) = app.storage.read(id.0).await?;
    let mut response = Response::new(Body::from_stream(bytes));
    let headers = response.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).map_err(Error::internal);
    headers.insert(header::CONTENT_TYPE, value(&row.content_type)?);
    headers.insert(header::CONTENT_LENGTH, size.into());
    headers.insert(header::CONTENT_DISPOSITION, value(&storage::attachment(&row.name))?);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

async fn stored(conn: &Conn, id: FileId) -> Result<FileRow> {
    let row = model::find_any(conn, id).await?;
    if row.status == FileStatus::Stored { Ok(row) } else { Err(Error::NotFound("file")) }
}

/// The file and the deed of a genuine link. Whatever is not one is refused before anything is looked up.
fn opened(app: &App, id: &str, link: Linked, is_upload: bool) -> Result<(FileId, Deed)> {
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound("file"))?;
    let Query(ticket) = link.map_err(|_| Error::Forbidden("this address needs a signed link".to_owned()))?;
    Ok((FileId(id), app.storage.check_link(id, is_upload, &ticket)?))
}

fn refusal(error: &Error, caller: Caller) -> Response<Body> {
    let status = match error.code() {
        "NOT_FOUND" => StatusCode::NOT_FOUND,
        "CONFLICT" => StatusCode::CONFLICT,
        "WRONG_SIZE" => StatusCode::PAYLOAD_TOO_LARGE,
        "TYPE_NOT_ALLOWED" | "ACTIVE_CONTENT" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "INTERNAL" => return masked(error, caller),
        _ => return answer::failure(error),
    };
    answer::refusal(status, error.code(), &error.to_string())
}

fn masked(error: &Error, caller: Caller) -> Response<Body> {
    let incident = Incident(caller.request_id);
    let cause = match error {
        Error::Internal(cause) => format!("{cause:#}"),
        other => other.to_string(),
    };
    tracing::error!(incident = %incident.0.simple(), cause, "internal error");
    answer::refusal(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", &incident.to_string())
}
