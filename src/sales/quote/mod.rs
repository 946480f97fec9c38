//! Quotes: what a cart costs at a door, with delivery, coupons and tax, and what of it cannot be bought and why.
//!
//! `gather` reads everything in a fixed number of statements, whatever the cart holds; `plan` decides from where each line
//! is sent, and `compute` what it all costs, both without a database. A quote promises nothing and sets nothing aside.

pub mod api;
pub mod compute;
pub mod gather;
pub mod model;
pub mod plan;
