//! Catalogue files: products with their variants.
//!
//! A cell that is empty, or a column that the file does not have, leaves what is stored as it is.

pub mod fields;
pub mod mandi;
pub mod rows;

use chrono::{DateTime, Utc};

use self::{mandi::Collapse, rows::Checker};
use super::{Intake, Outcome, Output};
use crate::{
    catalog::import::{
        columns::{Columns, Wishes},
        entry::Entry,
        issue::Issue,
        model::{lookup, shelf::Shelf, write},
        plan::plan,
        reader::{FileFault, Row},
    },
    kernel::{db::Conn, error::Result},
};

/// Reads catalogue files of any known layout.
pub struct CatalogueIntake {
    checker: Checker,
    columns: Option<Columns>,
    /// Present for market prices.
    collapse: Option<Collapse>,
}

impl CatalogueIntake {
    /// With the rules to check rows by.
    pub fn new(checker: Checker) -> Self {
        Self { checker, columns: None, collapse: None }
    }
}

impl Intake for CatalogueIntake {
    type Entry = Entry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = if wishes.mapping.is_empty() && mandi::recognises(header) {
            self.collapse = Some(Collapse::default());
            Columns::understand(header, mandi::FIELDS, &[], wishes)?
        } else {
            let columns = Columns::understand(header, fields::FIELDS, fields::OPEN, wishes)?;
            if !columns.feeds(fields::Sku) && !columns.feeds(fields::Barcode) {
                let message = "no column holds a SKU or a barcode; map one, for example sku=\"Item No\"";
                return Err(FileFault { code: "COLUMN_MISSING", message: message.to_owned() });
            }
            columns
        };
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, entries: &mut Vec<Entry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        if row.len() > columns.width {
            let message = format!("the row has {} cells, the header {}", row.len(), columns.width);
            issues.push(Issue::error(row.line, "", "BAD_ROW", message, row.cell(0)));
            return;
        }
        if row.len() < columns.width {
            let message =
                format!("the row has {} cells, the header {}; the rest counts as empty", row.len(), columns.width);
            issues.push(Issue::warning(row.line, "", "SHORT_ROW", message));
        }
        match &mut self.collapse {
            Some(collapse) => {
                if let Some(entry) = self.checker.known_hsn(mandi::check(row, columns, issues), issues) {
                    collapse.take(entry);
                }
            }
            None => entries.extend(self.checker.check(row, columns, issues)),
        }
    }

    fn finish(&mut self, last_line: u64, entries: &mut Vec<Entry>) {
        if let Some(collapse) = &mut self.collapse {
            entries.extend(collapse.finish(last_line));
        }
    }

    fn collapsed(&self) -> Option<u64> {
        self.collapse.as_ref().map(|collapse| collapse.duplicates)
    }

    fn group(entry: &Entry) -> &str {
        entry.group()
    }

    fn position(entry: &Entry) -> u64 {
        entry.position
    }
}

/// Writes products.
#[derive(Default)]
pub struct CatalogueOutput {
    shelf: Shelf,
}

impl Output<Entry> for CatalogueOutput {
    async fn write(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[Entry]) -> Result<Outcome> {
        self.shelf.prepare(conn, now, entries).await?;
        let known = lookup::known(conn, entries).await?;
        let plan = plan(entries, known, &self.shelf, now);
        let written = write::write(conn, &plan, now).await?;
        Ok(Outcome {
            created: written.created,
            updated: written.updated,
            unchanged: written.unchanged,
            variants_created: written.variants_created,
            refused: plan.refused,
            duplicates: plan.duplicates,
            issues: plan.issues,
            touched: written.touched,
        })
    }

    fn committed(&mut self) {
        self.shelf.committed();
    }

    fn rolled_back(&mut self) {
        self.shelf.rolled_back();
    }

    fn line(entry: &Entry) -> u64 {
        entry.line
    }
}
