//! Stock in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    bulk::{self, RowResult, TargetRow},
    model::{self, LotsOf, StockItem, StockItemId, StockItemOrder, StockItemWhere, StockLot, StockLotId},
    post::Cause,
    service::{self, Correction, Intake, IntakeLine, ItemSettings, NewIntake},
};
use crate::{
    catalog::variant::model::{Variant, VariantId},
    connection,
    context::Ctx,
    inventory::{
        InventoryError,
        location::model::{Location, LocationId},
        stock_report::model::{StockWorth, WorthOn},
    },
    kernel::{
        access::Permission,
        date::Date,
        error::{Error, Result},
        money::{Minor, Money, MoneyInput},
        page::PageArgs,
    },
    payload,
};

connection!(StockItemConnection, StockItemEdge, StockItem);

#[edges]
impl StockItem {
    /// What it is.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<Arc<Variant>>> {
        ctx.load(self.variant_id).await
    }

    /// Where it lies.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load(self.location_id).await
    }

    /// All pieces that are here: available, reserved and damaged.
    #[graphql(name = "onHand")]
    async fn pieces(&self) -> i32 {
        self.on_hand()
    }

    /// What a piece cost, by moving average; the last known cost when there is none here, null before one was named.
    #[graphql(name = "averageCost")]
    async fn cost(&self) -> Option<Money> {
        self.average_cost().map(Money::from)
    }

    /// What all pieces on hand cost, by moving average.
    async fn value(&self) -> Money {
        self.value_minor.into()
    }

    /// Whether it has fallen to its low-stock threshold.
    #[graphql(name = "isLow")]
    async fn low(&self) -> bool {
        self.is_low()
    }

    /// What it was worth at the end of a day in India, by moving average.
    async fn worth(&self, ctx: &Context<'_>, #[graphql(desc = "The day")] on: Date) -> Result<StockWorth> {
        let worth = ctx.load(WorthOn(self.id, on.0)).await?.unwrap_or_default();
        Ok(StockWorth::new(worth, Some(on.0)))
    }

    /// Its batches, first to expire first; those that are used up among them.
    async fn lots(&self, ctx: &Context<'_>) -> Result<Arc<Vec<StockLot>>> {
        Ok(ctx.load(LotsOf(self.id)).await?.unwrap_or_default())
    }
}

#[edges]
impl StockLot {
    /// The stock item that it is part of.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockItem>>> {
        ctx.load(self.item_id).await
    }

    /// Last day on which it may be sold; null for goods that keep.
    #[graphql(name = "expiresOn")]
    async fn last_day(&self) -> Option<Date> {
        self.expires_on.map(Date)
    }
}

/// Queries over stock.
#[derive(Default)]
pub struct StockQuery;

#[query]
impl StockQuery {
    /// What lies where, within the caller's scope.
    #[access(Can(Permission::InventoryRead))]
    async fn stock_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items", name = "where")] filter: Option<StockItemWhere>,
        #[graphql(desc = "In which order")] order_by: Option<StockItemOrder>,
        page: PageArgs,
    ) -> Result<StockItemConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let (filter, order) = (filter.unwrap_or_default(), order_by.unwrap_or_default());
        Ok(StockItemConnection(model::list(&conn, ctx.actor(), filter, order, &page, count).await?))
    }
}

/// Goods that come in.
#[derive(InputObject)]
pub struct StockReceiveLineInput {
    /// What.
    variant_id: VariantId,
    /// Pieces, the damaged ones among them; at least 1.
    quantity: i32,
    /// Pieces of them that cannot be sold.
    #[graphql(default)]
    damaged: i32,
    /// The maker's batch; up to 60 characters.
    #[graphql(default)]
    batch: String,
    /// Last day on which they may be sold; left out for goods that keep.
    expires_on: Option<Date>,
    /// What a piece cost; by moving average when left out.
    unit_cost: Option<MoneyInput>,
}

/// A delivery, or goods that customers sent back.
#[derive(InputObject)]
pub struct StockReceiveInput {
    /// Where.
    location_id: LocationId,
    /// Why they come in.
    #[graphql(default)]
    kind: Intake,
    /// What; at most 1,000 lines. Either all come in or none.
    lines: Vec<StockReceiveLineInput>,
    /// What it is for: a delivery note, an order; up to 100 characters.
    reference: Option<String>,
    /// A remark; up to 500 characters.
    note: Option<String>,
    /// The same key with the same input does it once; 1 to 128 characters.
    idempotency_key: String,
}

/// A correction of one lot.
#[derive(InputObject)]
pub struct StockAdjustLineInput {
    /// The lot.
    lot_id: StockLotId,
    /// Change of the pieces that can be reserved: found, lost, or with the opposite in `damaged` spoilt or sound again.
    #[graphql(default)]
    available: i32,
    /// Change of the pieces that cannot be sold; negative when they are thrown away.
    #[graphql(default)]
    damaged: i32,
}

/// Corrections of stock.
#[derive(InputObject)]
pub struct StockAdjustInput {
    /// What; at most 1,000 lines. Either all are made or none.
    lines: Vec<StockAdjustLineInput>,
    /// What it is for; up to 100 characters.
    reference: Option<String>,
    /// Why; 1 to 500 characters.
    note: String,
    /// The same key with the same input does it once; 1 to 128 characters.
    idempotency_key: String,
}

