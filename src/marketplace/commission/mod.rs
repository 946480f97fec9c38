//! Commission: what the platform takes of a distributor's sales.

pub mod amount;
pub mod api;
pub mod model;
pub mod precedence;
pub mod service;
