//! Setting the stock of many variants at once, as systems of sellers do that keep their own books.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    model::{self, MAX_PIECES, StockItem, StockItemId},
    post::{At, Cause},
    service::{MAX_LINES, working_place},
    target::{Level, Met, Target, bring},
};
use crate::{
    app::App,
    catalog::variant::model::{self as variants, VariantId},
    inventory::location::model::LocationId,
    kernel::{
        access::Actor,
        check::Checks,
        db::Conn,
        error::{Problem, Result},
        idempotency::{self, Outcome},
    },
};

/// What shall be available of a variant.
#[derive(Clone, Debug, Serialize)]
pub struct TargetRow {
    /// The variant's SKU.
    pub sku: String,
    /// Pieces that can be reserved.
    pub available: i32,
    /// Refused unless this many are available now.
    pub expected: Option<i32>,
}

/// What became of one row.
#[derive(Clone, Debug)]
pub struct RowResult {
    /// The SKU as given.
    pub sku: String,
    /// The item.
    pub item: Option<StockItem>,
    /// Why it was not set.
    pub problems: Vec<Problem>,
}

/// Sets what is available of many variants at a location, with as many statements for one as for all. Rows that cannot
/// be set are left out, each with its reason. What comes in has no batch; what goes, goes first to expire first.
pub async fn set_available(
    app: &App,
    actor: &Actor,
    key: &str,
    location: LocationId,
    rows: Vec<TargetRow>,
) -> Result<Vec<RowResult>> {
    let mut checks = Checks::default();
    checks.ensure(!rows.is_empty(), "REQUIRED", "rows", "name at least one row");
    checks.ensure(rows.len() <= MAX_LINES, "INVALID", "rows", format!("at most {MAX_LINES} rows at once"));
    checks.finish()?;
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim(&tx, &app.clock, actor, "stockBulkSet", key, &(location, &rows)).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(stored) => return again(&tx, actor, rows, stored).await,
    };
    let place = working_place(&tx, actor, location).await?;
    let now = app.clock.now();
    let skus: Vec<String> = rows.iter().map(|row| row.sku.clone()).collect();
    let variants = check_rows(&rows, &variants::by_skus(&tx, &skus).await?);
    let target = |(row, variant): (&TargetRow, &Result<VariantId, Problem>)| {
        let (variant_id, level) = (*variant.as_ref().ok()?, Level::Available(row.available));
        Some(Target { location_id: place.id, variant_id, level, expected: row.expected })
    };
    let targets: Vec<Target> = rows.iter().zip(&variants).filter_map(target).collect();
    let mut met = bring(&tx, place.seller_id, &targets, &Cause::default(), At { now, actor }).await?.into_iter();
    let outcome = |(at, variant): (usize, Result<VariantId, Problem>)| match variant {
        Ok(_) => {
            met.next().map(|outcome| Stored::of(outcome.map_err(|problem| in_row(at, problem)))).unwrap_or_default()
        }
        Err(problem) => Stored::of(Err(problem)),
    };
    let stored: Vec<Stored> = variants.into_iter().enumerate().map(outcome).collect();
    claim.store(&tx, &stored).await?;
    let results = again(&tx, actor, rows, stored).await?;
    tx.commit().await?;
    app.committed();
    Ok(results)
}

/// What is kept of a row's outcome under the idempotency key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Stored {
    item: Option<StockItemId>,
    problem: Option<(String, String, Vec<String>)>,
}

impl Stored {
    fn of(outcome: Result<Met, Problem>) -> Self {
        match outcome {
            Ok(met) => Self { item: Some(met.item), problem: None },
            Err(problem) => {
                Self { item: None, problem: Some((problem.code.to_owned(), problem.message, problem.path)) }
            }
        }
    }
}

fn in_row(at: usize, mut problem: Problem) -> Problem {
    problem.path.splice(0..0, ["rows".to_owned(), at.to_string()]);
    problem
}

/// The answer from what was kept, with the items as they are now.
async fn again(conn: &Conn, actor: &Actor, rows: Vec<TargetRow>, stored: Vec<Stored>) -> Result<Vec<RowResult>> {
    let ids = stored.iter().filter_map(|row| row.item).collect();
    let items = model::by_ids(conn, actor, ids).await?;
    let items: HashMap<StockItemId, StockItem> = items.into_iter().map(|item| (item.id, item)).collect();
    let result = |(row, stored): (TargetRow, Stored)| {
        let problem = stored.problem.map(|(code, message, path)| Problem { code: known_code(&code), message, path });
        let item = stored.item.and_then(|id| items.get(&id).cloned());
        RowResult { sku: row.sku, item, problems: problem.into_iter().collect() }
    };
    Ok(rows.into_iter().zip(stored).map(result).collect())
}

/// Codes of rows, as constants.
fn known_code(code: &str) -> &'static str {
    ["NOT_FOUND", "INSUFFICIENT_STOCK", "VERSION_CONFLICT"]
        .into_iter()
        .find(|known| *known == code)
        .unwrap_or("INVALID")
}

/// A variant per row, or why the row cannot be set.
fn check_rows(rows: &[TargetRow], known: &HashMap<String, VariantId>) -> Vec<Result<VariantId, Problem>> {
    let mut seen = HashSet::new();
    let check = |(at, row): (usize, &TargetRow)| {
        let path = |field: &str| format!("rows.{at}.{field}");
        if !(0..=MAX_PIECES).contains(&row.available) {
            return Err(Problem::new("INVALID", &path("available"), format!("0 to {MAX_PIECES} pieces")));
        }
        let unknown = || Problem::new("NOT_FOUND", &path("sku"), "there is no variant with this SKU");
        let variant = *known.get(&row.sku).ok_or_else(unknown)?;
        match seen.insert(variant) {
            true => Ok(variant),
            false => Err(Problem::new("INVALID", &path("sku"), "this SKU stands in an earlier row")),
        }
    };
    rows.iter().enumerate().map(check).collect()
}
