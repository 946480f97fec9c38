//! Cancelling orders and parts of them: pieces, money and coupons go back in one transaction.

use serde::Serialize;

use super::{
    machine::{self, OrderParty, SubOrderAction},
    model::{
        self as orders, Order, OrderId,
        part::{self, SubOrder, SubOrderId},
        timeline::{OrderCancelReason, OrderEventKind},
    },
    story::{By, Story, What},
};
use crate::{
    app::App,
    inventory::{
        reservation::{
            model::{self as reservations, ReservationId, ReservationStatus},
            service::{self as stock, End},
        },
        stock::post::Cause,
    },
    kernel::{
        access::{Actor, Permission},
        audit::{Change, record_all},
        check::Checks,
        db::{Conn, Tx},
        error::{Error, Result},
        idempotency,
        money::Minor,
    },
    payments::intent::{
        model::PaymentIntent,
        service::{self as payments, NewRefund},
    },
    sales::coupon::model::redemption,
};

/// What is to be cancelled.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum Target {
    /// All of an order that is not cancelled yet.
    Order(OrderId),
    /// One part.
    Part(SubOrderId),
}

/// What is to be cancelled, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Cancellation {
    /// What.
    pub target: Target,
    /// Why.
    pub reason: OrderCancelReason,
    /// In the caller's words; may be empty.
    pub note: String,
    /// The target's version that the caller has seen; any when `None`.
    pub expected_version: Option<i32>,
}

/// Cancels an order or a part of it. What is cancelled already stays so, and nothing happens.
pub async fn cancel(app: &App, actor: &Actor, key: &str, new: Cancellation) -> Result<OrderId> {
    let mut checks = Checks::default();
    let note = checks.text("note", &new.note, 0, 500);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let (order, party) = subject(&tx, actor, new.target).await?;
    let claimed = idempotency::claim_for(&tx, &app.clock, actor, "orderCancel", key, &new, &order.id).await?;
    if let Some(first) = claimed {
        return Ok(first);
    }
    let intent = payments::lock(&tx, order.payment_intent_id).await?;
    let order = orders::lock(&tx, order.id).await?;
    let parts = part::lock_all(&tx, order.id).await?;
    let chosen = choose(&order, &parts, &new, party)?;
    if chosen.is_empty() {
        return Ok(order.id);
    }
    let id = order.id;
    let why = (new.reason, Some(note).filter(|note| !note.is_empty()));
    end(app, (actor, By::new(party, actor)), &tx, (intent, order, parts), (&chosen, why)).await?;
    tx.commit().await?;
    app.committed();
    Ok(id)
}

/// The order that the target is of, and on whose side the caller acts; NOT_FOUND where they may not see the target.
async fn subject(conn: &Conn, actor: &Actor, target: Target) -> Result<(Order, OrderParty)> {
    let staff = actor.scope(Permission::OrdersWrite).everything;
    let (order, sells) = match target {
        Target::Order(id) => (orders::find(conn, actor, id).await?, false),
        Target::Part(id) => {
            let row = part::find(conn, actor, id).await?;
            let sells = part::is_within(conn, actor, Permission::OrdersWrite, id).await?;
            (orders::find(conn, &Actor::system(), row.order_id).await?, sells)
        }
    };
    let party = match () {
        () if staff => OrderParty::Staff,
        () if sells => OrderParty::Seller,
        () if actor.account_id() == Some(order.account_id.0) => OrderParty::Customer,
        () => return Err(Error::Forbidden("this needs the permission orders.write".to_owned())),
    };
    Ok((order, party))
}

/// The parts that are to be cancelled now; refused where one of them cannot be.
fn choose(order: &Order, parts: &[SubOrder], new: &Cancellation, party: OrderParty) -> Result<Vec<SubOrderId>> {
    let wanted = |row: &&SubOrder| match new.target {
        Target::Order(_) => true,
        Target::Part(id) => row.id == id,
    };
    let open: Vec<&SubOrder> = parts.iter().filter(wanted).filter(|row| row.cancelled_at.is_none()).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let version = match new.target {
        Target::Order(_) => Some(order.version),
        Target::Part(id) => parts.iter().find(|row| row.id == id).map(|row| row.version),
    };
    if new.expected_version.is_some() && new.expected_version != version {
        let message = "the order was changed meanwhile; look at it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    if order.is_waiting() && open.len() < parts.len() {
        let message = "the order waits for its payment: cancel it as a whole";
        return Err(Error::problem("NOT_CANCELLABLE", "", message));
    }
    if open.iter().any(|row| machine::next(row.status, SubOrderAction::Cancel, party).is_err()) {
        return Err(Error::problem("NOT_CANCELLABLE", "", "it is too late to cancel this"));
    }
    Ok(open.into_iter().map(|row| row.id).collect())
}

