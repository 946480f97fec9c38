//! What a sale costs, pure: no database, no schema, no clock. Cart, quote and checkout compute by it, so that what was
//! shown is what is charged.
//!
//! - `apportion`: an amount for several lines (a discount, a delivery fee) in parts that sum to the whole;
//! - `tax`: the GST inside a tax-inclusive amount, by head;
//! - `sale`: lines, discounts and delivery fees together. Totals are the sums of the lines, in every column.

pub mod apportion;
pub mod sale;
pub mod tax;
