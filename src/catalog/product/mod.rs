//! Products: what is sold, in one or more pack sizes.

pub mod along;
pub mod api;
pub mod below;
pub mod bulk;
pub mod filter;
pub mod model;
pub mod service;