/// An item's limits; what is left out stays.
#[derive(InputObject)]
pub struct StockItemUpdateInput {
    /// The item.
    id: StockItemId,
    /// An alert is raised when `available` falls to this; null for none.
    low_stock_threshold: MaybeUndefined<i32>,
    /// Suggested for reordering when `available` falls to this; null for never.
    reorder_point: MaybeUndefined<i32>,
    /// How many to order at once; null lets recent sales decide.
    reorder_quantity: MaybeUndefined<i32>,
}

/// What shall be available of a variant.
#[derive(InputObject)]
pub struct StockTargetInput {
    /// The variant's SKU.
    sku: String,
    /// Pieces that can be reserved; 0 to 1,000,000,000.
    available: i32,
    /// The row is refused unless this many are available now.
    expected_available: Option<i32>,
}

/// Stock of many variants at once.
#[derive(InputObject)]
pub struct StockBulkSetInput {
    /// Where.
    location_id: LocationId,
    /// What; at most 1,000 rows, each by itself.
    rows: Vec<StockTargetInput>,
    /// The same key with the same input does it once; 1 to 128 characters.
    idempotency_key: String,
}

/// What became of one row.
#[derive(PlainObject)]
pub struct StockBulkRow {
    /// The SKU as given.
    sku: String,
    /// The item as it is now; null where the row was refused.
    item: Option<StockItem>,
    /// Why the row was refused; empty where it was not.
    errors: Vec<InventoryError>,
}

impl From<RowResult> for StockBulkRow {
    fn from(row: RowResult) -> Self {
        let errors = row.problems.into_iter().map(InventoryError::from).collect();
        Self { sku: row.sku, item: row.item, errors }
    }
}

payload! { /// What stockBulkSet answers.
StockBulkSetPayload { /// What became of the rows, in their order.
rows: Vec<StockBulkRow> } InventoryError }

payload! { /// What stockReceive answers.
StockReceivePayload { /// The items whose stock changed.
items: Vec<StockItem> } InventoryError }

payload! { /// What stockAdjust answers.
StockAdjustPayload { /// The items whose stock changed.
items: Vec<StockItem> } InventoryError }

payload! { /// What stockItemUpdate answers.
StockItemUpdatePayload { /// The changed item.
item: StockItem } InventoryError }

/// Changes to stock.
#[derive(Default)]
pub struct StockMutation;

#[mutation]
impl StockMutation {
    /// Takes goods in: a delivery, or what customers sent back.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_receive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The goods")] input: StockReceiveInput,
    ) -> Result<StockReceivePayload> {
        let StockReceiveInput { location_id, kind, lines, reference, note, idempotency_key } = input;
        let lines = match intake_lines(lines) {
            Ok(lines) => lines,
            Err(error) => return StockReceivePayload::from(Err(error)),
        };
        let new = NewIntake { location_id, kind, lines, cause: Cause { reference, note } };
        StockReceivePayload::from(service::receive(ctx.app(), ctx.actor(), &idempotency_key, new).await)
    }

    /// Puts stock right: pieces found or lost, spoilt or thrown away.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The corrections")] input: StockAdjustInput,
    ) -> Result<StockAdjustPayload> {
        let StockAdjustInput { lines, reference, note, idempotency_key } = input;
        let correction = |line: StockAdjustLineInput| {
            let StockAdjustLineInput { lot_id, available, damaged } = line;
            Correction { lot_id, available, damaged }
        };
        let lines = lines.into_iter().map(correction).collect();
        let cause = Cause { reference, note: Some(note) };
        StockAdjustPayload::from(service::adjust(ctx.app(), ctx.actor(), &idempotency_key, lines, cause).await)
    }

    /// Sets what is available of up to 1,000 variants, each row by itself: for systems that keep their own books.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_bulk_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stock")] input: StockBulkSetInput,
    ) -> Result<StockBulkSetPayload> {
        let StockBulkSetInput { location_id, rows, idempotency_key } = input;
        let target = |row: StockTargetInput| {
            let StockTargetInput { sku, available, expected_available: expected } = row;
            TargetRow { sku, available, expected }
        };
        let rows = rows.into_iter().map(target).collect();
        let set = bulk::set_available(ctx.app(), ctx.actor(), &idempotency_key, location_id, rows).await;
        StockBulkSetPayload::from(set.map(|rows| rows.into_iter().map(StockBulkRow::from).collect::<Vec<_>>()))
    }

    /// Sets an item's limits for alerts and reordering.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_item_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The limits")] input: StockItemUpdateInput,
    ) -> Result<StockItemUpdatePayload> {
        let settings = ItemSettings {
            low_stock_threshold: input.low_stock_threshold.into(),
            reorder_point: input.reorder_point.into(),
            reorder_quantity: input.reorder_quantity.into(),
        };
        StockItemUpdatePayload::from(service::update_item(ctx.app(), ctx.actor(), input.id, settings).await)
    }
}

fn intake_lines(lines: Vec<StockReceiveLineInput>) -> Result<Vec<IntakeLine>> {
    let line = |(at, line): (usize, StockReceiveLineInput)| {
        let cost = line.unit_cost.map(|cost| unit_cost(at, &cost)).transpose()?;
        let StockReceiveLineInput { variant_id, quantity, damaged, batch, expires_on, .. } = line;
        let expires_on = expires_on.map(|day| day.0);
        Ok(IntakeLine { variant_id, quantity, damaged, batch, expires_on, unit_cost: cost })
    };
    lines.into_iter().enumerate().map(line).collect()
}

fn unit_cost(at: usize, cost: &MoneyInput) -> Result<Minor> {
    cost.minor().map_err(|message| Error::invalid(&format!("lines.{at}.unitCost"), message))
}
