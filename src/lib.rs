//! FreshVilla: a B2B and B2C grocery marketplace for India as one GraphQL server.
//!
//! The house, room by room, is described in `ARCHITECTURE.md`. Calls go one way:
//! kernel ← model ← service ← api ← graphql ← http.

// The root types are made of one block per aggregate, each inside the one before.
#![recursion_limit = "256"]

pub mod app;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod context;
pub mod graphql;
pub mod http;
pub mod identity;
pub mod inventory;
pub mod jobs;
pub mod kernel;
pub mod maintenance;
pub mod marketplace;
pub mod payments;
pub mod sales;
#[expect(missing_docs, reason = "generated; the database holds the comments")]
pub mod schema;
pub mod seed;
pub mod work;
