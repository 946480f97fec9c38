//! Sellers: FreshVilla itself and distributors.

pub mod api;
pub mod model;
pub mod service;
