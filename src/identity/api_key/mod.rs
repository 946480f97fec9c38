//! API keys: how partners' programs sign in. Scoped, hashed, revocable.

pub mod api;
pub mod model;
pub mod service;
