//! GraphiQL from the program itself: the page needs nothing from elsewhere.

use std::sync::OnceLock;

use axum::{
    Router,
    body::Body,
    extract::Request,
    routing::{MethodRouter, get},
};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use super::state::Http;

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
     connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// A file in the forms in which browsers take it.
struct Asset {
    content_type: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
    digest: OnceLock<String>,
}

static PAGE: Asset = Asset {
    content_type: "text/html; charset=utf-8",
    plain: include_bytes!("../../assets/graphiql/index.html"),
    brotli: None,
    gzip: None,
    digest: OnceLock::new(),
};

static SCRIPT: Asset = Asset {
    content_type: "text/javascript; charset=utf-8",
    plain: include_bytes!("../../assets/graphiql/graphiql.js"),
    brotli: Some(include_bytes!("../../assets/graphiql/graphiql.js.br")),
    gzip: Some(include_bytes!("../../assets/graphiql/graphiql.js.gz")),
    digest: OnceLock::new(),
};

static STYLE: Asset = Asset {
    content_type: "text/css; charset=utf-8",
    plain: include_bytes!("../../assets/graphiql/graphiql.css"),
    brotli: Some(include_bytes!("../../assets/graphiql/graphiql.css.br")),
    gzip: Some(include_bytes!("../../assets/graphiql/graphiql.css.gz")),
    digest: OnceLock::new(),
};

/// The page and its files.
pub fn routes() -> Router<Http> {
    Router::new()
        .route("/graphiql", serve(&PAGE))
        .route("/graphiql/assets/graphiql.js", serve(&SCRIPT))
        .route("/graphiql/assets/graphiql.css", serve(&STYLE))
}

fn serve(asset: &'static Asset) -> MethodRouter<Http> {
    get(move |request: Request| async move { asset.answer(request.headers()) })
}

impl Asset {
    fn answer(&self, request: &HeaderMap) -> Response<Body> {
        let (encoding, content) = self.choose(request);
        let tag = self.tag(encoding);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        let known = is_known(request, &tag);
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *response.body_mut() = Body::from(content);
        response
    }

    /// The smallest form that the browser takes.
    fn choose(&self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        for (name, content) in [("br", self.brotli), ("gzip", self.gzip)] {
            if let Some(content) = content.filter(|_| takes(request, name)) {
                return (Some(name), content);
            }
        }
        (None, self.plain)
    }

    /// A strong tag is one of exact bytes, so each encoding has its own.
    fn tag(&self, encoding: Option<&str>) -> String {
        let digest = self.digest.get_or_init(|| hex::encode(Sha256::digest(self.plain)).chars().take(20).collect());
        format!("\"{digest}-{}\"", encoding.unwrap_or("plain"))
    }
}

fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let tags = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|value| value.split(',')).map(str::trim).any(|known| known == tag || known == "*")
}

/// Whether `Accept-Encoding` names the encoding with a quality other than zero.
fn takes(request: &HeaderMap, encoding: &str) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|entry| {
        let (name, quality) = entry.split_once(';').unwrap_or((entry, ""));
        let refused = quality.trim().strip_prefix("q=").is_some_and(|q| q.trim_matches(['0', '.']).is_empty());
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}
