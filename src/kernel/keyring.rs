//! The server's secret keys: signed access tokens, and keyed hashes of short codes.
//!
//! Each use has its own key, derived from the secret of the settings. Former secrets still verify.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    access::AccountKind,
    error::{Error, Result},
};

const ISSUER: &str = "freshvilla";
const AUDIENCE: &str = "freshvilla-api";

/// What an access token says (a JWT, RFC 7519, signed with HMAC-SHA-256).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Account.
    pub sub: Uuid,
    /// Login session.
    pub sid: Uuid,
    /// Kind of the account, for the client's convenience; the server goes by the database.
    pub kind: AccountKind,
    /// Issued at, in seconds of Unix time.
    pub iat: i64,
    /// Not valid from this second on.
    pub exp: i64,
    iss: String,
    aud: String,
}

/// The keys in use and the former ones. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    secrets: std::sync::Arc<[Secret]>,
}

struct Secret {
    id: String,
    signing: Vec<u8>,
    codes: Vec<u8>,
}

impl Secret {
    fn new(secret: &str) -> Self {
        let signing = hmac(secret.as_bytes(), &[b"access-token"]);
        let id = hex::encode(Sha256::digest(&signing)).chars().take(8).collect();
        Self { id, signing, codes: hmac(secret.as_bytes(), &[b"code"]) }
    }
}

impl Keyring {
    /// From the secret in use and the former ones.
    pub fn new<'a>(current: &'a str, former: impl Iterator<Item = &'a str>) -> Self {
        Self { secrets: std::iter::once(current).chain(former).map(Secret::new).collect() }
    }

    fn current(&self) -> Result<&Secret> {
        self.secrets.first().ok_or_else(|| Error::internal(anyhow::anyhow!("no secret key")))
    }

    /// A signed access token.
    pub fn sign(
        &self,
        sub: Uuid,
        sid: Uuid,
        kind: AccountKind,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<String> {
        let secret = self.current()?;
        let header = Header { kid: Some(secret.id.clone()), ..Header::new(Algorithm::HS256) };
        let (iss, aud) = (ISSUER.to_owned(), AUDIENCE.to_owned());
        let claims = Claims { sub, sid, kind, iat: now.timestamp(), exp: until.timestamp(), iss, aud };
        let key = EncodingKey::from_secret(&secret.signing);
        jsonwebtoken::encode(&header, &claims, &key).map_err(Error::internal)
    }

    /// The claims of a genuine access token that has not expired. The algorithm is ours, whatever the token says of it.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid).ok_or_else(not_valid)?;
        let secret = self.secrets.iter().find(|secret| secret.id == kid).ok_or_else(not_valid)?;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Below, by the injected clock and without leeway.
        rules.validate_exp = false;
        let key = DecodingKey::from_secret(&secret.signing);
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules).map_err(|_| not_valid())?.claims;
        if claims.exp <= now.timestamp() {
            return Err(Error::Unauthenticated("the access token has expired".to_owned()));
        }
        Ok(claims)
    }

    /// Keyed hash of something short, such as a code, bound to its purpose; under the present secret.
    pub fn code_hash(&self, purpose: &str, parts: &[&str]) -> Result<Vec<u8>> {
        Ok(keyed(self.current()?, purpose, parts))
    }

    /// Whether the hash is that of these parts, under the present secret or a former one; in constant time.
    pub fn code_matches(&self, hash: &[u8], purpose: &str, parts: &[&str]) -> bool {
        use subtle::ConstantTimeEq;
        self.secrets.iter().any(|secret| keyed(secret, purpose, parts).ct_eq(hash).into())
    }
}

fn not_valid() -> Error {
    Error::Unauthenticated("the access token is not valid".to_owned())
}

fn keyed(secret: &Secret, purpose: &str, parts: &[&str]) -> Vec<u8> {
    let whole: Vec<&[u8]> = std::iter::once(purpose).chain(parts.iter().copied()).map(str::as_bytes).collect();
    hmac(&secret.codes, &whole)
}

/// HMAC-SHA-256 (RFC 2104) over the parts, each preceded by its length so that they cannot run together.
fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length, so the error cannot occur; an empty key would still not be a silent success.
    let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

/// 256 random bits as URL-safe text.
pub fn random_token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A uniform random number below `bound`, from the operating system.
pub fn random_below(bound: u32) -> Result<u32> {
    // Numbers at the incomplete end of the range would favour small results.
    let limit = u32::MAX - u32::MAX % bound;
    loop {
        let number = OsRng.try_next_u32().map_err(Error::internal)?;
        if number < limit {
            return Ok(number % bound);
        }
    }
}

/// SHA-256 of a random token: it has too much entropy to be guessed, so a fast hash will do.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
