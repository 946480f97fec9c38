//! Orders that nobody paid in time.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    cancel,
    machine::{self, OrderParty, SubOrderAction},
    model::{self as orders, OrderId, part, timeline::OrderEventKind},
    story::{By, Story},
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::{Error, Result},
        jobs::{Job, JobRun, Schedule},
    },
    payments::intent::{model::IntentId, service as payments},
    sales::coupon::model::redemption,
};

const EVERY: TimeDelta = TimeDelta::minutes(1);
/// Orders looked at together.
const AT_ONCE: i64 = 200;

/// One round; it enqueues its own successor.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExpireOrders {
    /// The minute that this round is for.
    pub due: DateTime<Utc>,
}

impl ExpireOrders {
    /// Enqueues the first round after the instant, unless it is there.
    pub async fn schedule(app: &App, now: DateTime<Utc>) -> Result<()> {
        let due = now.duration_trunc(EVERY).map_err(Error::internal)? + EVERY;
        let schedule = Schedule { run_at: Some(due), ..Schedule::default() };
        app.enqueue(&*app.db.write().await?, &Self { due }, schedule).await?;
        Ok(())
    }
}

impl Job<App> for ExpireOrders {
    const KIND: &'static str = "expire_orders";
    const QUEUE: &'static str = "maintenance";

    fn dedupe_key(&self) -> Option<String> {
        Some(format!("expire_orders:{}", self.due.timestamp()))
    }

    async fn run(self, app: App, _run: JobRun) -> Result<()> {
        Self::schedule(&app, app.clock.now().max(self.due)).await?;
        expire_all(&app).await
    }
}

/// Cancels every order that waits for its payment and whose time is over. One that cannot be cancelled does not hold up
/// the others.
pub async fn expire_all(app: &App) -> Result<()> {
    loop {
        let due = orders::overdue(&*app.db.write().await?, app.clock.now(), AT_ONCE).await?;
        let mut ended = 0;
        for (order, intent) in &due {
            match expire(app, *order, *intent).await {
                Ok(()) => ended += 1,
                Err(error) => tracing::error!(%error, %order, "an order that nobody paid was not cancelled"),
            }
        }
        if due.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) || ended == 0 {
            return Ok(());
        }
    }
}

/// Cancels an order that waits for its payment. One that was paid or cancelled meanwhile stays as it is.
async fn expire(app: &App, id: OrderId, intent: IntentId) -> Result<()> {
    let (tx, now) = (app.db.begin().await?, app.clock.now());
    let intent = payments::lock(&tx, intent).await?;
    let mut order = orders::lock(&tx, id).await?;
    if !order.is_waiting() || order.expires_at.is_none_or(|end| end > now) {
        return Ok(());
    }
    payments::cancel(app, &tx, &intent).await?;
    let mut parts = part::lock_all(&tx, id).await?;
    let pieces: Vec<_> = parts.iter().map(|row| row.reservation_id).collect();
    cancel::release(app, &Actor::system(), &tx, &order, &pieces).await?;
    for row in &mut parts {
        row.status = machine::next(row.status, SubOrderAction::Expire, OrderParty::System)
            .map_err(|_| Error::conflict("the order changed at this very moment"))?;
        row.cancelled_at = Some(now);
    }
    (order.expired_at, order.cancelled_at) = (Some(now), Some(now));
    redemption::release(&tx, order.cart_id, now).await?;
    let mut story = Story::new(By::SYSTEM, now);
    story.tell(&mut order, OrderEventKind::Expired);
    part::store_all(&tx, &mut parts, now).await?;
    orders::store(&tx, &mut order, now).await?;
    story.store(&tx).await?;
    tx.commit().await?;
    app.committed();
    Ok(())
}
