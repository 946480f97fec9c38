//! From a row's cells to a checked [`Entry`].

use std::{borrow::Cow, collections::HashSet};

use super::fields::{self, ATTRIBUTE, NUTRITION};
use crate::catalog::{
    import::{
        columns::Columns,
        entry::{Entry, Pack},
        issue::{BadValue, Issue},
        reader::Row,
        value,
    },
    variant::pack,
};

/// Longest path of categories that the catalogue keeps.
const MAX_CATEGORY_DEPTH: usize = 8;

/// Checks rows against the rules of the catalogue and the list of HSN codes.
pub struct Checker {
    /// Every known HSN code.
    pub hsn_codes: HashSet<Box<str>>,
}

/// One row in work: every bad value is noted, so that a person sees all of a row's faults at once.
struct RowInWork<'a> {
    row: &'a Row,
    columns: &'a Columns,
    issues: &'a mut Vec<Issue>,
    refused: bool,
}

impl RowInWork<'_> {
    fn refuse(&mut self, field: usize, bad: BadValue, value: &str) {
        self.refused = true;
        let label = self.columns.label(field);
        self.issues.push(Issue::error(self.row.line, label, bad.code, bad.message, value));
    }

    /// The field's value through a rule; `None` when it is empty or bad.
    fn parse<T>(&mut self, field: usize, rule: impl FnOnce(&str) -> Result<T, BadValue>) -> Option<T> {
        let text = self.columns.get(self.row, field);
        if text.is_empty() {
            return None;
        }
        match rule(&text) {
            Ok(value) => Some(value),
            Err(bad) => {
                self.refuse(field, bad, &text);
                None
            }
        }
    }

    fn text(&mut self, field: usize, limit: usize) -> Option<String> {
        self.parse(field, |text| value::line_up_to(text, limit)).filter(|text| !text.is_empty())
    }

    fn raw(&self, field: usize) -> Cow<'_, str> {
        self.columns.get(self.row, field)
    }
}

impl Checker {
    /// The row as an entry; `None` when it was refused, with the reasons in `issues`.
    pub fn check(&self, row: &Row, columns: &Columns, issues: &mut Vec<Issue>) -> Option<Entry> {
        let mut work = RowInWork { row, columns, issues, refused: false };
        let barcode = work.parse(fields::Barcode, value::barcode);
        let sku = work.text(fields::Sku, 64);
        let sku_derived = sku.is_none();
        let key = work.text(fields::Key, 200);
        let name = work.text(fields::Name, 300);
        let Some(sku) = sku.or_else(|| barcode.clone()) else {
            if !work.refused {
                let bad = BadValue { code: "REQUIRED", message: "a SKU or a barcode is needed".to_owned() };
                work.refuse(fields::Sku, bad, "");
            }
            return None;
        };
        let entry = Entry {
            line: row.line,
            position: row.line,
            key,
            name,
            brand: work.parse(fields::Brand, brand).filter(|brand| !brand.is_empty()),
            category: category(&mut work),
            hsn: work.parse(fields::Hsn, |text| self.hsn(text)),
            dietary: work.parse(fields::Dietary, value::dietary).flatten(),
            fssai: work.parse(fields::Fssai, value::fssai),
            country: work.text(fields::Country, 100),
            shelf_life_days: work.parse(fields::ShelfLife, value::whole),
            tags: tags(&work.raw(fields::Tags)),
            status: work.parse(fields::Status, value::status),
            image: work.parse(fields::Image, image),
            description: long(&work.raw(fields::Description)),
            ingredients: long(&work.raw(fields::Ingredients)),
            nutrition: nutrition(&work),
            pack: pack(&mut work),
            mrp_minor: work.parse(fields::Mrp, value::price),
            attributes: attributes(&mut work),
            sku,
            barcode,
            sku_derived,
        };
        (!work.refused).then_some(entry)
    }

    /// The entry, unless its HSN code (a default of the caller's) is unknown.
    pub fn known_hsn(&self, entry: Option<Entry>, issues: &mut Vec<Issue>) -> Option<Entry> {
        let mut entry = entry?;
        let Some(code) = entry.hsn.take() else { return Some(entry) };
        match self.hsn(&code) {
            Ok(code) => Some(Entry { hsn: Some(code), ..entry }),
            Err(bad) => {
                issues.push(Issue::error(entry.line, "hsn", bad.code, bad.message, &code));
                None
            }
        }
    }

