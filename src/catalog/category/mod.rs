//! Categories: the tree of shelves.

pub mod api;
pub mod model;
pub mod service;
