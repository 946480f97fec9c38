//! A store's code and address, made from its state, its city and its number: `KA-BLR-001`, `br-karnataka-bengaluru-001`.
//!
//! City codes in common use are not unique, not even within a state. So the first store of a city fixes the city's code,
//! which no other city of that state can have.

use std::collections::HashSet;

use super::model::StoreKind;
use crate::kernel::slug::{MAX_SLUG, slugify};

/// What stands for a city however its name is written; empty where the name has no Latin letter or digit.
pub fn city_slug(city: &str) -> String {
    slugify(city)
}

/// A city's code as somebody typed it, or why it is none.
pub fn parse_city_code(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_uppercase();
    match code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
        true => Ok(code),
        false => Err("a city's code has three letters".to_owned()),
    }
}

/// A code for a city that has none yet: the first letter of its name and two later ones, the earliest that are free.
pub fn propose_city_code(city_slug: &str, taken: &HashSet<String>) -> Option<String> {
    let letters: Vec<char> =
        city_slug.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).take(20).collect();
    let (first, rest) = letters.split_first()?;
    // Letters of the name first; then any, for short names and crowded states.
    let any: Vec<char> = rest.iter().copied().chain('A'..='Z').collect();
    let mut pairs = any.iter().enumerate().flat_map(|(at, second)| any.iter().skip(at + 1).map(move |c| (second, c)));
    pairs.find_map(|(second, third)| {
        let code = String::from_iter([first, second, third]);
        (!taken.contains(&code)).then_some(code)
    })
}

/// `KA-BLR-001`.
pub fn store_code(state_alpha: &str, city_code: &str, number: i32) -> String {
    format!("{state_alpha}-{city_code}-{number:03}")
}

/// `br-karnataka-bengaluru-001`.
pub fn store_slug(kind: StoreKind, state_name: &str, city_slug: &str, number: i32) -> String {
    let kind = match kind {
        StoreKind::Brand => "br",
        StoreKind::Integrated => "int",
    };
    // Room for the number, which must not be cut off.
    let place: String = slugify(&format!("{kind} {state_name} {city_slug}")).chars().take(MAX_SLUG - 12).collect();
    format!("{}-{number:03}", place.trim_end_matches('-'))
}
