//! The sale: carts and prices.

mod cart;
mod guests;
mod pricing;
