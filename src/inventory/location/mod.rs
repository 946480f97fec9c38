//! Locations: stores and warehouses as the places where stock lies. A location has the UUID of the store or warehouse
//! that it is.

pub mod api;
pub mod model;
