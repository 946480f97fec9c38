//! Brands: makers' marks.

pub mod api;
pub mod model;
pub mod service;
