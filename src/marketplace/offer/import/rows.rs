//! Reads the rows of an offer file.

use super::{cells, fields};
use crate::{
    catalog::import::{
        columns::{Columns, Field, Wishes},
        issue::{BadValue, Issue},
        kinds::Intake,
        reader::{FileFault, Row},
        value,
    },
    marketplace::offer::{bulk::folded, edit::OfferChanges},
};

/// A row, understood.
#[derive(Clone, Debug)]
pub struct OfferEntry {
    /// Line of the file.
    pub line: u64,
    /// The seller's SKU in lower case, by which offers are matched.
    pub key: String,
    /// SKU of the catalogue's variant.
    pub variant_sku: Option<String>,
    /// Barcode of the catalogue's variant.
    pub barcode: Option<String>,
    /// What the row says of the offer.
    pub changes: OfferChanges,
}

/// Reads files of offers or of prices.
pub struct OfferIntake {
    fields: &'static [Field],
    columns: Option<Columns>,
}

impl OfferIntake {
    /// A reader that knows these fields.
    pub fn new(fields: &'static [Field]) -> Self {
        Self { fields, columns: None }
    }
}

impl Intake for OfferIntake {
    type Entry = OfferEntry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = Columns::understand(header, self.fields, &[], wishes)?;
        if !columns.feeds(fields::SKU) {
            let message = "a column for the seller's SKU is needed".to_owned();
            return Err(FileFault { code: "COLUMN_MISSING", message });
        }
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, entries: &mut Vec<OfferEntry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        let before = issues.len();
        let entry = read(&mut Cells::new(row, columns, issues));
        if issues.len() == before {
            entries.push(entry);
        }
    }

    fn group(entry: &OfferEntry) -> &str {
        &entry.key
    }

    fn position(entry: &OfferEntry) -> u64 {
        entry.line
    }
}

/// A row being read.
pub struct Cells<'a> {
    row: &'a Row,
    columns: &'a Columns,
    issues: &'a mut Vec<Issue>,
}

impl<'a> Cells<'a> {
    /// The row's cells by field; what is wrong with them is noted among the issues.
    pub fn new(row: &'a Row, columns: &'a Columns, issues: &'a mut Vec<Issue>) -> Self {
        Self { row, columns, issues }
    }

    /// Line of the file.
    pub fn line(&self) -> u64 {
        self.row.line
    }

    /// How much was noted as wrong so far.
    pub fn findings(&self) -> usize {
        self.issues.len()
    }

    /// Notes what is wrong with a field that has no value of its own.
    pub fn refuse(&mut self, field: usize, code: &'static str, message: &str) {
        let label = self.columns.label(field);
        self.issues.push(Issue::error(self.row.line, label, code, message, ""));
    }

    /// A cell's value; `None` where it is empty, or noted as wrong.
    pub fn get<T>(&mut self, field: usize, read: impl FnOnce(&str) -> Result<T, BadValue>) -> Option<T> {
        let text = self.columns.get(self.row, field);
        if text.is_empty() {
            return None;
        }
        match read(&text) {
            Ok(value) => Some(value),
            Err(bad) => {
                let label = self.columns.label(field);
                self.issues.push(Issue::error(self.row.line, label, bad.code, bad.message, &text));
                None
            }
        }
    }
}

fn read(cells: &mut Cells<'_>) -> OfferEntry {
    let sku = cells.get(fields::SKU, |text| value::line_up_to(text, 64));
    if sku.is_none() && cells.findings() == 0 {
        cells.refuse(fields::SKU, "REQUIRED", "the seller's SKU is needed");
    }
    let sku = sku.unwrap_or_default();
    let changes = OfferChanges {
        sku: None,
        price: cells.get(fields::PRICE, cells::price),
        business_price: cells.get(fields::BUSINESS_PRICE, |text| cells::optional(text, cells::price)),
        price_breaks: cells.get(fields::PRICE_BREAKS, cells::breaks),
        business_price_breaks: cells.get(fields::BUSINESS_PRICE_BREAKS, cells::breaks),
        min_quantity: cells.get(fields::MIN_QUANTITY, cells::count),
        max_quantity: cells.get(fields::MAX_QUANTITY, |text| cells::optional(text, cells::count)),
        quantity_step: cells.get(fields::QUANTITY_STEP, cells::count),
        lead_time_hours: cells.get(fields::LEAD_TIME, cells::hours),
        low_stock_threshold: cells.get(fields::LOW_STOCK_THRESHOLD, |text| cells::optional(text, cells::count)),
        starts_at: cells.get(fields::STARTS_AT, |text| cells::optional(text, cells::start)),
        ends_at: cells.get(fields::ENDS_AT, |text| cells::optional(text, cells::end)),
        status: cells.get(fields::STATUS, cells::status),
    };
    let variant_sku = cells.get(fields::VARIANT_SKU, |text| value::line_up_to(text, 64));
    let barcode = cells.get(fields::BARCODE, value::barcode);
    OfferEntry {
        line: cells.line(),
        key: folded(&sku),
        variant_sku,
        barcode,
        changes: OfferChanges { sku: Some(sku), ..changes },
    }
}
