//! XLSX: the first sheet, cell by cell. Formula cells count as the value that the spreadsheet last computed.

use std::{
    fmt::Write,
    fs::File,
    io::{self, BufReader, Read, Seek},
};

use calamine::{Cell, DataRef, ExcelDateTime, Reader, Xlsx};

use super::{BytesRead, FileFault, MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROW_BYTES, Row, RowFault, Rows, Stop};

/// The table of shared strings is held in memory, so it is the one part whose unpacked size must be bounded.
const MAX_SHARED_BYTES: u64 = 64 * 1024 * 1024;
/// Everything unpacked: far beyond a full sheet (1,048,576 rows), far below a zip bomb.
const MAX_SHEET_BYTES: u64 = 8 * 1024 * 1024 * 1024;
/// Longest stretch of text without a tag; the XML parser holds it in memory.
const MAX_TEXT_RUN: usize = 16 * 1024 * 1024;

/// Reads the first sheet of a workbook.
pub fn read(mut file: File, progress: &BytesRead, rows: &mut impl Rows) -> Result<(), Stop> {
    check_sizes(&mut file)?;
    file.rewind()?;
    let source = BufReader::new(super::Counted { inner: file, read: progress.clone() });
    let mut book = Xlsx::new(source).map_err(|_| not_a_workbook())?;
    let first = book.sheet_names().into_iter().next().ok_or_else(not_a_workbook)?;
    let mut cells = book.worksheet_cells_reader(&first).map_err(|_| not_a_workbook())?;
    let mut assembler = Assembler { row: Row::default(), width: None, rows };
    let damaged = |_| Stop::from(FileFault::new("TRUNCATED", "the sheet's data is damaged"));
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        assembler.take(&cell)?;
    }
    assembler.flush()?;
    if assembler.width.is_none() {
        return Err(FileFault::new("EMPTY_FILE", "the first sheet has no rows").into());
    }
    Ok(())
}

fn not_a_workbook() -> FileFault {
    FileFault::new("NOT_A_TABLE", "the file is not a readable Excel workbook (.xlsx)")
}

/// Unpacks what will be unpacked, keeping nothing: sizes that a zip's directory states may be lies.
fn check_sizes(file: &mut File) -> Result<(), Stop> {
    let mut zip = zip::ZipArchive::new(BufReader::new(&mut *file)).map_err(|_| not_a_workbook())?;
    for at in 0..zip.len() {
        let entry = zip.by_index(at).map_err(|_| not_a_workbook())?;
        let name = entry.name().map_err(|_| not_a_workbook())?.to_ascii_lowercase();
        if !name.starts_with("xl/") || name.starts_with("xl/media/") {
            continue;
        }
        let cap = if name.starts_with("xl/worksheets/") { MAX_SHEET_BYTES } else { MAX_SHARED_BYTES };
        if !fits(entry, cap)? {
            let message = "the workbook is too large unpacked; save the sheet as CSV, which has no limit";
            return Err(FileFault::new("TOO_LARGE", message).into());
        }
    }
    Ok(())
}

fn fits(entry: impl Read, cap: u64) -> io::Result<bool> {
    let mut entry = entry.take(cap + 1);
    let mut chunk = vec![0; 64 * 1024];
    let (mut run, mut total) = (0_usize, 0_u64);
    loop {
        let n = entry.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..n).filter(|bytes| !bytes.is_empty()) else { return Ok(total <= cap) };
        total += u64::try_from(n).unwrap_or(0);
        run = match bytes.iter().rposition(|byte| *byte == b'<') {
            Some(last) => n - last,
            None => run + n,
        };
        if run > MAX_TEXT_RUN {
            return Ok(false);
        }
    }
}

/// Puts cells together to rows; cells come in order, empty ones are left out.
struct Assembler<'a, S> {
    row: Row,
    /// Cells of the header; further rows leave trailing empty cells out.
    width: Option<usize>,
    rows: &'a mut S,
}

impl<S: Rows> Assembler<'_, S> {
    fn take(&mut self, cell: &Cell<DataRef<'_>>) -> Result<(), Stop> {
        let (line, column) = cell.get_position();
        let line = u64::from(line) + 1;
        if self.row.line != line {
            self.flush()?;
            self.row.clear(line);
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= MAX_COLUMNS {
            if !matches!(cell.get_value(), DataRef::Empty) {
                self.row.fault = self.row.fault.or(Some(RowFault::TooManyCells));
            }
            return Ok(());
        }
        self.pad(column);
        let start = self.row.text.len();
        append(&mut self.row.text, cell.get_value());
        if self.row.text.len() - start > MAX_CELL_BYTES || self.row.text.len() > MAX_ROW_BYTES {
            self.row.text.truncate(start);
            self.row.fault = self.row.fault.or(Some(RowFault::CellTooLong(column)));
        }
        self.row.ends.push(self.row.text.len());
        Ok(())
    }

    fn pad(&mut self, width: usize) {
        while self.row.ends.len() < width {
            self.row.ends.push(self.row.text.len());
        }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        if self.row.line == 0 || self.row.is_blank() {
            return Ok(());
        }
        let Some(width) = self.width else {
            self.width = Some(self.row.ends.len());
            return self.rows.header(&self.row);
        };
        self.pad(width);
        self.rows.row(&self.row)
    }
}

fn append(text: &mut String, value: &DataRef<'_>) {
    // Writing into a String does not fail.
    let _ = match value {
        DataRef::Empty => Ok(()),
        DataRef::String(cell) => text.write_str(cell),
        DataRef::SharedString(cell) => text.write_str(cell),
        DataRef::Int(number) => write!(text, "{number}"),
        DataRef::Float(number) => text.write_str(&plain(*number)),
        DataRef::Bool(yes) => text.write_str(if *yes { "yes" } else { "no" }),
        DataRef::DateTime(moment) => text.write_str(&date(moment)),
        DataRef::DateTimeIso(moment) | DataRef::DurationIso(moment) => text.write_str(moment),
        DataRef::Error(error) => write!(text, "{error}"),
    };
}

/// As the spreadsheet shows it: at most 15 significant digits, never an exponent.
fn plain(number: f64) -> String {
    match format!("{number:.14e}").parse::<f64>() {
        Ok(rounded) if rounded.is_finite() => format!("{rounded}"),
        _ => String::new(),
    }
}

fn date(moment: &ExcelDateTime) -> String {
    if moment.is_duration() {
        return plain(moment.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}
