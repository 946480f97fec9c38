//! Cuts a file's rows into batches for the lanes, in the reading thread.
//!
//! A lane is one writer with its own connection. Rows of one product go to one lane by their key, so every lane sees
//! them in the order of the file, and the same file is always divided in the same way: that is what resuming
//! relies on.

use tokio::sync::mpsc;

use super::{
    columns::Wishes,
    issue::{Issue, IssueSeverity},
    kinds::Intake,
    reader::{BytesRead, Row, Rows, Stop},
};

/// Rows of a batch; a group is not torn apart up to twice as many.
pub const BATCH_ROWS: usize = 2_000;

/// Rows for one transaction.
#[derive(Debug)]
pub struct Batch<E> {
    /// Which lane.
    pub lane: usize,
    /// Rows that were understood.
    pub entries: Vec<E>,
    /// Findings of the reading thread.
    pub issues: Vec<Issue>,
    /// Rows of the file in it.
    pub rows: u64,
    /// Rows refused while reading.
    pub failed: u64,
    /// Position of the last row.
    pub position: u64,
    /// How much of the file had been read.
    pub bytes_read: u64,
    /// See [`Intake::collapsed`].
    pub collapsed: Option<u64>,
}

impl<E> Batch<E> {
    fn new(lane: usize) -> Self {
        Self {
            lane,
            entries: Vec::new(),
            issues: Vec::new(),
            rows: 0,
            failed: 0,
            position: 0,
            bytes_read: 0,
            collapsed: None,
        }
    }
}

/// Takes rows from the reader and sends batches to the lanes.
pub struct Cutter<I: Intake> {
    intake: I,
    wishes: Wishes,
    lanes: Vec<Lane<I::Entry>>,
    bytes: BytesRead,
    header: Row,
    unmapped: Option<Vec<String>>,
    last_line: u64,
    /// Reused from row to row.
    entries: Vec<I::Entry>,
    issues: Vec<Issue>,
}

struct Lane<E> {
    batch: Batch<E>,
    to: mpsc::Sender<Batch<E>>,
    /// Rows up to here are committed already.
    done: u64,
}

impl<I: Intake> Cutter<I> {
    /// `done`: where each lane resumes.
    pub fn new(
        intake: I,
        wishes: Wishes,
        bytes: BytesRead,
        lanes: Vec<mpsc::Sender<Batch<I::Entry>>>,
        done: &[u64],
    ) -> Self {
        let lane = |(at, to)| Lane { batch: Batch::new(at), to, done: done.get(at).copied().unwrap_or(0) };
        Self {
            intake,
            wishes,
            lanes: lanes.into_iter().enumerate().map(lane).collect(),
            bytes,
            header: Row::default(),
            unmapped: None,
            last_line: 0,
            entries: Vec::new(),
            issues: Vec::new(),
        }
    }

    /// Sends what is left; answers the headers that feed nothing.
    pub fn finish(mut self) -> Result<Vec<String>, Stop> {
        let mut rest = Vec::new();
        self.intake.finish(self.last_line, &mut rest);
        for entry in rest {
            self.add(entry)?;
        }
        if let (Some(lane), Some(collapsed)) = (self.lanes.first_mut(), self.intake.collapsed()) {
            lane.batch.collapsed = Some(collapsed);
            lane.batch.position = lane.batch.position.max(lane.done);
        }
        for lane in &mut self.lanes {
            if lane.batch.rows > 0 || lane.batch.collapsed.is_some() {
                lane.send(&self.bytes)?;
            }
        }
        Ok(self.unmapped.unwrap_or_default())
    }

    fn add(&mut self, entry: I::Entry) -> Result<(), Stop> {
        let position = I::position(&entry);
        let at = lane_of(I::group(&entry), self.lanes.len());
        let Some(lane) = self.lanes.get_mut(at).filter(|lane| position > lane.done) else { return Ok(()) };
        let full = lane.batch.entries.len() >= BATCH_ROWS;
        let torn = lane.batch.entries.last().is_some_and(|last| I::group(last) == I::group(&entry));
        if full && (!torn || lane.batch.entries.len() >= 2 * BATCH_ROWS) {
            lane.send(&self.bytes)?;
        }
        // Several entries may come from one row.
        lane.batch.rows += u64::from(lane.batch.position != position);
        lane.batch.position = position;
        lane.batch.entries.push(entry);
        Ok(())
    }

    /// Findings about a row go with the row; those about refused rows to the first lane.
    fn note(&mut self, line: u64, refused: bool, lane: usize) -> Result<(), Stop> {
        let Some(lane) = self.lanes.get_mut(lane) else { return Ok(()) };
        if line <= lane.done {
            self.issues.clear();
            return Ok(());
        }
        // Before the row, not behind it: its finding and its entry belong to one transaction.
        if lane.batch.issues.len() >= BATCH_ROWS {
            lane.send(&self.bytes)?;
        }
        lane.batch.issues.append(&mut self.issues);
        if refused {
            lane.batch.rows += 1;
            lane.batch.failed += 1;
            lane.batch.position = line;
        }
        Ok(())
    }
}

impl<E> Lane<E> {
    fn send(&mut self, bytes: &BytesRead) -> Result<(), Stop> {
        self.batch.bytes_read = bytes.get();
        let lane = self.batch.lane;
        let mut next = Batch::new(lane);
        next.position = self.batch.position;
        next.entries.reserve(BATCH_ROWS);
        let batch = std::mem::replace(&mut self.batch, next);
        self.to.blocking_send(batch).map_err(|_| Stop::Cancelled)
    }
}

impl<I: Intake> Rows for Cutter<I> {
    fn header(&mut self, row: &Row) -> Result<(), Stop> {
        self.header = row.clone();
        self.unmapped = Some(self.intake.header(row, &self.wishes)?);
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Result<(), Stop> {
        self.last_line = row.line;
        let mut entries = std::mem::take(&mut self.entries);
        match row.fault {
            Some(fault) => self.issues.push(Issue::unreadable(row, fault, &self.header)),
            None => self.intake.row(row, &mut entries, &mut self.issues),
        }
        if !self.issues.is_empty() {
            let refused = self.issues.iter().any(|issue| issue.severity == IssueSeverity::Error);
            let lane = entries.first().map_or(0, |entry| lane_of(I::group(entry), self.lanes.len()));
            self.note(row.line, refused, lane)?;
        }
        for entry in entries.drain(..) {
            self.add(entry)?;
        }
        self.entries = entries;
        Ok(())
    }
}

/// FNV-1a: the same in every build, unlike the standard library's hash.
fn lane_of(group: &str, lanes: usize) -> usize {
    let hash = group
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    usize::try_from(hash % u64::try_from(lanes.max(1)).unwrap_or(1)).unwrap_or(0)
}
