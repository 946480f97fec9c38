//! What an import reports about itself, and where it resumes.

use serde::{Deserialize, Serialize};

/// Stored with the job in the transaction of every batch: what it counts is committed, neither more nor less.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Progress {
    /// Rows worked through, refused ones included.
    pub rows_read: u64,
    /// New records (products, codes, rates).
    pub created: u64,
    /// Changed records.
    pub updated: u64,
    /// Records that already were as the file says.
    pub unchanged: u64,
    /// New variants.
    pub variants_created: u64,
    /// Rows refused.
    pub failed: u64,
    /// Findings about refused rows; a row may have several.
    pub errors: u64,
    /// Findings about rows that were taken all the same.
    pub warnings: u64,
    /// Rows that repeated another row's record.
    pub duplicates: u64,
    /// Bytes of the file read so far.
    pub bytes_read: u64,
    /// Size of the file.
    pub bytes_total: u64,
    /// Share of the file worked through, 0 to 100.
    pub percent: u8,
    /// Headers that feed no field.
    pub unmapped_columns: Vec<String>,
    /// Nothing is kept.
    pub dry_run: bool,
    /// Whether the file was worked through to its end.
    pub done: bool,
    /// Why it was not, where the file itself is to blame.
    pub problem: Option<Problem>,
    /// File with the findings, for download.
    pub report_file_id: Option<String>,
    /// Where to resume: position of the last committed row of each lane.
    pub lanes: Vec<u64>,
    /// Rows of a collapsing layout that another row replaced.
    pub collapsed: u64,
    /// When it began.
    pub started_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Whether more records were touched than a resumed import remembers.
    pub touched_many: bool,
}

/// What is wrong with the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
}

/// What one batch adds.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields of Progress")]
pub struct Step {
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub variants_created: u64,
    pub failed: u64,
    pub errors: u64,
    pub warnings: u64,
    pub duplicates: u64,
    pub bytes_read: u64,
    pub lane: usize,
    pub position: u64,
    pub collapsed: Option<u64>,
}

impl Progress {
    /// The progress after one more batch.
    pub fn after(&self, step: &Step) -> Self {
        let mut next = self.clone();
        next.rows_read += step.rows;
        next.created += step.created;
        next.updated += step.updated;
        next.unchanged += step.unchanged;
        next.variants_created += step.variants_created;
        next.failed += step.failed;
        next.errors += step.errors;
        next.warnings += step.warnings;
        next.duplicates += step.duplicates;
        if let Some(collapsed) = step.collapsed {
            // Counted from the start of the file every time, so the former count is replaced.
            next.rows_read = (next.rows_read + collapsed).saturating_sub(next.collapsed);
            next.duplicates = (next.duplicates + collapsed).saturating_sub(next.collapsed);
            next.collapsed = collapsed;
        }
        next.bytes_read = next.bytes_read.max(step.bytes_read).min(next.bytes_total);
        // The rest of the way is the search index and the report.
        let percent = next.bytes_read.saturating_mul(99).checked_div(next.bytes_total).unwrap_or(0);
        next.percent = u8::try_from(percent).unwrap_or(99);
        if let Some(last) = next.lanes.get_mut(step.lane) {
            *last = step.position.max(*last);
        }
        next
    }
}
