//! What is to be paid for one payable, and how far it is.

pub mod api;
pub mod feed_api;
pub mod model;
pub mod service;
pub mod settle;
