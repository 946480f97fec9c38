//! Comparing stock with its ledger.

pub mod model;
