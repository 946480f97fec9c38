//! Money given back.

pub mod api;
pub mod jobs;
pub mod model;
pub mod service;
pub mod staff;
