//! Pictures of products.

pub mod api;
pub mod model;
pub mod service;
