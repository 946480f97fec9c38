//! The sale: carts, coupons, prices and quotes.

mod cart;
mod coupons;
mod coupons_in_carts;
mod guests;
mod orders;
mod pricing;
mod quote;
