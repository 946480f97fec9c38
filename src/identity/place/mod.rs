//! Places: states with their GST codes, postal codes, and where they are.

pub mod api;
pub mod geocoder;
pub mod load;
pub mod model;
