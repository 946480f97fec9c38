//! Stock movements: the ledger.

pub mod api;
pub mod model;
