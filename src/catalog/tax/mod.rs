//! HSN codes and dated GST rates.

pub mod api;
pub mod model;
pub mod service;
