//! What can be imported. A kind reads rows into entries and writes batches of entries; the rest (files, threads,
//! transactions, progress, retries) is the same for all and lives in `run`.

pub mod bank_branches;
pub mod catalogue;
pub mod gst_rates;
pub mod hsn;
pub mod pincodes;
pub mod states;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    columns::Wishes,
    issue::Issue,
    reader::{FileFault, Row},
};
use crate::kernel::{db::Conn, error::Result};

/// Reads rows; works in a thread of its own.
pub trait Intake: Send + 'static {
    /// A row, understood.
    type Entry: Send + Sync + 'static;

    /// Takes the header; answers the headers that feed nothing.
    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault>;

    /// Takes a row. Refuses it with findings, or adds its entries.
    fn row(&mut self, row: &Row, entries: &mut Vec<Self::Entry>, issues: &mut Vec<Issue>);

    /// What a kind that compares all rows holds back until the end, in positions behind `last_line`.
    fn finish(&mut self, _last_line: u64, _entries: &mut Vec<Self::Entry>) {}

    /// Rows held back and replaced by others so far.
    fn collapsed(&self) -> Option<u64> {
        None
    }

    /// Rows of one group stay in one batch and in the order of the file.
    fn group(entry: &Self::Entry) -> &str;

    /// Place in the order of work.
    fn position(entry: &Self::Entry) -> u64;
}

/// What a batch did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// New records.
    pub created: u64,
    /// Changed records.
    pub updated: u64,
    /// Records that were as the file says.
    pub unchanged: u64,
    /// New variants.
    pub variants_created: u64,
    /// Rows refused.
    pub refused: u64,
    /// Rows that repeated another row's record.
    pub duplicates: u64,
    /// Findings.
    pub issues: Vec<Issue>,
    /// New and changed records.
    pub touched: Vec<Uuid>,
}

impl Outcome {
    /// Both batches together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.variants_created += other.variants_created;
        self.refused += other.refused;
        self.duplicates += other.duplicates;
        self.issues.extend(other.issues);
        self.touched.extend(other.touched);
        self
    }
}

/// Writes batches of entries; one for every lane.
pub trait Output<E>: Send {
    /// Writes a batch in the running transaction.
    fn write(&mut self, conn: &Conn, now: DateTime<Utc>, entries: &[E])
    -> impl Future<Output = Result<Outcome>> + Send;
    /// The transaction was committed.
    fn committed(&mut self) {}
    /// The transaction, or a part of it, was rolled back.
    fn rolled_back(&mut self) {}
    /// The line of the file behind an entry, for findings.
    fn line(entry: &E) -> u64;
}
