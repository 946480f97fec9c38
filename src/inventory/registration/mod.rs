//! GST registrations: a seller's right to charge tax in a state.

pub mod api;
pub mod gstin;
pub mod model;
pub mod service;
