//! Warehouses: where goods lie that no shopper enters.

pub mod api;
pub mod model;
pub mod service;
