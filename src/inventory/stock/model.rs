//! Stock items and lots, and every query over them.

use std::collections::HashMap;

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    catalog::variant::model::VariantId,
    id,
    inventory::{location::model::LocationId, seller::model::SellerId},
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::Result,
        money::Minor,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    load_by_id, load_children,
    schema::{stock_items, stock_lots},
};

id! {
    /// Identifies a stock item.
    StockItemId, "sti", "StockItem"
}

id! {
    /// Identifies a stock lot.
    StockLotId, "lot", "StockLot"
}

/// Most pieces of an item, and in one line of a request.
pub const MAX_PIECES: i32 = 1_000_000_000;

/// The stock of a variant at a location: the sums of its lots.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = stock_items)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown, or in the database")]
pub struct StockItem {
    /// Global ID.
    pub id: StockItemId,
    #[graphql(skip)]
    pub location_id: LocationId,
    #[graphql(skip)]
    pub seller_id: SellerId,
    #[graphql(skip)]
    pub variant_id: VariantId,
    /// Pieces that can be reserved.
    pub available: i32,
    /// Pieces that active reservations hold.
    pub reserved: i32,
    /// Pieces that are here but cannot be sold: damaged or expired.
    pub damaged: i32,
    #[graphql(skip)]
    pub value_minor: Minor,
    #[graphql(skip)]
    pub last_cost_minor: Option<Minor>,
    /// An alert is raised when `available` falls to this; null for none.
    pub low_stock_threshold: Option<i32>,
    /// Suggested for reordering when `available` falls to this; null for never.
    pub reorder_point: Option<i32>,
    /// How many to order at once; null lets recent sales decide.
    pub reorder_quantity: Option<i32>,
    #[graphql(skip)]
    pub event_seq: i64,
    #[graphql(skip)]
    pub movement_seq: i64,
    /// When the variant first came to the location.
    pub created_at: DateTime<Utc>,
    /// When its stock or its settings last changed.
    pub updated_at: DateTime<Utc>,
}

impl StockItem {
    /// All pieces that are here: available, reserved and damaged.
    pub fn on_hand(&self) -> i32 {
        self.available.saturating_add(self.reserved).saturating_add(self.damaged)
    }

    /// What a piece cost, by moving average; the last known cost when there is none here; rounded half up.
    pub fn average_cost(&self) -> Option<Minor> {
        let pieces = i64::from(self.on_hand());
        match pieces {
            0 => self.last_cost_minor,
            _ => Some(Minor((self.value_minor.0 + pieces / 2) / pieces)),
        }
    }

    /// Whether it has fallen to its threshold.
    pub fn is_low(&self) -> bool {
        self.low_stock_threshold.is_some_and(|threshold| self.available <= threshold)
    }
}

/// A batch of a stock item, with its expiry date.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = stock_lots)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct StockLot {
    /// Global ID.
    pub id: StockLotId,
    #[graphql(skip)]
    pub item_id: StockItemId,
    /// The maker's batch; empty where goods come without one.
    pub batch: String,
    #[graphql(skip)]
    pub expires_on: Option<NaiveDate>,
    /// Pieces that can be reserved.
    pub available: i32,
    /// Pieces that active reservations hold.
    pub reserved: i32,
    /// Pieces that cannot be sold.
    pub damaged: i32,
    /// When the first of it came.
    pub received_at: DateTime<Utc>,
}

impl StockLot {
    /// Whether its last day is over.
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.expires_on.is_some_and(|day| day < today)
    }
}

load_by_id!(StockItemId => StockItem, stock_items);
load_by_id!(StockLotId => StockLot, stock_lots);
load_children! {
    /// An item's lots, first to expire first.
    pub LotsOf(StockItemId) => StockLot, stock_lots.item_id, by (expires_on.asc().nulls_last(), received_at, id)
}

/// Rows with `location_id` and `seller_id` on which the caller has the permission: those of named stores and
/// warehouses, and all of the sellers that are named.
pub fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    if scope.everything {
        return Sql::new("TRUE");
    }
    let places: Vec<Uuid> = scope.stores.into_iter().chain(scope.warehouses).collect();
    Sql::new("(location_id = ANY(").bind(places).sql(") OR seller_id = ANY(").bind(scope.distributors).sql("))")
}

/// Stock is for those who work with it.
pub fn visible_to(actor: &Actor) -> Sql {
    within(actor, Permission::InventoryRead)
}

