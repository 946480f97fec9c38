//! Distributors: their applications, from the first line to the day on which they leave.

pub mod api;
pub mod below;
pub mod field;
pub mod model;
pub mod parts_api;
pub mod sections;
pub mod service;
pub mod status;
