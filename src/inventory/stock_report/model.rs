//! Reports over stock: valuation as of a day, and suggestions for reordering.

use std::collections::HashMap;

use async_graphql::InputObject;
use bigdecimal::{BigDecimal, ToPrimitive};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Numeric, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use crate::{
    inventory::{
        location::model::LocationId,
        seller::model::SellerId,
        stock::model::{StockItem, StockItemId, visible_to},
    },
    kernel::{
        access::Actor,
        date::{self, Date},
        db::Conn,
        error::{Error, Result},
        loader::Key,
        money::{BigInt as BigNumber, Minor},
        page::{self, Direction, Order, Page, PageArgs},
        sql::Sql,
    },
};

/// Days of sales that a suggestion looks back at.
pub const SALES_DAYS: i64 = 28;
/// Days for which a suggested order lasts, where the item does not say how much to order.
pub const COVER_DAYS: i64 = 14;

/// Which stock is valued.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StockValuationWhere {
    /// At this location.
    pub location_id: Option<LocationId>,
    /// Of this seller.
    pub seller_id: Option<SellerId>,
}

impl StockValuationWhere {
    fn condition(&self) -> Sql {
        let location = self.location_id.map(|id| Sql::new("location_id = ").bind(id));
        let seller = self.seller_id.map(|id| Sql::new("seller_id = ").bind(id));
        Sql::all_of(location.into_iter().chain(seller), " AND ")
    }
}

/// Pieces and what they are worth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Worth {
    /// Pieces on hand.
    pub pieces: i64,
    /// Their value by moving average, in paise.
    pub value: i64,
}

/// Sums as the database adds them up, without an end.
#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = Numeric)]
    pieces: BigDecimal,
    #[diesel(sql_type = Numeric)]
    value: BigDecimal,
}

/// What visible stock was worth at the end of a day in India, or is worth now; a bad input where it is more than fits
/// into an amount.
pub async fn valuation(
    mut conn: &Conn,
    actor: &Actor,
    filter: &StockValuationWhere,
    as_of: Option<NaiveDate>,
) -> Result<Worth> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let statement = match as_of {
        None => Sql::new(
            "SELECT coalesce(sum(available::numeric + reserved + damaged), 0) AS pieces, \
             coalesce(sum(value_minor), 0) AS value FROM stock_items WHERE ",
        )
        .join(condition),
        Some(day) => Sql::new(
            "SELECT coalesce(sum(last.on_hand_after::numeric), 0) AS pieces, \
             coalesce(sum(last.value_after_minor), 0) AS value FROM stock_items, LATERAL ",
        )
        .join(last_movement(day))
        .sql(" WHERE ")
        .join(condition),
    };
    let Sums { pieces, value } = statement.get_result(&mut conn).await?;
    let worth = pieces.to_i64().zip(value.to_i64()).map(|(pieces, value)| Worth { pieces, value });
    worth.ok_or_else(|| Error::BadInput("this is worth more than an amount can say; ask for less at once".to_owned()))
}

/// The last movement of `stock_items` on a day or before, as `last`.
fn last_movement(day: NaiveDate) -> Sql {
    Sql::new(
        "(SELECT on_hand_after, value_after_minor FROM stock_movements \
         WHERE item_id = stock_items.id AND created_at < ",
    )
    .bind(date::end_of(day))
    .sql(" ORDER BY created_at DESC, sequence DESC LIMIT 1) last")
}

/// Key of an item's worth at the end of a day in India.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorthOn(pub StockItemId, pub NaiveDate);

#[derive(QueryableByName)]
struct ItemWorth {
    #[diesel(sql_type = SqlUuid)]
    id: StockItemId,
    #[diesel(sql_type = Integer)]
    on_hand_after: i32,
    #[diesel(sql_type = BigInt)]
    value_after_minor: i64,
}

