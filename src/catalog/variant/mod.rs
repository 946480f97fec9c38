//! Variants: pack sizes of a product, each with a SKU and a barcode.

pub mod api;
pub mod gtin;
pub mod model;
pub mod pack;
pub mod service;
