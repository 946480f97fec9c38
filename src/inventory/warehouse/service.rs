//! What the back office and sellers do with warehouses.

use super::model::{self, Warehouse, WarehouseId, WarehouseKind};
use crate::{
    app::App,
    identity::account::contact,
    inventory::{
        location::model::{self as locations, LocationId, LocationStatus},
        registration::model::{self as registrations, GstRegistrationId},
        seller::model::{self as sellers, SellerId},
        site::{self, Site, SiteInput},
    },
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        error::{Error, Result, within},
    },
};

/// A new warehouse.
#[derive(Clone, Debug)]
pub struct NewWarehouse {
    /// Whose.
    pub seller_id: SellerId,
    /// Name.
    pub name: String,
    /// Which part it plays.
    pub kind: WarehouseKind,
    /// Where it stands.
    pub site: SiteInput,
    /// Under which GST registration.
    pub gst_registration_id: Option<GstRegistrationId>,
    /// Telephone.
    pub phone: Option<String>,
}

/// Changes to a warehouse; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct WarehouseChanges {
    /// The version that the client has read.
    pub expected_version: Option<i32>,
    /// Name.
    pub name: Option<String>,
    /// Which part it plays.
    pub kind: Option<WarehouseKind>,
    /// Whether it works.
    pub status: Option<LocationStatus>,
    /// Where it stands.
    pub site: Option<SiteInput>,
    /// Under which GST registration; `Some(None)` for none.
    pub gst_registration_id: Option<Option<GstRegistrationId>>,
    /// Telephone; `Some(None)` for none.
    pub phone: Option<Option<String>>,
}

/// Opens a warehouse of a seller within the caller's scope.
pub async fn create_warehouse(app: &App, actor: &Actor, new: NewWarehouse) -> Result<Warehouse> {
    let scope = actor.scope(Permission::LocationsWrite);
    if !scope.everything && !scope.distributors.contains(&new.seller_id.0) {
        return Err(Error::problem("NOT_FOUND", "sellerId", "there is no such seller"));
    }
    let mut checks = Checks::default();
    let name = checks.line("name", &new.name, 1, 120);
    checks.finish()?;
    let phone = new.phone.map(|phone| contact::phone("phone", &phone)).transpose()?;
    let site = within("site", site::complete(app, new.site).await)?;
    let now = app.clock.now();
    let Site { line1, line2, city, state_code, pincode, latitude, longitude } = site;
    let row = Warehouse {
        id: WarehouseId::new(),
        seller_id: new.seller_id,
        name,
        kind: new.kind,
        status: LocationStatus::Active,
        gst_registration_id: new.gst_registration_id,
        phone,
        line1,
        line2,
        city,
        state_code,
        pincode,
        latitude,
        longitude,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let tx = app.db.begin().await?;
    if let Some(registration) = row.gst_registration_id {
        registrations::hold_active(&tx, registration).await?;
    }
    sellers::lock_admitted(&tx, actor, row.seller_id).await?;
    model::insert(&tx, &row).await?;
    Change::new("warehouseCreate", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes a warehouse within the caller's scope; one that is closed for good stays so.
pub async fn update_warehouse(
    app: &App,
    actor: &Actor,
    id: WarehouseId,
    changes: WarehouseChanges,
) -> Result<Warehouse> {
    let phone =
        changes.phone.map(|phone| phone.map(|phone| contact::phone("phone", &phone)).transpose()).transpose()?;
    // Before the transaction: the geocoder may be asked over the network.
    let site = match changes.site {
        Some(input) => Some(within("site", site::complete(app, input).await)?),
        None => None,
    };
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, actor, id).await?;
    if changes.expected_version.is_some_and(|expected| expected != before.version) {
        let message = "the warehouse was changed meanwhile; look at it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    if before.status == LocationStatus::Terminated {
        return Err(Error::problem("CONFLICT", "id", "this warehouse is closed for good"));
    }
    let mut after = Warehouse { version: before.version + 1, updated_at: app.clock.now(), ..before.clone() };
    let mut checks = Checks::default();
    if let Some(name) = changes.name {
        after.name = checks.line("name", &name, 1, 120);
    }
    checks.finish()?;
    if let Some(Site { line1, line2, city, state_code, pincode, latitude, longitude }) = site {
        after = Warehouse { line1, line2, city, state_code, pincode, latitude, longitude, ..after };
    }
    after.kind = changes.kind.unwrap_or(after.kind);
    after.status = changes.status.unwrap_or(after.status);
    after.gst_registration_id = changes.gst_registration_id.unwrap_or(after.gst_registration_id);
    after.phone = phone.unwrap_or(after.phone);
    if after.gst_registration_id != before.gst_registration_id
        && let Some(registration) = after.gst_registration_id
    {
        registrations::hold_active(&tx, registration).await?;
    }
    if after.status == LocationStatus::Terminated {
        locations::lock_to_close(&tx, LocationId(id.0)).await?;
    }
    model::update(&tx, &after).await?;
    Change::new("warehouseUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

/// Removes a warehouse within the caller's scope that was entered by mistake: nothing lies there, and nothing ever did.
pub async fn delete_warehouse(app: &App, actor: &Actor, id: WarehouseId) -> Result<WarehouseId> {
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, actor, id).await?;
    model::delete(&tx, id).await?;
    Change::new("warehouseDelete", id, Some(&before), None)?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(id)
}
