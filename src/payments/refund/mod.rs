//! Money given back.

pub mod model;
pub mod service;
