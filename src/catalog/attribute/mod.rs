//! Typed attributes: what can be said of a variant, and how it is compared.

pub mod api;
pub mod model;
pub mod service;
