//! Wholesale prices of agricultural markets (Agmarknet, data.gov.in): one row per market, variety and grade.
//!
//! A product is a commodity, a variant its variety and grade, the price per kilogram comes from the modal price per
//! quintal. Many markets report the same goods: the last row wins, and the others are counted as duplicates.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use sha2::{Digest, Sha256};

use crate::{
    catalog::{
        import::{
            columns::{Columns, Field},
            entry::{Entry, Pack},
            issue::{BadValue, Issue},
            reader::Row,
            value,
        },
        variant::model::Unit,
    },
    kernel::slug::slugify,
};

/// The layout's columns, at the positions of the constants below; then fields that only defaults feed.
pub const FIELDS: &[Field] = &[
    Field { name: "commodity", aliases: &["commodity"] },
    Field { name: "variety", aliases: &["variety"] },
    Field { name: "grade", aliases: &["grade"] },
    Field { name: "modal_price", aliases: &["modal_price", "modal_x0020_price", "modal_price_rs_quintal"] },
    Field { name: "category", aliases: &[] },
    Field { name: "hsn", aliases: &[] },
    Field { name: "status", aliases: &[] },
    Field { name: "brand", aliases: &[] },
    Field { name: "country_of_origin", aliases: &[] },
];
const COMMODITY: usize = 0;
const VARIETY: usize = 1;
const GRADE: usize = 2;
const MODAL_PRICE: usize = 3;
const CATEGORY: usize = 4;
const HSN: usize = 5;
const STATUS: usize = 6;
const BRAND: usize = 7;
const COUNTRY: usize = 8;

/// Whether a header has the layout's columns.
pub fn recognises(header: &Row) -> bool {
    let names: Vec<String> = header.cells().map(crate::catalog::import::columns::normalise).collect();
    let has = |field: &Field| field.aliases.iter().any(|alias| names.iter().any(|name| name == alias));
    FIELDS.iter().take(4).all(has)
}

/// A row as an entry.
pub fn check(row: &Row, columns: &Columns, issues: &mut Vec<Issue>) -> Option<Entry> {
    let mut refuse = |field: usize, bad: BadValue, value: &str| {
        issues.push(Issue::error(row.line, columns.label(field), bad.code, bad.message, value));
    };
    let text = |field| value::line(&columns.get(row, field));
    let (commodity, variety, grade) = (text(COMMODITY), text(VARIETY), text(GRADE));
    if commodity.is_empty() || commodity.len() > 120 || variety.len() > 120 || grade.len() > 120 {
        refuse(
            COMMODITY,
            BadValue { code: "REQUIRED", message: "the commodity's name is needed".to_owned() },
            &commodity,
        );
        return None;
    }
    let price = columns.get(row, MODAL_PRICE);
    // Rupees per quintal are paise per kilogram.
    let mrp_minor = match value::price(&price) {
        Ok(paise_per_quintal) => (paise_per_quintal / 100).max(1),
        Err(bad) => {
            refuse(MODAL_PRICE, bad, &price);
            return None;
        }
    };
    let label = [variety.as_str(), grade.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let default = |field| Some(text(field)).filter(|value| !value.is_empty());
    Some(Entry {
        line: row.line,
        key: Some(format!("mandi:{}", slugify(&commodity))),
        sku: sku(&commodity, &variety, &grade),
        pack: Some(Pack {
            name: format!("1 kg {}", label.join(", ")).trim().to_owned(),
            unit: Unit::Weight,
            size: BigDecimal::from(1_000),
        }),
        mrp_minor: Some(mrp_minor),
        attributes: [("variety", &variety), ("grade", &grade)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(code, value)| (code.to_owned(), value.clone()))
            .collect(),
        category: text(CATEGORY).split('>').map(value::line).filter(|name| !name.is_empty()).collect(),
        hsn: default(HSN),
        status: value::status(&text(STATUS)).ok(),
        brand: default(BRAND),
        country: default(COUNTRY),
        name: Some(commodity),
        ..Entry::default()
    })
}

/// Readable, at most 64 characters, and different for different goods.
fn sku(commodity: &str, variety: &str, grade: &str) -> String {
    let words = [commodity, variety, grade].map(slugify);
    let plain = format!("MANDI-{}", words.join("-").to_uppercase());
    if plain.len() <= 64 {
        return plain;
    }
    let mut short: String = plain.chars().take(55).collect();
    let digest = hex::encode(Sha256::digest(plain.as_bytes()));
    short.push('-');
    short.push_str(digest.get(..8).unwrap_or_default());
    short
}

/// Keeps the last row of every variety and grade. Memory grows with the kinds of goods, not with the rows.
#[derive(Default)]
pub struct Collapse {
    last: HashMap<String, Entry>,
    /// Rows that another one of the same goods replaced.
    pub duplicates: u64,
}

impl Collapse {
    /// Takes a row's entry.
    pub fn take(&mut self, entry: Entry) {
        if self.last.insert(entry.sku.clone(), entry).is_some() {
            self.duplicates += 1;
        }
    }

    /// The entries that remain, in positions behind the file's last line.
    pub fn finish(&mut self, last_line: u64) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.last.drain().map(|(_, entry)| entry).collect();
        // Variants of a product together; the file's own order would spread them over all of it.
        entries.sort_by(|a, b| (&a.key, a.line).cmp(&(&b.key, b.line)));
        for (entry, position) in entries.iter_mut().zip(last_line + 1..) {
            entry.position = position;
        }
        entries
    }
}
