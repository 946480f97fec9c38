//! Queries behind the low-stock alerts of offers.

use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Nullable, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::OfferId;
use crate::{
    inventory::stock::model::StockItemId,
    kernel::{db::Conn, error::Result, sql::Sql},
};

/// Kind of the event that an offer's threshold, or whether the offer is watched, has changed.
pub const THRESHOLD_CHANGED: &str = "offer.threshold_changed";

/// Events read at once.
const AT_ONCE: usize = 2_000;

#[derive(QueryableByName)]
struct Turn {
    #[diesel(sql_type = BigInt)]
    last_feed_seq: i64,
}

/// How far the events were read, locked: one node watches at a time. `None` while another one does, unless it is to be
/// waited for.
pub async fn turn(mut conn: &Conn, wait: bool) -> Result<Option<i64>> {
    let statement = Sql::new("SELECT last_feed_seq FROM projections WHERE name = 'offer_low_stock' FOR UPDATE");
    let turn: Vec<Turn> = statement.sql(if wait { "" } else { " SKIP LOCKED" }).load(&mut conn).await?;
    Ok(turn.into_iter().next().map(|turn| turn.last_feed_seq))
}

/// Notes how far the events were read.
pub async fn move_to(mut conn: &Conn, last: i64) -> Result<()> {
    let statement = Sql::new("UPDATE projections SET last_feed_seq = ").bind(last);
    statement.sql(" WHERE name = 'offer_low_stock'").execute(&mut conn).await?;
    Ok(())
}

/// What happened since some event.
#[derive(Debug, QueryableByName)]
pub struct News {
    /// Number of the last event; `None` where there is none.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub last: Option<i64>,
    /// Stock items that changed.
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    pub items: Option<Vec<Uuid>>,
    /// Offers whose thresholds changed.
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    pub offers: Option<Vec<Uuid>>,
}

/// What happened after the event with this number, up to a batch. `stock_changed` is the kind of the events of stock.
pub async fn since(mut conn: &Conn, after: i64, stock_changed: &str) -> Result<News> {
    let statement = Sql::new(
        "SELECT max(feed_seq) AS last, \
         array_agg(DISTINCT (payload ->> 'item')::uuid) FILTER (WHERE kind = ",
    )
    .bind(stock_changed)
    .sql(") AS items, array_agg(DISTINCT (payload ->> 'offer')::uuid) FILTER (WHERE kind = ")
    .bind(THRESHOLD_CHANGED)
    .sql(") AS offers FROM (SELECT feed_seq, kind, payload FROM outbox WHERE feed_seq > ")
    .bind(after)
    .sql(" ORDER BY feed_seq LIMIT ")
    .number(AT_ONCE)
    .sql(") recent");
    Ok(statement.get_result(&mut conn).await?)
}

/// Offers on sale with a threshold whose stock is among these items.
pub async fn offers_of(conn: &Conn, items: Vec<Uuid>) -> Result<Vec<Uuid>> {
    let statement = Sql::new(
        "SELECT DISTINCT offers.id FROM stock_items JOIN offers ON offers.seller_id = stock_items.seller_id \
         AND offers.variant_id = stock_items.variant_id WHERE offers.status = 'live' \
         AND offers.low_stock_threshold IS NOT NULL AND stock_items.id = ANY(",
    );
    statement.bind(items).sql(")").ids(conn).await
}

/// Offers on sale with a threshold, in the order of their IDs, behind one of them; up to a batch.
pub async fn watched_after(conn: &Conn, after: Uuid) -> Result<Vec<Uuid>> {
    let statement =
        Sql::new("SELECT id FROM offers WHERE status = 'live' AND low_stock_threshold IS NOT NULL AND id > ");
    statement.bind(after).sql(" ORDER BY id LIMIT ").number(AT_ONCE).ids(conn).await
}

/// An offer that has crossed its threshold since its alert was last raised or resolved.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Crossing {
    /// The offer.
    #[diesel(sql_type = SqlUuid)]
    pub offer_id: OfferId,
    /// Where that is told: the item of the open alert, or the one that changed last.
    #[diesel(sql_type = SqlUuid)]
    pub item_id: StockItemId,
    /// Fallen to the threshold, or risen above it.
    #[diesel(sql_type = Bool)]
    pub low: bool,
}

/// Those of the offers whose alerts do not say how they stand. What can be sold lies at locations that work; an offer
/// whose seller never had the variant anywhere is not watched.
pub async fn crossings(mut conn: &Conn, offers: &[Uuid]) -> Result<Vec<Crossing>> {
    let statement = Sql::new(
        "SELECT offers.id AS offer_id, coalesce(alert.item_id, stock.item_id) AS item_id, alert.id IS NULL AS low \
         FROM offers LEFT JOIN stock_alerts alert ON alert.offer_id = offers.id AND alert.resolved_at IS NULL \
         CROSS JOIN LATERAL (SELECT (array_agg(stock_items.id ORDER BY stock_items.updated_at DESC, stock_items.id))[1] \
         AS item_id, coalesce(sum(available) FILTER (WHERE coalesce(stores.status, warehouses.status) = 'active'), 0) \
         AS sellable FROM stock_items LEFT JOIN stores ON stores.id = location_id \
         LEFT JOIN warehouses ON warehouses.id = location_id \
         WHERE stock_items.seller_id = offers.seller_id AND stock_items.variant_id = offers.variant_id) stock \
         WHERE stock.item_id IS NOT NULL AND coalesce(offers.status = 'live' AND sellable <= low_stock_threshold, FALSE) \
         <> (alert.id IS NOT NULL) AND offers.id = ANY(",
    );
    Ok(statement.bind(offers.to_vec()).sql(")").load(&mut conn).await?)
}
