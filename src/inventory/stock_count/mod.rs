//! Stock counts: what lies on the shelves, beside what the books say.

pub mod api;
pub mod model;
pub mod service;
