//! Reads tables row by row in bounded memory: CSV in any usual dress (gzip, byte order marks, UTF-16, Windows-1252,
//! semicolons) and XLSX. Pure: knows nothing of what the columns mean.

mod bytes;
mod csv;
mod xlsx;

use std::{
    fs::File,
    io::{self, BufReader, Read, Seek},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Longest cell that is taken; a row with a longer one is refused.
pub const MAX_CELL_BYTES: usize = 64 * 1024;
/// Longest row that is taken, all cells together.
pub const MAX_ROW_BYTES: usize = 1024 * 1024;
/// Most columns that a table may have.
pub const MAX_COLUMNS: usize = 500;

/// One row of the table: its cells in one string.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Line of the file on which the row begins, from 1; of a spreadsheet, the row's number.
    pub line: u64,
    /// Why the row cannot be used; its cells are incomplete then.
    pub fault: Option<RowFault>,
    text: String,
    ends: Vec<usize>,
}

impl Row {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no cell at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A cell as it stands in the file; empty beyond the last one.
    pub fn cell(&self, at: usize) -> &str {
        let Some(end) = self.ends.get(at) else { return "" };
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..*end).unwrap_or("")
    }

    /// Every cell.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.cell(at))
    }

    /// Whether every cell is blank.
    pub fn is_blank(&self) -> bool {
        self.fault.is_none() && self.text.trim().is_empty()
    }

    fn clear(&mut self, line: u64) {
        self.line = line;
        self.fault = None;
        self.text.clear();
        self.ends.clear();
    }
}

/// What makes a single row unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// The cell at this position (from 0) is longer than [`MAX_CELL_BYTES`], or the row than [`MAX_ROW_BYTES`].
    CellTooLong(usize),
    /// More cells than [`MAX_COLUMNS`].
    TooManyCells,
    /// A byte sequence that is not text in the file's encoding.
    NotText,
}

/// What makes the whole file unusable, or its rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFault {
    /// For programs: `EMPTY_FILE`, `NOT_A_TABLE`, `TRUNCATED`, `TOO_LARGE`, `UNREADABLE`.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl FileFault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// Why reading ended early.
#[derive(Debug)]
pub enum Stop {
    /// The file is broken or not a table.
    Fault(FileFault),
    /// The receiver of the rows wants no more.
    Cancelled,
}

impl From<FileFault> for Stop {
    fn from(fault: FileFault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Fault(match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                FileFault::new("TRUNCATED", "the file ends in the middle of compressed data")
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                FileFault::new("TRUNCATED", "the compressed data is damaged")
            }
            _ => FileFault::new("UNREADABLE", "the file could not be read"),
        })
    }
}

/// Takes the rows of a table.
pub trait Rows {
    /// The first row that is not blank: column names.
    fn header(&mut self, row: &Row) -> Result<(), Stop>;
    /// Every further row that is not blank.
    fn row(&mut self, row: &Row) -> Result<(), Stop>;
}

/// How much of a file was read, for progress; shared between threads.
#[derive(Clone, Debug, Default)]
pub struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    /// Bytes so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Reads the whole table, header first. Memory stays bounded whatever the file holds.
pub fn read_table(mut file: File, progress: &BytesRead, rows: &mut impl Rows) -> Result<(), Stop> {
    let mut magic = [0_u8; 8];
    let seen = read_up_to(&mut file, &mut magic)?;
    file.rewind()?;
    let magic = magic.get(..seen).unwrap_or(&[]);
    if magic.starts_with(b"PK\x03\x04") {
        return xlsx::read(file, progress, rows);
    }
    if magic.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(
            FileFault::new("NOT_A_TABLE", "old Excel files (.xls) are not read; save it as .xlsx or .csv").into()
        );
    }
    let counted = Counted { inner: file, read: progress.clone() };
    if magic.starts_with(&[0x1F, 0x8B]) {
        return csv::read(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(64 * 1024, counted)), rows);
    }
    csv::read(counted, rows)
}

/// Like [`read_table`] for data that is part of the program.
pub fn read_embedded(data: &'static [u8], rows: &mut impl Rows) -> Result<(), Stop> {
    if data.starts_with(&[0x1F, 0x8B]) {
        return csv::read(flate2::bufread::MultiGzDecoder::new(data), rows);
    }
    csv::read(data, rows)
}

/// Fills the buffer as far as the source reaches.
fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|free| !free.is_empty()) {
        match source.read(free) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

struct Counted<R> {
    inner: R,
    read: BytesRead,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.0.fetch_add(u64::try_from(read).unwrap_or(0), Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
