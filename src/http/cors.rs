//! Which origins browsers may call from, and the headers that tell them.
//!
//! Access tokens travel in a header, never in a cookie, so credentials are not allowed and a foreign page can do no
//! more than an anonymous caller.

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

/// Headers that scripts may read from an answer.
const EXPOSED: HeaderValue = HeaderValue::from_static("retry-after, server-timing, x-request-id");
/// Headers that scripts may send.
const ALLOWED: HeaderValue =
    HeaderValue::from_static("accept, accept-language, authorization, content-type, x-request-id");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, OPTIONS");
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// The configured origins.
pub struct Origins {
    listed: Vec<HeaderValue>,
    any: bool,
}

impl Origins {
    /// From the setting; `*` allows every origin.
    pub fn new(configured: &[String]) -> Self {
        let given = || configured.iter().map(|origin| origin.trim().trim_end_matches('/')).filter(|o| !o.is_empty());
        let listed = given().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
        Self { listed, any: given().any(|origin| origin == "*") }
    }

    /// Whether a page of this origin may read our answers.
    pub fn allows(&self, origin: &HeaderValue) -> bool {
        self.any || self.listed.contains(origin)
    }

    /// Whether a WebSocket may be opened: browsers do not apply CORS to them, so the server must look. Programs send
    /// no origin; without configured origins only the same one is let in.
    pub fn allows_socket(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        self.allows(origin) || is_same(origin, headers.get(header::HOST))
    }

    /// The answer to a preflight request, if this is one.
    pub fn preflight<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if request.method() != Method::OPTIONS || !asks {
            return None;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        Some(response)
    }

    /// Allows the caller's origin to read the answer, if it is configured.
    pub fn permit(&self, origin: Option<&HeaderValue>, answer: &mut HeaderMap) {
        if self.listed.is_empty() && !self.any {
            return;
        }
        answer.append(header::VARY, HeaderValue::from_static("origin"));
        if let Some(origin) = origin.filter(|origin| self.allows(origin)) {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
}

fn is_same(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    authority.is_some() && authority == host.and_then(|host| host.to_str().ok())
}
