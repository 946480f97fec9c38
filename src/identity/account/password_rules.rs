//! Which passwords are accepted: at least 8 characters of four classes, or at least 14 of any.

use crate::kernel::error::{Error, Result};

/// Longest password, in characters; hashing must not be made arbitrarily costly.
pub const LONGEST: usize = 128;

/// Refuses a weak password, saying what it lacks.
pub fn check(path: &str, password: &str, email: &str) -> Result<()> {
    let weak = |message: &str| Err(Error::problem("PASSWORD_WEAK", path, message));
    let length = password.chars().count();
    if length > LONGEST {
        return weak("a password has at most 128 characters");
    }
    let classes = [
        password.chars().any(char::is_lowercase),
        password.chars().any(char::is_uppercase),
        password.chars().any(char::is_numeric),
        password.chars().any(|c| !c.is_alphanumeric()),
    ];
    if length < 14 && (length < 8 || classes.contains(&false)) {
        return weak(
            "use at least 8 characters with lower case, upper case, a digit and a symbol, or at least 14 characters",
        );
    }
    let name = email.split('@').next().unwrap_or_default();
    if name.chars().count() >= 4 && password.to_lowercase().contains(name) {
        return weak("a password must not contain the name from your e-mail address");
    }
    let distinct: std::collections::BTreeSet<char> = password.chars().collect();
    if distinct.len() < 5 {
        return weak("use more different characters");
    }
    Ok(())
}
