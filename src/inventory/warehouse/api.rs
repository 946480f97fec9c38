//! Warehouses in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined};
use bigdecimal::ToPrimitive;
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, Warehouse, WarehouseId, WarehouseKind, WarehouseWhere},
    service::{self, NewWarehouse, WarehouseChanges},
};
use crate::{
    connection,
    context::Ctx,
    identity::place::model::{State, StateKey},
    inventory::{
        InventoryError,
        location::model::{Location, LocationId, LocationStatus},
        registration::model::{GstRegistration, GstRegistrationId, RegistrationsOf},
        seller::model::{Seller, SellerId},
        site::SiteInput,
    },
    kernel::{access::Permission, error::Result, page::PageArgs},
    payload,
};

connection!(WarehouseConnection, WarehouseEdge, Warehouse);

#[edges]
impl Warehouse {
    /// The warehouse as a place where stock lies.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load(LocationId(self.id.0)).await
    }

    /// Whose it is.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load(self.seller_id).await
    }

    /// The GST registration under which it works; null where there is none, or for those who may not see the seller's
    /// papers.
    async fn gst_registration(&self, ctx: &Context<'_>) -> Result<Option<GstRegistration>> {
        let Some(id) = self.gst_registration_id else { return Ok(None) };
        let all = ctx.load(RegistrationsOf(self.seller_id)).await?.unwrap_or_default();
        Ok(all.iter().find(|registration| registration.id == id).cloned())
    }

    /// The state where it stands.
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<Arc<State>>> {
        ctx.load(StateKey(self.state_code.clone())).await
    }

    /// Degrees north, where known.
    fn latitude(&self) -> Option<f64> {
        self.latitude.as_ref()?.to_f64()
    }

    /// Degrees east, where known.
    fn longitude(&self) -> Option<f64> {
        self.longitude.as_ref()?.to_f64()
    }
}

/// Queries over warehouses.
#[derive(Default)]
pub struct WarehouseQuery;

#[query]
impl WarehouseQuery {
    /// Warehouses within the caller's scope, by name.
    #[access(Can(Permission::InventoryRead))]
    async fn warehouses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which warehouses", name = "where")] filter: Option<WarehouseWhere>,
        page: PageArgs,
    ) -> Result<WarehouseConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(WarehouseConnection(model::list(&conn, ctx.actor(), &filter, &page, count).await?))
    }
}

/// A new warehouse.
#[derive(InputObject)]
pub struct WarehouseCreateInput {
    /// Whose.
    seller_id: SellerId,
    /// Name, unique among the seller's without regard to case; 1 to 120 characters.
    name: String,
    /// Which part it plays.
    kind: WarehouseKind,
    /// Where it stands.
    site: SiteInput,
    /// The seller's GST registration for the state where it stands.
    gst_registration_id: Option<GstRegistrationId>,
    /// Telephone; Indian numbers may leave out +91.
    phone: Option<String>,
}

/// Changes to a warehouse; what is left out stays.
#[derive(InputObject)]
pub struct WarehouseUpdateInput {
    /// The warehouse.
    id: WarehouseId,
    /// The version that was read; refused if somebody has changed the warehouse since.
    expected_version: Option<i32>,
    /// Name.
    name: Option<String>,
    /// Which part it plays.
    kind: Option<WarehouseKind>,
    /// Whether it works.
    status: Option<LocationStatus>,
    /// Where it stands.
    site: Option<SiteInput>,
    /// The seller's GST registration for the state where it stands; null for none.
    gst_registration_id: MaybeUndefined<GstRegistrationId>,
    /// Telephone; null for none.
    phone: MaybeUndefined<String>,
}

/// A warehouse to remove.
#[derive(InputObject)]
pub struct WarehouseDeleteInput {
    /// The warehouse.
    id: WarehouseId,
}

payload! { /// What warehouseCreate answers.
WarehouseCreatePayload { /// The new warehouse.
warehouse: Warehouse } InventoryError }

payload! { /// What warehouseUpdate answers.
WarehouseUpdatePayload { /// The changed warehouse.
warehouse: Warehouse } InventoryError }

payload! { /// What warehouseDelete answers.
WarehouseDeletePayload { /// ID of the warehouse that is no more.
warehouse_id: WarehouseId } InventoryError }

/// Changes to warehouses.
#[derive(Default)]
pub struct WarehouseMutation;

#[mutation]
impl WarehouseMutation {
    /// Opens a warehouse of a seller within the caller's scope. A distributor's own people open none before it is
    /// verified.
    #[access(Can(Permission::LocationsWrite))]
    async fn warehouse_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new warehouse")] input: WarehouseCreateInput,
    ) -> Result<WarehouseCreatePayload> {
        let WarehouseCreateInput { seller_id, name, kind, site, gst_registration_id, phone } = input;
        let new = NewWarehouse { seller_id, name, kind, site, gst_registration_id, phone };
        WarehouseCreatePayload::from(service::create_warehouse(ctx.app(), ctx.actor(), new).await)
    }

    /// Changes a warehouse within the caller's scope.
    #[access(Can(Permission::LocationsWrite))]
    async fn warehouse_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: WarehouseUpdateInput,
    ) -> Result<WarehouseUpdatePayload> {
        let changes = WarehouseChanges {
            expected_version: input.expected_version,
            name: input.name,
            kind: input.kind,
            status: input.status,
            site: input.site,
            gst_registration_id: input.gst_registration_id.into(),
            phone: input.phone.into(),
        };
        WarehouseUpdatePayload::from(service::update_warehouse(ctx.app(), ctx.actor(), input.id, changes).await)
    }

    /// Removes a warehouse that was entered by mistake, with its hours and service areas. One where stock lies or ever lay
    /// is refused with LOCATION_IN_USE: close it for good instead.
    #[access(Can(Permission::LocationsWrite))]
    async fn warehouse_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which warehouse")] input: WarehouseDeleteInput,
    ) -> Result<WarehouseDeletePayload> {
        WarehouseDeletePayload::from(service::delete_warehouse(ctx.app(), ctx.actor(), input.id).await)
    }
}
