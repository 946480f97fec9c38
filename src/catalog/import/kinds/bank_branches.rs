//! Branches of banks by IFSC, as the Reserve Bank of India lists them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Intake, Outcome, Output};
use crate::{
    catalog::import::{
        columns::{Columns, Field, Wishes},
        issue::{BadValue, Issue},
        reader::{FileFault, Row},
        value,
    },
    identity::bank::model::{self as bank, BankBranch},
    kernel::{db::Conn, error::Result},
};

const IFSC: usize = 0;
const BANK: usize = 1;
const BRANCH: usize = 2;
const CITY: usize = 3;
const STATE: usize = 4;
const UPI: usize = 5;
/// What its columns can be.
pub const FIELDS: &[Field] = &[
    Field { name: "ifsc", aliases: &["ifsc", "ifsc_code"] },
    Field { name: "bank", aliases: &["bank", "bank_name"] },
    Field { name: "branch", aliases: &["branch", "branch_name"] },
    Field { name: "city", aliases: &["city", "city1", "centre", "town"] },
    Field { name: "state", aliases: &["state", "state_name"] },
    Field { name: "upi", aliases: &["upi"] },
];

/// A row that was understood.
#[derive(Clone, Debug)]
pub struct BranchEntry {
    line: u64,
    branch: BankBranch,
}

/// Reads lists of branches.
#[derive(Default)]
pub struct BranchIntake {
    columns: Option<Columns>,
}

impl Intake for BranchIntake {
    type Entry = BranchEntry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = Columns::understand(header, FIELDS, &[], wishes)?;
        if [IFSC, BANK, BRANCH].iter().any(|field| !columns.feeds(*field)) {
            let message = "columns for the IFSC, the bank and the branch are needed".to_owned();
            return Err(FileFault { code: "COLUMN_MISSING", message });
        }
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, entries: &mut Vec<BranchEntry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        match read(row, columns) {
            Ok(branch) => entries.push(BranchEntry { line: row.line, branch }),
            Err((field, bad)) => {
                let value = columns.get(row, field);
                issues.push(Issue::error(row.line, columns.label(field), bad.code, bad.message, &value));
            }
        }
    }

    fn group(entry: &BranchEntry) -> &str {
        &entry.branch.ifsc
    }

    fn position(entry: &BranchEntry) -> u64 {
        entry.line
    }
}

fn read(row: &Row, columns: &Columns) -> Result<BankBranch, (usize, BadValue)> {
    let text = |field| value::line_up_to(&value::line(&columns.get(row, field)), 200).map_err(|bad| (field, bad));
    let ifsc = text(IFSC)?.to_uppercase();
    if !bank::is_ifsc(&ifsc) {
        return Err((IFSC, BadValue::invalid("an IFSC has four letters, a zero and six characters")));
    }
    let upi = matches!(text(UPI)?.to_lowercase().as_str(), "true" | "yes" | "1" | "y");
    Ok(BankBranch { ifsc, bank: text(BANK)?, branch: text(BRANCH)?, city: text(CITY)?, state: text(STATE)?, upi })
}

/// Writes branches.
#[derive(Default)]
pub struct BranchOutput;

impl Output<BranchEntry> for BranchOutput {
    async fn write(&mut self, conn: &Conn, _now: DateTime<Utc>, entries: &[BranchEntry]) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut wanted: HashMap<&str, &BankBranch> = HashMap::new();
        for entry in entries {
            outcome.duplicates += u64::from(wanted.insert(&entry.branch.ifsc, &entry.branch).is_some());
        }
        let codes: Vec<String> = wanted.keys().map(|code| (*code).to_owned()).collect();
        for stored in bank::branches(conn, &codes).await? {
            match wanted.get(stored.ifsc.as_str()) {
                Some(branch) if **branch == stored => {
                    outcome.unchanged += 1;
                    wanted.remove(stored.ifsc.as_str());
                }
                _ => outcome.updated += 1,
            }
        }
        let mut changed: Vec<BankBranch> = wanted.into_values().cloned().collect();
        changed.sort_by(|a, b| a.ifsc.cmp(&b.ifsc));
        outcome.created = u64::try_from(changed.len()).unwrap_or(u64::MAX).saturating_sub(outcome.updated);
        if !changed.is_empty() {
            bank::put(conn, &changed).await?;
        }
        Ok(outcome)
    }

    fn line(entry: &BranchEntry) -> u64 {
        entry.line
    }
}
