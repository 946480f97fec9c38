//! Alerts and every query over them.

use std::collections::HashMap;

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use crate::{
    id,
    inventory::{
        location::model::LocationId,
        stock::{
            events,
            model::{StockItem, StockItemId, StockLotId, item_visible_to},
        },
    },
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        outbox,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{ROWS_AT_ONCE, Sql},
    },
    schema::stock_alerts,
    text_enum,
};

id! {
    /// Identifies a stock alert.
    StockAlertId, "sal", "StockAlert"
}

text_enum! {
    /// What an alert is about.
    pub enum StockAlertKind {
        /// What is available has fallen to the item's threshold.
        LowStock = "low_stock",
        /// A lot will soon expire.
        Expiring = "expiring",
        /// A lot has expired; what was available of it counts as damaged.
        Expired = "expired",
        /// What can be sold of an offer, over all locations of its seller, has fallen to the offer's threshold.
        OfferLowStock = "offer_low_stock",
    }
}

/// Something that somebody should look at.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = stock_alerts)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct StockAlert {
    /// Global ID.
    pub id: StockAlertId,
    #[graphql(skip)]
    pub item_id: StockItemId,
    #[graphql(skip)]
    pub lot_id: Option<StockLotId>,
    /// What it is about.
    pub kind: StockAlertKind,
    /// Since when.
    pub raised_at: DateTime<Utc>,
    /// When the reason went away; null while it stands.
    pub resolved_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub offer_id: Option<Uuid>,
}

impl StockAlert {
    fn new(kind: StockAlertKind, item_id: StockItemId, now: DateTime<Utc>) -> Self {
        let id = StockAlertId::new();
        Self { id, item_id, lot_id: None, kind, raised_at: now, resolved_at: None, offer_id: None }
    }

    /// A new alert about a lot of an item.
    pub fn of_lot(kind: StockAlertKind, (lot, item): (StockLotId, StockItemId), now: DateTime<Utc>) -> Self {
        Self { lot_id: Some(lot), ..Self::new(kind, item, now) }
    }

    /// A new alert about an offer, brought about by a change of an item.
    pub fn of_offer((offer, item): (Uuid, StockItemId), now: DateTime<Utc>) -> Self {
        Self { offer_id: Some(offer), ..Self::new(StockAlertKind::OfferLowStock, item, now) }
    }
}

/// Which alerts a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StockAlertWhere {
    /// At this location.
    pub location_id: Option<LocationId>,
    /// For this stock item. An offer's alert is told of the item whose change brought it about.
    pub item_id: Option<StockItemId>,
    /// Of this kind.
    pub kind: Option<StockAlertKind>,
    /// Standing (true) or resolved (false).
    pub open: Option<bool>,
}

impl StockAlertWhere {
    fn condition(self) -> Sql {
        let mut parts = Vec::new();
        if let Some(location) = self.location_id {
            parts.push(Sql::new("item_id IN (SELECT id FROM stock_items WHERE location_id = ").bind(location).sql(")"));
        }
        if let Some(item) = self.item_id {
            parts.push(Sql::new("item_id = ").bind(item));
        }
        if let Some(kind) = self.kind {
            parts.push(Sql::new("kind = ").bind(kind.as_str()));
        }
        if let Some(open) = self.open {
            parts.push(Sql::new("(resolved_at IS NULL) = ").bind(open));
        }
        Sql::composed(parts)
    }
}

