//! Plain UPI: a link to FreshVilla's own address. Nobody tells the server of a payment: staff enter what the bank shows.

use std::fmt::Write;

use crate::kernel::money::Minor;

/// Merchant category: grocery stores.
const CATEGORY: &str = "5411";

/// `upi://pay?…`, which UPI apps open. Spaces are `%20`: some apps show a plus as it is.
pub fn link(address: &str, payee: &str, reference: &str, order: &str, amount: Minor) -> String {
    format!(
        "upi://pay?pa={}&pn={}&mc={CATEGORY}&tr={}&tn={}&am={amount}&cu=INR",
        encoded(address),
        encoded(payee),
        encoded(reference),
        encoded(&format!("Order {order}")),
    )
}

/// Percent-encoded; the at sign of an address stays bare, as apps write it.
fn encoded(text: &str) -> String {
    let mut all = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => all.push(char::from(byte)),
            _ => {
                // Writing into a String cannot fail.
                let _ = write!(all, "%{byte:02X}");
            }
        }
    }
    all
}
