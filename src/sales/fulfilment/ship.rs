//! A package leaves the seller.

use chrono::TimeDelta;
use serde::Serialize;

use super::{
    held::Held,
    model::{self, Carriage, Package, PackageEventKind, PackageId, PackageStatus},
    pack::event,
};
use crate::{
    app::App,
    kernel::{
        access::{Actor, Permission},
        check::Checks,
        error::{Error, Result},
        idempotency,
    },
    sales::order::{machine::SubOrderAction, model::timeline::OrderEventKind},
};

/// Who brings a package.
#[derive(Clone, Debug, Serialize)]
pub struct Dispatch {
    /// Which package.
    pub package_id: PackageId,
    /// Own people, or a carrier.
    pub carriage: Carriage,
    /// The carrier's name.
    pub carrier: Option<String>,
    /// The carrier's number for it.
    pub tracking_number: Option<String>,
    /// Where the carrier tells of it.
    pub tracking_url: Option<String>,
    /// Who brings it, of the seller's own people.
    pub courier: Option<String>,
}

impl Dispatch {
    /// The same, trimmed and checked: a carrier has a name and a number, own people have neither.
    fn checked(&self) -> Result<Self> {
        let mut checks = Checks::default();
        let by_carrier = self.carriage == Carriage::Carrier;
        let mut text = |path: &str, given: &Option<String>, (needed, allowed): (bool, bool), most: usize| {
            let given = given.as_deref().map(str::trim).filter(|text| !text.is_empty());
            checks.ensure(given.is_some() || !needed, "REQUIRED", path, "a carrier's package has this");
            checks.ensure(given.is_none() || allowed, "INVALID", path, "this does not go with who brings it");
            given.map(|given| checks.text(path, given, 1, most))
        };
        let new = Self {
            package_id: self.package_id,
            carriage: self.carriage,
            carrier: text("carrier", &self.carrier, (by_carrier, by_carrier), 60),
            tracking_number: text("trackingNumber", &self.tracking_number, (by_carrier, by_carrier), 60),
            tracking_url: text("trackingUrl", &self.tracking_url, (false, by_carrier), 500),
            courier: text("courier", &self.courier, (false, !by_carrier), 100),
        };
        let secure = |url: &String| {
            url.parse::<http::Uri>().is_ok_and(|url| url.scheme_str() == Some("https") && url.host().is_some())
        };
        let link = new.tracking_url.as_ref().is_none_or(secure);
        checks.ensure(link, "INVALID", "trackingUrl", "an address begins with https://");
        checks.finish()?;
        Ok(new)
    }
}

/// Sends a package off. With the last one the sub-order is shipped.
pub async fn ship(app: &App, actor: &Actor, key: &str, new: &Dispatch) -> Result<Package> {
    let checked = new.checked()?;
    let tx = app.db.begin().await?;
    let found = model::find_within(&tx, actor, Permission::OrdersWrite, new.package_id).await?;
    let mut held = Held::open(app, &tx, actor, found.sub_order_id).await?;
    let mut packages = model::of(&tx, found.sub_order_id).await?;
    if idempotency::claim_for(&tx, &app.clock, actor, "packageShip", key, new, &new.package_id).await?.is_some() {
        return pick(packages, new.package_id);
    }
    let now = app.clock.now();
    let row = packages.iter_mut().find(|row| row.id == new.package_id).ok_or(Error::NotFound("package"))?;
    if row.status != PackageStatus::Packed {
        let status = row.status.as_str();
        return Err(Error::problem("WRONG_STATE", "packageId", format!("the package is {status} already")));
    }
    row.status = PackageStatus::Shipped;
    row.carriage = Some(checked.carriage);
    row.carrier = checked.carrier;
    row.tracking_number = checked.tracking_number;
    row.tracking_url = checked.tracking_url;
    row.courier = checked.courier;
    row.shipped_at = Some(now);
    row.version += 1;
    row.updated_at = now;
    model::store(&tx, row).await?;
    model::ship_packs(&tx, row.id).await?;
    model::insert_events(&tx, &[event(app, actor, row.id, PackageEventKind::Shipped)]).await?;
    let mut story = held.story(app);
    if packages.iter().all(|row| row.status != PackageStatus::Packed) {
        held.step(SubOrderAction::Ship)?;
        held.progress.shipped_at = Some(now);
        held.progress.next_due(None);
        held.tell(&mut story, OrderEventKind::Shipped);
    } else {
        held.progress.next_due(Some(now + TimeDelta::minutes(app.config.sales.ship_minutes.into())));
        held.tell(&mut story, OrderEventKind::PackageMoved);
    }
    held.store(app, &tx, actor, ("packageShip", story)).await?;
    tx.commit().await?;
    app.committed();
    pick(packages, new.package_id)
}

/// One of these packages.
pub(super) fn pick(packages: Vec<Package>, id: PackageId) -> Result<Package> {
    packages.into_iter().find(|row| row.id == id).ok_or(Error::NotFound("package"))
}