/// Rows with `item_id` whose stock item is visible.
pub fn item_visible_to(actor: &Actor) -> Sql {
    match actor.scope(Permission::InventoryRead).everything {
        true => Sql::new("TRUE"),
        false => Sql::new("item_id IN (SELECT id FROM stock_items WHERE ").join(visible_to(actor)).sql(")"),
    }
}

/// Which stock items a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StockItemWhere {
    /// At this location.
    pub location_id: Option<LocationId>,
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// Of these variants; at most 100.
    #[graphql(validator(max_items = 100))]
    pub variant_ids: Option<Vec<VariantId>>,
    /// Of the variant with this SKU.
    pub sku: Option<String>,
    /// Fallen to the low-stock threshold (true), or not (false).
    pub low: Option<bool>,
    /// Nothing available (true), or something (false).
    pub out_of_stock: Option<bool>,
}

impl StockItemWhere {
    fn condition(self) -> Sql {
        let mut parts = Vec::new();
        if let Some(location) = self.location_id {
            parts.push(Sql::new("location_id = ").bind(location));
        }
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("seller_id = ").bind(seller));
        }
        if let Some(variants) = self.variant_ids {
            let ids: Vec<Uuid> = variants.iter().map(|id| id.0).collect();
            parts.push(Sql::new("variant_id = ANY(").bind(ids).sql(")"));
        }
        if let Some(sku) = self.sku {
            parts.push(Sql::new("variant_id = (SELECT id FROM product_variants WHERE sku = ").bind(sku).sql(")"));
        }
        if let Some(low) = self.low {
            parts.push(Sql::new("coalesce(available <= low_stock_threshold, FALSE) = ").bind(low));
        }
        if let Some(none) = self.out_of_stock {
            parts.push(Sql::new("(available = 0) = ").bind(none));
        }
        Sql::composed(parts)
    }
}

/// Which field sorts a list of stock items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum StockItemOrderField {
    /// When the variant first came to the location.
    #[default]
    CreatedAt,
    /// Pieces that can be reserved.
    Available,
}

/// How a list of stock items is sorted.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct StockItemOrder {
    /// By which field.
    #[graphql(default)]
    pub field: StockItemOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: Direction,
}

impl StockItemOrder {
    fn order(self) -> Order {
        let (column, cast) = match self.field {
            StockItemOrderField::CreatedAt => ("created_at", "::timestamptz"),
            StockItemOrderField::Available => ("available", "::int"),
        };
        Order { column, cast, id: "id", direction: self.direction }
    }

    fn key(self, row: &StockItem) -> (String, Uuid) {
        let sort = match self.field {
            StockItemOrderField::CreatedAt => timestamp_key(row.created_at),
            StockItemOrderField::Available => row.available.to_string(),
        };
        (sort, row.id.0)
    }
}

/// A page of stock items.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: StockItemWhere,
    order: StockItemOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<StockItem>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    page::fetch(conn, "stock_items", condition, order.order(), args, count, |row| order.key(row)).await
}

/// A batch of a variant at a location.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Where.
    pub location_id: LocationId,
    /// What.
    pub variant_id: VariantId,
    /// The maker's batch; empty for none.
    pub batch: String,
    /// Last day on which it may be sold.
    pub expires_on: Option<NaiveDate>,
}

/// The items that batches are of, as `unnest` takes them: location and variant, each once, in one order for everybody.
fn items_of(batches: &[Batch]) -> (Vec<Uuid>, Vec<Uuid>) {
    let mut items: Vec<(Uuid, Uuid)> = batches.iter().map(|of| (of.location_id.0, of.variant_id.0)).collect();
    items.sort_unstable();
    items.dedup();
    items.into_iter().unzip()
}

