//! Roles: bundles of permissions, and who holds them over what.

pub mod api;
pub mod model;
pub mod service;
