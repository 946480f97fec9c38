//! Business customers who buy now and pay later.

pub mod model;
pub mod service;
