//! Who calls: the connection's other end, the bearer token, the actor.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use http::{HeaderMap, header};
use uuid::Uuid;

use crate::{
    app::App,
    identity::session,
    kernel::{
        access::Actor,
        error::{Error, Result},
    },
};

/// Where a request came from; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The request's ID: a UUID that the caller sent in `x-request-id`, else a new one.
    pub request_id: Uuid,
    /// The other end of the connection; behind a proxy that is the proxy.
    pub peer: SocketAddr,
    /// The client, as far as trusted proxies tell.
    pub client: IpAddr,
}

impl Caller {
    /// The caller of a request; `proxies` is the number of reverse proxies whose word is taken.
    pub fn new(request_id: Uuid, peer: SocketAddr, headers: &HeaderMap, proxies: usize) -> Self {
        let client = if proxies == 0 { None } else { forwarded_for(headers, proxies) };
        Self { request_id, peer, client: client.unwrap_or(peer.ip()) }
    }
}

/// Each proxy appends the address that it saw, so the last entries are the proxies' and what stands before them is
/// the client's own invention.
fn forwarded_for(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let entries: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    entries.get(entries.len().checked_sub(proxies)?)?.parse().ok()
}

/// Who a token proves, and until when.
pub struct Authenticated {
    /// The caller.
    pub actor: Arc<Actor>,
    /// When the token expires.
    pub expires_at: DateTime<Utc>,
}

/// The actor of a request: a stranger without `Authorization`, else whoever its bearer token proves.
pub async fn actor_from_headers(app: &App, headers: &HeaderMap, caller: &Caller) -> Result<Arc<Actor>> {
    match headers.get(header::AUTHORIZATION) {
        None => Ok(anonymous(caller)),
        Some(value) => {
            let text = value.to_str().map_err(|_| malformed())?;
            Ok(authenticate(app, bearer(text)?, caller).await?.actor)
        }
    }
}

/// A stranger.
pub fn anonymous(caller: &Caller) -> Arc<Actor> {
    Arc::new(Actor::anonymous(caller.request_id).from_client(caller.client))
}

/// Checks an access token or API key.
pub async fn authenticate(app: &App, token: &str, caller: &Caller) -> Result<Authenticated> {
    let proven = session::service::authenticate(app, token, caller.request_id).await?;
    let actor = Arc::new(proven.actor.from_client(caller.client));
    Ok(Authenticated { actor, expires_at: proven.expires_at })
}

/// Whether two actors are the same caller with the same rights.
pub fn same_rights(one: &Actor, other: &Actor) -> bool {
    one.principal == other.principal && one.grants == other.grants
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
