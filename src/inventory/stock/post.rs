//! The one way in which stock changes: postings to lots, added up into their items, written to the ledger, told to
//! those who listen.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    events,
    model::{self, MAX_PIECES, StockItem, StockItemId, StockLot, StockLotId},
};
use crate::{
    inventory::{
        movement::model::{self as movements, MovementKind, NewMovement},
        stock_alert::model as alerts,
    },
    kernel::{
        access::Actor,
        check::Checks,
        db::Conn,
        error::{Error, Problem, Result},
        money::Minor,
        outbox,
    },
};
use chrono::{DateTime, Utc};

/// A change of one lot.
#[derive(Clone, Debug, Default)]
pub struct Posting {
    /// Path of the input that asked for it, for problems: `lines.3.quantity`.
    pub path: String,
    /// Change of the pieces that can be reserved.
    pub available: i32,
    /// Change of the pieces that reservations hold.
    pub reserved: i32,
    /// Change of the pieces that cannot be sold.
    pub damaged: i32,
    /// What it is in the ledger; `None` where nothing comes, goes or spoils.
    pub kind: Option<MovementKind>,
    /// What each piece that comes in cost; by moving average when left out.
    pub unit_cost: Option<Minor>,
}

impl Posting {
    fn quantity(&self) -> i64 {
        i64::from(self.available) + i64::from(self.reserved) + i64::from(self.damaged)
    }
}

/// Why stock changes.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// What it was for: an order, a transfer, a delivery note.
    pub reference: Option<String>,
    /// A person's remark.
    pub note: Option<String>,
}

impl Cause {
    /// The same without surrounding spaces; an empty text is none.
    pub fn checked(&self, checks: &mut Checks) -> Self {
        let mut text = |path, text: &Option<String>, most| {
            let text = text.as_deref().map(|text| checks.text(path, text, 0, most));
            text.filter(|text| !text.is_empty())
        };
        Self { reference: text("reference", &self.reference, 100), note: text("note", &self.note, 500) }
    }
}

/// Items under the caller's row locks, with their lots.
#[derive(Debug)]
pub struct Shelf {
    items: BTreeMap<StockItemId, StockItem>,
    lots: HashMap<StockLotId, StockLot>,
    before: HashMap<StockItemId, bool>,
    changed: HashMap<StockLotId, [i32; 3]>,
    movements: Vec<NewMovement>,
}

impl Shelf {
    /// From what was locked and read.
    pub fn new(items: Vec<StockItem>, lots: HashMap<StockLotId, StockLot>) -> Self {
        let before = items.iter().map(|item| (item.id, item.is_low())).collect();
        let items = items.into_iter().map(|item| (item.id, item)).collect();
        Self { items, lots, before, changed: HashMap::new(), movements: Vec::new() }
    }

    /// The items on the shelf.
    pub fn items(&self) -> impl Iterator<Item = &StockItem> {
        self.items.values()
    }

    /// The item of a lot.
    pub fn item_of(&self, lot: StockLotId) -> Option<&StockItem> {
        self.items.get(&self.lots.get(&lot)?.item_id)
    }

    /// An item's lots from which pieces can be taken, first to expire first.
    pub fn queue(&self, item: StockItemId) -> Vec<(StockLotId, i32)> {
        let mut lots: Vec<&StockLot> =
            self.lots.values().filter(|lot| lot.item_id == item && lot.available > 0).collect();
        lots.sort_by_key(|lot| (lot.expires_on.is_none(), lot.expires_on, lot.received_at, lot.id));
        lots.into_iter().map(|lot| (lot.id, lot.available)).collect()
    }

    /// A lot on the shelf.
    pub fn lot(&self, id: StockLotId) -> Option<&StockLot> {
        self.lots.get(&id)
    }

