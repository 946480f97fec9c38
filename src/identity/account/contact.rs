//! E-mail addresses and phone numbers as typed by people, brought into the one form that is stored.

use crate::kernel::error::{Error, Result};

/// Lower case, trimmed; local part and domain are checked roughly, since only a mail that arrives proves an address.
pub fn email(path: &str, text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    let refuse = || Error::invalid(path, "this is not an e-mail address");
    let (local, domain) = email.rsplit_once('@').ok_or_else(refuse)?;
    let printable = |c: char| !c.is_control() && !c.is_whitespace() && !"<>\"\\,;:()[]".contains(c);
    let labels_ok = domain.contains('.')
        && domain.split('.').all(|label| {
            let inner = label.chars().all(|c| c.is_alphanumeric() || c == '-');
            !label.is_empty() && label.len() <= 63 && inner && !label.starts_with('-') && !label.ends_with('-')
        });
    let local_ok = (1..=64).contains(&local.len()) && local.chars().all(|c| printable(c) && c != '@');
    // Domains beyond ASCII are written in Punycode; the database's idea of lower case is then the same as ours.
    // What the mailer would refuse later, in the middle of somebody else's work, is refused here.
    let sendable = email.parse::<lettre::Address>().is_ok();
    if local_ok && labels_ok && sendable && email.len() <= 254 && email.is_ascii() { Ok(email) } else { Err(refuse()) }
}

/// E.164 (`+919810000001`). Ten digits that begin with 6 to 9 are an Indian mobile number.
pub fn phone(path: &str, text: &str) -> Result<String> {
    let refuse = || Error::invalid(path, "give a phone number with its country code, such as +91 98100 00001");
    let text = text.trim();
    if text.chars().any(|c| !(c.is_ascii_digit() || " -().+".contains(c))) || text.rfind('+').is_some_and(|at| at > 0) {
        return Err(refuse());
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let national = digits.strip_prefix('0').unwrap_or(&digits);
    let phone = match (text.starts_with('+'), national.len()) {
        (true, _) => format!("+{digits}"),
        (false, 10) if national.starts_with(['6', '7', '8', '9']) => format!("+91{national}"),
        (false, 12) if national.starts_with("91") => format!("+{national}"),
        _ => return Err(refuse()),
    };
    // E.164: a country code that does not begin with 0, at most 15 digits; +91 takes exactly ten more.
    let length_ok = if phone.starts_with("+91") { phone.len() == 13 } else { (8..=16).contains(&phone.len()) };
    if length_ok && !phone.starts_with("+0") { Ok(phone) } else { Err(refuse()) }
}

/// A text of one line, trimmed, with inner runs of white space made single.
pub fn line(path: &str, text: &str, longest: usize) -> Result<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().any(char::is_control) {
        return Err(Error::invalid(path, "control characters are not allowed"));
    }
    if line.chars().count() > longest {
        return Err(Error::invalid(path, format!("at most {longest} characters")));
    }
    Ok(line)
}

/// A [`line`] that is not empty.
pub fn required_line(path: &str, text: &str, longest: usize) -> Result<String> {
    let line = line(path, text, longest)?;
    if line.is_empty() { Err(Error::problem("REQUIRED", path, "this must not be empty")) } else { Ok(line) }
}
