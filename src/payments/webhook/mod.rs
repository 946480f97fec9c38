//! What gateways tell by webhook: checked by the raw bytes, stored as it came, answered at once, processed by a job.

pub mod api;
pub mod jobs;
pub mod model;
pub mod service;
