//! Addresses: where customers have things sent and billed.

pub mod api;
pub mod import;
pub mod model;
pub mod service;
