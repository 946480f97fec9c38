//! GSTIN and PAN: India's tax numbers.
//!
//! A GSTIN (CGST Rules, 2017, rule 10) has 15 characters: the state's code, the PAN, the entity's number under that
//! PAN, `Z`, and a check character. A PAN (Income-tax Rules, 1962, rule 114) has five letters, four digits, a letter.

/// A GSTIN with a right check character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gstin(String);

impl Gstin {
    /// From what somebody typed, in any case and with spaces or hyphens, or why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let number = plain(text);
        let bytes = number.as_bytes();
        let shaped = match bytes {
            [state @ .., entity, b'Z', check] if state.len() == 12 => {
                let (state, pan) = state.split_at(2);
                all(state, u8::is_ascii_digit)
                    && is_pan(pan)
                    && matches!(entity, b'1'..=b'9' | b'A'..=b'Z')
                    && (check.is_ascii_digit() || check.is_ascii_uppercase())
            }
            _ => false,
        };
        if !shaped {
            return Err(format!("{number:?} is no GSTIN: two digits, a PAN, a character, Z and a check character"));
        }
        if bytes.last().copied() != bytes.split_last().and_then(|(_, rest)| check_character(rest)) {
            return Err(format!("the check character of GSTIN {number} is wrong"));
        }
        Ok(Self(number))
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// GST code of the state.
    pub fn state_code(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The holder's PAN.
    pub fn pan(&self) -> &str {
        self.0.get(2..12).unwrap_or_default()
    }
}

/// A PAN from what somebody typed, or why it is none.
pub fn parse_pan(text: &str) -> Result<String, String> {
    let number = plain(text);
    match is_pan(number.as_bytes()) {
        true => Ok(number),
        false => Err(format!("{number:?} is no PAN: five letters, four digits and a letter")),
    }
}

fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(30);
    kept.map(|c| c.to_ascii_uppercase()).collect()
}

fn all(bytes: &[u8], is: fn(&u8) -> bool) -> bool {
    bytes.iter().all(is)
}

fn is_pan(bytes: &[u8]) -> bool {
    match bytes {
        [letters @ .., last] if letters.len() == 9 => {
            let (letters, digits) = letters.split_at(5);
            all(letters, u8::is_ascii_uppercase) && all(digits, u8::is_ascii_digit) && last.is_ascii_uppercase()
        }
        _ => false,
    }
}

/// Every character's value in base 36, times 1 and 2 by turns; quotient and remainder of each product by 36 are added,
/// and the check character brings the sum to a multiple of 36.
fn check_character(number: &[u8]) -> Option<u8> {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut sum = 0;
    for (at, character) in number.iter().enumerate() {
        let product = DIGITS.iter().position(|digit| digit == character)? * (1 + at % 2);
        sum += product / 36 + product % 36;
    }
    DIGITS.get((36 - sum % 36) % 36).copied()
}
