//! Mutations that must not happen twice: key, caller, request hash and result live in the mutation's transaction.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{
    access::{Actor, Principal},
    clock::Clock,
    db::Conn,
    error::{Error, Result},
};
use crate::schema::idempotency_keys::dsl;

/// A claim on a key within the running transaction.
pub struct Claim<'a> {
    caller: String,
    key: &'a str,
    operation: &'static str,
    hash: Vec<u8>,
}

/// What the key says.
pub enum Outcome<'a, T> {
    /// First use: do the work, then [`Claim::store`] in the same transaction.
    First(Claim<'a>),
    /// Used before with the same request: this was the answer.
    Repeated(T),
}

/// Looks the key up. A parallel request with the same key waits for the first one's transaction.
pub async fn claim<'a, T: DeserializeOwned>(
    conn: &Conn,
    clock: &Clock,
    actor: &Actor,
    operation: &'static str,
    key: &'a str,
    input: &impl Serialize,
) -> Result<Outcome<'a, T>> {
    let claim = Claim::new(actor, operation, key, input)?;
    match claim.take(conn, clock, serde_json::Value::Null).await? {
        None => Ok(Outcome::First(claim)),
        Some(first) => Ok(Outcome::Repeated(first)),
    }
}

/// The same where the answer is known before the work is done; `None` on the first use of the key.
pub async fn claim_for<T: Serialize + DeserializeOwned>(
    conn: &Conn,
    clock: &Clock,
    actor: &Actor,
    operation: &'static str,
    key: &str,
    input: &impl Serialize,
    answer: &T,
) -> Result<Option<T>> {
    Claim::new(actor, operation, key, input)?.take(conn, clock, serde_json::to_value(answer)?).await
}

/// Deletes keys that were used before the instant; the same request is a new one from then on. Answers how many.
pub async fn prune(mut conn: &Conn, before: DateTime<Utc>) -> Result<usize> {
    let old = dsl::idempotency_keys.filter(dsl::created_at.lt(before));
    Ok(diesel::delete(old).execute(&mut conn).await?)
}

impl<'a> Claim<'a> {
    fn new(actor: &Actor, operation: &'static str, key: &'a str, input: &impl Serialize) -> Result<Self> {
        if key.is_empty() || key.len() > 128 {
            return Err(Error::invalid("idempotencyKey", "an idempotency key has 1 to 128 characters"));
        }
        let hash = Sha256::digest(serde_json::to_vec(&(operation, input))?).to_vec();
        let caller = match actor.principal {
            Principal::Anonymous => return Err(Error::Unauthenticated("please log in".to_owned())),
            Principal::Account { id, .. } => format!("account:{id}"),
            Principal::ApiKey { id } => format!("api_key:{id}"),
            Principal::System => "system".to_owned(),
        };
        Ok(Self { caller, key, operation, hash })
    }

    /// Enters the key with an answer; where it was used before, the answer of then.
    async fn take<T: DeserializeOwned>(
        &self,
        mut conn: &Conn,
        clock: &Clock,
        answer: serde_json::Value,
    ) -> Result<Option<T>> {
        // The insert takes the key's row lock, so the second of two parallel requests waits here.
        let first = diesel::insert_into(dsl::idempotency_keys)
            .values((
                dsl::caller.eq(&self.caller),
                dsl::key.eq(self.key),
                dsl::operation.eq(self.operation),
                dsl::request_hash.eq(&self.hash),
                dsl::result.eq(answer),
                dsl::created_at.eq(clock.now()),
            ))
            .on_conflict_do_nothing()
            .execute(&mut conn)
            .await?;
        if first == 1 {
            return Ok(None);
        }
        let used = dsl::idempotency_keys.find((&self.caller, self.key)).select((dsl::request_hash, dsl::result));
        let (hash, answer): (Vec<u8>, serde_json::Value) = used.first(&mut conn).await?;
        if hash != self.hash {
            return Err(Error::problem(
                "IDEMPOTENCY_KEY_REUSED",
                "idempotencyKey",
                "this idempotency key was used before with another request",
            ));
        }
        Ok(Some(serde_json::from_value(answer)?))
    }

    /// Stores the answer that later calls with this key get.
    pub async fn store(self, mut conn: &Conn, result: &impl Serialize) -> Result<()> {
        diesel::update(dsl::idempotency_keys.find((&self.caller, self.key)))
            .filter(dsl::operation.eq(self.operation).and(dsl::request_hash.eq(&self.hash)))
            .set(dsl::result.eq(serde_json::to_value(result)?))
            .execute(&mut conn)
            .await?;
        Ok(())
    }
}
