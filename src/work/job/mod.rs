//! Background jobs: who asked, how far, what failed; retry and cancel.

pub mod api;
pub mod model;
pub mod service;
