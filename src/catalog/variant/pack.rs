//! Pack sizes: "500 g", "1 kg", "6 x 200 ml", "12 pcs" as a unit and an exact amount.

use std::str::FromStr;

use bigdecimal::{BigDecimal, num_bigint::Sign};

use super::model::Unit;

/// How much a pack holds, in the unit's base (pieces, grams, millilitres).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// What is counted.
    pub unit: Unit,
    /// How much, at most three decimals.
    pub size: BigDecimal,
}

/// Reads a pack size; a sentence when it is none.
pub fn parse(text: &str) -> Result<Pack, String> {
    let bad = || format!("{:?} is no pack size such as 500 g, 1.5 l, 6 x 200 ml or 12 pc", excerpt(text));
    let lower = text.trim().to_lowercase().replace('×', "x");
    // "6 x 200 ml": the factor in front of an x that is followed by a digit.
    let (factor, rest) = match lower.split_once('x') {
        Some((count, rest)) if rest.trim_start().starts_with(|c: char| c.is_ascii_digit()) => {
            (decimal(count.trim()).ok_or_else(bad)?, rest.trim())
        }
        _ => (BigDecimal::from(1), lower.as_str()),
    };
    let split = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).unwrap_or(rest.len());
    let (number, word) = rest.split_at(split);
    let number = if number.is_empty() { BigDecimal::from(1) } else { decimal(number).ok_or_else(bad)? };
    let (unit, scale) = unit(word.trim().trim_end_matches('.')).ok_or_else(bad)?;
    let size = (number * factor * BigDecimal::from(scale)).with_scale(3).normalized();
    let most = BigDecimal::from(999_999_999);
    if size.sign() != Sign::Plus || size > most {
        return Err(bad());
    }
    Ok(Pack { unit, size })
}

/// A number with a decimal point or comma; a comma before exactly three digits groups thousands.
fn decimal(text: &str) -> Option<BigDecimal> {
    let text = match text.rsplit_once(',') {
        Some((_, tail)) if tail.len() == 3 => text.replace(',', ""),
        _ => text.replace(',', "."),
    };
    BigDecimal::from_str(&text).ok()
}

/// The unit behind a word, and how many base units it holds.
fn unit(word: &str) -> Option<(Unit, i64)> {
    Some(match word {
        "g" | "gm" | "gms" | "gr" | "gram" | "grams" => (Unit::Weight, 1),
        "kg" | "kgs" | "kilo" | "kilogram" | "kilograms" => (Unit::Weight, 1_000),
        "quintal" | "quintals" | "q" => (Unit::Weight, 100_000),
        "ml" | "mls" | "millilitre" | "millilitres" | "milliliter" => (Unit::Volume, 1),
        "cl" => (Unit::Volume, 10),
        "l" | "lt" | "ltr" | "ltrs" | "litre" | "litres" | "liter" | "liters" => (Unit::Volume, 1_000),
        "" | "pc" | "pcs" | "piece" | "pieces" | "unit" | "units" | "n" | "nos" | "no" | "pack" | "packs" | "pkt"
        | "packet" | "box" | "bunch" | "each" | "ea" | "sachet" | "sachets" | "tablets" | "bags" => (Unit::Piece, 1),
        "dozen" | "dz" => (Unit::Piece, 12),
        _ => return None,
    })
}

/// How people write the size: "1 kg", "750 ml", "6 pc".
pub fn label(unit: Unit, size: &BigDecimal) -> String {
    let thousand = BigDecimal::from(1_000);
    let in_large = size >= &thousand;
    let (amount, word) = match (unit, in_large) {
        (Unit::Weight, true) => (size / thousand, "kg"),
        (Unit::Weight, false) => (size.clone(), "g"),
        (Unit::Volume, true) => (size / thousand, "l"),
        (Unit::Volume, false) => (size.clone(), "ml"),
        (Unit::Piece, _) => (size.clone(), "pc"),
    };
    format!("{} {word}", amount.normalized().to_plain_string())
}

fn excerpt(text: &str) -> String {
    text.chars().take(30).collect()
}
