//! Storefronts: how sellers present themselves.

pub mod api;
pub mod model;
