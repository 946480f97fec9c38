//! Stock counts in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, CountLine, LinesOf, StockCount, StockCountId, StockCountWhere},
    service::{self, Counted},
};
use crate::{
    catalog::variant::model::VariantId,
    connection,
    context::Ctx,
    identity::account::model::{Account, AccountId},
    inventory::{
        InventoryError,
        location::model::{Location, LocationId},
        stock::model::{StockItem, StockLot},
    },
    kernel::{access::Permission, date::Date, error::Result, page::PageArgs},
    payload,
};

connection!(StockCountConnection, StockCountEdge, StockCount);

#[edges]
impl StockCount {
    /// Where is counted.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load(self.location_id).await
    }

    /// What was counted, in the order of counting.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Arc<Vec<CountLine>>> {
        Ok(ctx.load(LinesOf(self.id)).await?.unwrap_or_default())
    }

    /// Who opened it; null for programs, and for those who may not see accounts.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.created_by {
            Some(id) => ctx.load(AccountId(id)).await,
            None => Ok(None),
        }
    }
}

#[edges]
impl CountLine {
    /// The stock item.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockItem>>> {
        ctx.load(self.item_id).await
    }

    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockLot>>> {
        ctx.load(self.lot_id).await
    }

    /// Who counted; null for programs, and for those who may not see accounts.
    async fn counted_by(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.counted_by {
            Some(id) => ctx.load(AccountId(id)).await,
            None => Ok(None),
        }
    }
}

/// Queries over stock counts.
#[derive(Default)]
pub struct StockCountQuery;

#[query]
impl StockCountQuery {
    /// Stock counts within the caller's scope, newest first.
    #[access(Can(Permission::InventoryRead))]
    async fn stock_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which counts", name = "where")] filter: Option<StockCountWhere>,
        page: PageArgs,
    ) -> Result<StockCountConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(StockCountConnection(model::list(&conn, ctx.actor(), filter, &page, count).await?))
    }
}

/// A new count.
#[derive(InputObject)]
pub struct StockCountOpenInput {
    /// Where is counted.
    location_id: LocationId,
    /// A remark; up to 500 characters.
    note: Option<String>,
    /// The same key with the same input answers the same count; 1 to 128 characters.
    idempotency_key: String,
}

/// What was counted of a batch.
#[derive(InputObject)]
pub struct StockCountLineInput {
    /// What.
    variant_id: VariantId,
    /// The maker's batch; empty for goods without one.
    #[graphql(default)]
    batch: String,
    /// Last day on which it may be sold; left out for goods that keep.
    expires_on: Option<Date>,
    /// Sound pieces on the shelf, reserved ones among them.
    counted: i32,
    /// Damaged pieces on the shelf.
    #[graphql(default)]
    damaged: i32,
}

/// Results of a count.
#[derive(InputObject)]
pub struct StockCountRecordInput {
    /// The count.
    id: StockCountId,
    /// What was counted; at most 1,000 lines. A batch that was counted before has the new result.
    lines: Vec<StockCountLineInput>,
}

/// Names the count whose differences go into the books.
#[derive(InputObject)]
pub struct StockCountPostInput {
    /// The count.
    id: StockCountId,
    /// The same key does it once; 1 to 128 characters.
    idempotency_key: String,
}

/// Names the count to be left.
#[derive(InputObject)]
pub struct StockCountCancelInput {
    /// The count.
    id: StockCountId,
}

payload! { /// What stockCountOpen answers.
StockCountOpenPayload { /// The new count.
count: StockCount } InventoryError }

payload! { /// What stockCountRecord answers.
StockCountRecordPayload { /// The count with its results.
count: StockCount } InventoryError }

payload! { /// What stockCountPost answers.
StockCountPostPayload { /// The posted count.
count: StockCount } InventoryError }

payload! { /// What stockCountCancel answers.
StockCountCancelPayload { /// The cancelled count.
count: StockCount } InventoryError }

/// Changes to stock counts.
#[derive(Default)]
pub struct StockCountMutation;

#[mutation]
impl StockCountMutation {
    /// Opens a count at a location.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_count_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new count")] input: StockCountOpenInput,
    ) -> Result<StockCountOpenPayload> {
        let new = (input.location_id, input.note);
        StockCountOpenPayload::from(service::open_count(ctx.app(), ctx.actor(), &input.idempotency_key, new).await)
    }

    /// Notes what was counted, beside what the books say at this moment. Work in the location goes on meanwhile.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_count_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The results")] input: StockCountRecordInput,
    ) -> Result<StockCountRecordPayload> {
        let counted = |line: StockCountLineInput| {
            let StockCountLineInput { variant_id, batch, expires_on, counted, damaged } = line;
            Counted { variant_id, batch, expires_on: expires_on.map(|day| day.0), counted, damaged }
        };
        let lines = input.lines.into_iter().map(counted).collect();
        StockCountRecordPayload::from(service::record_count(ctx.app(), ctx.actor(), input.id, lines).await)
    }

    /// Puts the books right by the differences that were found; what moved since the counting stays moved.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_count_post(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count")] input: StockCountPostInput,
    ) -> Result<StockCountPostPayload> {
        let posted = service::post_count(ctx.app(), ctx.actor(), &input.idempotency_key, input.id).await;
        StockCountPostPayload::from(posted)
    }

    /// Leaves an open count without a trace in the books.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_count_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The count")] input: StockCountCancelInput,
    ) -> Result<StockCountCancelPayload> {
        StockCountCancelPayload::from(service::cancel_count(ctx.app(), ctx.actor(), input.id).await)
    }
}