    fn hsn(&self, text: &str) -> Result<String, BadValue> {
        let code = value::hsn(text)?;
        if self.hsn_codes.contains(code.as_str()) {
            return Ok(code);
        }
        // Spreadsheets eat the leading zero of the first nine chapters.
        let padded = format!("0{code}");
        if code.len() % 2 == 1 && self.hsn_codes.contains(padded.as_str()) {
            return Ok(padded);
        }
        Err(BadValue { code: "UNKNOWN", message: "this HSN code is not in the GST portal's list".to_owned() })
    }
}

/// Open Food Facts lists several brands by comma, the main one first.
fn brand(text: &str) -> Result<String, BadValue> {
    let first = if text.len() > 120 || text.contains(',') { text.split(',').next().unwrap_or(text) } else { text };
    value::line_up_to(first, 120)
}

fn category(work: &mut RowInWork<'_>) -> Vec<String> {
    let mut path = work.parse(fields::Category, category_path).unwrap_or_default();
    if let Some(below) = work.parse(fields::Subcategory, category_path) {
        path.extend(below);
    }
    path.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    if path.len() > MAX_CATEGORY_DEPTH {
        let bad = BadValue { code: "TOO_LONG", message: format!("at most {MAX_CATEGORY_DEPTH} levels of categories") };
        work.refuse(fields::Category, bad, &path.join(" > "));
    }
    path
}

/// `Fruits > Citrus`, with `>>`, `»`, `|` and `/` understood too; a list by commas counts from general to special.
fn category_path(text: &str) -> Result<Vec<String>, BadValue> {
    let plain = text.trim_matches(['[', ']', '"', ' ']);
    let separators: &[char] = match plain {
        text if text.contains('>') => &['>'],
        text if text.contains('»') => &['»'],
        text if text.contains('|') => &['|'],
        text if text.contains(" / ") => &['/'],
        text if text.matches(',').count() > 1 => &[','],
        _ => &[],
    };
    let names = plain.split(separators).map(|name| value::line_up_to(name, 120));
    let mut path =
        names.filter(|name| name.as_ref().map_or(true, |name| !name.is_empty())).collect::<Result<Vec<_>, _>>()?;
    if separators == [','] {
        path.truncate(MAX_CATEGORY_DEPTH);
    }
    Ok(path)
}

fn tags(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let separator = if text.contains('|') {
        '|'
    } else if text.contains(';') {
        ';'
    } else {
        ','
    };
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(separator).map(|tag| value::line(tag).to_lowercase()) {
        if !tag.is_empty() && tag.chars().count() <= 60 && tags.len() < 50 && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

fn image(text: &str) -> Result<String, BadValue> {
    let is_address = (text.starts_with("https://") || text.starts_with("http://")) && text.len() <= 2_000;
    if is_address && !text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Ok(text.to_owned());
    }
    Err(BadValue::invalid("the address of a picture begins with https:// or http:// and has no blanks"))
}

fn long(text: &str) -> Option<String> {
    let text = value::block(text);
    (!text.is_empty()).then_some(text)
}

fn nutrition(work: &RowInWork<'_>) -> Option<serde_json::Map<String, serde_json::Value>> {
    let amounts = work.columns.open(work.row, NUTRITION);
    let map: serde_json::Map<_, _> = amounts
        .map(|(name, _, text)| (name.to_owned(), value::nutrition(&text, fields::nutrient_unit(name)).into()))
        .collect();
    (!map.is_empty()).then_some(map)
}

fn pack(work: &mut RowInWork<'_>) -> Option<Pack> {
    let unit = work.raw(fields::Unit).into_owned();
    work.parse(fields::Pack, |text| {
        let bare = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let text = if bare && !unit.is_empty() { format!("{text} {unit}") } else { text.to_owned() };
        let name = value::line_up_to(&text, 60)?;
        let pack::Pack { unit, size } = pack::parse(&name).map_err(BadValue::invalid)?;
        Ok(Pack { name, unit, size })
    })
}

fn attributes(work: &mut RowInWork<'_>) -> Vec<(String, String)> {
    let (row, columns) = (work.row, work.columns);
    let mut found = Vec::new();
    for (code, label, text) in columns.open(row, ATTRIBUTE) {
        match value::line_up_to(&text, 200) {
            Ok(text) if !text.is_empty() && !found.iter().any(|(known, _): &(String, String)| known == code) => {
                found.push((code.to_owned(), text));
            }
            Ok(_) => {}
            Err(bad) => {
                work.refused = true;
                work.issues.push(Issue::error(row.line, label, bad.code, bad.message, &text));
            }
        }
    }
    found
}
