//! Offers: what a seller asks for a variant, and under which terms.
//!
//! An offer is seller × variant × price. What changes of it is decided in one place (`edit`), whether it comes from a
//! form, a bulk call or a file; what shoppers may buy is one condition in one place (`model::shelf::buyable`).

pub mod api;
pub mod best_api;
pub mod bulk;
pub mod demo;
pub mod edit;
pub mod import;
pub mod import_api;
pub mod low_stock;
pub mod model;
pub mod policy;
pub mod pricing;
pub mod ranking;
pub mod review;
pub mod service;
pub mod supply;
