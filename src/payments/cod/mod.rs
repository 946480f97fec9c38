//! Cash on delivery: whether it is offered, and money taken at the door.

pub mod model;
pub mod rules;
pub mod service;
