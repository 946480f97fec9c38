//! Branches of banks, which people name by their IFSC when they give a bank account.

pub mod api;
pub mod model;
