//! What is seen of a package on its way.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    held::Held,
    model::{self, Package, PackageEvent, PackageEventKind, PackageId, PackageStatus},
    pack::event,
    ship::pick,
};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        check::Checks,
        error::{Error, Result},
    },
    sales::order::model::timeline::OrderEventKind,
};

/// Most events of a package: no parcel is seen more often.
const MOST_EVENTS: usize = 200;

/// Something that was seen.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// Of which package.
    pub package_id: PackageId,
    /// What: in transit, out for delivery, or a failed attempt.
    pub kind: PackageEventKind,
    /// Where; may be empty.
    pub place: String,
    /// What is to be said about it; may be empty.
    pub note: String,
    /// When; now when `None`.
    pub at: Option<DateTime<Utc>>,
}

/// Notes what was seen of a package on its way.
pub async fn note(app: &App, actor: &Actor, new: Sighting) -> Result<Package> {
    let now = app.clock.now();
    let mut checks = Checks::default();
    let (place, said) = (checks.text("place", &new.place, 0, 100), checks.text("note", &new.note, 0, 500));
    let seen = matches!(
        new.kind,
        PackageEventKind::InTransit | PackageEventKind::OutForDelivery | PackageEventKind::AttemptFailed
    );
    checks.ensure(seen, "INVALID", "kind", "this is told by a step of its own");
    let past = new.at.is_none_or(|at| at <= now + TimeDelta::minutes(5));
    checks.ensure(past, "INVALID", "at", "this has not happened yet");
    checks.finish()?;
    let tx = app.db.begin().await?;
    let found = model::find_within(&tx, actor, Permission::OrdersWrite, new.package_id).await?;
    let mut held = Held::open(app, &tx, actor, found.sub_order_id).await?;
    let mut row = pick(model::of(&tx, found.sub_order_id).await?, new.package_id)?;
    if row.status != PackageStatus::Shipped {
        return Err(Error::problem("WRONG_STATE", "packageId", "the package is not on its way"));
    }
    if new.at.is_some_and(|at| Some(at) < row.shipped_at) {
        return Err(Error::problem("INVALID", "at", "this was before the package left"));
    }
    if model::count_events(&tx, row.id).await? >= MOST_EVENTS {
        return Err(Error::conflict("too much was noted of this package already"));
    }
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    let seen = event(app, actor, row.id, new.kind);
    let seen = PackageEvent { place: text(place), note: text(said), occurred_at: new.at.unwrap_or(now), ..seen };
    model::insert_events(&tx, &[seen]).await?;
    row.version += 1;
    row.updated_at = now;
    let failed = new.kind == PackageEventKind::AttemptFailed;
    row.failed_attempts += i32::from(failed);
    model::store(&tx, &row).await?;
    let mut story = held.story(app);
    held.tell(&mut story, if failed { OrderEventKind::DeliveryFailed } else { OrderEventKind::PackageMoved });
    held.store(app, &tx, actor, ("packageEventAdd", story)).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}
