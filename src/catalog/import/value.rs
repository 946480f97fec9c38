//! Values as people write them in spreadsheets, turned into what the catalogue stores. Pure rules.

use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use super::issue::BadValue;
use crate::catalog::variant::gtin;

/// A barcode with a right check digit.
pub fn barcode(text: &str) -> Result<String, BadValue> {
    gtin::parse(text).map_err(BadValue::invalid)
}

/// A price in paise: `₹ 1,25,000.50`, `Rs. 99/-`, `INR 20`, and `12,50` where the comma is a decimal one.
pub fn price(text: &str) -> Result<i64, BadValue> {
    let bad = || BadValue::invalid("a price is an amount in rupees with at most two decimals, above zero");
    let lower = text.trim().to_lowercase();
    let plain = lower.trim_start_matches("mrp").trim_start_matches(['.', ':', ' ', '₹']);
    let plain = plain.trim_start_matches("rs").trim_start_matches("inr").trim_start_matches(['.', ' ']);
    let plain = plain.trim_end_matches("/-").trim_end_matches("inr").trim();
    let paise = match simple_paise(plain) {
        Some(paise) => Some(paise),
        None => {
            let paise = decimal(plain).ok_or_else(bad)? * BigDecimal::from(100);
            paise.is_integer().then(|| paise.to_i64()).flatten()
        }
    };
    paise.filter(|paise| (1..=1_000_000_000_000).contains(paise)).ok_or_else(bad)
}

/// The usual shapes, `295` and `295.00`, without the cost of arbitrary precision.
fn simple_paise(text: &str) -> Option<i64> {
    let (rupees, paise) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if rupees.is_empty() || rupees.len() > 12 || paise.len() != 2 || !digits(rupees) || !digits(paise) {
        return None;
    }
    rupees.parse::<i64>().ok()?.checked_mul(100)?.checked_add(paise.parse().ok()?)
}

/// A plain decimal number: thousands grouped by commas or spaces, the decimal sign a dot or a comma.
fn decimal(text: &str) -> Option<BigDecimal> {
    let mut plain = text.replace([' ', '\u{a0}', '\u{202f}'], "");
    // The last sign is the decimal one where both kinds stand (1.250,00 and 1,250.00). A comma alone is one when one or
    // two digits follow: groups end in three digits, in India too.
    let comma_last = plain.rfind(',') > plain.rfind('.');
    let tail = plain.rsplit_once(',').map_or(0, |(_, tail)| tail.len());
    if comma_last && (plain.contains('.') || matches!(tail, 1 | 2)) {
        plain.retain(|c| c != '.');
        let at = plain.rfind(',')?;
        plain.replace_range(at..=at, ".");
    }
    plain.retain(|c| c != ',');
    let shape = plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') && plain.bytes().any(|b| b.is_ascii_digit());
    if !shape || plain.len() > 30 {
        return None;
    }
    BigDecimal::from_str(&plain).ok()
}

/// A count or a number of days: a whole number from 1.
pub fn whole(text: &str) -> Result<i32, BadValue> {
    let word = text.split_whitespace().next().unwrap_or("");
    let number = decimal(word).filter(BigDecimal::is_integer).and_then(|n| n.to_i32()).filter(|n| *n > 0);
    number.ok_or_else(|| BadValue::invalid("a whole number above zero is expected"))
}

/// What the mark on a food's label says.
pub fn dietary(text: &str) -> Result<Option<&'static str>, BadValue> {
    let word: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    Ok(match word.as_str() {
        "" | "na" | "none" | "notapplicable" | "nonfood" => None,
        "veg" | "vegetarian" | "pureveg" | "green" | "lactovegetarian" => Some("veg"),
        "nonveg" | "nonvegetarian" | "meat" | "brown" | "red" => Some("non_veg"),
        "egg" | "containsegg" | "eggetarian" | "eggs" => Some("egg"),
        "vegan" | "plantbased" => Some("vegan"),
        _ => return Err(BadValue::invalid("veg, non-veg, egg or vegan is expected")),
    })
}

/// The status that the file asks for.
pub fn status(text: &str) -> Result<&'static str, BadValue> {
    match text.trim().to_lowercase().as_str() {
        "active" | "published" | "publish" | "live" | "enabled" | "yes" | "true" | "1" => Ok("active"),
        "draft" | "unpublished" | "inactive" | "disabled" | "hidden" | "no" | "false" | "0" => Ok("draft"),
        "archived" | "archive" | "deleted" | "discontinued" => Ok("archived"),
        _ => Err(BadValue::invalid("active, draft or archived is expected")),
    }
}

/// A licence number of the Food Safety and Standards Authority of India.
pub fn fssai(text: &str) -> Result<String, BadValue> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if digits.len() == 14 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(BadValue::invalid("an FSSAI licence number has 14 digits"))
}

/// An HSN or SAC code; dots and spaces between the digits are dropped.
pub fn hsn(text: &str) -> Result<String, BadValue> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    if (2..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(BadValue::invalid("an HSN code has 2 to 8 digits"))
}

/// A rate in basis points from `18`, `18%` or `2.5`.
pub fn rate_bp(text: &str) -> Result<i32, BadValue> {
    let bad = || BadValue::invalid("a rate in percent is expected, with at most two decimals");
    let percent = decimal(text.trim().trim_end_matches('%').trim()).ok_or_else(bad)?;
    let bp = percent * BigDecimal::from(100);
    if !bp.is_integer() {
        return Err(bad());
    }
    bp.to_i32().ok_or_else(bad)
}

/// A calendar date: `2025-09-22`, `22/09/2025` or `22-09-2025`; a time of day behind it is dropped.
pub fn date(text: &str) -> Result<chrono::NaiveDate, BadValue> {
    let word = text.split(['T', ' ']).next().unwrap_or("");
    ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d"]
        .iter()
        .find_map(|form| chrono::NaiveDate::parse_from_str(word, form).ok())
        .filter(|date| (1900..2200).contains(&chrono::Datelike::year(date)))
        .ok_or_else(|| BadValue::invalid("a date such as 2025-09-22 or 22/09/2025 is expected"))
}

/// An amount with at most four decimals and its unit, `0.0394 g`, or the words as they stand.
pub fn nutrition(text: &str, unit: &str) -> String {
    match decimal(text.trim()) {
        Some(number) => {
            let short = number.with_scale_round(4, RoundingMode::HalfUp).normalized();
            format!("{} {unit}", short.to_plain_string()).trim().to_owned()
        }
        None => text.trim().to_owned(),
    }
}

/// One line of text: control characters and runs of blanks become one space.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Text of several lines: NUL, which PostgreSQL cannot store, is dropped.
pub fn block(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// One line of at most `limit` characters.
pub fn line_up_to(text: &str, limit: usize) -> Result<String, BadValue> {
    let text = line(text);
    if text.len() > limit && text.chars().count() > limit { Err(BadValue::too_long(limit)) } else { Ok(text) }
}
