//! Challenge rows. Every rule about tries and times is a condition of one UPDATE, so that parallel tries cannot slip by.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;

use crate::{
    identity::account::model::AccountId,
    kernel::{db::Conn, error::Result},
    schema::challenges::{self, dsl},
};

crate::id! {
    /// Identifies a challenge.
    ChallengeId, "chl", "Challenge"
}

crate::text_enum! {
    /// What a code is for.
    pub enum ChallengePurpose {
        /// To prove that a new customer reads mail sent to the address.
        SignUp = "sign_up",
        /// To prove that a login after wrong passwords is the owner's.
        Login = "login",
    }
}

/// Tries at one code.
pub const MAX_ATTEMPTS: i32 = 5;
/// Codes sent for one challenge.
pub const MAX_SENDS: i32 = 5;
/// Lifetime of a code.
pub const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// Between two codes.
pub const RESEND_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// A code that was sent by mail and has to be given back.
#[derive(Clone, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = challenges)]
pub struct Challenge {
    /// Global ID.
    pub id: ChallengeId,
    /// What the code is for.
    pub purpose: ChallengePurpose,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub email: String,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub account_id: Option<AccountId>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub sign_up: Option<serde_json::Value>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub device: String,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub code_hash: Option<Vec<u8>>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub passed_at: Option<DateTime<Utc>>,
    /// When the latest code was asked for; another may be after 60 seconds.
    pub sent_at: DateTime<Utc>,
    /// When the latest code expires.
    pub expires_at: DateTime<Utc>,
}

/// A new challenge row.
#[derive(Insertable)]
#[diesel(table_name = challenges)]
#[expect(missing_docs, reason = "as in Challenge")]
pub struct NewChallenge {
    pub id: ChallengeId,
    pub purpose: ChallengePurpose,
    pub email: String,
    pub account_id: Option<AccountId>,
    pub sign_up: Option<serde_json::Value>,
    pub device: String,
    pub sends: i32,
    pub sent_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// Adds a challenge.
pub async fn insert(mut conn: &Conn, row: &NewChallenge) -> Result<Challenge> {
    Ok(diesel::insert_into(dsl::challenges)
        .values(row)
        .returning(Challenge::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// A challenge that was not passed yet.
pub async fn find_open(mut conn: &Conn, id: ChallengeId) -> Result<Option<Challenge>> {
    Ok(dsl::challenges
        .find(id)
        .filter(dsl::passed_at.is_null())
        .select(Challenge::as_select())
        .first(&mut conn)
        .await
        .optional()?)
}

/// Counts a request for another code; `None` when it comes too soon or too often.
pub async fn resend(mut conn: &Conn, id: ChallengeId, now: DateTime<Utc>) -> Result<Option<Challenge>> {
    let allowed = dsl::passed_at.is_null().and(dsl::sends.lt(MAX_SENDS)).and(dsl::sent_at.le(now - RESEND_PAUSE));
    Ok(diesel::update(dsl::challenges.find(id).filter(allowed))
        .set((dsl::sends.eq(dsl::sends + 1), dsl::sent_at.eq(now), dsl::expires_at.eq(now + CODE_LIFETIME)))
        .returning(Challenge::as_returning())
        .get_result(&mut conn)
        .await
        .optional()?)
}

/// Stores a fresh code, good for [`MAX_ATTEMPTS`] tries.
pub async fn set_code(mut conn: &Conn, id: ChallengeId, hash: Vec<u8>, until: DateTime<Utc>) -> Result<()> {
    diesel::update(dsl::challenges.find(id).filter(dsl::passed_at.is_null()))
        .set((dsl::code_hash.eq(hash), dsl::attempts.eq(0), dsl::expires_at.eq(until)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Counts a try before it is checked; `None` when no try is left, or the code has expired.
pub async fn count_attempt(mut conn: &Conn, id: ChallengeId, now: DateTime<Utc>) -> Result<Option<Challenge>> {
    let allowed = dsl::passed_at.is_null().and(dsl::attempts.lt(MAX_ATTEMPTS)).and(dsl::expires_at.gt(now));
    Ok(diesel::update(dsl::challenges.find(id).filter(allowed))
        .set(dsl::attempts.eq(dsl::attempts + 1))
        .returning(Challenge::as_returning())
        .get_result(&mut conn)
        .await
        .optional()?)
}

/// Marks the challenge as passed; false when another request did.
pub async fn pass(mut conn: &Conn, id: ChallengeId, now: DateTime<Utc>) -> Result<bool> {
    let passed = diesel::update(dsl::challenges.find(id).filter(dsl::passed_at.is_null()))
        .set(dsl::passed_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(passed == 1)
}

/// Challenges of an address since an instant.
pub async fn count_since(mut conn: &Conn, email: &str, since: DateTime<Utc>) -> Result<i64> {
    Ok(dsl::challenges
        .filter(dsl::email.eq(email).and(dsl::created_at.ge(since)))
        .count()
        .get_result(&mut conn)
        .await?)
}

/// Deletes old challenges, and with them the data of sign-ups that were never finished.
pub async fn prune(mut conn: &Conn, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(dsl::challenges.filter(dsl::created_at.lt(before))).execute(&mut conn).await?)
}
