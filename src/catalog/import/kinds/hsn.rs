//! The list of HSN and SAC codes, as the GST portal publishes it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Intake, Outcome, Output};
use crate::{
    catalog::import::{
        columns::{Columns, Field, Wishes},
        issue::Issue,
        model::tax,
        reader::{FileFault, Row},
        value,
    },
    kernel::{db::Conn, error::Result},
};

const CODE: usize = 0;
const DESCRIPTION: usize = 1;
/// What its columns can be.
pub const FIELDS: &[Field] = &[
    Field { name: "hsn", aliases: &["hsn_sac", "hsn", "hsn_code", "hsn_cd", "code", "sac_cd", "hsn_sac_code"] },
    Field { name: "description", aliases: &["description", "hsn_description", "sac_description", "name"] },
];

/// A code and what it stands for.
#[derive(Clone, Debug)]
pub struct HsnEntry {
    line: u64,
    /// Digits.
    pub code: String,
    /// Goods or services; empty leaves a stored description as it is.
    pub description: String,
}

/// Reads lists of codes.
#[derive(Default)]
pub struct HsnIntake {
    columns: Option<Columns>,
}

impl Intake for HsnIntake {
    type Entry = HsnEntry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = Columns::understand(header, FIELDS, &[], wishes)?;
        if !columns.feeds(CODE) || !columns.feeds(DESCRIPTION) {
            let message = "columns for the code and its description are needed".to_owned();
            return Err(FileFault { code: "COLUMN_MISSING", message });
        }
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, entries: &mut Vec<HsnEntry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        let code = columns.get(row, CODE);
        let description: String = value::line(&columns.get(row, DESCRIPTION)).chars().take(2_000).collect();
        match value::hsn(&code) {
            Err(bad) => issues.push(Issue::error(row.line, columns.label(CODE), bad.code, bad.message, &code)),
            Ok(code) => entries.push(HsnEntry { line: row.line, code, description }),
        }
    }

    fn group(entry: &HsnEntry) -> &str {
        &entry.code
    }

    fn position(entry: &HsnEntry) -> u64 {
        entry.line
    }
}

/// Writes codes.
#[derive(Default)]
pub struct HsnOutput;

impl Output<HsnEntry> for HsnOutput {
    async fn write(&mut self, conn: &Conn, _now: DateTime<Utc>, entries: &[HsnEntry]) -> Result<Outcome> {
        let mut wanted: HashMap<&str, &str> = HashMap::new();
        let mut duplicates = 0;
        for entry in entries {
            duplicates += u64::from(wanted.insert(&entry.code, &entry.description).is_some());
        }
        let stored = tax::hsn_descriptions(conn, wanted.keys().map(|code| (*code).to_owned()).collect()).await?;
        let (mut outcome, mut changed) = (Outcome { duplicates, ..Outcome::default() }, Vec::new());
        for (code, description) in wanted {
            match stored.get(code) {
                None => outcome.created += 1,
                Some(before) if before != description && !description.is_empty() => outcome.updated += 1,
                Some(_) => {
                    outcome.unchanged += 1;
                    continue;
                }
            }
            changed.push((code.to_owned(), description.to_owned()));
        }
        changed.sort();
        tax::write_hsn(conn, changed).await?;
        Ok(outcome)
    }

    fn line(entry: &HsnEntry) -> u64 {
        entry.line
    }
}
