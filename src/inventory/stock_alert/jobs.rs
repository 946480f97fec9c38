//! What the calendar does to stock: lots that will soon expire, and those that have.

use chrono::TimeDelta;

use uuid::Uuid;

use super::model::{self as alerts, StockAlert, StockAlertKind};
use crate::{
    app::App,
    inventory::{
        movement::model::MovementKind,
        stock::{
            model::{self as stock, StockItemId, StockLot},
            post::{At, Cause, Posting, Shelf},
        },
    },
    kernel::{access::Actor, error::Result, sql::Sql},
};

/// Items and lots that one transaction takes on.
const BATCH: usize = 200;

/// Counts what has expired as damaged, raises alerts for it and for what soon will, and resolves those of lots that are
/// gone. Answers how many lots have expired.
pub async fn watch_expiry(app: &App) -> Result<usize> {
    let mut expired = 0;
    loop {
        let items = alerts::items_with_expired(&*app.db.write().await?, app.clock.today(), BATCH).await?;
        if items.is_empty() {
            break;
        }
        expired += expire(app, items).await?;
    }
    announce_expiring(app).await?;
    resolve_gone(app).await?;
    app.committed();
    Ok(expired)
}

async fn expire(app: &App, items: Vec<StockItemId>) -> Result<usize> {
    let (now, today) = (app.clock.now(), app.clock.today());
    let tx = app.db.begin().await?;
    let items = stock::lock_items(&tx, among(&items, "id")).await?;
    let lots = stock::lots(&tx, &items).await?;
    let over = |lot: &&StockLot| lot.available > 0 && lot.has_expired(today);
    let over: Vec<StockLot> = lots.values().filter(over).cloned().collect();
    let mut shelf = Shelf::new(items, lots);
    for lot in &over {
        let kind = Some(MovementKind::Expiry);
        let posting = Posting { available: -lot.available, damaged: lot.available, kind, ..Posting::default() };
        shelf.post(lot.id, &posting, &Cause::default(), At { now, actor: &Actor::system() })?;
    }
    let items = shelf.store(&tx, now).await?;
    let ids: Vec<Uuid> = over.iter().map(|lot| lot.id.0).collect();
    let mut news =
        alerts::resolve(&tx, Sql::new("kind = 'expiring' AND lot_id = ANY(").bind(ids).sql(")"), now).await?;
    let expired = over.iter().map(|lot| StockAlert::of_lot(StockAlertKind::Expired, (lot.id, lot.item_id), now));
    news.extend(alerts::raise(&tx, expired.collect()).await?);
    alerts::tell(&tx, items, &news, now).await?;
    tx.commit().await?;
    Ok(over.len())
}

async fn announce_expiring(app: &App) -> Result<()> {
    let now = app.clock.now();
    let until = app.clock.today() + TimeDelta::days(app.config.stock.expiry_alert_days.into());
    loop {
        let tx = app.db.begin().await?;
        let lots = alerts::expiring(&tx, until, BATCH).await?;
        let items: Vec<StockItemId> = lots.iter().map(|lot| lot.item_id).collect();
        let items = stock::lock_items(&tx, among(&items, "id")).await?;
        let soon = lots.iter().map(|lot| StockAlert::of_lot(StockAlertKind::Expiring, (lot.id, lot.item_id), now));
        let news = alerts::raise(&tx, soon.collect()).await?;
        alerts::tell(&tx, items, &news, now).await?;
        tx.commit().await?;
        if lots.len() < BATCH {
            return Ok(());
        }
    }
}

async fn resolve_gone(app: &App) -> Result<()> {
    let now = app.clock.now();
    loop {
        let tx = app.db.begin().await?;
        let items = alerts::items_with_gone(&tx, BATCH).await?;
        if items.is_empty() {
            return Ok(());
        }
        let locked = stock::lock_items(&tx, among(&items, "id")).await?;
        let gone = Sql::all_of([alerts::of_empty_lots(), among(&items, "item_id")], " AND ");
        let news = alerts::resolve(&tx, gone, now).await?;
        alerts::tell(&tx, locked, &news, now).await?;
        tx.commit().await?;
    }
}

fn among(items: &[StockItemId], column: &'static str) -> Sql {
    Sql::new(column).sql(" = ANY(").bind(items.iter().map(|id| id.0).collect::<Vec<Uuid>>()).sql(")")
}
