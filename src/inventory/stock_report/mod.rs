//! What stock is worth, and what should be ordered.

pub mod api;
pub mod model;
