//! Cash on delivery: whether it is offered, and money taken at the door.

pub mod api;
pub mod model;
pub mod rules;
pub mod service;
pub mod staff;
