//! Small and streaming CSV (RFC 4180) with a header line: reference data that is part of the program, and
//! administrators' files. Records go to a function one by one; none may exceed a megabyte.

use std::{collections::HashMap, io::Read};

use csv_core::{ReadRecordResult, Reader};

use super::error::{Error, Result};

const MAX_RECORD: usize = 1024 * 1024;
const MAX_FIELDS: usize = 256;

/// One record, by column name.
pub struct Record<'a> {
    columns: &'a HashMap<String, usize>,
    fields: Vec<&'a str>,
    /// Line on which the record begins, from 1.
    pub line: u64,
}

impl<'a> Record<'a> {
    /// A column's value, trimmed; empty where the record or the file has none.
    pub fn get(&self, column: &str) -> &'a str {
        self.columns.get(column).and_then(|at| self.fields.get(*at)).map_or("", |field| field.trim())
    }
}

/// Reads records until the source or the taker ends it.
pub fn read(source: impl Read, mut take: impl FnMut(&Record<'_>) -> Result<()>) -> Result<()> {
    let mut csv = Csv::new(source);
    let mut columns = HashMap::new();
    while csv.next()? {
        let fields = csv.fields()?;
        if columns.is_empty() {
            let name = |(at, name): (usize, &&str)| (name.trim_start_matches('\u{feff}').trim().to_lowercase(), at);
            columns = fields.iter().enumerate().map(name).collect();
            continue;
        }
        take(&Record { columns: &columns, fields, line: csv.record_line })?;
    }
    Ok(())
}

struct Csv<R> {
    source: R,
    parser: Reader,
    input: Vec<u8>,
    /// Unread part of `input`.
    from: usize,
    to: usize,
    output: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    record_line: u64,
}

impl<R: Read> Csv<R> {
    fn new(source: R) -> Self {
        let input = vec![0; 64 * 1024];
        let (output, ends) = (vec![0; 4096], vec![0; MAX_FIELDS]);
        Self { source, parser: Reader::new(), input, from: 0, to: 0, output, ends, count: 0, record_line: 1 }
    }

    /// Reads one record into the buffers; false at the end.
    fn next(&mut self) -> Result<bool> {
        let (mut written, mut ended) = (0, 0);
        self.record_line = self.parser.line();
        loop {
            if self.from == self.to {
                self.from = 0;
                self.to = self.source.read(&mut self.input).map_err(|_| unreadable("the file cannot be read"))?;
            }
            let input = self.input.get(self.from..self.to).unwrap_or_default();
            let output = self.output.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, read, wrote, fields) = self.parser.read_record(input, output, ends);
            self.from += read;
            written += wrote;
            ended += fields;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.output.len() < MAX_RECORD => {
                    self.output.resize(self.output.len() * 4, 0);
                }
                ReadRecordResult::OutputFull => return Err(unreadable("a record is longer than one megabyte")),
                ReadRecordResult::OutputEndsFull => return Err(unreadable("a record has more than 256 fields")),
                ReadRecordResult::Record => {
                    self.count = ended;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn fields(&self) -> Result<Vec<&str>> {
        let mut start = 0;
        let mut fields = Vec::with_capacity(self.count);
        for end in self.ends.iter().take(self.count) {
            let bytes = self.output.get(start..*end).unwrap_or_default();
            fields.push(std::str::from_utf8(bytes).map_err(|_| unreadable("the file is not UTF-8 text"))?);
            start = *end;
        }
        Ok(fields)
    }
}

fn unreadable(message: &str) -> Error {
    Error::invalid("file", message)
}
