//! Postal codes. A code is a record for each state that it touches; its rows are gathered before they are written, since
//! lists name a code once for every post office.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Intake, Outcome, Output};
use crate::{
    catalog::import::{
        columns::{Columns, Field, Wishes},
        issue::{BadValue, Issue},
        model::places,
        reader::{FileFault, Row},
        value,
    },
    identity::place::{
        load::{folded, state_names},
        model::{self as place, PincodeColumns, State},
    },
    kernel::{db::Conn, error::Result},
};

const CODE: usize = 0;
const PLACE: usize = 1;
const TALUK: usize = 2;
const DISTRICT: usize = 3;
const STATE: usize = 4;
const LATITUDE: usize = 5;
const LONGITUDE: usize = 6;
/// What its columns can be.
pub const FIELDS: &[Field] = &[
    Field { name: "pincode", aliases: &["pincode", "pin_code", "pin", "postal_code", "code"] },
    Field { name: "place", aliases: &["place", "place_name", "office_name", "officename", "post_office"] },
    Field { name: "taluk", aliases: &["taluk", "taluka", "tehsil", "block", "sub_district"] },
    Field { name: "district", aliases: &["district", "district_name", "districtname"] },
    Field { name: "state", aliases: &["state", "state_name", "statename", "state_code", "circle_name"] },
    Field { name: "latitude", aliases: &["latitude", "lat"] },
    Field { name: "longitude", aliases: &["longitude", "lng", "lon", "long"] },
];

/// A code within a state.
#[derive(Clone, Debug, PartialEq)]
pub struct PincodeEntry {
    line: u64,
    position: u64,
    /// Six digits.
    pub code: String,
    /// GST code of the state.
    pub state: String,
    /// First post office.
    pub place: String,
    /// Its taluk.
    pub taluk: String,
    /// Districts.
    pub districts: Vec<String>,
    /// Degrees north and east, as text.
    pub centre: Option<(String, String)>,
}

/// Gathers codes. Memory grows with the codes of India, some 20,000, not with the rows.
pub struct PincodeIntake {
    columns: Option<Columns>,
    states: HashMap<String, String>,
    gathered: HashMap<(String, String), PincodeEntry>,
    repeated: u64,
}

impl PincodeIntake {
    /// With the states that rows may name.
    pub fn new(states: &[State]) -> Self {
        Self { columns: None, states: state_names(states), gathered: HashMap::new(), repeated: 0 }
    }

    fn read(&self, row: &Row, columns: &Columns) -> Result<PincodeEntry, (usize, BadValue)> {
        let text = |field| value::line(&columns.get(row, field));
        let code = text(CODE).replace(' ', "");
        if code.len() != 6 || code.starts_with('0') || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err((CODE, BadValue::invalid("a postal code has six digits and does not begin with 0")));
        }
        let state = self.states.get(&folded(&text(STATE))).cloned().ok_or_else(|| {
            let message = "no state has this name or code; import states before postal codes".to_owned();
            (STATE, BadValue { code: "UNKNOWN", message })
        })?;
        let short = |field| value::line_up_to(&columns.get(row, field), 120).map_err(|bad| (field, bad));
        let district = short(DISTRICT)?.replace('|', " ");
        Ok(PincodeEntry {
            line: row.line,
            position: row.line,
            code,
            state,
            place: short(PLACE)?,
            taluk: short(TALUK)?,
            districts: if district.is_empty() { Vec::new() } else { vec![district] },
            centre: centre(&text(LATITUDE), &text(LONGITUDE)),
        })
    }
}

/// Degrees within India, kept as text: nothing is computed with them here.
fn centre(latitude: &str, longitude: &str) -> Option<(String, String)> {
    let (north, east) = (latitude.parse::<f64>().ok()?, longitude.parse::<f64>().ok()?);
    let within = (6.0..=38.0).contains(&north) && (68.0..=98.0).contains(&east);
    within.then(|| (latitude.to_owned(), longitude.to_owned()))
}

impl Intake for PincodeIntake {
    type Entry = PincodeEntry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = Columns::understand(header, FIELDS, &[], wishes)?;
        if !columns.feeds(CODE) || !columns.feeds(STATE) {
            let message = "columns for the postal code and its state are needed".to_owned();
            return Err(FileFault { code: "COLUMN_MISSING", message });
        }
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, _entries: &mut Vec<PincodeEntry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        let entry = match self.read(row, columns) {
            Ok(entry) => entry,
            Err((field, bad)) => {
                let value = columns.get(row, field);
                issues.push(Issue::error(row.line, columns.label(field), bad.code, bad.message, &value));
                return;
            }
        };
        match self.gathered.entry((entry.code.clone(), entry.state.clone())) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(entry);
            }
            std::collections::hash_map::Entry::Occupied(mut known) => {
                self.repeated += 1;
                let known = known.get_mut();
                known.centre = known.centre.take().or(entry.centre);
                for district in entry.districts {
                    if !known.districts.contains(&district) && known.districts.len() < 20 {
                        known.districts.push(district);
                    }
                }
            }
        }
    }

    fn finish(&mut self, last_line: u64, entries: &mut Vec<PincodeEntry>) {
        let mut rest: Vec<PincodeEntry> = self.gathered.drain().map(|(_, entry)| entry).collect();
        rest.sort_by(|a, b| (&a.code, &a.state).cmp(&(&b.code, &b.state)));
        for (entry, position) in rest.iter_mut().zip(last_line + 1..) {
            entry.position = position;
        }
        entries.extend(rest);
    }

    fn collapsed(&self) -> Option<u64> {
        Some(self.repeated)
    }

    fn group(entry: &PincodeEntry) -> &str {
        &entry.code
    }

    fn position(entry: &PincodeEntry) -> u64 {
        entry.position
    }
}

/// Writes postal codes.
#[derive(Default)]
pub struct PincodeOutput;

impl Output<PincodeEntry> for PincodeOutput {
    async fn write(&mut self, conn: &Conn, _now: DateTime<Utc>, entries: &[PincodeEntry]) -> Result<Outcome> {
        let codes: HashSet<String> = entries.iter().map(|entry| entry.code.clone()).collect();
        let stored = places::pincodes(conn, codes.into_iter().collect()).await?;
        let (mut outcome, mut columns) = (Outcome::default(), PincodeColumns::default());
        for entry in entries {
            match stored.get(&(entry.code.clone(), entry.state.clone())) {
                None => outcome.created += 1,
                Some(before) if before.says(entry) => {
                    outcome.unchanged += 1;
                    continue;
                }
                Some(_) => outcome.updated += 1,
            }
            let (latitude, longitude) = entry.centre.clone().unzip();
            columns.ids.push(Uuid::now_v7());
            columns.codes.push(entry.code.clone());
            columns.states.push(entry.state.clone());
            columns.places.push(entry.place.clone());
            columns.taluks.push(entry.taluk.clone());
            columns.districts.push(entry.districts.join("|"));
            columns.latitudes.push(latitude);
            columns.longitudes.push(longitude);
        }
        if !columns.ids.is_empty() {
            place::put_pincodes(conn, columns).await?;
        }
        Ok(outcome)
    }

    fn line(entry: &PincodeEntry) -> u64 {
        entry.line
    }
}
