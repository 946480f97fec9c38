//! The audit log as administrators read it. The kernel writes it; nobody changes it.

pub mod api;
pub mod model;
