//! Pack sizes as shops write them (`500 g`, `1 kg`, `6 x 200 ml`, `1 dozen`, `Pack of 6`) as a unit and an exact
//! amount.

use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode, num_bigint::Sign};

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
    let words = Words::split(text).ok_or_else(bad)?;
    let (amount, word) = words.measure().ok_or_else(bad)?;
    let (unit, thousandths) = unit(&word).ok_or_else(bad)?;
    let size = amount * BigDecimal::new(thousandths.into(), 3);
    let size = size.with_scale_round(3, RoundingMode::HalfUp).normalized();
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
    BigDecimal::from_str(&text).ok().filter(|_| text.len() <= 20)
}

/// The text cut into numbers and words: `6x200ml` is `6`, `x`, `200`, `ml`.
struct Words(Vec<Word>);

enum Word {
    Number(BigDecimal),
    Text(String),
}

impl Words {
    fn split(text: &str) -> Option<Self> {
        let mut words = Vec::new();
        let lower = text.to_lowercase().replace(['×', '*'], "x");
        let mut rest = lower.trim_start();
        while let Some(first) = rest.chars().next() {
            let of_number = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
            if first.is_ascii_digit() {
                let end = rest.find(|c: char| !of_number(c)).unwrap_or(rest.len());
                let (number, tail) = rest.split_at_checked(end)?;
                words.push(Word::Number(decimal(number.trim_end_matches(['.', ',']))?));
                rest = tail.trim_start();
            } else {
                let end = rest.find(|c: char| c.is_ascii_digit() || c.is_whitespace()).unwrap_or(rest.len());
                let (word, tail) = rest.split_at_checked(end)?;
                let word = word.trim_matches(['.', '(', ')', '-', ',', ':', '~']);
                if !word.is_empty() {
                    words.push(Word::Text(word.to_owned()));
                }
                rest = tail.trim_start();
            }
        }
        (words.len() <= 8).then_some(Self(words))
    }

    /// The whole amount and its unit.
    fn measure(&self) -> Option<(BigDecimal, String)> {
        use Word::{Number, Text};
        let text = |word: &str| word.to_owned();
        Some(match self.0.as_slice() {
            [Number(n)] => (n.clone(), text("pc")),
            [Number(n), Text(unit)] => (n.clone(), unit.clone()),
            // "6 x 200 ml", "6 pcs x 200 ml", "6 packs of 200 ml"
            [Number(count), Text(x), Number(n), Text(unit)] if x == "x" => (count * n, unit.clone()),
            [Number(count), Text(_), Text(by), Number(n), Text(unit)] if by == "x" || by == "of" => {
                (count * n, unit.clone())
            }
            // "200 ml x 6", "200 ml x 6 pcs"
            [Number(n), Text(unit), Text(x), Number(count)]
            | [Number(n), Text(unit), Text(x), Number(count), Text(_)]
                if x == "x" =>
            {
                (count * n, unit.clone())
            }
            // "pack of 6", "set of 6 pcs"
            [Text(_), Text(of), Number(n)] if of == "of" => (n.clone(), text("pc")),
            [Text(_), Text(of), Number(n), Text(unit)] if of == "of" => (n.clone(), unit.clone()),
            // "per kg", "kg"
            [Text(per), Text(unit)] if per == "per" || per == "each" => (BigDecimal::from(1), unit.clone()),
            [Text(unit)] => (BigDecimal::from(1), unit.clone()),
            // "500 g pouch"
            [Number(n), Text(unit), Text(_)] => (n.clone(), unit.clone()),
            _ => return None,
        })
    }
}

/// The unit behind a word, and how many thousandths of its base unit it holds.
fn unit(word: &str) -> Option<(Unit, i64)> {
    Some(match word {
        "mg" => (Unit::Weight, 1),
        "g" | "gm" | "gms" | "gr" | "grm" | "gram" | "grams" | "gramme" | "grammes" => (Unit::Weight, 1_000),
        "kg" | "kgs" | "kilo" | "kilos" | "kilogram" | "kilograms" | "kilogramme" => (Unit::Weight, 1_000_000),
        "quintal" | "quintals" | "qtl" | "q" => (Unit::Weight, 100_000_000),
        "ton" | "tonne" | "tonnes" => (Unit::Weight, 1_000_000_000),
        "oz" => (Unit::Weight, 28_350),
        "lb" | "lbs" => (Unit::Weight, 453_592),
        "ml" | "mls" | "millilitre" | "millilitres" | "milliliter" | "milliliters" => (Unit::Volume, 1_000),
        "cl" => (Unit::Volume, 10_000),
        "l" | "lt" | "ltr" | "ltrs" | "litre" | "litres" | "liter" | "liters" => (Unit::Volume, 1_000_000),
        "dozen" | "doz" | "dz" => (Unit::Piece, 12_000),
        "pair" | "pairs" => (Unit::Piece, 2_000),
        "" | "pc" | "pcs" | "pce" | "piece" | "pieces" | "n" | "no" | "nos" | "u" | "unit" | "units" | "ea"
        | "each" | "count" | "ct" | "pack" | "packs" | "pkt" | "pkts" | "packet" | "packets" | "sachet" | "sachets"
        | "tablet" | "tablets" | "tabs" | "capsules" | "bag" | "bags" | "box" | "boxes" | "bottle" | "bottles"
        | "can" | "cans" | "jar" | "jars" | "roll" | "rolls" | "sheet" | "sheets" | "bunch" | "bunches" | "egg"
        | "eggs" | "bar" | "bars" | "set" | "sets" | "wipes" | "pads" | "diapers" | "x" => (Unit::Piece, 1_000),
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
