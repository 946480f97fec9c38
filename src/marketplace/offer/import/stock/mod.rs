//! Files of stock: how many pieces lie where, by the seller's SKU.
//!
//! A row says what is on hand or what is available, as an absolute number, so that the same file twice is the same stock
//! once. Where a seller works at one location only, the file need not name it. Setting stock is the stock's own
//! ([`crate::inventory::stock::target`]); every change is in the ledger with the import's job as its reference.

pub mod output;
pub mod rows;
