//! Which gateways take a method, and in which order they are asked.

pub mod api;
pub mod model;
pub mod service;