    /// Adds up a change. What would fall below zero is refused, and the shelf is of no use afterwards.
    pub fn post(&mut self, lot: StockLotId, posting: &Posting, cause: &Cause, at: At<'_>) -> Result<()> {
        let lot = self.lots.get_mut(&lot).ok_or(Error::NotFound("stock lot"))?;
        let item = self.items.get_mut(&lot.item_id).ok_or(Error::NotFound("stock item"))?;
        let value = value_of(item, posting).ok_or_else(|| too_much(&posting.path))?;
        shift(&mut lot.available, posting.available, &posting.path)?;
        shift(&mut lot.reserved, posting.reserved, &posting.path)?;
        shift(&mut lot.damaged, posting.damaged, &posting.path)?;
        shift(&mut item.available, posting.available, &posting.path)?;
        shift(&mut item.reserved, posting.reserved, &posting.path)?;
        shift(&mut item.damaged, posting.damaged, &posting.path)?;
        item.value_minor = item.value_minor.checked_add(value).ok_or_else(|| too_much(&posting.path))?;
        item.last_cost_minor = posting.unit_cost.or(item.last_cost_minor);
        if posting.quantity() > 0 && i64::from(item.on_hand()) > i64::from(MAX_PIECES) {
            // Together, so that what is given back or expires always fits.
            return Err(too_much(&posting.path));
        }
        // An item's history runs forward, whatever the clocks of those who waited for its lock.
        let now = at.now.max(item.updated_at);
        item.updated_at = now;
        let sums = self.changed.entry(lot.id).or_default();
        for (sum, change) in sums.iter_mut().zip([posting.available, posting.reserved, posting.damaged]) {
            *sum = sum.saturating_add(change);
        }
        if let Some(kind) = posting.kind {
            item.movement_seq += 1;
            let quantity = i32::try_from(posting.quantity()).map_err(|_| too_much(&posting.path))?;
            let after = (item.on_hand(), item.value_minor);
            let (sequence, damaged) = (item.movement_seq, posting.damaged);
            let what = movements::What { kind, quantity, damaged, value_minor: value, after };
            self.movements.push(NewMovement::new((item.id, lot.id, sequence), what, cause, At { now, ..at }));
        }
        Ok(())
    }

    /// Writes everything into the running transaction; answers the changed items.
    pub async fn store(mut self, conn: &Conn, now: DateTime<Utc>) -> Result<Vec<StockItem>> {
        let touched: HashSet<StockItemId> =
            self.changed.keys().filter_map(|lot| self.lots.get(lot)).map(|lot| lot.item_id).collect();
        self.items.retain(|id, _| touched.contains(id));
        model::shift_lots(conn, &self.changed).await?;
        movements::insert(conn, &self.movements).await?;
        let mut items: Vec<StockItem> = self.items.into_values().collect();
        let turned = items.iter().filter(|item| self.before.get(&item.id) != Some(&item.is_low()));
        let mut news = alerts::settle_low(conn, turned.cloned().collect(), now).await?;
        let mut outgoing = Vec::new();
        for item in &mut items {
            outgoing.push(events::changed(item, now));
            outgoing.extend(news.remove(&item.id).map(|alert| events::alert(item, &alert, now)));
        }
        model::store(conn, &items).await?;
        outbox::emit_all(conn, &outgoing).await?;
        Ok(items)
    }
}

/// When, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The instant.
    pub now: DateTime<Utc>,
    /// The caller.
    pub actor: &'a Actor,
}

/// Change of the item's value: what comes in by its cost, what goes out by the moving average, and the last piece with
/// whatever is left. `None` on overflow.
fn value_of(item: &StockItem, posting: &Posting) -> Option<Minor> {
    let (quantity, pieces) = (posting.quantity(), i64::from(item.on_hand()));
    if quantity >= 0 {
        let cost = posting.unit_cost.or(item.average_cost()).unwrap_or(Minor::ZERO);
        return cost.0.checked_mul(quantity).map(Minor);
    }
    let out = -quantity;
    if out >= pieces {
        return Some(Minor(-item.value_minor.0));
    }
    let share = (i128::from(item.value_minor.0) * i128::from(out) * 2 + i128::from(pieces)) / (i128::from(pieces) * 2);
    i64::try_from(-share).ok().map(Minor)
}

fn shift(sum: &mut i32, change: i32, path: &str) -> Result<()> {
    let after = i64::from(*sum) + i64::from(change);
    if after < 0 {
        let message = format!("there are only {sum} pieces");
        return Err(Error::Rejected(vec![Problem::new("INSUFFICIENT_STOCK", path, message)]));
    }
    *sum = i32::try_from(after).ok().filter(|after| *after <= MAX_PIECES).ok_or_else(|| too_much(path))?;
    Ok(())
}

fn too_much(path: &str) -> Error {
    Error::invalid(path, "no item holds more than a thousand million pieces, or is worth that much")
}
