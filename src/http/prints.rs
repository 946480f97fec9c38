//! `/prints/<kind>/<sub-orders>`: documents for printing, for whoever holds a signed link.

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, State, rejection::QueryRejection},
    routing::get,
};
use http::{HeaderValue, Response, header};

use super::answer;
use crate::{
    app::App,
    kernel::{
        error::{Error, Result},
        file_link::Ticket,
        storage,
    },
    sales::fulfilment::print::service,
};

/// The routes of documents.
pub fn routes(app: App) -> Router {
    Router::new().route("/prints/{kind}/{ids}", get(show)).with_state(app)
}

async fn show(
    State(app): State<App>,
    Path((kind, ids)): Path<(String, String)>,
    link: Result<Query<Ticket>, QueryRejection>,
) -> Response<Body> {
    drawn(&app, &kind, &ids, link).await.unwrap_or_else(|error| answer::failure(&error))
}

async fn drawn(
    app: &App,
    kind: &str,
    ids: &str,
    link: Result<Query<Ticket>, QueryRejection>,
) -> Result<Response<Body>> {
    let Query(ticket) = link.map_err(|_| Error::Forbidden("this address needs a signed link".to_owned()))?;
    let (name, bytes) = service::document(app, kind, ids, &ticket).await?;
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    let disposition = HeaderValue::from_str(&storage::attachment(&name)).map_err(Error::internal)?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}
