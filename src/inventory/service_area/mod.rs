//! Service areas: the postal codes to which a location delivers, and on which terms.

pub mod api;
pub mod model;
pub mod service;
