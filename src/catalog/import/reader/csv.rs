//! CSV (RFC 4180 and its relatives), row by row.

use std::io::Read;

use csv_core::{ReadFieldResult, Reader};

use super::{FileFault, MAX_CELL_BYTES, MAX_COLUMNS, MAX_ROW_BYTES, Row, RowFault, Rows, Stop, bytes::Utf8};

const BUFFER: usize = 128 * 1024;

/// Reads a CSV source to its end.
pub fn read(source: impl Read, rows: &mut impl Rows) -> Result<(), Stop> {
    let mut csv = Csv::new(Utf8::new(source)?)?;
    let mut row = Row::default();
    loop {
        if !csv.next(&mut row)? {
            return Err(FileFault::new("EMPTY_FILE", "the file has no rows").into());
        }
        if !row.is_blank() {
            break;
        }
    }
    check_header(&row)?;
    rows.header(&row)?;
    while csv.next(&mut row)? {
        if !row.is_blank() {
            rows.row(&row)?;
        }
    }
    Ok(())
}

fn check_header(row: &Row) -> Result<(), FileFault> {
    let odd = |c: char| c.is_control() && !c.is_whitespace();
    if row.fault.is_some() || row.cells().any(|cell| cell.contains(odd) || cell.len() > 1_000) {
        return Err(FileFault::new("NOT_A_TABLE", "the first line does not look like column names"));
    }
    Ok(())
}

struct Csv<R> {
    source: R,
    parser: Reader,
    buffer: Vec<u8>,
    /// Unread part of `buffer`.
    from: usize,
    to: usize,
    ended: bool,
    line: u64,
    /// Cells of the row in work; becomes the row's text once it is known to be text.
    cells: Vec<u8>,
    /// Whether the file has shown valid UTF-8 beyond ASCII: broken bytes are then an error, not Windows-1252.
    utf8_seen: bool,
}

impl<R: Read> Csv<R> {
    fn new(mut source: R) -> Result<Self, Stop> {
        let mut buffer = vec![0; BUFFER];
        let to = super::read_up_to(&mut source, &mut buffer)?;
        let sample = buffer.get(..to).unwrap_or(&[]);
        let (delimiter, from) = delimiter(sample);
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let line = if from > 0 { 2 } else { 1 };
        let cells = vec![0; MAX_CELL_BYTES];
        Ok(Self { source, parser, buffer, from, to, ended: to < BUFFER, line, cells, utf8_seen: false })
    }

    fn refill(&mut self) -> Result<(), Stop> {
        if self.from == self.to && !self.ended {
            self.from = 0;
            self.to = self.source.read(&mut self.buffer)?;
            self.ended = self.to == 0;
        }
        Ok(())
    }

    /// Skips line ends between rows, so that `line` is where the next row begins.
    fn skip_line_ends(&mut self) -> Result<(), Stop> {
        loop {
            self.refill()?;
            let rest = self.buffer.get(self.from..self.to).unwrap_or(&[]);
            let Some(skip) = rest.iter().position(|byte| !matches!(byte, b'\r' | b'\n')) else {
                self.advance(rest.len());
                if self.ended {
                    return Ok(());
                }
                continue;
            };
            self.advance(skip);
            return Ok(());
        }
    }

    fn advance(&mut self, by: usize) {
        let passed = self.buffer.get(self.from..self.from + by).unwrap_or(&[]);
        let line_ends = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += u64::try_from(line_ends).unwrap_or(0);
        self.from += by;
    }

    /// Reads a row; false at the end of the file.
    fn next(&mut self, row: &mut Row) -> Result<bool, Stop> {
        self.skip_line_ends()?;
        row.clear(self.line);
        let (mut filled, mut start) = (0, 0);
        loop {
            self.refill()?;
            // A cell never reaches its limit before the space for it is used up.
            if self.cells.len() < start + MAX_CELL_BYTES {
                self.cells.resize(start + MAX_CELL_BYTES, 0);
            }
            let input = self.buffer.get(self.from..self.to).unwrap_or(&[]);
            let output = self.cells.get_mut(filled..start + MAX_CELL_BYTES).unwrap_or(&mut []);
            let (result, read, wrote) = self.parser.read_field(input, output);
            self.advance(read);
            filled += wrote;
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => {
                    row.fault = row.fault.or(Some(RowFault::CellTooLong(row.ends.len())));
                    filled = start;
                }
                ReadFieldResult::Field { record_end } => {
                    if filled > MAX_ROW_BYTES {
                        row.fault = row.fault.or(Some(RowFault::CellTooLong(row.ends.len())));
                        filled = start;
                    }
                    if row.ends.len() == MAX_COLUMNS {
                        row.fault = row.fault.or(Some(RowFault::TooManyCells));
                        filled = start;
                    } else {
                        row.ends.push(filled);
                    }
                    start = filled;
                    if record_end {
                        self.take_text(row, filled);
                        return Ok(true);
                    }
                }
                ReadFieldResult::End => return Ok(false),
            }
        }
    }

    fn take_text(&mut self, row: &mut Row, filled: usize) {
        let bytes = self.cells.get(..filled).unwrap_or(&[]);
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                self.utf8_seen |= !text.is_ascii();
                row.text.push_str(text);
                // Ends fall on character boundaries except after a cell that was cut; that row has a fault.
            }
            Err(_) if self.utf8_seen || row.fault.is_some() => {
                row.fault = row.fault.or(Some(RowFault::NotText));
                row.ends.clear();
            }
            Err(_) => take_windows_1252(row, bytes),
        }
    }
}

/// Plain ASCII so far, and now a byte that UTF-8 does not know: an old spreadsheet's export.
fn take_windows_1252(row: &mut Row, bytes: &[u8]) {
    let mut start = 0;
    for end in &mut row.ends {
        let cell = bytes.get(start..*end).unwrap_or(&[]);
        row.text.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(cell).0);
        start = *end;
        *end = row.text.len();
    }
}

/// The delimiter that the first line uses most outside quotes, and how many bytes to skip: spreadsheets write
/// `sep=;` as a line of its own in front.
fn delimiter(sample: &[u8]) -> (u8, usize) {
    if let Some([delimiter @ (b',' | b';' | b'\t' | b'|'), rest @ ..]) = sample.strip_prefix(b"sep=") {
        let line_end = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if line_end > 0 {
            return (*delimiter, 5 + line_end);
        }
    }
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut quoted = false;
    let first = sample.iter().skip_while(|byte| byte.is_ascii_whitespace() && **byte != b'\t');
    for byte in first {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            byte if !quoted => {
                if let Some(count) = counts.iter_mut().find(|(delimiter, _)| delimiter == byte) {
                    count.1 += 1;
                }
            }
            _ => {}
        }
    }
    // The first of equals wins: comma before semicolon.
    let best = counts.iter().rev().max_by_key(|(_, count)| *count);
    (best.filter(|(_, count)| *count > 0).map_or(b',', |(delimiter, _)| *delimiter), 0)
}
