//! The server's secret keys: signed access tokens, keyed hashes of short codes, and values encrypted at rest.
//!
//! Each use has its own key, derived from the secret of the settings. Former secrets still verify.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
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
    sealing: Vec<u8>,
}

/// First byte of a sealed value: AES-256-GCM, then the key's mark, the nonce, the ciphertext and its tag.
const SEAL: u8 = 1;
/// Bytes that tell which secret sealed a value.
const SEAL_MARK: usize = 4;

impl Secret {
    fn new(secret: &str) -> Self {
        let signing = hmac(secret.as_bytes(), &[b"access-token"]);
        let id = hex::encode(Sha256::digest(&signing)).chars().take(8).collect();
        let derived = |purpose: &[u8]| hmac(secret.as_bytes(), &[purpose]);
        Self { id, signing, codes: derived(b"code"), sealing: derived(b"sealing") }
    }

    /// The first bytes of whatever this secret seals.
    fn seal_head(&self) -> Vec<u8> {
        let digest = Sha256::digest(&self.sealing);
        std::iter::once(SEAL).chain(digest.into_iter().take(SEAL_MARK)).collect()
    }

    fn sealing_key(&self) -> Result<RandomizedNonceKey> {
        RandomizedNonceKey::new(&AES_256_GCM, &self.sealing)
            .map_err(|_| Error::internal(anyhow::anyhow!("the sealing key is not usable")))
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

    /// Encrypts a value for storage under the present secret. It opens only with the same context, which ties it to its
    /// row and column.
    pub fn seal(&self, context: &str, plain: &str) -> Result<Vec<u8>> {
        let secret = self.current()?;
        let mut body = plain.as_bytes().to_vec();
        let nonce = secret.sealing_key()?.seal_in_place_append_tag(Aad::from(context), &mut body);
        let nonce = nonce.map_err(|_| Error::internal(anyhow::anyhow!("a value could not be sealed")))?;
        Ok([secret.seal_head(), nonce.as_ref().to_vec(), body].concat())
    }

    /// The value behind [`Self::seal`], whichever known secret sealed it; an error when it was tampered with, or stands
    /// in another place.
    pub fn unseal(&self, context: &str, sealed: &[u8]) -> Result<String> {
        let spoilt = || Error::internal(anyhow::anyhow!("a sealed value does not open"));
        let secret = self.secrets.iter().find(|secret| sealed.starts_with(&secret.seal_head())).ok_or_else(spoilt)?;
        let rest = sealed.get(1 + SEAL_MARK..).unwrap_or_default();
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or_else(spoilt)?;
        let mut body = body.to_vec();
        let plain = secret.sealing_key()?.open_in_place(Nonce::from(nonce), Aad::from(context), &mut body);
        String::from_utf8(plain.map_err(|_| spoilt())?.to_vec()).map_err(|_| spoilt())
    }

    /// The first bytes of values sealed under the present secret; others are due to be sealed again.
    pub fn seal_head(&self) -> Result<Vec<u8>> {
        Ok(self.current()?.seal_head())
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
