//! Customer profiles: what the shop knows of a customer beyond the account.

pub mod api;
pub mod demo;
pub mod gstin;
pub mod model;
pub mod service;
