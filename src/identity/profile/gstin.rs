//! GST identification numbers: 2 digits of state, 10 characters of PAN, entity, `Z`, check character.

/// Whether the number is well formed and its check character right: factors 1 and 2 alternate from the left, quotient
/// and remainder of each product by 36 are summed, and the check is what is missing to a multiple of 36
/// (indiataxsim.com/tools/gstin; `27AAPFU0939F1ZV` passes).
pub fn is_valid(gstin: &str) -> bool {
    let well_formed = gstin.len() == 15
        && gstin.chars().enumerate().all(|(at, c)| match at {
            0 | 1 | 7..=10 => c.is_ascii_digit(),
            2..=6 | 11 => c.is_ascii_uppercase(),
            // Entity numbers and the thirteenth and fourteenth characters of special registrations vary.
            _ => c.is_ascii_uppercase() || c.is_ascii_digit(),
        });
    well_formed && gstin.chars().last().and_then(|c| c.to_digit(36)) == check_digit(gstin)
}

fn check_digit(gstin: &str) -> Option<u32> {
    let mut sum = 0;
    for (at, c) in gstin.chars().take(14).enumerate() {
        let product = c.to_digit(36)? * if at % 2 == 0 { 1 } else { 2 };
        sum += product / 36 + product % 36;
    }
    Some((36 - sum % 36) % 36)
}

/// The GST code of the state of registration.
pub fn state_code(gstin: &str) -> Option<&str> {
    gstin.get(..2)
}
