//! Packing: pieces leave the stock, what is not there is cancelled and its money given back, in one transaction.

use chrono::TimeDelta;
use serde::Serialize;

use super::{
    held::Held,
    model::{self, Package, PackageEvent, PackageEventId, PackageEventKind, PackageId, PackageStatus},
    packing::{self, NewPackage, Packing},
};
use crate::{
    app::App,
    inventory::{
        reservation::{departure, model as reservations},
        stock::post::Cause,
    },
    kernel::{
        access::Actor,
        check::Checks,
        db::Tx,
        error::{Error, Result},
        idempotency,
        money::Minor,
    },
    payments::intent::service::{self as payments, NewRefund},
    sales::order::{
        machine::SubOrderAction,
        model::{
            part::{SubOrder, SubOrderId},
            timeline::{OrderCancelReason, OrderEventKind},
        },
        story::{Story, What},
    },
};

/// How a sub-order was packed.
#[derive(Clone, Debug, Serialize)]
pub struct NewPacking {
    /// Which.
    pub sub_order_id: SubOrderId,
    /// Its packages. What is in none of them is cancelled.
    pub packages: Vec<NewPackage>,
    /// Why something is missing; may be empty.
    pub note: String,
    /// The version that the caller has seen; any when `None`.
    pub expected_version: Option<i32>,
}

/// Packs a sub-order.
pub async fn pack(app: &App, actor: &Actor, key: &str, new: NewPacking) -> Result<SubOrder> {
    let mut checks = Checks::default();
    let note = checks.text("note", &new.note, 0, 500);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let mut held = Held::open(app, &tx, actor, new.sub_order_id).await?;
    let id = new.sub_order_id;
    if idempotency::claim_for(&tx, &app.clock, actor, "subOrderPack", key, &new, &id).await?.is_some() {
        return Ok(held.part);
    }
    held.expect_version(new.expected_version)?;
    held.step(SubOrderAction::Pack)?;
    let lines = model::lines_of(&tx, id).await?;
    let packing = packing::plan(&lines, &new.packages)?;
    let now = app.clock.now();
    insert(app, &tx, actor, (id, &new.packages)).await?;
    send(app, &tx, actor, (&held, &packing)).await?;
    let mut story = held.story(app);
    held.tell(&mut story, OrderEventKind::Packed);
    if !packing.short.is_empty() {
        model::cancel_packs(&tx, &packing).await?;
        give_back(app, &tx, &mut held, (packing.refund(), note), &mut story).await?;
    }
    held.progress.packed_at = Some(now);
    held.progress.next_due(Some(now + TimeDelta::minutes(app.config.sales.ship_minutes.into())));
    let part = held.store(app, &tx, actor, ("subOrderPack", story)).await?;
    tx.commit().await?;
    app.committed();
    Ok(part)
}

async fn insert(app: &App, tx: &Tx, actor: &Actor, (sub_order_id, new): (SubOrderId, &[NewPackage])) -> Result<()> {
    let now = app.clock.now();
    let (mut rows, mut lines, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for (number, package) in (1..).zip(new) {
        let row = Package {
            id: PackageId::new(),
            sub_order_id,
            number,
            status: PackageStatus::Packed,
            weight_grams: package.weight_grams,
            carriage: None,
            carrier: None,
            tracking_number: None,
            tracking_url: None,
            courier: None,
            code_tries: 0,
            failed_attempts: 0,
            received_by: None,
            shipped_at: None,
            delivered_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        lines.extend(model::content(row.id, &package.lines));
        events.push(event(app, actor, row.id, PackageEventKind::Packed));
        rows.push(row);
    }
    model::insert(tx, &rows, &lines).await?;
    model::insert_events(tx, &events).await
}

/// An event that happens now.
pub(super) fn event(app: &App, actor: &Actor, package_id: PackageId, kind: PackageEventKind) -> PackageEvent {
    let now = app.clock.now();
    PackageEvent {
        id: PackageEventId::new(),
        package_id,
        kind,
        place: None,
        note: None,
        recorded_by: actor.known_id(),
        occurred_at: now,
        recorded_at: now,
    }
}

/// The pieces leave the stock; those that are not sent go back to it.
async fn send(app: &App, tx: &Tx, actor: &Actor, (held, packing): (&Held, &Packing)) -> Result<()> {
    let rows = reservations::lock_all(tx, &[held.part.reservation_id]).await?;
    let row = rows.first().ok_or_else(|| Error::conflict("these goods are not set aside any more"))?;
    let cause = Cause { reference: Some(held.part.number.clone()), note: None };
    departure::send(app, tx, actor, row, packing.leaving.clone(), &cause).await
}

/// Gives back what was paid for what is not sent.
async fn give_back(
    app: &App,
    tx: &Tx,
    held: &mut Held,
    (amount, note): (Minor, String),
    story: &mut Story,
) -> Result<()> {
    let what = What {
        kind: OrderEventKind::PartlyCancelled,
        amount: Some(amount),
        reason: Some(OrderCancelReason::OutOfStock),
        note: Some(note).filter(|note| !note.is_empty()),
    };
    held.tell(story, what);
    if amount == Minor::ZERO {
        return Ok(());
    }
    held.part.refunded_minor = Minor(held.part.refunded_minor.0 + amount.0);
    story.tell(&mut held.order, What::of_money(OrderEventKind::RefundRequested, amount));
    let key = format!("pack:{}", held.part.id.0);
    let reason = format!("packs missing from {}", held.part.number);
    payments::refund(app, tx, &held.intent, NewRefund { amount, reason, key }).await?;
    Ok(())
}