/// Makes sure that the items of these batches are there. Nothing is locked; the order of insertion is the order of
/// waiting.
pub async fn ensure_items(mut conn: &Conn, seller: SellerId, batches: &[Batch], now: DateTime<Utc>) -> Result<()> {
    let (locations, variants) = items_of(batches);
    let fresh: Vec<Uuid> = locations.iter().map(|_| Uuid::now_v7()).collect();
    Sql::new("INSERT INTO stock_items (id, location_id, seller_id, variant_id, created_at, updated_at) SELECT id, ")
        .sql("location_id, ")
        .bind(seller)
        .sql(", variant_id, ")
        .bind(now)
        .sql(", ")
        .bind(now)
        .sql(" FROM unnest(")
        .bind(fresh)
        .sql(", ")
        .bind(locations)
        .sql(", ")
        .bind(variants)
        .sql(") AS new (id, location_id, variant_id) ON CONFLICT (variant_id, location_id) DO NOTHING")
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Locks the items of these batches, in the order of their IDs.
pub async fn lock_items_of(conn: &Conn, batches: &[Batch]) -> Result<Vec<StockItem>> {
    let (locations, variants) = items_of(batches);
    let these = Sql::new("(location_id, variant_id) IN (SELECT * FROM unnest(").bind(locations);
    lock_items(conn, these.sql(", ").bind(variants).sql("))")).await
}

/// Locks the items that the condition over `stock_items` names, in the order of their IDs.
pub async fn lock_items(conn: &Conn, condition: Sql) -> Result<Vec<StockItem>> {
    let rest = Sql::new("FROM stock_items WHERE ").join(condition).sql(" ORDER BY id FOR NO KEY UPDATE");
    Select::<StockItem>::new(rest).rows(conn).await
}

/// Locks items by ID, as far as the caller may change them.
pub async fn lock_mine(conn: &Conn, actor: &Actor, ids: &[StockItemId]) -> Result<Vec<StockItem>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mine = Sql::new("id = ANY(").bind(ids).sql(") AND ").join(within(actor, Permission::InventoryWrite));
    lock_items(conn, mine).await
}

