//! What people do with stock: take it in, put it right, set its limits.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::{
    model::{self, Batch, LotsByBatch, MAX_PIECES, StockItem, StockItemId, StockLot, StockLotId},
    post::{At, Cause, Posting, Shelf},
};
use crate::{
    app::App,
    catalog::variant::model::{self as variants, VariantId},
    inventory::{
        location::model::{self as locations, LocationId, LocationStatus, Standing},
        movement::model::MovementKind,
        seller::model::SellerId,
        stock_alert::model as alerts,
    },
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        db::{Conn, Tx},
        error::{Error, Problem, Result, found},
        idempotency::{self, Outcome},
        money::Minor,
    },
};

/// Most lines of one request.
pub const MAX_LINES: usize = 1_000;
/// Highest cost of a piece: one crore rupees.
pub const MAX_COST: Minor = Minor(1_000_000_000);

/// Why goods come in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, async_graphql::Enum)]
#[graphql(name = "StockIntakeKind")]
pub enum Intake {
    /// A supplier delivers.
    #[default]
    Receive,
    /// A customer sends back.
    Return,
}

/// Goods that come in.
#[derive(Clone, Debug, Serialize)]
pub struct IntakeLine {
    /// What.
    pub variant_id: VariantId,
    /// Pieces, the damaged ones among them.
    pub quantity: i32,
    /// Pieces that cannot be sold.
    pub damaged: i32,
    /// The maker's batch; empty for none.
    pub batch: String,
    /// Last day on which it may be sold.
    pub expires_on: Option<NaiveDate>,
    /// What a piece cost; by moving average when left out.
    pub unit_cost: Option<Minor>,
}

impl IntakeLine {
    fn batch(&self, location_id: LocationId) -> Batch {
        Batch { location_id, variant_id: self.variant_id, batch: self.batch.clone(), expires_on: self.expires_on }
    }
}

/// Goods that come to a location.
#[derive(Clone, Debug, Serialize)]
pub struct NewIntake {
    /// Where.
    pub location_id: LocationId,
    /// Why.
    pub kind: Intake,
    /// What.
    pub lines: Vec<IntakeLine>,
    /// For what, and a remark.
    #[serde(skip)]
    pub cause: Cause,
}

/// Takes goods in: all lines or none.
pub async fn receive(app: &App, actor: &Actor, key: &str, new: NewIntake) -> Result<Vec<StockItem>> {
    let mut checks = Checks::default();
    let cause = new.cause.checked(&mut checks);
    let lines = check_intake(&mut checks, &new);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let request = (&new, &cause.reference, &cause.note);
    let claim = match idempotency::claim(&tx, &app.clock, actor, "stockReceive", key, &request).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(ids) => return model::by_ids(&tx, actor, ids).await,
    };
    // Only now: a repeated call is answered, even when the day has passed meanwhile.
    check_fresh(&new, app.clock.today())?;
    let place = working_place(&tx, actor, new.location_id).await?;
    let now = app.clock.now();
    let wanted: Vec<Batch> = lines.iter().map(|line| line.batch(place.id)).collect();
    let (mut shelf, lots) = shelf_for(&tx, place.seller_id, &wanted, now).await?;
    let kind = match new.kind {
        Intake::Receive => MovementKind::Receive,
        Intake::Return => MovementKind::Return,
    };
    for (at, (line, batch)) in lines.iter().zip(&wanted).enumerate() {
        // What customers send back after its last day is here, but cannot be sold again.
        let expired = line.expires_on.is_some_and(|day| day < app.clock.today());
        let damaged = if expired { line.quantity } else { line.damaged };
        let posting = Posting {
            path: format!("lines.{at}.quantity"),
            available: line.quantity - damaged,
            damaged,
            kind: Some(kind),
            unit_cost: line.unit_cost,
            ..Posting::default()
        };
        let lot = lots.find(batch).ok_or(Error::NotFound("stock lot"))?;
        shelf.post(lot, &posting, &cause, At { now, actor })?;
    }
    let items = shelf.store(&tx, now).await?;
    claim.store(&tx, &ids_of(&items)).await?;
    tx.commit().await?;
    app.committed();
    Ok(items)
}

