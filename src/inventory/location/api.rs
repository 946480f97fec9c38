//! Locations in the schema.

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::edges;

use super::model::{Location, LocationKind};
use crate::{
    context::Ctx,
    inventory::{
        hours::api::{OpeningHours, hours_of},
        seller::model::{Seller, SellerId},
        store::model::{Store, StoreId},
        warehouse::model::{Warehouse, WarehouseId},
    },
    kernel::error::Result,
};

#[edges]
impl Location {
    /// Whose it is.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load::<SellerId>(self.seller_id).await
    }

    /// When it is open.
    async fn opening_hours(&self, ctx: &Context<'_>) -> Result<OpeningHours> {
        hours_of(ctx, self.id).await
    }

    /// The store that it is; null for a warehouse.
    async fn store(&self, ctx: &Context<'_>) -> Result<Option<Arc<Store>>> {
        match self.kind {
            LocationKind::Store => ctx.load(StoreId(self.id.0)).await,
            LocationKind::Warehouse => Ok(None),
        }
    }

    /// The warehouse that it is; null for a store.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Option<Arc<Warehouse>>> {
        match self.kind {
            LocationKind::Warehouse => ctx.load(WarehouseId(self.id.0)).await,
            LocationKind::Store => Ok(None),
        }
    }
}