/// Lots of items whose row locks the caller holds, by ID.
pub async fn lots(mut conn: &Conn, items: &[StockItem]) -> Result<HashMap<StockLotId, StockLot>> {
    let ids = items.iter().map(|item| item.id);
    let rows: Vec<StockLot> =
        stock_lots::table.filter(stock_lots::item_id.eq_any(ids)).select(StockLot::as_select()).load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Adds lots, empty. The caller holds their items' row locks.
pub async fn insert_lots(mut conn: &Conn, rows: &[StockLot]) -> Result<()> {
    diesel::insert_into(stock_lots::table).values(rows).execute(&mut conn).await?;
    Ok(())
}

/// The items of lots, as far as the caller may change them.
pub async fn items_of_lots(mut conn: &Conn, lots: &[StockLotId]) -> Result<Vec<StockItemId>> {
    let items = stock_lots::table.filter(stock_lots::id.eq_any(lots)).select(stock_lots::item_id);
    Ok(items.distinct().load(&mut conn).await?)
}

/// Stores an item's settings.
pub async fn update_settings(mut conn: &Conn, item: &StockItem) -> Result<()> {
    use stock_items::dsl;
    diesel::update(dsl::stock_items.find(item.id))
        .set((
            dsl::low_stock_threshold.eq(item.low_stock_threshold),
            dsl::reorder_point.eq(item.reorder_point),
            dsl::reorder_quantity.eq(item.reorder_quantity),
            dsl::updated_at.eq(item.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Visible items by ID; those that are gone from view are left out.
pub async fn by_ids(conn: &Conn, actor: &Actor, ids: Vec<StockItemId>) -> Result<Vec<StockItem>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rest = Sql::new("FROM stock_items WHERE id = ANY(").bind(ids).sql(") AND ").join(visible_to(actor));
    Select::<StockItem>::new(rest.sql(" ORDER BY id")).rows(conn).await
}

/// The lots of locked items by location, variant, batch and expiry date.
#[derive(Debug)]
pub struct LotsByBatch {
    items: HashMap<(LocationId, VariantId), StockItemId>,
    lots: HashMap<(StockItemId, String, Option<NaiveDate>), StockLotId>,
}

impl LotsByBatch {
    /// From items and their lots.
    pub fn new(items: &[StockItem], lots: &HashMap<StockLotId, StockLot>) -> Self {
        let key = |lot: &StockLot| (lot.item_id, lot.batch.clone(), lot.expires_on);
        Self {
            items: items.iter().map(|item| ((item.location_id, item.variant_id), item.id)).collect(),
            lots: lots.values().map(|lot| (key(lot), lot.id)).collect(),
        }
    }

    /// The lot of a batch.
    pub fn find(&self, of: &Batch) -> Option<StockLotId> {
        let item = *self.items.get(&(of.location_id, of.variant_id))?;
        self.lots.get(&(item, of.batch.clone(), of.expires_on)).copied()
    }

    /// An empty lot for a batch that has none yet; it is known from now on, and still has to be inserted.
    pub fn add_missing(&mut self, of: &Batch, now: DateTime<Utc>) -> Option<StockLot> {
        let item_id = *self.items.get(&(of.location_id, of.variant_id))?;
        let (batch, expires_on) = (of.batch.clone(), of.expires_on);
        let key = (item_id, batch.clone(), expires_on);
        if self.lots.contains_key(&key) {
            return None;
        }
        let id = StockLotId::new();
        self.lots.insert(key, id);
        Some(StockLot { id, item_id, batch, expires_on, available: 0, reserved: 0, damaged: 0, received_at: now })
    }
}

/// Adds changes of available, reserved and damaged pieces to lots. The caller holds their items' row locks.
pub async fn shift_lots(mut conn: &Conn, changes: &HashMap<StockLotId, [i32; 3]>) -> Result<()> {
    let lots: Vec<Uuid> = changes.keys().map(|lot| lot.0).collect();
    let change = |at: usize| -> Vec<i32> { changes.values().filter_map(|sums| sums.get(at).copied()).collect() };
    Sql::new(
        "UPDATE stock_lots SET available = stock_lots.available + new.available, reserved = stock_lots.reserved + \
         new.reserved, damaged = stock_lots.damaged + new.damaged FROM unnest(",
    )
    .bind(lots)
    .sql(", ")
    .bind(change(0))
    .sql(", ")
    .bind(change(1))
    .sql(", ")
    .bind(change(2))
    .sql(") AS new (id, available, reserved, damaged) WHERE stock_lots.id = new.id")
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// Stores the numbers and counters of locked items.
pub async fn store(mut conn: &Conn, items: &[StockItem]) -> Result<()> {
    let ints = |of: fn(&StockItem) -> i32| items.iter().map(of).collect::<Vec<_>>();
    let longs = |of: fn(&StockItem) -> i64| items.iter().map(of).collect::<Vec<_>>();
    let costs: Vec<Option<i64>> = items.iter().map(|item| item.last_cost_minor.map(|cost| cost.0)).collect();
    Sql::new(
        "UPDATE stock_items SET available = new.available, reserved = new.reserved, damaged = new.damaged, value_minor \
         = new.value, last_cost_minor = new.cost, event_seq = new.event_seq, movement_seq = new.movement_seq, \
         updated_at = new.updated_at FROM unnest(",
    )
    .bind(items.iter().map(|item| item.id.0).collect::<Vec<_>>())
    .sql(", ")
    .bind(ints(|item| item.available))
    .sql(", ")
    .bind(ints(|item| item.reserved))
    .sql(", ")
    .bind(ints(|item| item.damaged))
    .sql(", ")
    .bind(longs(|item| item.value_minor.0))
    .sql(", ")
    .bind(costs)
    .sql(", ")
    .bind(longs(|item| item.event_seq))
    .sql(", ")
    .bind(longs(|item| item.movement_seq))
    .sql(", ")
    .bind(items.iter().map(|item| item.updated_at).collect::<Vec<_>>())
    .sql(
        ") AS new (id, available, reserved, damaged, value, cost, event_seq, movement_seq, updated_at) \
         WHERE stock_items.id = new.id",
    )
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// What can be reserved of a variant at a location that works.
#[derive(Clone, Copy, Debug, QueryableByName)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct OnShelf {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub variant_id: VariantId,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub seller_id: SellerId,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub location_id: LocationId,
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pub available: i32,
}

/// What these sellers have of these variants, where it can be sent from; whoever asks.
pub async fn on_shelves(mut conn: &Conn, variants: &[VariantId], sellers: &[SellerId]) -> Result<Vec<OnShelf>> {
    let variants: Vec<Uuid> = variants.iter().map(|id| id.0).collect();
    let mut sellers: Vec<Uuid> = sellers.iter().map(|id| id.0).collect();
    sellers.sort_unstable();
    sellers.dedup();
    let statement = Sql::new(
        "SELECT variant_id, stock_items.seller_id, location_id, available FROM stock_items \
         LEFT JOIN stores ON stores.id = location_id LEFT JOIN warehouses ON warehouses.id = location_id \
         WHERE available > 0 AND coalesce(stores.status, warehouses.status) = 'active' AND variant_id = ANY(",
    );
    let statement = statement.bind(variants).sql(") AND stock_items.seller_id = ANY(").bind(sellers).sql(")");
    Ok(statement.load(&mut conn).await?)
}

/// Where these lots lie, in the order of the IDs.
pub async fn places_of_lots(conn: &Conn, lots: &[StockLotId]) -> Result<Vec<LocationId>> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let items = Sql::new("SELECT item_id FROM stock_lots WHERE id = ANY(").bind(lots).sql(")");
    let places = Sql::new("SELECT DISTINCT location_id AS id FROM stock_items WHERE id IN (").join(items);
    Ok(places.sql(") ORDER BY 1").ids(conn).await?.into_iter().map(LocationId).collect())
}
