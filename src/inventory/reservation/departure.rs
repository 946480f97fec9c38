//! An order's pieces leave the stock when they are packed, and come back as long as the parcels have not left.

use std::collections::HashMap;

use super::{
    model::{self, Reservation, ReservationId, ReservationLot, ReservationStatus},
    service::End,
};
use crate::{
    app::App,
    catalog::variant::model::VariantId,
    inventory::{
        movement::model::MovementKind,
        stock::{
            model::{self as stock, StockItem, StockLot, StockLotId},
            post::{At, Cause, Posting, Shelf},
        },
    },
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        sql::Sql,
    },
};

/// Pieces by variant.
pub type Pieces = HashMap<VariantId, i32>;

/// Lets these pieces of a locked, active reservation leave, from the lots that expire first, and gives the others back:
/// the reservation is committed. CONFLICT where it holds fewer.
pub async fn send(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    row: &Reservation,
    leaving: Pieces,
    cause: &Cause,
) -> Result<()> {
    if row.status != ReservationStatus::Active {
        return Err(Error::conflict("these goods are not set aside any more"));
    }
    let (mut held, items, lots) = open(conn, &[row.id]).await?;
    held.sort_by_key(|line| lots.get(&line.lot_id).map(|lot| (lot.expires_on.is_none(), lot.expires_on, lot.id)));
    let variants: HashMap<_, _> = items.iter().map(|item| (item.id, item.variant_id)).collect();
    let today = app.clock.today();
    let spoilt: Vec<StockLotId> = lots.values().filter(|lot| lot.has_expired(today)).map(|lot| lot.id).collect();
    let mut left = leaving;
    let mut shelf = Shelf::new(items, lots);
    let at = At { now: app.clock.now(), actor };
    for line in &mut held {
        let wanted = variants.get(&line.item_id).and_then(|variant| left.get_mut(variant));
        line.sent = wanted.map_or(0, |wanted| {
            let sent = line.quantity.min(*wanted);
            *wanted -= sent;
            sent
        });
        let expired = spoilt.contains(&line.lot_id);
        for (end, pieces) in [(End::Commit, line.sent), (End::Release, line.quantity - line.sent)] {
            if pieces > 0 {
                shelf.post(line.lot_id, &end.posting(pieces, expired), cause, at)?;
            }
        }
    }
    if left.values().any(|missing| *missing > 0) {
        return Err(Error::conflict("fewer pieces are set aside than are to be sent"));
    }
    shelf.store(conn, at.now).await?;
    model::mark_sent(conn, &held).await?;
    model::close(conn, &[row.id], ReservationStatus::Committed, at.now).await
}

/// Takes back what left with locked, committed reservations: to its lots, what has expired meanwhile as damaged.
pub async fn take_back(app: &App, conn: &Conn, actor: &Actor, rows: Vec<Reservation>, cause: &Cause) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    if rows.iter().any(|row| row.status != ReservationStatus::Committed) {
        return Err(Error::conflict("these goods have not left the stock"));
    }
    let ids: Vec<ReservationId> = rows.iter().map(|row| row.id).collect();
    let (held, items, lots) = open(conn, &ids).await?;
    let today = app.clock.today();
    let spoilt: Vec<StockLotId> = lots.values().filter(|lot| lot.has_expired(today)).map(|lot| lot.id).collect();
    let mut shelf = Shelf::new(items, lots);
    let at = At { now: app.clock.now(), actor };
    for line in held.iter().filter(|line| line.sent > 0) {
        let kind = Some(MovementKind::Return);
        let back = match spoilt.contains(&line.lot_id) {
            true => Posting { damaged: line.sent, kind, ..Posting::default() },
            false => Posting { available: line.sent, kind, ..Posting::default() },
        };
        shelf.post(line.lot_id, &back, cause, at)?;
    }
    shelf.store(conn, at.now).await?;
    model::close(conn, &ids, ReservationStatus::Released, at.now).await
}

/// What reservations take from which lots, with the items under lock.
async fn open(
    conn: &Conn,
    ids: &[ReservationId],
) -> Result<(Vec<ReservationLot>, Vec<StockItem>, HashMap<StockLotId, StockLot>)> {
    let held = model::lots_of(conn, ids).await?;
    let items: Vec<uuid::Uuid> = held.iter().map(|line| line.item_id.0).collect();
    let items = stock::lock_items(conn, Sql::new("id = ANY(").bind(items).sql(")")).await?;
    let lots = stock::lots(conn, &items).await?;
    Ok((held, items, lots))
}
