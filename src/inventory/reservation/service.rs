//! Setting stock aside, and what becomes of it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::model::{self, Found, Reservation, ReservationId, ReservationLot, ReservationStatus, Shipment};
use crate::{
    app::App,
    catalog::variant::model::VariantId,
    inventory::{
        location::model::{self as locations, LocationId, LocationStatus, Standing},
        movement::model::MovementKind,
        stock::{
            model::{self as stock, MAX_PIECES, StockLotId},
            post::{At, Cause, Posting, Shelf},
        },
        stock_alert::model as alerts,
    },
    kernel::{
        access::{Actor, Permission},
        check::Checks,
        db::Conn,
        error::{Error, Problem, Result},
        idempotency::{self, Outcome},
        sql::Sql,
    },
};

/// Most lines of a reservation.
pub const MAX_LINES: usize = 500;
/// Longest life of a reservation, in minutes: thirty days.
pub const MAX_MINUTES: i32 = 43_200;

/// A line of a new reservation.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Line {
    /// What.
    pub variant_id: VariantId,
    /// How many pieces.
    pub quantity: i32,
}

/// A new reservation.
#[derive(Clone, Debug, Serialize)]
pub struct NewReservation {
    /// Where.
    pub location_id: LocationId,
    /// For whom.
    pub owner: String,
    /// What, and how much.
    pub lines: Vec<Line>,
    /// For how long.
    pub minutes: i32,
}

/// Sets pieces aside: all lines or none.
pub async fn reserve(app: &App, actor: &Actor, key: &str, new: NewReservation) -> Result<Reservation> {
    let mut checks = Checks::default();
    let owner = checks.text("owner", &new.owner, 1, 100);
    let minutes = (1..=MAX_MINUTES).contains(&new.minutes);
    checks.ensure(minutes, "INVALID", "expiresInMinutes", format!("a reservation lives 1 to {MAX_MINUTES} minutes"));
    let wanted = merge(&mut checks, &new.lines);
    checks.finish()?;
    let id = ReservationId::new();
    let tx = app.db.begin().await?;
    let claimed = idempotency::claim_for(&tx, &app.clock, actor, "stockReservationCreate", key, &new, &id).await?;
    if let Some(first) = claimed {
        return again(&tx, actor, first).await;
    }
    let place = open_place(&tx, actor, new.location_id).await?;
    let now = app.clock.now();
    let row = Reservation {
        id,
        location_id: place.id,
        seller_id: place.seller_id,
        owner,
        status: ReservationStatus::Active,
        expires_at: Some(now + TimeDelta::minutes(new.minutes.into())),
        created_by: actor.account_id(),
        created_at: now,
        closed_at: None,
    };
    set_aside(app, &tx, &row, &wanted).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Sets pieces aside for a reservation, within a transaction; all lines or none. For those who know that the location
/// may give goods out. Paths of problems are `lines.<position of the line>`.
pub async fn set_aside(app: &App, conn: &Conn, row: &Reservation, wanted: &[Wanted]) -> Result<()> {
    let lines: Vec<(VariantId, i32)> = wanted.iter().map(|line| (line.variant_id, line.quantity)).collect();
    let found = model::reserve(conn, row, &lines, app.clock.today()).await?;
    let short = shortages(wanted, &found);
    if !short.is_empty() {
        return Err(Error::Rejected(short));
    }
    tell_of_low(conn, &found, row.created_at).await
}

/// Raises the alerts of items that have fallen to their threshold.
async fn tell_of_low(conn: &Conn, found: &[Found], now: DateTime<Utc>) -> Result<()> {
    let turned: Vec<uuid::Uuid> =
        found.iter().filter(|found| found.turned_low).filter_map(|found| Some(found.item_id?.0)).collect();
    if turned.is_empty() {
        return Ok(());
    }
    let turned = stock::lock_items(conn, Sql::new("id = ANY(").bind(turned).sql(")")).await?;
    alerts::settle(conn, turned, now).await
}

/// A line for which too little was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// What.
    pub variant_id: VariantId,
    /// How many pieces the location could have given.
    pub available: i32,
}

/// Sets pieces aside for an order at several locations, within a transaction. They are held until the order ends that
/// with [`close_all`]. Answers what is short: then nothing may be kept, and the caller rolls back.
pub async fn hold(app: &App, conn: &Conn, actor: &Actor, owner: &str, shipments: &[Shipment]) -> Result<Vec<Shortage>> {
    let (now, today) = (app.clock.now(), app.clock.today());
    let found = model::reserve_shipments(conn, shipments, owner, actor.account_id(), (now, today)).await?;
    let wanted = shipments.iter().flat_map(|shipment| &shipment.lines);
    let short = found.iter().zip(wanted).filter(|(found, (_, quantity))| found.picked < *quantity);
    let short: Vec<Shortage> =
        short.map(|(found, (variant, _))| Shortage { variant_id: *variant, available: found.picked }).collect();
    if short.is_empty() {
        tell_of_low(conn, &found, now).await?;
    }
    Ok(short)
}

/// A line with its place among the given ones; each variant once.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// What.
    pub variant_id: VariantId,
    /// How many pieces.
    pub quantity: i32,
    /// Position of the first line that names it.
    pub line: usize,
}

