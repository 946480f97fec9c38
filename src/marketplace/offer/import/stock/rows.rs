//! Reads the rows of a stock file.

use crate::{
    catalog::import::{
        columns::{Columns, Field, Wishes},
        issue::{BadValue, Issue},
        kinds::Intake,
        reader::{FileFault, Row},
        value,
    },
    inventory::stock::{model::MAX_PIECES, target::Level},
    marketplace::offer::{
        bulk::folded,
        import::{cells, rows::Cells},
    },
};

const SKU: usize = 0;
const LOCATION: usize = 1;
const ON_HAND: usize = 2;
const AVAILABLE: usize = 3;

/// Every field, at the positions of the constants, by the names that sellers give them.
pub const FIELDS: &[Field] = &[
    Field {
        name: "sku",
        aliases: &["sku", "seller_sku", "sku_code", "sku_id", "item_code", "item_no", "article_no", "plu"],
    },
    Field {
        name: "location",
        aliases: &["location", "location_code", "store_code", "store", "warehouse", "location_id", "site", "branch"],
    },
    Field {
        name: "on_hand",
        aliases: &["on_hand", "quantity_on_hand", "qty_on_hand", "stock_on_hand", "quantity", "qty", "stock", "soh"],
    },
    Field { name: "available", aliases: &["available", "available_quantity", "available_qty", "sellable", "saleable"] },
];

/// A row, understood.
#[derive(Clone, Debug)]
pub struct StockEntry {
    /// Line of the file.
    pub line: u64,
    /// The seller's SKU in lower case, by which its offer is found.
    pub key: String,
    /// How the location is named, in lower case; `None` where the row names none.
    pub location: Option<String>,
    /// How many pieces there shall be.
    pub level: Level,
}

/// Reads files of stock.
#[derive(Default)]
pub struct StockIntake {
    columns: Option<Columns>,
}

impl Intake for StockIntake {
    type Entry = StockEntry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = Columns::understand(header, FIELDS, &[], wishes)?;
        let missing = |message: &str| FileFault { code: "COLUMN_MISSING", message: message.to_owned() };
        if !columns.feeds(SKU) {
            return Err(missing("a column for the seller's SKU is needed"));
        }
        if !columns.feeds(ON_HAND) && !columns.feeds(AVAILABLE) {
            return Err(missing("a column for the pieces on hand, or for the available ones, is needed"));
        }
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, entries: &mut Vec<StockEntry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        entries.extend(read(&mut Cells::new(row, columns, issues)));
    }

    fn group(entry: &StockEntry) -> &str {
        &entry.key
    }

    fn position(entry: &StockEntry) -> u64 {
        entry.line
    }
}

/// `None` where something is wrong with the row, which is noted then.
fn read(cells: &mut Cells<'_>) -> Option<StockEntry> {
    let before = cells.findings();
    let sku = cells.get(SKU, |text| value::line_up_to(text, 64));
    let location = cells.get(LOCATION, |text| value::line_up_to(text, 120));
    let on_hand = cells.get(ON_HAND, pieces);
    let available = cells.get(AVAILABLE, pieces);
    if cells.findings() > before {
        return None;
    }
    let level = match (on_hand, available) {
        (Some(pieces), None) => Some(Level::OnHand(pieces)),
        (None, Some(pieces)) => Some(Level::Available(pieces)),
        (Some(_), Some(_)) => {
            cells.refuse(AVAILABLE, "INVALID", "say what is on hand or what is available, not both");
            None
        }
        (None, None) => {
            cells.refuse(ON_HAND, "REQUIRED", "the number of pieces is needed");
            None
        }
    };
    if sku.is_none() {
        cells.refuse(SKU, "REQUIRED", "the seller's SKU is needed");
    }
    let location = location.map(|text| text.to_lowercase());
    Some(StockEntry { line: cells.line(), key: folded(&sku?), location, level: level? })
}

/// A number of pieces, as it stands in a spreadsheet: `1200`, `1,200` or `1200.0`. A comma with other than three digits
/// behind it is nobody's thousands.
pub fn pieces(text: &str) -> Result<i32, BadValue> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let grouped = whole.rsplit_once(',').is_none_or(|(_, last)| last.len() == 3);
    if !grouped || rest.bytes().any(|digit| digit != b'0') {
        return Err(BadValue::invalid("a whole number of pieces is expected"));
    }
    let pieces = cells::count(&whole.replace(',', ""))?;
    let fits = (0..=MAX_PIECES).contains(&pieces);
    if fits { Ok(pieces) } else { Err(BadValue::invalid(format!("0 to {MAX_PIECES} pieces"))) }
}