impl Key for WorthOn {
    type Value = Worth;

    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Worth>> {
        let mut by_day: HashMap<NaiveDate, Vec<Uuid>> = HashMap::new();
        for key in keys {
            by_day.entry(key.1).or_default().push(key.0.0);
        }
        let mut all = HashMap::with_capacity(keys.len());
        for (day, items) in by_day {
            let statement =
                Sql::new("SELECT stock_items.id, last.* FROM stock_items, LATERAL ").join(last_movement(day));
            let rows: Vec<ItemWorth> =
                statement.sql(" WHERE stock_items.id = ANY(").bind(items).sql(")").load(&mut conn).await?;
            let worth = |row: &ItemWorth| Worth { pieces: row.on_hand_after.into(), value: row.value_after_minor };
            all.extend(rows.iter().map(|row| (WorthOn(row.id, day), worth(row))));
        }
        Ok(all)
    }
}

/// An item that should be ordered again.
#[derive(Clone, Debug, PlainObject)]
pub struct ReorderSuggestion {
    /// The item, at or below its reorder point.
    pub item: StockItem,
    /// Pieces sold in the last 28 days.
    pub recent_sales: i32,
    /// Days until nothing is available if sales go on so; null without sales.
    pub days_of_cover: Option<i32>,
    /// How many pieces to order: the item's reorder quantity, or what lasts for 14 days beyond the reorder point.
    pub quantity: i32,
}

impl ReorderSuggestion {
    /// From an item and its sales in the last [`SALES_DAYS`] days.
    pub fn new(item: StockItem, sold: i64) -> Self {
        let days = (sold > 0).then(|| i64::from(item.available) * SALES_DAYS / sold);
        let wanted = i64::from(item.reorder_point.unwrap_or(0)) + (sold * COVER_DAYS + SALES_DAYS - 1) / SALES_DAYS;
        let short = (wanted - i64::from(item.available)).max(1);
        let quantity = item.reorder_quantity.unwrap_or(i32::try_from(short).unwrap_or(i32::MAX));
        let clamp = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        Self { item, recent_sales: clamp(sold), days_of_cover: days.map(clamp), quantity }
    }
}

/// A page of items at or below their reorder points, those with the least available first.
pub async fn reorder(
    conn: &Conn,
    actor: &Actor,
    filter: &StockValuationWhere,
    now: DateTime<Utc>,
    (args, count): (&PageArgs, bool),
) -> Result<Page<ReorderSuggestion>> {
    let due = Sql::new("available <= reorder_point");
    let condition = Sql::all_of([visible_to(actor), due, filter.condition()], " AND ");
    let order = Order { column: "available", cast: "::int", id: "id", direction: Direction::Asc };
    let key = |row: &StockItem| (row.available.to_string(), row.id.0);
    let page = page::fetch(conn, "stock_items", condition, order, args, count, key).await?;
    let items: Vec<Uuid> = page.items.iter().map(|item| item.node.id.0).collect();
    let sold = sold_since(conn, items, now - TimeDelta::days(SALES_DAYS)).await?;
    Ok(page.map(|item| {
        let sold = sold.get(&item.id).copied().unwrap_or(0);
        ReorderSuggestion::new(item, sold)
    }))
}

#[derive(QueryableByName)]
struct Sold {
    #[diesel(sql_type = SqlUuid)]
    item_id: StockItemId,
    #[diesel(sql_type = BigInt)]
    pieces: i64,
}

async fn sold_since(mut conn: &Conn, items: Vec<Uuid>, since: DateTime<Utc>) -> Result<HashMap<StockItemId, i64>> {
    let statement = Sql::new(
        "SELECT item_id, -sum(quantity)::bigint AS pieces FROM stock_movements WHERE kind = 'sale' AND item_id = ANY(",
    );
    let statement = statement.bind(items).sql(") AND created_at >= ").bind(since).sql(" GROUP BY item_id");
    let rows: Vec<Sold> = statement.load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.item_id, row.pieces)).collect())
}

/// Worth as the schema shows it.
#[derive(Clone, Copy, Debug, PlainObject)]
#[graphql(complex)]
pub struct StockWorth {
    /// The day at whose end it was worth that, in India; null for now.
    pub as_of: Option<Date>,
    /// Pieces on hand.
    pub pieces: BigNumber,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the edge `value`")]
    pub value: Minor,
}

impl StockWorth {
    /// From what a query answered.
    pub fn new(worth: Worth, as_of: Option<NaiveDate>) -> Self {
        let pieces = BigNumber(worth.pieces);
        Self { as_of: as_of.map(Date), pieces, value: Minor(worth.value) }
    }
}
