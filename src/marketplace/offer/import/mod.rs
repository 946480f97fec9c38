//! Files of offers: a seller's whole list, its prices alone, or its stock.
//!
//! Reading, threads, retries, progress and findings are the catalogue import's (`catalog::import`). The seller comes
//! from whoever starts the import and is never read from the file. Offers are matched by the seller's SKU; cells that
//! are empty leave stored values as they are.

pub mod cells;
pub mod fields;
pub mod jobs;
pub mod output;
pub mod rows;
pub mod service;
pub mod stock;
