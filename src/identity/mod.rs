//! Identity: who comes in, how they prove it, and what they may do.
//!
//! Invariants:
//! - An answer never tells whether an e-mail address has an account: sign-up, login and reset say the same, and do the
//!   same work, for known and unknown addresses.
//! - Passwords are argon2id hashes; refresh tokens, reset links and API keys are random and stored as SHA-256; codes
//!   are stored as HMAC. Nothing secret is stored or logged in a form that would let a reader sign in.
//! - A refresh token works once. Using it again revokes its session.
//! - Wrong passwords are counted before they are checked, so parallel guesses cannot exceed the limit.
//! - Nobody grants rights, or changes an account whose rights, exceed their own, row by row.
//! - At most one default address per purpose, and a postal code lies in its state: the database holds both.

pub mod account;
pub mod api_key;
pub mod challenge;
pub mod error;
pub mod letters;
pub mod profile;
pub mod role;
pub mod session;
pub mod throttle;
