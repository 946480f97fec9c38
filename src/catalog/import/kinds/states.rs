//! States and union territories of India, by their GST codes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{Intake, Outcome, Output};
use crate::{
    catalog::import::{
        columns::{Columns, Field, Wishes},
        issue::{BadValue, Issue},
        reader::{FileFault, Row},
        value,
    },
    identity::place::model::{self as place, State},
    kernel::{db::Conn, error::Result},
};

const CODE: usize = 0;
const ALPHA: usize = 1;
const NAME: usize = 2;
const TERRITORY: usize = 3;
const LEGISLATURE: usize = 4;
const RETIRED: usize = 5;
const ALIASES: usize = 6;
/// What its columns can be.
pub const FIELDS: &[Field] = &[
    Field { name: "gst_code", aliases: &["gst_code", "gst_state_code", "state_code", "tin", "code"] },
    Field { name: "alpha", aliases: &["alpha", "abbreviation", "abbr", "alpha_code", "iso_code"] },
    Field { name: "name", aliases: &["name", "state_name", "state"] },
    Field { name: "is_union_territory", aliases: &["is_union_territory", "union_territory", "ut"] },
    Field { name: "has_legislature", aliases: &["has_legislature", "legislature"] },
    Field { name: "retired", aliases: &["retired"] },
    Field { name: "aliases", aliases: &["aliases", "other_names"] },
];

/// What a row says about a state; `None` leaves what is stored.
#[derive(Clone, Debug)]
pub struct StateEntry {
    line: u64,
    code: String,
    alpha: String,
    name: String,
    territory: Option<bool>,
    legislature: Option<bool>,
    retired: Option<bool>,
    aliases: Vec<String>,
}

/// Reads lists of states.
#[derive(Default)]
pub struct StateIntake {
    columns: Option<Columns>,
}

impl Intake for StateIntake {
    type Entry = StateEntry;

    fn header(&mut self, header: &Row, wishes: &Wishes) -> Result<Vec<String>, FileFault> {
        let columns = Columns::understand(header, FIELDS, &[], wishes)?;
        if [CODE, ALPHA, NAME].iter().any(|field| !columns.feeds(*field)) {
            let message = "columns for the GST code, the two letters and the name are needed".to_owned();
            return Err(FileFault { code: "COLUMN_MISSING", message });
        }
        let unmapped = columns.unmapped.clone();
        self.columns = Some(columns);
        Ok(unmapped)
    }

    fn row(&mut self, row: &Row, entries: &mut Vec<StateEntry>, issues: &mut Vec<Issue>) {
        let Some(columns) = &self.columns else { return };
        match read(row, columns) {
            Ok(entry) => entries.push(entry),
            Err((field, bad)) => {
                let value = columns.get(row, field);
                issues.push(Issue::error(row.line, columns.label(field), bad.code, bad.message, &value));
            }
        }
    }

    fn group(entry: &StateEntry) -> &str {
        &entry.code
    }

    fn position(entry: &StateEntry) -> u64 {
        entry.line
    }
}

fn read(row: &Row, columns: &Columns) -> Result<StateEntry, (usize, BadValue)> {
    let text = |field| value::line(&columns.get(row, field));
    let code = format!("{:0>2}", text(CODE));
    if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err((CODE, BadValue::invalid("a state's GST code has two digits")));
    }
    let alpha = text(ALPHA).to_uppercase();
    if alpha.len() != 2 || !alpha.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err((ALPHA, BadValue::invalid("two letters are expected")));
    }
    let name = value::line_up_to(&text(NAME), 100).map_err(|bad| (NAME, bad))?;
    if name.is_empty() {
        return Err((NAME, BadValue { code: "REQUIRED", message: "a name is needed".to_owned() }));
    }
    let flag = |field| match text(field).to_lowercase().as_str() {
        "" => Ok(None),
        "true" | "yes" | "1" | "y" => Ok(Some(true)),
        "false" | "no" | "0" | "n" => Ok(Some(false)),
        _ => Err((field, BadValue::invalid("yes or no is expected"))),
    };
    Ok(StateEntry {
        line: row.line,
        code,
        alpha,
        name,
        territory: flag(TERRITORY)?,
        legislature: flag(LEGISLATURE)?,
        retired: flag(RETIRED)?,
        aliases: text(ALIASES).split('|').map(value::line).filter(|alias| !alias.is_empty()).collect(),
    })
}

/// Union territories by GST code; of these, Jammu and Kashmir, Delhi and Puducherry have a legislature.
const TERRITORIES: [&str; 9] = ["01", "04", "07", "25", "26", "31", "34", "35", "38"];
const WITH_LEGISLATURE: [&str; 3] = ["01", "07", "34"];
/// Daman and Diu, and Andhra Pradesh before its division.
const RETIRED_CODES: [&str; 2] = ["25", "28"];

fn merge(entry: &StateEntry, before: Option<&State>) -> State {
    let code = entry.code.as_str();
    let territory = TERRITORIES.contains(&code);
    let stored = |field: fn(&State) -> bool, fact: bool| before.map_or(fact, field);
    let mut aliases = before.map(|state| state.aliases.clone()).unwrap_or_default();
    for alias in entry.aliases.iter().chain(before.map(|state| &state.name).filter(|name| **name != entry.name)) {
        if !aliases.contains(alias) {
            aliases.push(alias.clone());
        }
    }
    State {
        gst_code: entry.code.clone(),
        alpha: entry.alpha.clone(),
        name: entry.name.clone(),
        is_union_territory: entry.territory.unwrap_or_else(|| stored(|s| s.is_union_territory, territory)),
        has_legislature: entry
            .legislature
            .unwrap_or_else(|| stored(|s| s.has_legislature, !territory || WITH_LEGISLATURE.contains(&code))),
        retired: entry.retired.unwrap_or_else(|| stored(|s| s.retired, RETIRED_CODES.contains(&code))),
        aliases,
    }
}

/// Writes states.
#[derive(Default)]
pub struct StateOutput;

impl Output<StateEntry> for StateOutput {
    async fn write(&mut self, conn: &Conn, _now: DateTime<Utc>, entries: &[StateEntry]) -> Result<Outcome> {
        let stored = place::all_states(conn).await?;
        let stored: HashMap<&str, &State> = stored.iter().map(|state| (state.gst_code.as_str(), state)).collect();
        let (mut outcome, mut changed) = (Outcome::default(), HashMap::new());
        for entry in entries {
            let before = stored.get(entry.code.as_str()).copied();
            let after = merge(entry, before);
            let same = |state: &State| serde_json::to_value(state).ok() == serde_json::to_value(&after).ok();
            match before {
                None => outcome.created += 1,
                Some(before) if same(before) => {
                    outcome.unchanged += 1;
                    continue;
                }
                Some(_) => outcome.updated += 1,
            }
            if changed.insert(entry.code.clone(), after).is_some() {
                outcome.duplicates += 1;
            }
        }
        let mut rows: Vec<State> = changed.into_values().collect();
        rows.sort_by(|a, b| a.gst_code.cmp(&b.gst_code));
        if !rows.is_empty() {
            place::put_states(conn, &rows).await?;
        }
        Ok(outcome)
    }

    fn line(entry: &StateEntry) -> u64 {
        entry.line
    }
}
