//! A distributor's people: invited by mail, and the rights that they have over it.

pub mod api;
pub mod jobs;
pub mod model;
pub mod rights;
pub mod service;
