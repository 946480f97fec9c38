//! Order numbers: `FV-7K3Q-9M2X`. Pure, but for the draw.
//!
//! Seven characters are drawn, so a number tells nobody how many orders there are; the eighth is a check character. The
//! alphabet (Crockford's) has no I, L, O and U, which people take for others. The check finds every single wrong
//! character and every two neighbours that changed places.

use crate::kernel::{error::Result, keyring::random_below};

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DRAWN: usize = 7;

/// A new number.
pub fn draw() -> Result<String> {
    let mut values = Vec::with_capacity(DRAWN);
    for _ in 0..DRAWN {
        values.push(random_below(32)?);
    }
    Ok(write(&values))
}

/// The number with these seven values below 32.
pub fn write(values: &[u32]) -> String {
    let letter = |value: &u32| char::from(LETTERS.get(*value as usize).copied().unwrap_or(b'0'));
    let mut text: String = values.iter().map(letter).collect();
    text.push(letter(&check(values)));
    text.insert(4, '-');
    format!("FV-{text}")
}

/// The number that somebody typed, in any case, with or without hyphens and the letters in front; `None` where it is
/// none, or a character is wrong.
pub fn read(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(20).collect();
    let plain = plain.to_ascii_uppercase();
    // "FV" may be the number's own first characters; V is a letter of the alphabet, but eight follow only a prefix.
    let plain = plain.strip_prefix("FV").filter(|rest| rest.len() == DRAWN + 1).unwrap_or(&plain);
    let values = plain.bytes().map(value).collect::<Option<Vec<u32>>>()?;
    match values.split_last() {
        Some((last, drawn)) if drawn.len() == DRAWN && *last == check(drawn) => Some(write(drawn)),
        _ => None,
    }
}

fn value(letter: u8) -> Option<u32> {
    let letter = match letter {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    LETTERS.iter().position(|known| *known == letter).and_then(|at| u32::try_from(at).ok())
}

/// In the field of 32 elements (x⁵ + x² + 1) each character counts with another power of x.
fn check(values: &[u32]) -> u32 {
    values.iter().fold(0, |sum, value| {
        let doubled = (sum ^ value) << 1;
        if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }
    })
}
