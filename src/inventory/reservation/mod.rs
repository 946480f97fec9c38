//! Reservations: pieces set aside until an instant, taken from the lots that expire first.

pub mod api;
pub mod departure;
pub mod jobs;
pub mod model;
pub mod service;
