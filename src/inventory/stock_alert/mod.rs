//! Stock alerts: what somebody should look at.

pub mod api;
pub mod jobs;
pub mod model;
