//! Outgoing HTTP: bounded in time, size and concurrency, and never into our own network.
//!
//! An address that a user or a partner gave us (a webhook, a picture) must not make this server talk to its
//! neighbours. So every name is resolved here, private addresses are dropped before connecting, and each redirect is
//! looked at in the same way. Proxies from the environment are not used: they would resolve names by themselves.

use anyhow::Context;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use reqwest::{
    Method, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use tokio::sync::Semaphore;
use tracing::Instrument;

use super::error::Error;

/// Which addresses a client connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Only addresses of the public internet.
    Public,
    /// Any address; for gateways' fakes on loopback, and services inside one's own network.
    Anywhere,
}

/// Bounds of every request.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time to connect, TLS included.
    pub connect: Duration,
    /// Time from asking to the last byte, redirects and the wait for a free slot included.
    pub total: Duration,
    /// Largest answer in bytes.
    pub max_bytes: usize,
    /// Requests at once to one host.
    pub per_host: usize,
    /// Redirects that are followed.
    pub redirects: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(20),
            max_bytes: 8 * 1024 * 1024,
            per_host: 16,
            redirects: 3,
        }
    }
}

/// Why there is no answer. Without the URL: it may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The address is not http or https, or lies in a private network.
    #[error("this address may not be called")]
    Refused,
    /// It took too long.
    #[error("the other side did not answer in time")]
    TimedOut,
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// More redirects than allowed.
    #[error("too many redirects")]
    TooManyRedirects,
    /// No connection: the other side has heard nothing.
    #[error("the other side cannot be reached")]
    Unreachable,
    /// The connection broke: the other side may have heard the request.
    #[error("the connection to the other side broke")]
    Broken,
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What the other side answered, whatever the status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

/// A client; cheap to clone, clones share connections and slots.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    reach: Reach,
    limits: Limits,
    hosts: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
}

const USER_AGENT: &str = concat!("FreshVilla/", env!("CARGO_PKG_VERSION"));
/// Hosts whose slots are remembered before idle ones are forgotten.
const HOSTS: usize = 256;

impl Client {
    /// A client within these limits.
    pub fn new(reach: Reach, limits: Limits) -> anyhow::Result<Self> {
        let inner = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(limits.connect)
            .redirect(redirect_policy(reach, limits.redirects))
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(limits.per_host)
            .dns_resolver(Resolver { reach })
            .build()
            .context("cannot set up outgoing HTTPS; does the system have CA certificates (package ca-certificates)?")?;
        Ok(Self { inner, reach, limits, hosts: Arc::default() })
    }

    /// Starts a request; end it with [`Client::send`].
    pub fn request(&self, method: Method, url: Url) -> reqwest::RequestBuilder {
        self.inner.request(method, url)
    }

    /// Sends a request and reads the whole answer. `service` names the other side in the metrics.
    pub async fn send(&self, service: &'static str, request: reqwest::RequestBuilder) -> Result<Answer, ClientError> {
        let started = Instant::now();
        let span = tracing::info_span!("outgoing", service);
        let request = request.build().map_err(|_| ClientError::Refused)?;
        let outcome = tokio::time::timeout(self.limits.total, self.exchange(request).instrument(span)).await;
        let outcome = outcome.unwrap_or(Err(ClientError::TimedOut));
        let status = match &outcome {
            Ok(answer) if answer.status.is_success() => "ok",
            Ok(answer) if answer.status.is_server_error() => "5xx",
            Ok(_) => "other",
            Err(_) => "failed",
        };
        metrics::histogram!("freshvilla_outgoing_seconds", "service" => service, "status" => status)
            .record(started.elapsed());
        outcome
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Answer, ClientError> {
        if !may_call(request.url(), self.reach) {
            return Err(ClientError::Refused);
        }
        let slots = self.slots(request.url());
        let _slot = slots.acquire_owned().await.map_err(|_| ClientError::Unreachable)?;
        let mut response = self.inner.execute(request).await.map_err(|error| cause(&error))?;
        if response.content_length().is_some_and(|length| length > self.limits.max_bytes as u64) {
            return Err(ClientError::TooLarge);
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
            if body.len() + chunk.len() > self.limits.max_bytes {
                return Err(ClientError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let headers = std::mem::take(response.headers_mut());
        Ok(Answer { status: response.status(), headers, body: body.freeze() })
    }

    fn slots(&self, url: &Url) -> Arc<Semaphore> {
        let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(0));
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS {
            hosts.retain(|_, slots| Arc::strong_count(slots) > 1);
        }
        Arc::clone(hosts.entry(host).or_insert_with(|| Arc::new(Semaphore::new(self.limits.per_host))))
    }
}

fn cause(error: &reqwest::Error) -> ClientError {
    // Our own refusals come back wrapped in reqwest's and hyper's errors.
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = source {
        if let Some(ours) = inner.downcast_ref::<ClientError>() {
            return *ours;
        }
        source = inner.source();
    }
    match error {
        error if error.is_connect() => ClientError::Unreachable,
        error if error.is_timeout() => ClientError::TimedOut,
        _ => ClientError::Broken,
    }
}

fn redirect_policy(reach: Reach, most: usize) -> redirect::Policy {
    redirect::Policy::custom(move |attempt| {
        let downgrade =
            attempt.previous().last().is_some_and(|from| from.scheme() == "https") && attempt.url().scheme() != "https";
        if attempt.previous().len() > most {
            attempt.error(ClientError::TooManyRedirects)
        } else if downgrade || !may_call(attempt.url(), reach) {
            attempt.error(ClientError::Refused)
        } else {
            attempt.follow()
        }
    })
}

/// Checks what needs no resolver: the scheme, credentials, and hosts that are addresses already.
fn may_call(url: &Url, reach: Reach) -> bool {
    let literal = match url.host_str() {
        None => return false,
        Some(host) => host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok(),
    };
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    plain && (reach == Reach::Anywhere || literal.is_none_or(is_public))
}

/// Resolves names and drops every address that may not be called; the connection goes to what is left, so that a second
/// resolution cannot answer otherwise.
struct Resolver {
    reach: Reach,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> =
                found.filter(|address| reach == Reach::Anywhere || is_public(address.ip())).collect();
            if found.is_empty() {
                return Err(ClientError::Refused.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public internet, by IANA's special-purpose registries (RFC 6890 and its updates).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && matches!(b, 64..=127))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && matches!(b, 18 | 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = address.segments();
    let low_v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match (s0, s1) {
        // IPv4 in IPv6 clothes: mapped, translated (RFC 6052), 6to4.
        (0, 0) if (s2, s3, s4, s5) == (0, 0, 0, 0xffff) => is_public_v4(low_v4(s6, s7)),
        (0x64, 0xff9b) if (s2, s3, s4, s5) == (0, 0, 0, 0) => is_public_v4(low_v4(s6, s7)),
        (0x2002, _) => is_public_v4(low_v4(s1, s2)),
        // Protocol assignments such as Teredo, and documentation.
        (0x2001, 0..=0x1ff) | (0x2001, 0xdb8) | (0x3fff, 0..=0xfff) => false,
        // Everything else that is public is global unicast.
        _ => s0 & 0xe000 == 0x2000,
    }
}
