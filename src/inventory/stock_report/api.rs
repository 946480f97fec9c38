//! Reports over stock in the schema.

use async_graphql::Context;
use freshvilla_macros::{edges, query};

use super::model::{self, ReorderSuggestion, StockValuationWhere, StockWorth};
use crate::{
    connection,
    context::Ctx,
    kernel::{access::Permission, date::Date, error::Result, money::Money, page::PageArgs},
};

connection!(ReorderSuggestionConnection, ReorderSuggestionEdge, ReorderSuggestion);

#[edges]
impl StockWorth {
    /// What the pieces are worth, by moving average.
    fn value(&self) -> Money {
        self.value.into()
    }
}

/// Reports over stock.
#[derive(Default)]
pub struct StockReportQuery;

#[query]
impl StockReportQuery {
    /// What the stock within the caller's scope is worth, by moving average: now, or at the end of a day in India.
    #[access(Can(Permission::InventoryRead))]
    async fn stock_valuation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stock; all within scope when left out", name = "where")] filter: Option<
            StockValuationWhere,
        >,
        #[graphql(desc = "At the end of this day; now when left out")] as_of: Option<Date>,
    ) -> Result<StockWorth> {
        let as_of = as_of.map(|day| day.0);
        let conn = ctx.app().db.read().await?;
        let worth = model::valuation(&conn, ctx.actor(), &filter.unwrap_or_default(), as_of).await?;
        Ok(StockWorth::new(worth, as_of))
    }

    /// Items within the caller's scope that have fallen to their reorder point, those with the least available first.
    #[access(Can(Permission::InventoryRead))]
    async fn reorder_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stock; all within scope when left out", name = "where")] filter: Option<
            StockValuationWhere,
        >,
        page: PageArgs,
    ) -> Result<ReorderSuggestionConnection> {
        let count = ctx.wants("totalCount");
        let now = ctx.app().clock.now();
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        let page = model::reorder(&conn, ctx.actor(), &filter, now, (&page, count)).await?;
        Ok(ReorderSuggestionConnection(page))
    }
}
