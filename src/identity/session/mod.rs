//! Sessions: login, the two kinds of token, logout.

pub mod api;
pub mod authenticate;
pub mod log_in;
pub mod model;
pub mod service;
pub mod standing;
