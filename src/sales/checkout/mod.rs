//! Checkout: a cart becomes an order, in one transaction or not at all.
//!
//! Everything is read, planned and priced anew by the functions that answer quotes; nothing that a client sends is a
//! price. The rows are locked in the order in which everybody does: cart, payment with the account's credit, order,
//! stock items in the order of their IDs over all locations, coupons in the order of theirs. What many shoppers wait for,
//! stock and coupons, comes last, just before the commit.
//!
//! Only people who are logged in order. A guest logs in first and brings the cart with `cartMerge`.

pub mod api;
pub mod model;
pub mod refusals;
pub mod rows;
pub mod service;
pub mod split;
