//! Stock counts and every query over them.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    inventory::{
        location::model::LocationId,
        seller::model::SellerId,
        stock::model::{StockItemId, StockLotId, visible_to, within},
    },
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    load_children,
    schema::{stock_count_lines, stock_counts},
    text_enum,
};

id! {
    /// Identifies a stock count.
    StockCountId, "cnt", "StockCount"
}

text_enum! {
    /// Where a count stands.
    pub enum StockCountStatus {
        /// Takes results.
        Open = "open",
        /// The books were put right.
        Posted = "posted",
        /// Left without a trace in the books.
        Cancelled = "cancelled",
    }
}

/// A count of what lies on the shelves of a location, or a part of them.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = stock_counts)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct StockCount {
    /// Global ID.
    pub id: StockCountId,
    #[graphql(skip)]
    pub location_id: LocationId,
    #[graphql(skip)]
    pub seller_id: SellerId,
    /// Where it stands.
    pub status: StockCountStatus,
    /// A person's remark.
    pub note: Option<String>,
    #[graphql(skip)]
    pub created_by: Option<Uuid>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was posted or cancelled.
    pub closed_at: Option<DateTime<Utc>>,
}

/// What was counted of a lot.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = stock_count_lines)]
#[graphql(name = "StockCountLine", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct CountLine {
    #[graphql(skip)]
    pub count_id: StockCountId,
    #[graphql(skip)]
    pub lot_id: StockLotId,
    #[graphql(skip)]
    pub item_id: StockItemId,
    /// Sound pieces by the books at that moment: available and reserved.
    pub expected: i32,
    /// Damaged pieces by the books at that moment.
    pub expected_damaged: i32,
    /// Sound pieces on the shelf.
    pub counted: i32,
    /// Damaged pieces on the shelf.
    pub counted_damaged: i32,
    #[graphql(skip)]
    pub counted_by: Option<Uuid>,
    /// When it was counted.
    pub counted_at: DateTime<Utc>,
}

load_children! {
    /// What was counted in a count.
    pub LinesOf(StockCountId) => CountLine, stock_count_lines.count_id, by (counted_at, lot_id)
}

/// Which counts a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StockCountWhere {
    /// At this location.
    pub location_id: Option<LocationId>,
    /// In this state.
    pub status: Option<StockCountStatus>,
}

/// A page of counts, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: StockCountWhere,
    args: &PageArgs,
    count: bool,
) -> Result<Page<StockCount>> {
    let mut parts = vec![visible_to(actor)];
    parts.extend(filter.location_id.map(|id| Sql::new("location_id = ").bind(id)));
    parts.extend(filter.status.map(|status| Sql::new("status = ").bind(status.as_str())));
    let order = Order { column: "created_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &StockCount| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "stock_counts", Sql::all_of(parts, " AND "), order, args, count, key).await
}

/// Locks an open count that the caller may change.
pub async fn lock_open(conn: &Conn, actor: &Actor, id: StockCountId) -> Result<StockCount> {
    let row = lock(conn, actor, id).await?;
    match row.status {
        StockCountStatus::Open => Ok(row),
        status => Err(Error::problem("NOT_ACTIVE", "id", format!("the count is {} already", status.as_str()))),
    }
}

/// Locks a count that the caller may change.
pub async fn lock(conn: &Conn, actor: &Actor, id: StockCountId) -> Result<StockCount> {
    let mine = Sql::new("FROM stock_counts WHERE id = ").bind(id).sql(" AND ");
    let rest = mine.join(within(actor, Permission::InventoryWrite)).sql(" FOR NO KEY UPDATE");
    Select::<StockCount>::new(rest).row(conn).await?.ok_or(Error::NotFound("stock count"))
}

/// Adds a count.
pub async fn insert(mut conn: &Conn, row: &StockCount) -> Result<()> {
    diesel::insert_into(stock_counts::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Closes a count.
pub async fn close(mut conn: &Conn, row: &StockCount) -> Result<()> {
    diesel::update(stock_counts::table.find(row.id))
        .set((stock_counts::status.eq(row.status), stock_counts::closed_at.eq(row.closed_at)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Stores results; a lot that was counted before has the new one.
pub async fn save_lines(mut conn: &Conn, rows: &[CountLine]) -> Result<()> {
    use stock_count_lines::dsl;
    diesel::insert_into(dsl::stock_count_lines)
        .values(rows)
        .on_conflict((dsl::count_id, dsl::lot_id))
        .do_update()
        .set((
            dsl::expected.eq(excluded(dsl::expected)),
            dsl::expected_damaged.eq(excluded(dsl::expected_damaged)),
            dsl::counted.eq(excluded(dsl::counted)),
            dsl::counted_damaged.eq(excluded(dsl::counted_damaged)),
            dsl::counted_by.eq(excluded(dsl::counted_by)),
            dsl::counted_at.eq(excluded(dsl::counted_at)),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// The results of a count.
pub async fn lines_of(mut conn: &Conn, id: StockCountId) -> Result<Vec<CountLine>> {
    let lines = stock_count_lines::table.filter(stock_count_lines::count_id.eq(id));
    Ok(lines.order(stock_count_lines::lot_id).select(CountLine::as_select()).load(&mut conn).await?)
}

/// Lets other open counts expect what a count has just put right: theirs found the same difference, and would put it
/// right once more. The caller holds the row locks of the lots' items, without which nobody notes or posts a line.
pub async fn shift_expected(mut conn: &Conn, posted: &[CountLine]) -> Result<()> {
    let Some(id) = posted.first().map(|line| line.count_id) else { return Ok(()) };
    Sql::new(
        "UPDATE stock_count_lines line SET expected = greatest(line.expected + put_right.pieces, 0), \
         expected_damaged = greatest(line.expected_damaged + put_right.damaged, 0) FROM stock_counts other, unnest(",
    )
    .bind(posted.iter().map(|line| line.lot_id.0).collect::<Vec<_>>())
    .sql(", ")
    .bind(posted.iter().map(|line| line.counted - line.expected).collect::<Vec<_>>())
    .sql(", ")
    .bind(posted.iter().map(|line| line.counted_damaged - line.expected_damaged).collect::<Vec<_>>())
    .sql(") AS put_right (lot_id, pieces, damaged) WHERE other.id = line.count_id AND other.status = 'open' AND other.id <> ")
    .bind(id)
    .sql(" AND line.lot_id = put_right.lot_id AND (put_right.pieces <> 0 OR put_right.damaged <> 0)")
    .execute(&mut conn)
    .await?;
    Ok(())
}
