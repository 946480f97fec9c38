//! Tries to pay an intent, and what is known of each.

pub mod fold;
pub mod model;
pub mod record;
