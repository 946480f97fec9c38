//! Coupons: codes that take something off a cart.
//!
//! A coupon is the platform's, which then bears its cost, or a seller's: that seller bears it, and it is for its goods
//! alone. What it is worth never changes; what may be edited are its text, its window, its limits, its customers and
//! whether it works. Whether it works for a cart is decided by pure rules (`rules`) from the coupon, the lines that can be
//! bought, and the shopper; a refusal says what is missing. A cart looks at the few coupons in it, found by their code, so
//! that it takes the same however many there are.
//!
//! Coupons take effect one after the other, in the order in which they were applied, each on what the ones before left;
//! none takes off more than that. To apply one takes no use: that comes with the order, as a row of `coupon_redemptions`
//! under the coupon's row lock, and a cart in which a coupon no longer works says so.

pub mod api;
pub mod apply;
pub mod apply_api;
pub mod model;
pub mod redeem;
pub mod rules;
pub mod service;

/// Most coupons in one cart.
pub const MAX_IN_CART: usize = 5;
/// Most goods that one coupon names.
pub const MAX_TARGETS: usize = 200;
/// Most customers that one coupon names.
pub const MAX_CUSTOMERS: usize = 1_000;

/// A code as it is stored: 3 to 32 capitals, digits and hyphens, no hyphen first. People type it in any case, with spaces
/// around it.
fn stored_code(typed: &str) -> Option<String> {
    let code = typed.trim().to_uppercase();
    let known = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    ((3..=32).contains(&code.len()) && code.chars().all(known) && !code.starts_with('-')).then_some(code)
}
