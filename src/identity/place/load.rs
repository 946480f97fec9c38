//! Loads states and postal codes from CSV. Safe to repeat: rows are corrected in place.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
};

use uuid::Uuid;

use super::{
    geocoder::Point,
    model::{self, PincodeColumns, State},
};
use crate::{
    app::App,
    kernel::{
        csv,
        error::{Error, Result},
    },
};

const BATCH: usize = 5_000;

/// What a load did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadReport {
    /// Rows stored.
    pub stored: usize,
    /// Rows left out, with line and reason; the first hundred.
    pub refused: Vec<(u64, String)>,
    /// All rows left out.
    pub refused_count: usize,
}

impl LoadReport {
    fn refuse(&mut self, line: u64, reason: impl Into<String>) {
        self.refused_count += 1;
        if self.refused.len() < 100 {
            self.refused.push((line, reason.into()));
        }
    }
}

/// Loads states: `gst_code, alpha, name, is_union_territory, has_legislature, retired, aliases` (joined by `|`).
pub async fn load_states(app: &App, source: impl Read) -> Result<LoadReport> {
    let (mut rows, mut report) = (Vec::new(), LoadReport::default());
    csv::read(source, |record| {
        let (gst_code, alpha) = (record.get("gst_code"), record.get("alpha"));
        let two = |text: &str, good: fn(&char) -> bool| text.len() == 2 && text.chars().all(|c| good(&c));
        if !two(gst_code, char::is_ascii_digit) || !two(alpha, char::is_ascii_uppercase) {
            report.refuse(record.line, "codes of a state have two digits and two capital letters");
            return Ok(());
        }
        rows.push(State {
            gst_code: gst_code.to_owned(),
            alpha: alpha.to_owned(),
            name: record.get("name").to_owned(),
            is_union_territory: record.get("is_union_territory") == "true",
            has_legislature: record.get("has_legislature") == "true",
            retired: record.get("retired") == "true",
            aliases: record.get("aliases").split('|').filter(|a| !a.is_empty()).map(str::to_owned).collect(),
        });
        Ok(())
    })?;
    report.stored = model::put_states(&*app.db.write().await?, &rows).await?;
    Ok(report)
}

/// A postal code within a state, gathered from the rows of its districts.
struct Gathered {
    place: String,
    taluk: String,
    districts: Vec<String>,
    centre: Option<(String, String)>,
}

/// Loads postal codes: `pincode, place, taluk, district, state` (a name, an alias or a code), and where the file has
/// them `latitude` and `longitude`. States must be loaded before.
pub async fn load_pincodes(app: &App, source: impl Read + Send + 'static) -> Result<LoadReport> {
    let states = state_names(&model::all_states(&*app.db.write().await?).await?);
    let read = tokio::task::spawn_blocking(move || gather(source, &states));
    let (gathered, mut report) = read.await.map_err(Error::internal)??;
    let mut rows = gathered.into_iter().peekable();
    let tx = app.db.begin().await?;
    while rows.peek().is_some() {
        let columns = columns(rows.by_ref().take(BATCH));
        report.stored += model::put_pincodes(&tx, columns).await?;
    }
    tx.commit().await?;
    Ok(report)
}

/// By code and state.
type GatheredCodes = BTreeMap<(String, String), Gathered>;

fn gather(source: impl Read, states: &HashMap<String, String>) -> Result<(GatheredCodes, LoadReport)> {
    let (mut all, mut report) = (GatheredCodes::new(), LoadReport::default());
    csv::read(source, |record| {
        let (code, state) = (record.get("pincode"), record.get("state"));
        if code.len() != 6 || code.starts_with('0') || !code.chars().all(|c| c.is_ascii_digit()) {
            report.refuse(record.line, format!("{code:?} is no postal code"));
            return Ok(());
        }
        let Some(state) = states.get(&folded(state)) else {
            report.refuse(record.line, format!("{state:?} is no state"));
            return Ok(());
        };
        let entry = all.entry((code.to_owned(), state.clone())).or_insert_with(|| Gathered {
            place: record.get("place").to_owned(),
            taluk: record.get("taluk").to_owned(),
            districts: Vec::new(),
            centre: centre(record.get("latitude"), record.get("longitude")),
        });
        let district = record.get("district").replace('|', " ");
        if !district.is_empty() && !entry.districts.contains(&district) {
            entry.districts.push(district);
        }
        Ok(())
    })?;
    Ok((all, report))
}

/// Degrees within India, as text: nothing is computed with them here.
fn centre(latitude: &str, longitude: &str) -> Option<(String, String)> {
    let (north, east) = (latitude.parse::<f64>().ok()?, longitude.parse::<f64>().ok()?);
    let point = Point::new(north, east)?;
    let within = (6.0..=38.0).contains(&north) && (68.0..=98.0).contains(&east);
    within.then(|| (point.latitude.to_plain_string(), point.longitude.to_plain_string()))
}

fn columns(rows: impl Iterator<Item = ((String, String), Gathered)>) -> PincodeColumns {
    let mut columns = PincodeColumns::default();
    for ((code, state), gathered) in rows {
        let (latitude, longitude) = gathered.centre.unzip();
        columns.ids.push(Uuid::now_v7());
        columns.codes.push(code);
        columns.states.push(state);
        columns.places.push(gathered.place);
        columns.taluks.push(gathered.taluk);
        columns.districts.push(gathered.districts.join("|"));
        columns.latitudes.push(latitude);
        columns.longitudes.push(longitude);
    }
    columns
}

/// Case, spaces and `&` do not tell states apart.
pub fn folded(name: &str) -> String {
    name.to_lowercase().replace('&', "and").chars().filter(|c| c.is_alphanumeric()).collect()
}

/// GST code by every name, alias and code of the states in use; a retired state's name must not win.
pub fn state_names(states: &[State]) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let (retired, current): (Vec<&State>, Vec<&State>) = states.iter().partition(|state| state.retired);
    for state in retired.into_iter().chain(current) {
        let spellings = state.aliases.iter().chain([&state.name, &state.alpha, &state.gst_code]);
        names.extend(spellings.map(|spelling| (folded(spelling), state.gst_code.clone())));
    }
    names
}

/// The states and postal codes that come with the program.
pub async fn load_embedded_places(app: &App) -> Result<(LoadReport, LoadReport)> {
    let states = load_states(app, &include_bytes!("../../../demo/states.csv")[..]).await?;
    let packed = &include_bytes!("../../../demo/pincodes.csv.gz")[..];
    let pincodes = load_pincodes(app, flate2::bufread::GzDecoder::new(packed)).await?;
    if states.stored == 0 || pincodes.stored == 0 {
        return Err(Error::internal(anyhow::anyhow!("the embedded places are empty")));
    }
    Ok((states, pincodes))
}