/// Cancels parts of a locked order.
async fn end(
    app: &App,
    (actor, by): (&Actor, By),
    tx: &Tx,
    (intent, mut order, parts): (PaymentIntent, Order, Vec<SubOrder>),
    (chosen, (reason, note)): (&[SubOrderId], (OrderCancelReason, Option<String>)),
) -> Result<()> {
    let (now, waited, before) = (app.clock.now(), order.is_waiting(), order.clone());
    let last = parts.iter().all(|row| row.cancelled_at.is_some() || chosen.contains(&row.id));
    let mut ended: Vec<SubOrder> = parts.into_iter().filter(|row| chosen.contains(&row.id)).collect();
    let amount = Minor(ended.iter().map(|row| row.total_minor.0 - row.refunded_minor.0).sum());
    give_back(app, tx, &intent, (&order, &ended), (amount, last)).await?;
    let pieces: Vec<ReservationId> = ended.iter().map(|row| row.reservation_id).collect();
    release(app, actor, tx, &order, &pieces).await?;
    let was = ended.clone();
    let mut story = Story::new(by, now);
    for row in &mut ended {
        row.status = machine::next(row.status, SubOrderAction::Cancel, by.party)
            .map_err(|_| Error::problem("NOT_CANCELLABLE", "", "it is too late to cancel this"))?;
        let back = Minor(row.total_minor.0 - row.refunded_minor.0);
        row.cancelled_at = Some(now);
        row.refunded_minor = row.total_minor;
        let kind = OrderEventKind::Cancelled;
        let what = What { kind, amount: Some(back), reason: Some(reason), note: note.clone() };
        // Of an order that waits for its payment the sellers do not know.
        if waited {
            story.tell_buyer(&mut order, row, what);
        } else {
            story.tell_of(&mut order, row, what);
        }
    }
    if !waited && amount > Minor::ZERO {
        story.tell(&mut order, What::of_money(OrderEventKind::RefundRequested, amount));
    }
    if last {
        order.cancelled_at = Some(now);
        redemption::release(tx, order.cart_id, now).await?;
    }
    part::store_all(tx, &mut ended, now).await?;
    orders::store(tx, &mut order, now).await?;
    story.store(tx).await?;
    let mut changes = Vec::new();
    for (before, after) in was.iter().zip(&ended) {
        changes.push(Change::new("orderCancel", after.id, Some(before), Some(after))?);
    }
    record_all(changes, tx, &app.clock, actor).await?;
    Change::new("orderCancel", order.id, Some(&before), Some(&order))?.record(tx, &app.clock, actor).await?;
    Ok(())
}

/// The money of the parts: nothing is asked for any more where nothing was paid, and exactly that part is given back
/// where it was.
async fn give_back(
    app: &App,
    tx: &Tx,
    intent: &PaymentIntent,
    (order, ended): (&Order, &[SubOrder]),
    (amount, last): (Minor, bool),
) -> Result<()> {
    if last && intent.captured_minor == Minor::ZERO {
        payments::cancel(app, tx, intent).await?;
        return Ok(());
    }
    if amount == Minor::ZERO {
        return Ok(());
    }
    let promised = intent.method.is_promise() && intent.captured_minor == Minor::ZERO;
    if !promised && intent.refundable() < amount {
        return Err(Error::conflict("the payment is still being collected; please try again in a moment"));
    }
    // A part is cancelled once.
    let key = ended.first().map(|row| format!("cancel:{}", row.id.0)).unwrap_or_default();
    let reason = format!("{} was cancelled", order.number);
    payments::refund(app, tx, intent, NewRefund { amount, reason, key }).await?;
    Ok(())
}

/// Gives the pieces of reservations back to the stock.
pub(super) async fn release(
    app: &App,
    actor: &Actor,
    conn: &Conn,
    order: &Order,
    pieces: &[ReservationId],
) -> Result<()> {
    let rows = reservations::lock_all(conn, pieces).await?;
    if rows.len() < pieces.len() || rows.iter().any(|row| row.status != ReservationStatus::Active) {
        return Err(Error::problem("NOT_CANCELLABLE", "", "its goods have left the stock"));
    }
    let cause = Cause { reference: Some(order.number.clone()), note: None };
    stock::close_all(app, conn, actor, rows, End::Release, &cause).await?;
    Ok(())
}
