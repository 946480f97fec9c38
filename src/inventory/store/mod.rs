//! Stores: where shoppers fetch their orders, and from where goods are delivered.

pub mod api;
pub mod code;
pub mod demo;
pub mod fssai;
pub mod model;
pub mod service;
