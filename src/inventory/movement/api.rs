//! The stock ledger in the schema.

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::{edges, query};

use super::model::{self, StockMovement, StockMovementWhere};
use crate::{
    connection,
    context::Ctx,
    identity::account::model::{Account, AccountId},
    inventory::stock::model::{StockItem, StockLot},
    kernel::{
        access::Permission,
        error::Result,
        money::Money,
        page::{Direction, PageArgs},
    },
};

connection!(StockMovementConnection, StockMovementEdge, StockMovement);

#[edges]
impl StockMovement {
    /// The stock item.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockItem>>> {
        ctx.load(self.item_id).await
    }

    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockLot>>> {
        ctx.load(self.lot_id).await
    }

    /// Change of the item's value, by moving average.
    fn value(&self) -> Money {
        self.value_minor.into()
    }

    /// The item's value since then.
    fn value_after(&self) -> Money {
        self.value_after_minor.into()
    }

    /// Who did it; null for programs, and for those who may not see accounts.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.actor_id {
            Some(id) => ctx.load(AccountId(id)).await,
            None => Ok(None),
        }
    }
}

/// Queries over the stock ledger.
#[derive(Default)]
pub struct MovementQuery;

#[query]
impl MovementQuery {
    /// The stock ledger within the caller's scope.
    #[access(Can(Permission::InventoryRead))]
    async fn stock_movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which movements", name = "where")] filter: Option<StockMovementWhere>,
        #[graphql(desc = "Oldest or newest first", default_with = "Direction::Desc")] direction: Direction,
        page: PageArgs,
    ) -> Result<StockMovementConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(StockMovementConnection(model::list(&conn, ctx.actor(), filter, direction, &page, count).await?))
    }
}
