//! Business customers who buy now and pay later.

pub mod api;
pub mod model;
pub mod service;
pub mod staff;
