//! What is wrong with rows, in words that a person with a spreadsheet understands.

use super::reader::{MAX_CELL_BYTES, MAX_COLUMNS, Row, RowFault};

crate::text_enum! {
    /// Whether a row was refused.
    pub enum IssueSeverity {
        /// The row was not imported.
        Error = "error",
        /// The row was imported, but not as the file asked.
        Warning = "warning",
    }
}

/// One finding about one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Line of the file, from 1; a spreadsheet's row number.
    pub row: u64,
    /// Name of the column as the file has it, or of the field; empty when it concerns the row.
    pub column: String,
    /// Whether the row was refused.
    pub severity: IssueSeverity,
    /// For programs: `REQUIRED`, `INVALID`, `UNKNOWN`, `CONFLICT`, `TOO_LONG`, `BAD_ROW`, `INCOMPLETE`.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// Beginning of the value in question.
    pub value: String,
}

/// Longest excerpt of a value.
const EXCERPT: usize = 120;

impl Issue {
    /// A reason to refuse a row.
    pub fn error(row: u64, column: &str, code: &'static str, message: impl Into<String>, value: &str) -> Self {
        let value = value.chars().filter(|c| *c != '\0').take(EXCERPT).collect();
        Self { row, column: column.to_owned(), severity: IssueSeverity::Error, code, message: message.into(), value }
    }

    /// Something to know about a row that was imported all the same.
    pub fn warning(row: u64, column: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: IssueSeverity::Warning, ..Self::error(row, column, code, message, "") }
    }

    /// From a row that could not be read.
    pub fn unreadable(row: &Row, fault: RowFault, header: &Row) -> Self {
        match fault {
            RowFault::CellTooLong(at) => {
                let message = format!("the cell is longer than {} KiB", MAX_CELL_BYTES / 1024);
                Self::error(row.line, header.cell(at).trim(), "TOO_LONG", message, row.cell(at))
            }
            RowFault::TooManyCells => {
                Self::error(row.line, "", "BAD_ROW", format!("the row has more than {MAX_COLUMNS} cells"), row.cell(0))
            }
            RowFault::NotText => Self::error(row.line, "", "BAD_ROW", "the row is not text in the file's encoding", ""),
        }
    }
}

/// What makes one value unacceptable: a code and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadValue {
    /// See [`Issue::code`].
    pub code: &'static str,
    /// For people.
    pub message: String,
}

impl BadValue {
    /// A malformed value.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { code: "INVALID", message: message.into() }
    }

    /// A value that is longer than its column.
    pub fn too_long(limit: usize) -> Self {
        Self { code: "TOO_LONG", message: format!("at most {limit} characters fit here") }
    }
}