fn check_intake(checks: &mut Checks, new: &NewIntake) -> Vec<IntakeLine> {
    check_count(checks, new.lines.len());
    let mut lines = Vec::new();
    for (at, line) in new.lines.iter().enumerate().take(MAX_LINES) {
        let path = |field: &str| format!("lines.{at}.{field}");
        let mut ensure = |holds, field: &str, message: &str| checks.ensure(holds, "INVALID", &path(field), message);
        ensure((1..=MAX_PIECES).contains(&line.quantity), "quantity", "1 to 1,000,000,000 pieces come in");
        ensure((0..=line.quantity.max(0)).contains(&line.damaged), "damaged", "at most as many as come in");
        let cost = line.unit_cost.is_none_or(|cost| (Minor::ZERO..=MAX_COST).contains(&cost));
        ensure(cost, "unitCost", "a piece costs nothing to one crore rupees");
        let batch = checks.text(&path("batch"), &line.batch, 0, 60);
        lines.push(IntakeLine { batch, ..line.clone() });
    }
    lines
}

/// What has expired comes in as damaged only, unless a customer sends it back.
fn check_fresh(new: &NewIntake, today: NaiveDate) -> Result<()> {
    let mut checks = Checks::default();
    for (at, line) in new.lines.iter().enumerate() {
        let fresh = new.kind == Intake::Return || line.damaged == line.quantity;
        let fresh = fresh || line.expires_on.is_none_or(|day| day >= today);
        let message = "this has expired: it can come in as damaged only";
        checks.ensure(fresh, "INVALID", &format!("lines.{at}.expiresOn"), message);
    }
    checks.finish()
}

/// Refuses none, and too many.
pub fn check_count(checks: &mut Checks, lines: usize) {
    checks.ensure(lines > 0, "REQUIRED", "lines", "name at least one line");
    checks.ensure(lines <= MAX_LINES, "INVALID", "lines", format!("at most {MAX_LINES} lines at once"));
}

fn ids_of(items: &[StockItem]) -> Vec<StockItemId> {
    items.iter().map(|item| item.id).collect()
}

/// A place that takes goods in and gives them out, held open until the transaction ends.
pub async fn working_place(conn: &Conn, actor: &Actor, id: LocationId) -> Result<Standing> {
    let place = locations::hold(conn, actor, Permission::InventoryWrite, id).await?;
    match place.status {
        LocationStatus::Active => Ok(place),
        _ => Err(Error::problem("LOCATION_CLOSED", "locationId", "this location takes nothing in at present")),
    }
}

/// A place that has not closed for good, held so until the transaction ends. One that is not the caller's passes: its
/// lots will not be found.
pub async fn standing_place(conn: &Conn, actor: &Actor, id: LocationId) -> Result<()> {
    match found(locations::hold(conn, actor, Permission::InventoryWrite, id).await)? {
        Some(place) if place.status == LocationStatus::Terminated => {
            Err(Error::problem("LOCATION_CLOSED", "", "this location is closed for good"))
        }
        _ => Ok(()),
    }
}

/// The locked items of a seller's batches, with a lot for each; what is missing is added, empty. Paths of problems are
/// `lines.<position>`.
pub async fn shelf_for(
    conn: &Conn,
    seller: SellerId,
    batches: &[Batch],
    now: DateTime<Utc>,
) -> Result<(Shelf, LotsByBatch)> {
    let wanted: Vec<VariantId> = batches.iter().map(|batch| batch.variant_id).collect();
    ensure_known(conn, &wanted).await?;
    model::ensure_items(conn, seller, batches, now).await?;
    let items = model::lock_items_of(conn, batches).await?;
    let mut lots = model::lots(conn, &items).await?;
    let mut known = LotsByBatch::new(&items, &lots);
    let added: Vec<StockLot> = batches.iter().filter_map(|new| known.add_missing(new, now)).collect();
    model::insert_lots(conn, &added).await?;
    lots.extend(added.into_iter().map(|lot| (lot.id, lot)));
    Ok((Shelf::new(items, lots), known))
}

/// A problem for every line whose variant does not exist.
async fn ensure_known(conn: &Conn, wanted: &[VariantId]) -> Result<()> {
    let known: HashSet<VariantId> = variants::existing(conn, wanted).await?.into_iter().collect();
    let unknown = wanted.iter().enumerate().filter(|(_, id)| !known.contains(id));
    let problems: Vec<Problem> = unknown
        .map(|(at, _)| Problem::new("NOT_FOUND", &format!("lines.{at}.variantId"), "there is no such variant"))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Rejected(problems)) }
}

/// A correction of one lot.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Correction {
    /// The lot.
    pub lot_id: StockLotId,
    /// Change of the pieces that can be reserved.
    pub available: i32,
    /// Change of the pieces that cannot be sold.
    pub damaged: i32,
}

impl Correction {
    fn kind(self) -> MovementKind {
        match i64::from(self.available) + i64::from(self.damaged) {
            0 if self.damaged > 0 => MovementKind::Damage,
            _ => MovementKind::Adjustment,
        }
    }
}

