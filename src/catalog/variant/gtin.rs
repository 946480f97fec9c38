//! Barcodes: GTIN-8, -12, -13 and -14 with their check digit (GS1 General Specifications, section 7.9).

/// The barcode's digits without spaces and hyphens, or why it is none.
pub fn parse(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if !matches!(digits.len(), 8 | 12 | 13 | 14) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{:?} is no barcode: a GTIN has 8, 12, 13 or 14 digits", excerpt(text)));
    }
    if !check_sum(&digits).is_multiple_of(10) {
        return Err(format!("the check digit of barcode {digits} is wrong"));
    }
    Ok(digits)
}

/// Weights 1 and 3 from the right; a right number sums to a multiple of ten.
fn check_sum(digits: &str) -> u32 {
    digits.bytes().rev().enumerate().map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 1 } else { 3 }).sum()
}

fn excerpt(text: &str) -> String {
    text.chars().take(30).collect()
}
