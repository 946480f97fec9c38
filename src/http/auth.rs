//! From the bearer token to the actor.

use std::sync::Arc;

use http::{HeaderMap, header};
use uuid::Uuid;

use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::{Error, Result},
    },
};

/// The caller of a request: anonymous without `Authorization`, else whoever its bearer token proves.
pub async fn actor_from_headers(app: &App, headers: &HeaderMap, request_id: Uuid) -> Result<Arc<Actor>> {
    match headers.get(header::AUTHORIZATION) {
        None => Ok(Arc::new(Actor::anonymous(request_id))),
        Some(value) => {
            let text = value.to_str().map_err(|_| malformed())?;
            Ok(authenticate(app, bearer(text)?, request_id).await?.actor)
        }
    }
}

/// Who a token proves, and until when.
pub struct Authenticated {
    /// The caller.
    pub actor: Arc<Actor>,
    /// When the token expires.
    pub expires_at: chrono::DateTime<chrono::Utc>,
}

/// Checks an access token or API key.
#[expect(clippy::unused_async, reason = "sessions and keys live in the database")]
pub async fn authenticate(_app: &App, _token: &str, _request_id: Uuid) -> Result<Authenticated> {
    Err(Error::Unauthenticated("the access token is not valid".to_owned()))
}

/// The token of an `Authorization` value (RFC 6750 §2.1: `Bearer <token>`, the scheme in any case).
pub fn bearer(value: &str) -> Result<&str> {
    let (scheme, token) = value.split_once(' ').ok_or_else(malformed)?;
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() { Ok(token) } else { Err(malformed()) }
}

fn malformed() -> Error {
    Error::Unauthenticated("the Authorization header must be `Bearer <access token>`".to_owned())
}