/// Puts lots right: all lines or none.
pub async fn adjust(
    app: &App,
    actor: &Actor,
    key: &str,
    lines: Vec<Correction>,
    cause: Cause,
) -> Result<Vec<StockItem>> {
    let mut checks = Checks::default();
    let cause = cause.checked(&mut checks);
    checks.ensure(cause.note.is_some(), "REQUIRED", "note", "say why");
    check_count(&mut checks, lines.len());
    for (at, line) in lines.iter().enumerate().take(MAX_LINES) {
        let fits = |n: i32| (-MAX_PIECES..=MAX_PIECES).contains(&n);
        let something = (line.available, line.damaged) != (0, 0) && fits(line.available) && fits(line.damaged);
        checks.ensure(something, "INVALID", &format!("lines.{at}"), "change by 1 to 1,000,000,000 pieces, up or down");
    }
    checks.finish()?;
    let tx = app.db.begin().await?;
    let request = (&lines, &cause.reference, &cause.note);
    let claim = match idempotency::claim(&tx, &app.clock, actor, "stockAdjust", key, &request).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(ids) => return model::by_ids(&tx, actor, ids).await,
    };
    let now = app.clock.now();
    let asked: Vec<StockLotId> = lines.iter().map(|line| line.lot_id).collect();
    for place in model::places_of_lots(&tx, &asked).await? {
        standing_place(&tx, actor, place).await?;
    }
    let mut shelf = lock_lots(&tx, actor, &asked).await?;
    for (at, line) in lines.iter().enumerate() {
        let posting = Posting {
            path: format!("lines.{at}"),
            available: line.available,
            damaged: line.damaged,
            kind: Some(line.kind()),
            ..Posting::default()
        };
        shelf.post(line.lot_id, &posting, &cause, At { now, actor })?;
    }
    let items = shelf.store(&tx, now).await?;
    claim.store(&tx, &ids_of(&items)).await?;
    tx.commit().await?;
    app.committed();
    Ok(items)
}

/// Locks the items of these lots, as far as the caller may change them; a problem for every other lot.
async fn lock_lots(tx: &Tx, actor: &Actor, asked: &[StockLotId]) -> Result<Shelf> {
    let items = model::items_of_lots(tx, asked).await?;
    let items = model::lock_mine(tx, actor, &items).await?;
    let lots: HashMap<StockLotId, StockLot> = model::lots(tx, &items).await?;
    let unknown = asked.iter().enumerate().filter(|(_, id)| !lots.contains_key(id));
    let problems: Vec<Problem> = unknown
        .map(|(at, _)| Problem::new("NOT_FOUND", &format!("lines.{at}.lotId"), "there is no such lot"))
        .collect();
    if problems.is_empty() { Ok(Shelf::new(items, lots)) } else { Err(Error::Rejected(problems)) }
}

/// Changes to an item's settings; what is `None` stays.
#[derive(Clone, Copy, Debug, Default)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct ItemSettings {
    pub low_stock_threshold: Option<Option<i32>>,
    pub reorder_point: Option<Option<i32>>,
    pub reorder_quantity: Option<Option<i32>>,
}

/// Changes an item's settings; alerts follow at once.
pub async fn update_item(app: &App, actor: &Actor, id: StockItemId, settings: ItemSettings) -> Result<StockItem> {
    let ItemSettings { low_stock_threshold, reorder_point, reorder_quantity } = settings;
    let mut checks = Checks::default();
    for (path, value, least) in [
        ("lowStockThreshold", low_stock_threshold, 0),
        ("reorderPoint", reorder_point, 0),
        ("reorderQuantity", reorder_quantity, 1),
    ] {
        let fits = value.flatten().is_none_or(|n| (least..=MAX_PIECES).contains(&n));
        checks.ensure(fits, "INVALID", path, format!("{least} to {MAX_PIECES} pieces"));
    }
    checks.finish()?;
    let tx = app.db.begin().await?;
    let mut locked = model::lock_mine(&tx, actor, &[id]).await?;
    let before = locked.pop().ok_or(Error::NotFound("stock item"))?;
    let after = StockItem {
        low_stock_threshold: low_stock_threshold.unwrap_or(before.low_stock_threshold),
        reorder_point: reorder_point.unwrap_or(before.reorder_point),
        reorder_quantity: reorder_quantity.unwrap_or(before.reorder_quantity),
        updated_at: app.clock.now().max(before.updated_at),
        ..before.clone()
    };
    model::update_settings(&tx, &after).await?;
    alerts::settle(&tx, vec![after.clone()], after.updated_at).await?;
    Change::new("stockItemUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}
