//! Stock: what lies where, in which batches, and the one way in which it changes.
//!
//! A stock item is a variant at a location; its lots are batches with their expiry dates. Everything that changes
//! either goes through [`post`], or through the one statement that reserves ([`super::reservation::model`]): both lock
//! the items in the order of their IDs, so that no two of them wait for each other in a circle.

pub mod api;
pub mod bulk;
pub mod demo;
pub mod events;
pub mod feed_api;
pub mod model;
pub mod post;
pub mod service;
pub mod target;
