//! Login throttles: wrong passwords per e-mail address, whether or not an account has it.

pub mod model;
pub mod service;
