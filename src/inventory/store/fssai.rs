//! FSSAI licences: who may handle food.

/// A licence number from what somebody typed, or why it is none. It has 14 digits (Food Safety and Standards Authority
/// of India); the authority publishes no check digit.
pub fn parse_licence(text: &str) -> Result<String, String> {
    let number: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(30).collect();
    match number.len() == 14 && number.bytes().all(|b| b.is_ascii_digit()) {
        true => Ok(number),
        false => Err(format!("{number:?} is no FSSAI licence: it has 14 digits")),
    }
}
