//! The sale: carts, coupons, prices and quotes.

mod cart;
mod coupons;
mod coupons_in_carts;
mod demo;
mod fulfilment;
mod guests;
mod orders;
mod pricing;
mod quote;
