//! Stock alerts in the schema.

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::{edges, query};

use super::model::{self, StockAlert, StockAlertWhere};
use crate::{
    connection,
    context::Ctx,
    inventory::stock::model::{StockItem, StockLot},
    kernel::{access::Permission, error::Result, page::PageArgs},
    marketplace::offer::model::{Offer, OfferId},
};

connection!(StockAlertConnection, StockAlertEdge, StockAlert);

#[edges]
impl StockAlert {
    /// The stock item; of an offer's alert, the one whose change brought it about.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockItem>>> {
        ctx.load(self.item_id).await
    }

    /// The offer whose threshold it is about; null where it is about an item or a lot.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Arc<Offer>>> {
        match self.offer_id {
            Some(id) => ctx.load(OfferId(id)).await,
            None => Ok(None),
        }
    }

    /// The lot; null for low stock, which concerns the whole item.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockLot>>> {
        match self.lot_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// Queries over stock alerts.
#[derive(Default)]
pub struct StockAlertQuery;

#[query]
impl StockAlertQuery {
    /// Alerts about stock within the caller's scope, newest first.
    #[access(Can(Permission::InventoryRead))]
    async fn stock_alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which alerts", name = "where")] filter: Option<StockAlertWhere>,
        page: PageArgs,
    ) -> Result<StockAlertConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(StockAlertConnection(model::list(&conn, ctx.actor(), filter, &page, count).await?))
    }
}
