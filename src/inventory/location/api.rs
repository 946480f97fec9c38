//! Locations in the schema.

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::edges;

use super::model::{Location, LocationKind};
use crate::{
    context::Ctx,
    inventory::{
        seller::model::{Seller, SellerId},
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

    /// The warehouse that it is; null for a store.
    async fn warehouse(&self, ctx: &Context<'_>) -> Result<Option<Arc<Warehouse>>> {
        match self.kind {
            LocationKind::Warehouse => ctx.load(WarehouseId(self.id.0)).await,
            LocationKind::Store => Ok(None),
        }
    }
}
