//! Counting stock.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::model::{self, CountLine, StockCount, StockCountId, StockCountStatus};
use crate::{
    app::App,
    catalog::variant::model::VariantId,
    inventory::{
        location::model::{self as locations, LocationId},
        movement::model::MovementKind,
        stock::{
            model::{self as stock, Batch, MAX_PIECES, StockLotId},
            post::{At, Cause, Posting, Shelf},
            service::{MAX_LINES, check_count, shelf_for, standing_place},
        },
    },
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        error::{Error, Result},
        idempotency::{self, Outcome},
        sql::Sql,
    },
};

/// Opens a count at a location.
pub async fn open_count(
    app: &App,
    actor: &Actor,
    key: &str,
    (location, note): (LocationId, Option<String>),
) -> Result<StockCount> {
    let mut checks = Checks::default();
    let note = Cause { reference: None, note }.checked(&mut checks).note;
    checks.finish()?;
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim(&tx, &app.clock, actor, "stockCountOpen", key, &(location, &note)).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return model::lock(&tx, actor, id).await,
    };
    let place = locations::hold(&tx, actor, Permission::InventoryWrite, location).await?;
    standing_place(&tx, actor, location).await?;
    let row = StockCount {
        id: StockCountId::new(),
        location_id: place.id,
        seller_id: place.seller_id,
        status: StockCountStatus::Open,
        note,
        created_by: actor.account_id(),
        created_at: app.clock.now(),
        closed_at: None,
    };
    model::insert(&tx, &row).await?;
    Change::new("stockCountOpen", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &row.id).await?;
    tx.commit().await?;
    Ok(row)
}

/// What was counted of a batch.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "named as the input's fields")]
pub struct Counted {
    pub variant_id: VariantId,
    pub batch: String,
    pub expires_on: Option<NaiveDate>,
    pub counted: i32,
    pub damaged: i32,
}

/// Notes what was counted, beside what the books say at this moment. A batch that the books do not know is found.
pub async fn record_count(app: &App, actor: &Actor, id: StockCountId, lines: Vec<Counted>) -> Result<StockCount> {
    let mut checks = Checks::default();
    check_count(&mut checks, lines.len());
    let mut texts = Vec::new();
    for (at, line) in lines.iter().enumerate().take(MAX_LINES) {
        for (field, n) in [("counted", line.counted), ("damaged", line.damaged)] {
            let fits = (0..=MAX_PIECES).contains(&n);
            checks.ensure(fits, "INVALID", &format!("lines.{at}.{field}"), format!("0 to {MAX_PIECES} pieces"));
        }
        texts.push(checks.text(&format!("lines.{at}.batch"), &line.batch, 0, 60));
    }
    checks.finish()?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let count = model::lock_open(&tx, actor, id).await?;
    standing_place(&tx, actor, count.location_id).await?;
    let location_id = count.location_id;
    let batch = |(line, batch): (&Counted, String)| {
        let Counted { variant_id, expires_on, .. } = *line;
        Batch { location_id, variant_id, batch, expires_on }
    };
    let batches: Vec<Batch> = lines.iter().zip(texts).map(batch).collect();
    let (shelf, known) = shelf_for(&tx, count.seller_id, &batches, now).await?;
    let mut rows: HashMap<StockLotId, CountLine> = HashMap::new();
    for (line, batch) in lines.iter().zip(&batches) {
        let lot = known.find(batch).and_then(|id| shelf.lot(id));
        let lot = lot.ok_or(Error::NotFound("stock lot"))?;
        let row = CountLine {
            count_id: id,
            lot_id: lot.id,
            item_id: lot.item_id,
            expected: lot.available.saturating_add(lot.reserved),
            expected_damaged: lot.damaged,
            counted: line.counted,
            counted_damaged: line.damaged,
            counted_by: actor.account_id(),
            counted_at: now,
        };
        if rows.insert(lot.id, row).is_some() {
            return Err(Error::invalid("lines", "a batch stands in two lines"));
        }
    }
    let mut rows: Vec<CountLine> = rows.into_values().collect();
    rows.sort_by_key(|row| row.lot_id);
    model::save_lines(&tx, &rows).await?;
    tx.commit().await?;
    Ok(count)
}

/// Puts the books right by the differences that were found; what moved since the counting stays moved.
pub async fn post_count(app: &App, actor: &Actor, key: &str, id: StockCountId) -> Result<StockCount> {
    let tx = app.db.begin().await?;
    let claim = match idempotency::claim(&tx, &app.clock, actor, "stockCountPost", key, &id).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return model::lock(&tx, actor, id).await,
    };
    let before = model::lock_open(&tx, actor, id).await?;
    standing_place(&tx, actor, before.location_id).await?;
    let items: Vec<Uuid> = model::lines_of(&tx, id).await?.iter().map(|line| line.item_id.0).collect();
    let items = stock::lock_items(&tx, Sql::new("id = ANY(").bind(items).sql(")")).await?;
    // Read again: another count of the same batches may have been posted until the items were ours.
    let lines = model::lines_of(&tx, id).await?;
    let lots = stock::lots(&tx, &items).await?;
    let now = app.clock.now();
    let cause = Cause { reference: Some(id.to_string()), note: before.note.clone() };
    let mut shelf = Shelf::new(items, lots);
    for (at, line) in lines.iter().enumerate() {
        let posting = Posting {
            path: format!("lines.{at}"),
            available: line.counted - line.expected,
            damaged: line.counted_damaged - line.expected_damaged,
            kind: Some(MovementKind::Adjustment),
            ..Posting::default()
        };
        if (posting.available, posting.damaged) != (0, 0) {
            shelf.post(line.lot_id, &posting, &cause, At { now, actor })?;
        }
    }
    shelf.store(&tx, now).await?;
    model::shift_expected(&tx, &lines).await?;
    let after = StockCount { status: StockCountStatus::Posted, closed_at: Some(now), ..before.clone() };
    model::close(&tx, &after).await?;
    Change::new("stockCountPost", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    claim.store(&tx, &id).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}

/// Leaves a count without a trace in the books.
pub async fn cancel_count(app: &App, actor: &Actor, id: StockCountId) -> Result<StockCount> {
    let tx = app.db.begin().await?;
    let before = model::lock_open(&tx, actor, id).await?;
    let after = StockCount { status: StockCountStatus::Cancelled, closed_at: Some(app.clock.now()), ..before.clone() };
    model::close(&tx, &after).await?;
    Change::new("stockCountCancel", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}
