//! Pack sizes as shops write them: `500 g`, `1 kg`, `6 x 200 ml`, `1 dozen`, `Pack of 6`.

use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use super::issue::BadValue;

/// What a pack holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// For people, as the file has it.
    pub name: String,
    /// What is counted: `piece`, `weight` (grams) or `volume` (millilitres).
    pub unit: &'static str,
    /// Thousandths of a piece, gram or millilitre, the whole pack together.
    pub milli: i64,
}

impl Pack {
    /// What a row without a pack size sells.
    pub fn single() -> Self {
        Self { name: "1 pc".to_owned(), unit: "piece", milli: 1_000 }
    }
}

/// numeric(12, 3)
const MAX_MILLI: i64 = 999_999_999_999;

impl FromStr for Pack {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let bad = || BadValue::invalid("a pack size such as 500 g, 1 kg, 6 x 200 ml or 12 pcs is expected");
        let name = super::value::line_up_to(text, 60)?;
        let words = Words::split(&name).ok_or_else(bad)?;
        let (amount, unit) = words.measure().ok_or_else(bad)?;
        let (unit, thousandths) = unit_of(&unit).ok_or_else(bad)?;
        let milli = (amount * BigDecimal::from(thousandths)).with_scale_round(0, RoundingMode::HalfUp);
        let milli = milli.to_i64().filter(|milli| (1..=MAX_MILLI).contains(milli)).ok_or_else(bad)?;
        Ok(Self { name, unit, milli })
    }
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
                let number = number.trim_end_matches(['.', ',']).replace(',', "");
                words.push(Word::Number(BigDecimal::from_str(&number).ok()?));
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

/// The stored unit, and how many thousandths of it one of the written unit holds.
fn unit_of(word: &str) -> Option<(&'static str, i64)> {
    Some(match word {
        "mg" => ("weight", 1),
        "g" | "gm" | "gms" | "gr" | "grm" | "gram" | "grams" | "gramme" | "grammes" => ("weight", 1_000),
        "kg" | "kgs" | "kilo" | "kilos" | "kilogram" | "kilograms" | "kilogramme" => ("weight", 1_000_000),
        "quintal" | "quintals" | "qtl" => ("weight", 100_000_000),
        "ton" | "tonne" | "tonnes" => ("weight", 1_000_000_000),
        "oz" => ("weight", 28_350),
        "lb" | "lbs" => ("weight", 453_592),
        "ml" | "mls" | "millilitre" | "millilitres" | "milliliter" | "milliliters" => ("volume", 1_000),
        "cl" => ("volume", 10_000),
        "l" | "lt" | "ltr" | "ltrs" | "litre" | "litres" | "liter" | "liters" => ("volume", 1_000_000),
        "dozen" | "doz" | "dz" => ("piece", 12_000),
        "pair" | "pairs" => ("piece", 2_000),
        "pc" | "pcs" | "pce" | "piece" | "pieces" | "n" | "no" | "nos" | "u" | "unit" | "units" | "ea" | "each"
        | "count" | "ct" | "pack" | "packs" | "pkt" | "pkts" | "packet" | "packets" | "sachet" | "sachets"
        | "tablet" | "tablets" | "tabs" | "capsules" | "bag" | "bags" | "box" | "boxes" | "bottle" | "bottles"
        | "can" | "cans" | "jar" | "jars" | "roll" | "rolls" | "sheet" | "sheets" | "bunch" | "bunches" | "egg"
        | "eggs" | "bar" | "bars" | "set" | "sets" | "wipes" | "pads" | "diapers" | "x" => ("piece", 1_000),
        _ => return None,
    })
}
