//! Opening hours of locations: spans of the week, and dates on which others hold.

pub mod api;
pub mod input;
pub mod model;
pub mod schedule;
pub mod service;
