//! Dated GST rates by HSN prefix. Rates are never edited: another rate for the same code and date is refused.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Intake, Outcome, Output};
use crate::{
    catalog::import::{
        columns::{Columns, Field, Wishes},
        issue::{BadValue, Issue},
        model::tax::{self, StoredRate},
        reader::{FileFault, Row},
        value,
    },
    kernel::{db::Conn, error::Result},
};

const HSN: usize = 0;
const RATE: usize = 1;
const CGST: usize = 2;
const SGST: usize = 3;
const CESS: usize = 4;
const VALID_FROM: usize = 5;
const SOURCE: usize = 6;
/// What its columns can be.
pub const FIELDS: &[Field] = &[
    Field { name: "hsn", aliases: &["hsn", "hsn_prefix", "hsn_sac", "hsn_code", "chapter_heading", "code"] },
    Field { name: "rate", aliases: &["rate_percent", "gst_rate", "igst", "gst", "rate", "gst_percent", "igst_rate"] },
    Field { name: "cgst", aliases: &["cgst", "cgst_rate"] },
    Field { name: "sgst", aliases: &["sgst", "sgst_rate", "sgst_utgst"] },
    Field { name: "cess", aliases: &["cess_percent", "cess", "cess_rate", "compensation_cess"] },
    Field { name: "valid_from", aliases: &["valid_from", "effective_from", "effective_date", "wef", "from"] },
    Field { name: "source", aliases: &["source", "notification", "reference"] },
];

/// A rate for the codes that begin with some digits, from a date on.
#[derive(Clone, Debug)]
pub struct RateEntry {
    line: u64,
    /// First digits of the codes.
    pub hsn: String,
    /// CGST + SGST, or IGST.
    pub rate_bp: i32,
    /// Compensation cess.
    pub cess_bp: i32,
    /// First day of supply with this rate.
    pub valid_from: NaiveDate,
    /// Notification.
    pub source: String,
}

/// Reads rates, as one percentage or as CGST, SGST and IGST.
#[derive(Default)]
pub struct RateIntake {
    columns: Option<Columns>,
}

impl Intake for RateIntake {
    type Entry = RateEntry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = Columns::understand(header, FIELDS, &[], wishes)?;
        let missing = |message: &str| FileFault { code: "COLUMN_MISSING", message: message.to_owned() };
        if !columns.feeds(HSN) || !(columns.feeds(RATE) || (columns.feeds(CGST) && columns.feeds(SGST))) {
            return Err(missing("columns for the HSN code and the rate are needed"));
        }
        if !columns.feeds(VALID_FROM) {
            return Err(missing("rates are dated: give valid_from a column or a default, such as 2022-07-18"));
        }
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, entries: &mut Vec<RateEntry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        match read(row, columns) {
            Ok(found) => entries.extend(found),
            Err((field, bad)) => {
                let value = columns.get(row, field);
                issues.push(Issue::error(row.line, columns.label(field), bad.code, bad.message, &value));
            }
        }
    }

    fn group(entry: &RateEntry) -> &str {
        &entry.hsn
    }

    fn position(entry: &RateEntry) -> u64 {
        entry.line
    }
}

type Bad = (usize, BadValue);

/// One entry for every code of the row: schedules list several in one cell.
fn read(row: &Row, columns: &Columns) -> Result<Vec<RateEntry>, Bad> {
    let get = |field| columns.get(row, field);
    let optional = |field| match get(field) {
        text if text.is_empty() => Ok(None),
        text => value::rate_bp(&text).map(Some).map_err(|bad| (field, bad)),
    };
    let halves = optional(CGST)?.zip(optional(SGST)?).map(|(cgst, sgst)| cgst.saturating_add(sgst));
    let rate_bp = match (optional(RATE)?, halves) {
        (Some(rate), Some(sum)) if rate != sum => {
            return Err((RATE, BadValue::invalid("IGST is not the sum of CGST and SGST")));
        }
        (Some(rate), _) | (None, Some(rate)) => rate,
        (None, None) => return Err((RATE, BadValue { code: "REQUIRED", message: "a rate is needed".to_owned() })),
    };
    if !(0..=10_000).contains(&rate_bp) {
        return Err((RATE, BadValue::invalid("a rate lies between 0 and 100 percent")));
    }
    let cess_bp = optional(CESS)?.unwrap_or(0);
    if !(0..=30_000).contains(&cess_bp) {
        return Err((CESS, BadValue::invalid("a cess lies between 0 and 300 percent")));
    }
    let valid_from = value::date(&get(VALID_FROM)).map_err(|bad| (VALID_FROM, bad))?;
    let source = match value::line_up_to(&get(SOURCE), 200).map_err(|bad| (SOURCE, bad))? {
        source if source.is_empty() => "import".to_owned(),
        source => source,
    };
    let codes = get(HSN);
    let codes = codes.split([',', ';', '/', '\n']).map(str::trim).filter(|code| !code.is_empty());
    let codes = codes.map(prefix).collect::<Result<Vec<_>, _>>().map_err(|bad| (HSN, bad))?;
    if codes.is_empty() {
        return Err((HSN, BadValue { code: "REQUIRED", message: "an HSN code is needed".to_owned() }));
    }
    let entry = |hsn| RateEntry { line: row.line, hsn, rate_bp, cess_bp, valid_from, source: source.clone() };
    Ok(codes.into_iter().map(entry).collect())
}

/// Spreadsheets eat the leading zero of the first nine chapters; codes have an even number of digits.
fn prefix(text: &str) -> Result<String, BadValue> {
    let text = if text.len() % 2 == 1 { format!("0{text}") } else { text.to_owned() };
    value::hsn(&text)
}

/// Writes rates.
#[derive(Default)]
pub struct RateOutput;

impl Output<RateEntry> for RateOutput {
    async fn write(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[RateEntry]) -> Result<Outcome> {
        let codes = entries.iter().map(|entry| entry.hsn.clone()).collect();
        let stored = tax::rates(conn, codes).await?;
        let mut known: HashMap<(String, NaiveDate), StoredRate> = stored;
        let (mut outcome, mut new) = (Outcome::default(), Vec::new());
        for entry in entries {
            let rate = StoredRate { rate_bp: entry.rate_bp, cess_bp: entry.cess_bp, of_this_batch: true };
            match known.get(&(entry.hsn.clone(), entry.valid_from)) {
                None => {
                    known.insert((entry.hsn.clone(), entry.valid_from), rate);
                    outcome.created += 1;
                    new.push(entry);
                }
                Some(before) if (before.rate_bp, before.cess_bp) == (rate.rate_bp, rate.cess_bp) => {
                    if before.of_this_batch { outcome.duplicates += 1 } else { outcome.unchanged += 1 }
                }
                Some(_) => {
                    let message = "another rate is stored for this code and date; a new rate needs a new date";
                    outcome.issues.push(Issue::error(entry.line, "rate", "CONFLICT", message, &entry.hsn));
                    outcome.refused += 1;
                }
            }
        }
        tax::insert_rates(conn, now, &new).await?;
        Ok(outcome)
    }

    fn line(entry: &RateEntry) -> u64 {
        entry.line
    }
}
