//! Signed links to files that this server serves itself: who holds one may do exactly one thing, for a while.
//!
//! The signature covers method, file, expiry and size, under a key that is derived from the secret key for this use
//! alone. Former secret keys still verify.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::error::{Error, Result};
use crate::config::IdentityConfig;

/// What a link allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Send exactly so many bytes.
    Upload {
        /// Bytes.
        size: u64,
    },
    /// Fetch the bytes.
    Download,
}

/// The query of a signed link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    /// Unix time, in seconds, from which on the link is worthless.
    pub expires: i64,
    /// Bytes to send; only on uploads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// HMAC-SHA-256 in URL-safe base 64.
    pub signature: String,
}

/// The keys of file links: the one that signs, and former ones.
pub struct LinkKeys(Vec<Vec<u8>>);

impl LinkKeys {
    /// Derived from the secret keys in the settings.
    pub fn new(config: &IdentityConfig) -> Self {
        let secrets = std::iter::once(&config.secret_key).chain(&config.old_secret_keys);
        Self(secrets.map(|secret| mac(secret.expose().as_bytes(), b"freshvilla file links 1")).collect())
    }

    /// The ticket for a deed.
    pub fn sign(&self, file: Uuid, deed: Deed, expires_at: DateTime<Utc>) -> Ticket {
        let expires = expires_at.timestamp();
        let key = self.0.first().map(Vec::as_slice).unwrap_or_default();
        let size = match deed {
            Deed::Upload { size } => Some(size),
            Deed::Download => None,
        };
        Ticket { expires, size, signature: URL_SAFE_NO_PAD.encode(mac(key, &text(file, deed, expires))) }
    }

    /// What the ticket allows, if it is ours and has not expired. The deed's kind follows from the request's method.
    pub fn verify(&self, file: Uuid, is_upload: bool, ticket: &Ticket, now: DateTime<Utc>) -> Result<Deed> {
        let deed = match (is_upload, ticket.size) {
            (true, Some(size)) => Deed::Upload { size },
            (false, None) => Deed::Download,
            _ => return Err(refused()),
        };
        let given = URL_SAFE_NO_PAD.decode(&ticket.signature).unwrap_or_default();
        let text = text(file, deed, ticket.expires);
        let genuine = self.0.iter().any(|key| bool::from(mac(key, &text).ct_eq(&given)));
        // One answer for forged and expired: a stranger learns nothing.
        if genuine && ticket.expires > now.timestamp() { Ok(deed) } else { Err(refused()) }
    }

    /// The ticket for fetching what is drawn up under a path of this server.
    pub fn sign_print(&self, path: &str, expires_at: DateTime<Utc>) -> Ticket {
        let expires = expires_at.timestamp();
        let key = self.0.first().map(Vec::as_slice).unwrap_or_default();
        let signature = URL_SAFE_NO_PAD.encode(mac(key, &print_text(path, expires)));
        Ticket { expires, size: None, signature }
    }

    /// Ok if the ticket is ours, for this path, and has not expired.
    pub fn verify_print(&self, path: &str, ticket: &Ticket, now: DateTime<Utc>) -> Result<()> {
        let given = URL_SAFE_NO_PAD.decode(&ticket.signature).unwrap_or_default();
        let text = print_text(path, ticket.expires);
        let genuine = self.0.iter().any(|key| bool::from(mac(key, &text).ct_eq(&given)));
        if genuine && ticket.expires > now.timestamp() && ticket.size.is_none() { Ok(()) } else { Err(refused()) }
    }
}

fn print_text(path: &str, expires: i64) -> Vec<u8> {
    format!("PRINT\n{path}\n{expires}").into_bytes()
}

fn refused() -> Error {
    Error::Forbidden("this link is not valid or has expired".to_owned())
}

fn text(file: Uuid, deed: Deed, expires: i64) -> Vec<u8> {
    match deed {
        Deed::Upload { size } => format!("PUT\n{file}\n{expires}\n{size}").into_bytes(),
        Deed::Download => format!("GET\n{file}\n{expires}\n").into_bytes(),
    }
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length; should that ever change, an empty code matches nothing of 32 bytes.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
