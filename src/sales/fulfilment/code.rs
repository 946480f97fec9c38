//! The code for which a package is handed over. It is derived, not stored: only the buyer and the server know it.

use crate::{app::App, kernel::error::Result, sales::fulfilment::model::PackageId};

/// Wrong codes after which only the back office can record the delivery.
pub const TRIES: i32 = 5;
const DIGITS: u64 = 1_000_000;

/// The code of a package: six digits.
pub fn of(app: &App, package: PackageId) -> Result<String> {
    let hash = app.keys.code_hash("package-handover", &[&package.to_string()])?;
    let number = hash.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    Ok(format!("{:06}", number % DIGITS))
}

/// Whether this is the package's code, in constant time; spaces do not count.
pub fn is(app: &App, package: PackageId, given: &str) -> Result<bool> {
    use subtle::ConstantTimeEq;
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(bool::from(of(app, package)?.as_bytes().ct_eq(given.as_bytes())))
}
