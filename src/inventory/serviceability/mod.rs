//! Serviceability: who delivers to a postal code, when and for how much.

pub mod api;
pub mod delivery;
pub mod model;
