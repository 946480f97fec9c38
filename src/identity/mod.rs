//! Identity: who comes in, how they prove it, and what they may do.
//!
//! Invariants:
//! - An answer never tells whether an e-mail address has an account: sign-up, login and reset say the same, and do the
//!   same work, for known and unknown addresses.
//! - Passwords are argon2id hashes; refresh tokens, reset links and API keys are random and stored as SHA-256; codes
//!   are stored as HMAC. Nothing secret is stored or logged in a form that would let a reader sign in.
//! - A refresh token works once. Using it again revokes its session.
//! - Wrong passwords are counted before they are checked, so parallel guesses cannot exceed the limit. The audit log is
//!   told of them after the answer, folded per account.
//! - Nobody grants rights, or changes an account whose rights, exceed their own, row by row.
//! - At most one default address per purpose, and a postal code lies in its state: the database holds both.

pub mod account;
pub mod address;
pub mod api_key;
pub mod audit;
pub mod bank;
pub mod challenge;
pub mod demo;
pub mod error;
pub mod letters;
pub mod place;
pub mod profile;
pub mod role;
pub mod session;
pub mod throttle;

use async_graphql::MergedObject;
use chrono::TimeDelta;

use crate::{app::App, kernel::error::Result};

/// Deletes what is of no more use: sessions a month after their end, counts of wrong passwords after a day, codes and
/// unfinished sign-ups after two days. Answers the number of rows.
pub async fn prune(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let conn = app.db.write().await?;
    let sessions = session::model::prune(&conn, now - TimeDelta::days(30)).await?;
    let throttles = throttle::model::prune(&conn, now - TimeDelta::days(1)).await?;
    let challenges = challenge::model::prune(&conn, now - TimeDelta::days(2)).await?;
    Ok(sessions + throttles + challenges)
}

/// Identity that can be read.
#[derive(Default, MergedObject)]
pub struct IdentityQuery(
    account::api::me::MeQuery,
    account::api::AccountQuery,
    api_key::api::ApiKeyQuery,
    audit::api::AuditQuery,
    bank::api::BankQuery,
    place::api::PlaceQuery,
    role::api::RoleQuery,
    session::api::SessionQuery,
);

/// Identity that can be changed.
#[derive(Default, MergedObject)]
pub struct IdentityMutation(
    account::api::AccountMutation,
    account::api::credentials::CredentialsMutation,
    address::api::AddressMutation,
    api_key::api::ApiKeyMutation,
    profile::api::ProfileMutation,
    role::api::RoleMutation,
    session::api::SessionMutation,
);
