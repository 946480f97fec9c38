//! Setting the stock of many variants at once, as systems of sellers do that keep their own books.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    model::{self, MAX_PIECES, StockItem, StockItemId, StockLotId},
    post::{At, Cause, Posting, Shelf},
    service::{Batch, MAX_LINES, shelf_for, working_place},
};
use crate::{
    app::App,
    catalog::variant::model::{self as variants, VariantId},
    inventory::{location::model::LocationId, movement::model::MovementKind},
    kernel::{
        access::Actor,
        check::Checks,
        db::Conn,
        error::{Error, Problem, Result},
        idempotency::{self, Outcome},
    },
};

/// What shall be available of a variant.
#[derive(Clone, Debug, Serialize)]
pub struct Target {
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
    rows: Vec<Target>,
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
    let mut outcomes = check_rows(&rows, &variants::by_skus(&tx, &skus).await?);
    let batches: Vec<Batch> = outcomes.iter().filter_map(|row| row.as_ref().ok()).map(|id| loose(*id)).collect();
    let (mut shelf, lots) = shelf_for(&tx, (place.id, place.seller_id), &batches, now).await?;
    for (at, (row, outcome)) in rows.iter().zip(&mut outcomes).enumerate() {
        let Ok(variant) = *outcome else { continue };
        let spare = lots.find(variant, "", None).ok_or(Error::NotFound("stock lot"))?;
        match plan(&shelf, variant, spare, row, at) {
            Ok(postings) => {
                for (lot, posting) in postings {
                    shelf.post(lot, &posting, &Cause::default(), At { now, actor })?;
                }
            }
            Err(problem) => *outcome = Err(problem),
        }
    }
    let items: HashMap<VariantId, StockItemId> = shelf.items().map(|item| (item.variant_id, item.id)).collect();
    shelf.store(&tx, now).await?;
    let stored = outcomes.into_iter().map(|outcome| match outcome {
        Ok(variant) => Stored { item: items.get(&variant).copied(), problem: None },
        Err(problem) => Stored { item: None, problem: Some((problem.code.to_owned(), problem.message, problem.path)) },
    });
    let stored: Vec<Stored> = stored.collect();
    claim.store(&tx, &stored).await?;
    let results = again(&tx, actor, rows, stored).await?;
    tx.commit().await?;
    app.committed();
    Ok(results)
}

/// What is kept of a row's outcome under the idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Stored {
    item: Option<StockItemId>,
    problem: Option<(String, String, Vec<String>)>,
}

/// The answer from what was kept, with the items as they are now.
async fn again(conn: &Conn, actor: &Actor, rows: Vec<Target>, stored: Vec<Stored>) -> Result<Vec<RowResult>> {
    let ids = stored.iter().filter_map(|row| row.item).collect();
    let items = model::by_ids(conn, actor, ids).await?;
    let items: HashMap<StockItemId, StockItem> = items.into_iter().map(|item| (item.id, item)).collect();
    let result = |(row, stored): (Target, Stored)| {
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

/// The postings that bring an item to its target: more comes into the lot without a batch, less leaves the lots that
/// expire first.
fn plan(
    shelf: &Shelf,
    variant: VariantId,
    spare: StockLotId,
    row: &Target,
    at: usize,
) -> Result<Vec<(StockLotId, Posting)>, Problem> {
    let Some(item) = shelf.item_of(variant) else { return Ok(Vec::new()) };
    let now = item.available;
    if row.expected.is_some_and(|expected| expected != now) {
        let path = format!("rows.{at}.expectedAvailable");
        return Err(Problem::new("VERSION_CONFLICT", &path, format!("{now} pieces are available now")));
    }
    let posting = |available: i32| Posting {
        path: format!("rows.{at}.available"),
        available,
        kind: Some(MovementKind::Adjustment),
        ..Posting::default()
    };
    if row.available >= now {
        let more = row.available - now;
        let room = i64::from(item.on_hand()) + i64::from(more) <= i64::from(MAX_PIECES);
        return match (more, room) {
            (0, _) => Ok(Vec::new()),
            (_, true) => Ok(vec![(spare, posting(more))]),
            (_, false) => {
                Err(Problem::new("INVALID", &format!("rows.{at}.available"), format!("0 to {MAX_PIECES} pieces")))
            }
        };
    }
    let mut less = now - row.available;
    let mut postings = Vec::new();
    for (lot, available) in shelf.queue(item.id) {
        let part = available.min(less);
        less -= part;
        if part > 0 {
            postings.push((lot, posting(-part)));
        }
    }
    Ok(postings)
}

/// A variant per row, or why the row cannot be set.
fn check_rows(rows: &[Target], known: &HashMap<String, VariantId>) -> Vec<Result<VariantId, Problem>> {
    let mut seen = HashSet::new();
    let check = |(at, row): (usize, &Target)| {
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

fn loose(variant_id: VariantId) -> Batch {
    Batch { variant_id, batch: String::new(), expires_on: None }
}
