//! What the back office does with applications: looks at them field by field, decides, and remembers why.

pub mod api;
pub mod model;
pub mod service;