/// A page of alerts, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: StockAlertWhere,
    args: &PageArgs,
    count: bool,
) -> Result<Page<StockAlert>> {
    let condition = Sql::all_of([item_visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "raised_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &StockAlert| (timestamp_key(row.raised_at), row.id.0);
    page::fetch(conn, "stock_alerts", condition, order, args, count, key).await
}

/// Raises the low-stock alerts of items that have fallen to their threshold, resolves those of the others, and answers
/// what changed. The caller holds the items' row locks.
pub async fn settle_low(
    conn: &Conn,
    items: Vec<StockItem>,
    now: DateTime<Utc>,
) -> Result<HashMap<StockItemId, StockAlert>> {
    let (low, enough): (Vec<StockItem>, Vec<StockItem>) = items.into_iter().partition(StockItem::is_low);
    let new = low.iter().map(|item| StockAlert::new(StockAlertKind::LowStock, item.id, now));
    let mut news = raise(conn, new.collect()).await?;
    if !enough.is_empty() {
        let items: Vec<Uuid> = enough.iter().map(|item| item.id.0).collect();
        let which = Sql::new("kind = 'low_stock' AND item_id = ANY(").bind(items).sql(")");
        news.extend(resolve(conn, which, now).await?);
    }
    Ok(news.into_iter().map(|alert| (alert.item_id, alert)).collect())
}

/// Adds alerts, except where one of the kind stands already; answers those added.
pub async fn raise(mut conn: &Conn, alerts: Vec<StockAlert>) -> Result<Vec<StockAlert>> {
    if alerts.is_empty() {
        return Ok(alerts);
    }
    let mut raised = Vec::new();
    for some in alerts.chunks(ROWS_AT_ONCE) {
        let added = diesel::insert_into(stock_alerts::table).values(some).on_conflict_do_nothing();
        raised.extend(added.returning(StockAlert::as_returning()).get_results(&mut conn).await?);
    }
    Ok(raised)
}

/// Resolves the open alerts that the condition names; answers them.
pub async fn resolve(mut conn: &Conn, which: Sql, now: DateTime<Utc>) -> Result<Vec<StockAlert>> {
    let open = Sql::new("SELECT id FROM stock_alerts WHERE resolved_at IS NULL AND ").join(which);
    let ids: Vec<StockAlertId> =
        open.sql(" ORDER BY id FOR UPDATE").ids(conn).await?.into_iter().map(StockAlertId).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let resolved = diesel::update(stock_alerts::table.filter(stock_alerts::id.eq_any(ids)));
    let resolved = resolved.set(stock_alerts::resolved_at.eq(now)).returning(StockAlert::as_returning());
    Ok(resolved.get_results(&mut conn).await?)
}

/// The items, at most so many, of which a lot has expired by the day with pieces still available.
pub async fn items_with_expired(conn: &Conn, today: NaiveDate, limit: usize) -> Result<Vec<StockItemId>> {
    let statement = Sql::new("SELECT DISTINCT item_id AS id FROM stock_lots WHERE available > 0 AND expires_on < ");
    let ids = statement.bind(today).sql(" LIMIT ").number(limit).ids(conn).await?;
    Ok(ids.into_iter().map(StockItemId).collect())
}

/// A lot that will soon expire and has no alert yet.
#[derive(Clone, Copy, Debug, Queryable, QueryableByName)]
#[expect(missing_docs, reason = "named as the columns")]
pub struct Expiring {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub id: StockLotId,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub item_id: StockItemId,
}

/// Lots with sellable pieces whose last day is this one or earlier, and that have no open alert; at most so many.
pub async fn expiring(mut conn: &Conn, until: NaiveDate, limit: usize) -> Result<Vec<Expiring>> {
    let statement = Sql::new("SELECT id, item_id FROM stock_lots WHERE available + reserved > 0 AND expires_on <= ")
        .bind(until)
        .sql(
            " AND NOT EXISTS (SELECT FROM stock_alerts WHERE stock_alerts.lot_id = stock_lots.id \
         AND stock_alerts.resolved_at IS NULL) LIMIT ",
        )
        .number(limit);
    Ok(statement.load(&mut conn).await?)
}

/// Open alerts of lots that are gone: sold, or thrown away.
pub fn of_empty_lots() -> Sql {
    Sql::new(
        "lot_id IS NOT NULL AND NOT EXISTS (SELECT FROM stock_lots WHERE stock_lots.id = stock_alerts.lot_id \
         AND available + reserved + damaged > 0)",
    )
}

/// The same as [`settle_low`] for items that were stored already, and tells.
pub async fn settle(conn: &Conn, items: Vec<StockItem>, now: DateTime<Utc>) -> Result<()> {
    let news: Vec<StockAlert> = settle_low(conn, items.clone(), now).await?.into_values().collect();
    tell(conn, items, &news, now).await
}

/// Tells of alerts that were raised or resolved. The caller holds the items' row locks.
pub async fn tell(mut conn: &Conn, mut items: Vec<StockItem>, news: &[StockAlert], now: DateTime<Utc>) -> Result<()> {
    let mut outgoing = Vec::new();
    for item in &mut items {
        let id = item.id;
        for alert in news.iter().filter(|alert| alert.item_id == id) {
            outgoing.push(events::alert(item, alert, now));
        }
    }
    if outgoing.is_empty() {
        return Ok(());
    }
    Sql::new("UPDATE stock_items SET event_seq = new.event_seq FROM unnest(")
        .bind(items.iter().map(|item| item.id.0).collect::<Vec<_>>())
        .sql(", ")
        .bind(items.iter().map(|item| item.event_seq).collect::<Vec<_>>())
        .sql(") AS new (id, event_seq) WHERE stock_items.id = new.id")
        .execute(&mut conn)
        .await?;
    outbox::emit_all(conn, &outgoing).await
}

/// The items, at most so many, with open alerts of lots that are gone.
pub async fn items_with_gone(conn: &Conn, limit: usize) -> Result<Vec<StockItemId>> {
    let statement = Sql::new("SELECT DISTINCT item_id AS id FROM stock_alerts WHERE resolved_at IS NULL AND ");
    let ids = statement.join(of_empty_lots()).sql(" LIMIT ").number(limit).ids(conn).await?;
    Ok(ids.into_iter().map(StockItemId).collect())
}
