//! `/metrics` in Prometheus' text format: for this machine, and for whoever has the configured token.

use std::{fmt::Write, sync::OnceLock, time::Duration};

use axum::{
    body::Body,
    extract::{Extension, State},
};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq;

use super::{
    answer,
    auth::{self, Caller},
    state::Http,
};
use crate::{app::App, kernel::jobs};

/// Seconds: from a cached answer to a request that times out.
const BUCKETS: [f64; 14] = [0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

const FOLD_EVERY: Duration = Duration::from_secs(5);

/// Measurements are the process's: a recorder can be installed only once.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts to collect measurements, unless this process already does.
pub fn install() -> Option<&'static PrometheusHandle> {
    let start = || {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS);
        builder.and_then(PrometheusBuilder::install_recorder).inspect_err(|error| {
            tracing::warn!(%error, "no metrics");
        })
    };
    RECORDER.get_or_init(|| start().ok()).as_ref()
}

/// Folds what was measured into its histograms every few seconds; where nobody scrapes, it would pile up.
pub fn keep_folding(app: &App) {
    let (Some(recorder), stop) = (install(), app.stop.clone()) else { return };
    app.spawn(async move {
        while stop.run_until_cancelled(tokio::time::sleep(FOLD_EVERY)).await.is_some() {
            recorder.run_upkeep();
        }
    });
}

/// The measurements.
pub async fn show(
    State(http): State<Http>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Response<Body> {
    if !caller.peer.ip().to_canonical().is_loopback() && !has_token(&http.app, &headers) {
        return answer::refusal(StatusCode::FORBIDDEN, "FORBIDDEN", "metrics need the token FRESHVILLA_METRICS_TOKEN");
    }
    let Some(recorder) = install() else {
        return answer::refusal(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "no metrics are collected");
    };
    recorder.run_upkeep();
    let mut text = recorder.render();
    text.push_str(&gauges(&http.app).await);
    let mut response = Response::new(Body::from(text));
    let content_type = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

fn has_token(app: &App, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match (&app.config.http.metrics_token, given.and_then(|value| auth::bearer(value).ok())) {
        (Some(wanted), Some(given)) => bool::from(wanted.expose().as_bytes().ct_eq(given.as_bytes())),
        _ => false,
    }
}

/// What is counted at this moment rather than along the way: this application's pool and jobs.
async fn gauges(app: &App) -> String {
    let (size, available, waiting) = app.db.pool_status();
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, values: &[(String, i64)]| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in values {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let states = [("open", size), ("idle", available), ("awaited", waiting)];
    let pool = states.map(|(state, n)| (format!("{{state=\"{state}\"}}"), i64::try_from(n).unwrap_or(i64::MAX)));
    gauge("freshvilla_db_connections", "Connections of the primary pool; awaited: requests that wait for one.", &pool);
    let counted = async { jobs::count_by_status(&*app.db.write().await?).await };
    match counted.await {
        Ok(rows) => {
            let rows: Vec<_> = rows.into_iter().map(|(status, n)| (format!("{{status=\"{status}\"}}"), n)).collect();
            gauge("freshvilla_jobs", "Background jobs by state.", &rows);
        }
        Err(error) => tracing::warn!(%error, "jobs not counted for the metrics"),
    }
    text
}
