//! The papers behind an application: handed in as files, looked at one by one, and good until they expire.

pub mod api;
pub mod expiry;
pub mod model;
pub mod proof;
pub mod service;
