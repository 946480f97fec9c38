//! What a payment means for its order. Payments call this in the transaction that changes the intent, under its lock.

use chrono::TimeDelta;

use super::{
    machine::{self, OrderParty, SubOrderAction},
    model::{
        self as orders, Order,
        line::{self as order_lines, OrderLine},
        part::{self, SubOrder},
        timeline::OrderEventKind,
    },
    story::{By, Story, What},
};
use crate::{
    app::App,
    inventory::reservation::{
        model::{ReservationId, Shipment},
        service as reservations,
    },
    kernel::{
        access::Actor,
        db::{Conn, Tx},
        error::{Error, Result},
        money::Minor,
    },
    payments::{
        intent::{
            model::{PaymentIntent, PaymentStatus},
            service as payments,
        },
        payee,
    },
    sales::coupon::redeem::{self, Use},
};

impl payee::Payee for payee::Payable {
    async fn payment_changed(app: &App, tx: &Tx, before: &PaymentIntent, after: &PaymentIntent) -> Result<()> {
        let came_in = Minor(after.captured_minor.0 - before.captured_minor.0);
        let given_back = Minor(after.refunded_minor.0 - before.refunded_minor.0);
        let secured = after.secures_order() && !before.secures_order();
        // What sales itself asked for ends here, while it holds the order.
        if came_in <= Minor::ZERO && given_back <= Minor::ZERO && !secured {
            return Ok(());
        }
        let Some(mut order) = orders::lock_paid_by(tx, after.id).await? else { return Ok(()) };
        let mut story = Story::new(By::SYSTEM, app.clock.now());
        if came_in > Minor::ZERO {
            story.tell(&mut order, What::of_money(OrderEventKind::Paid, came_in));
        }
        if given_back > Minor::ZERO {
            story.tell(&mut order, What::of_money(OrderEventKind::Refunded, given_back));
        }
        if secured && order.is_waiting() {
            let parts = part::lock_all(tx, order.id).await?;
            let lines = order_lines::of_order(tx, order.id).await?;
            place(app, tx, (&mut order, parts, &lines), SubOrderAction::Place, &mut story).await?;
        } else if secured && order.placed_at.is_none() && after.status == PaymentStatus::Cancelled {
            paid_late(app, tx, &mut order, after, &mut story).await?;
        }
        orders::store(tx, &mut order, app.clock.now()).await?;
        story.store(tx).await
    }
}

/// The payment is certain: the sellers are told. The caller stores the order and the story.
async fn place(
    app: &App,
    conn: &Conn,
    (order, mut parts, lines): (&mut Order, Vec<SubOrder>, &[OrderLine]),
    action: SubOrderAction,
    story: &mut Story,
) -> Result<()> {
    let now = app.clock.now();
    let kind = if action == SubOrderAction::Revive { OrderEventKind::Revived } else { OrderEventKind::Placed };
    order.placed_at = Some(now);
    order.cancelled_at = None;
    story.tell(&mut *order, kind);
    for row in &mut parts {
        row.status = machine::next(row.status, action, OrderParty::System)
            .map_err(|_| Error::conflict("the order changed at this very moment; please try again"))?;
        row.placed_at = Some(now);
        row.cancelled_at = None;
        row.confirm_by = Some(now + TimeDelta::minutes(app.config.sales.confirm_minutes.into()));
        story.tell_seller(order.id, row, OrderEventKind::Placed);
    }
    part::store_all(conn, &mut parts, now).await?;
    let sold = lines.iter().map(|line| (line.offer_id, line.quantity, line.paid_for_goods()));
    story.tell_of_offers(order.id, sold);
    Ok(())
}

/// The whole amount came when the order was cancelled. One that only expired goes ahead if everything still can be had
/// at the old price; for any other, payments give the money back.
async fn paid_late(app: &App, tx: &Tx, order: &mut Order, intent: &PaymentIntent, story: &mut Story) -> Result<()> {
    if order.expired_at.is_none() || intent.refundable() < intent.asked() {
        story.tell(order, OrderEventKind::PaidTooLate);
        return Ok(());
    }
    tx.mark().await?;
    let mut parts = part::lock_all(tx, order.id).await?;
    let lines = order_lines::of_order(tx, order.id).await?;
    if hold_again(app, tx, order, &mut parts, &lines).await? {
        place(app, tx, (&mut *order, parts, &lines), SubOrderAction::Revive, story).await?;
        payments::reopen(app, tx, intent).await?;
    } else {
        tx.undo().await?;
        story.tell(order, OrderEventKind::PaidTooLate);
    }
    Ok(())
}

/// Sets the goods aside again and takes the coupons again; answers whether all of that was possible. If not, what was
/// possible is to be undone.
async fn hold_again(app: &App, tx: &Tx, order: &Order, parts: &mut [SubOrder], lines: &[OrderLine]) -> Result<bool> {
    if !orders::can_be_sent(tx, order.id).await? {
        return Ok(false);
    }
    let mut shipments = Vec::new();
    for row in parts {
        row.reservation_id = ReservationId::new();
        let mine = lines.iter().filter(|line| line.sub_order_id == row.id);
        shipments.push(Shipment {
            id: row.reservation_id,
            location_id: row.location_id,
            seller_id: row.seller_id,
            lines: mine.map(|line| (line.variant_id, line.quantity)).collect(),
        });
    }
    let owner = format!("order:{}", order.id.0);
    if !reservations::hold(app, tx, &Actor::system(), &owner, &shipments).await?.is_empty() {
        return Ok(false);
    }
    let discounts = orders::discounts(tx, order.id).await?;
    let uses = discounts.iter().map(|row| Use {
        coupon: row.coupon_id,
        discount: Minor(row.goods_minor.0.saturating_add(row.delivery_minor.0)),
        version: None,
    });
    match redeem::take(tx, (order.account_id, order.cart_id), &uses.collect::<Vec<_>>(), app.clock.now()).await {
        Ok(()) => Ok(true),
        Err(Error::Rejected(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
