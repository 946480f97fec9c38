//! The seller takes a sub-order on.

use chrono::TimeDelta;

use super::held::Held;
use crate::{
    app::App,
    kernel::{access::Actor, error::Result},
    sales::order::{
        machine::SubOrderAction,
        model::{
            part::{SubOrder, SubOrderId},
            timeline::OrderEventKind,
        },
    },
};

/// Takes a sub-order on; it is to be packed within the time limit.
pub async fn confirm(app: &App, actor: &Actor, id: SubOrderId, expected: Option<i32>) -> Result<SubOrder> {
    let tx = app.db.begin().await?;
    let mut held = Held::open(app, &tx, actor, id).await?;
    held.expect_version(expected)?;
    held.step(SubOrderAction::Confirm)?;
    let now = app.clock.now();
    held.progress.confirmed_at = Some(now);
    held.progress.next_due(Some(now + TimeDelta::minutes(app.config.sales.pack_minutes.into())));
    let mut story = held.story(app);
    held.tell(&mut story, OrderEventKind::Confirmed);
    let part = held.store(app, &tx, actor, ("subOrderConfirm", story)).await?;
    tx.commit().await?;
    app.committed();
    Ok(part)
}
