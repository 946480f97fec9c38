//! Tries to pay an intent, and what is known of each.

pub mod api;
pub mod fold;
pub mod follow;
pub mod jobs;
pub mod model;
pub mod record;
pub mod start;
pub mod upi;