/// Lines of the same variant as one.
pub fn merge(checks: &mut Checks, lines: &[Line]) -> Vec<Wanted> {
    checks.ensure(!lines.is_empty(), "REQUIRED", "lines", "name at least one variant");
    checks.ensure(lines.len() <= MAX_LINES, "INVALID", "lines", format!("at most {MAX_LINES} lines at once"));
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut places: HashMap<VariantId, usize> = HashMap::new();
    for (at, line) in lines.iter().enumerate().take(MAX_LINES) {
        let path = format!("lines.{at}.quantity");
        checks.ensure(
            (1..=MAX_PIECES).contains(&line.quantity),
            "INVALID",
            &path,
            format!("a line has 1 to {MAX_PIECES} pieces"),
        );
        let place = *places.entry(line.variant_id).or_insert_with(|| {
            wanted.push(Wanted { variant_id: line.variant_id, quantity: 0, line: at });
            wanted.len() - 1
        });
        if let Some(whole) = wanted.get_mut(place) {
            whole.quantity = whole.quantity.saturating_add(line.quantity.max(0));
        }
    }
    wanted
}

fn shortages(wanted: &[Wanted], found: &[Found]) -> Vec<Problem> {
    let short = found.iter().zip(wanted).filter(|(found, line)| found.picked < line.quantity);
    let problem = |(found, line): (&Found, &Wanted)| {
        let message = match found.picked {
            0 => "nothing is available here".to_owned(),
            n => format!("only {n} of {} pieces are available here", line.quantity),
        };
        Problem::new("INSUFFICIENT_STOCK", &format!("lines.{}.quantity", line.line), message)
    };
    short.map(problem).collect()
}

/// The place, if goods may leave it. Not locked: whoever closes it looks for stock, under a lock of its own.
async fn open_place(conn: &Conn, actor: &Actor, id: LocationId) -> Result<Standing> {
    let place = locations::standing(conn, actor, Permission::InventoryWrite, id).await?;
    match place.status {
        LocationStatus::Active => Ok(place),
        _ => Err(Error::problem("LOCATION_CLOSED", "locationId", "this location gives nothing out at present")),
    }
}

async fn again(conn: &Conn, actor: &Actor, id: ReservationId) -> Result<Reservation> {
    model::lock(conn, actor, id).await
}

/// What ends a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum End {
    /// The pieces leave: a sale.
    Commit,
    /// The pieces are given back.
    Release,
    /// The pieces are given back, since its time is over.
    Expire,
}

impl End {
    fn status(self) -> ReservationStatus {
        match self {
            Self::Commit => ReservationStatus::Committed,
            Self::Release => ReservationStatus::Released,
            Self::Expire => ReservationStatus::Expired,
        }
    }

    /// What is given back after its last day cannot be sold any more.
    fn posting(self, quantity: i32, expired: bool) -> Posting {
        let kind = Some(MovementKind::Expiry);
        match self {
            Self::Release | Self::Expire if expired => {
                Posting { reserved: -quantity, damaged: quantity, kind, ..Posting::default() }
            }
            Self::Commit => Posting { reserved: -quantity, kind: Some(MovementKind::Sale), ..Posting::default() },
            _ => Posting { reserved: -quantity, available: quantity, ..Posting::default() },
        }
    }
}

/// Commits or releases a reservation. A second time it changes nothing: it is refused where it would do something else.
pub async fn end(
    app: &App,
    actor: &Actor,
    key: &str,
    (id, end, cause): (ReservationId, End, Cause),
) -> Result<Reservation> {
    let mut checks = Checks::default();
    let cause = cause.checked(&mut checks);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let request = (id, end, &cause.reference, &cause.note);
    let claim = match idempotency::claim(&tx, &app.clock, actor, "stockReservationEnd", key, &request).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated(id) => return again(&tx, actor, id).await,
    };
    let row = model::lock(&tx, actor, id).await?;
    if row.status != ReservationStatus::Active {
        let message = format!("the reservation is {} already", row.status.as_str());
        return Err(Error::problem("NOT_ACTIVE", "id", message));
    }
    if row.expires_at.is_none() {
        return Err(Error::conflict("an order holds these pieces; they go with it"));
    }
    claim.store(&tx, &row.id).await?;
    let row = close(app, &tx, actor, row, end, &cause).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Ends a locked reservation within a transaction.
pub async fn close(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    row: Reservation,
    end: End,
    cause: &Cause,
) -> Result<Reservation> {
    let closed = close_all(app, conn, actor, vec![row], end, cause).await?;
    closed.into_iter().next().ok_or(Error::NotFound("reservation"))
}

/// Ends locked, active reservations of any locations within a transaction; the items of all are locked together, in the
/// order of their IDs.
pub async fn close_all(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    rows: Vec<Reservation>,
    end: End,
    cause: &Cause,
) -> Result<Vec<Reservation>> {
    let now = app.clock.now();
    let ids: Vec<ReservationId> = rows.iter().map(|row| row.id).collect();
    let reserved: Vec<ReservationLot> = model::lots_of(conn, &ids).await?;
    let items: Vec<uuid::Uuid> = reserved.iter().map(|line| line.item_id.0).collect();
    let items = stock::lock_items(conn, Sql::new("id = ANY(").bind(items).sql(")")).await?;
    let lots = stock::lots(conn, &items).await?;
    let expired: HashSet<StockLotId> =
        lots.values().filter(|lot| lot.has_expired(app.clock.today())).map(|lot| lot.id).collect();
    let mut shelf = Shelf::new(items, lots);
    for line in reserved {
        let posting = end.posting(line.quantity, expired.contains(&line.lot_id));
        shelf.post(line.lot_id, &posting, cause, At { now, actor })?;
    }
    shelf.store(conn, now).await?;
    model::close(conn, &ids, end.status(), now).await?;
    let closed = |row| Reservation { status: end.status(), closed_at: Some(now), ..row };
    Ok(rows.into_iter().map(closed).collect())
}
