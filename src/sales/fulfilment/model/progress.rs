//! How far sellers are with their sub-orders.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, prelude::*};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use crate::{
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        loader::Key,
        money::Minor,
        sql::{Select, Sql},
    },
    sales::order::model::part::{SubOrderId, visible_to},
    schema::fulfilments,
};

/// How far a seller is with a sub-order.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, PlainObject)]
#[diesel(table_name = fulfilments, primary_key(sub_order_id), treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Fulfilment {
    #[graphql(skip)]
    pub sub_order_id: SubOrderId,
    /// Until when the seller has to pack it, or to hand it over; null when no such step is left.
    pub due_by: Option<DateTime<Utc>>,
    /// When it was seen that the next step is late; null once it is taken.
    pub escalated_at: Option<DateTime<Utc>>,
    /// When the seller took it on.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it was packed.
    pub packed_at: Option<DateTime<Utc>>,
    /// When the last package left.
    pub shipped_at: Option<DateTime<Utc>>,
    /// When the last package was delivered.
    pub delivered_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub collected_minor: Minor,
    #[graphql(skip)]
    pub created_at: DateTime<Utc>,
    #[graphql(skip)]
    pub updated_at: DateTime<Utc>,
}

impl Fulfilment {
    fn new(sub_order_id: SubOrderId, now: DateTime<Utc>) -> Self {
        Self {
            sub_order_id,
            due_by: None,
            escalated_at: None,
            confirmed_at: None,
            packed_at: None,
            shipped_at: None,
            delivered_at: None,
            collected_minor: Minor::ZERO,
            created_at: now,
            updated_at: now,
        }
    }

    /// The next step is due at the instant; what was late is over.
    pub fn next_due(&mut self, by: Option<DateTime<Utc>>) {
        self.due_by = by;
        self.escalated_at = None;
    }
}

/// The key of how far a sub-order is, for those who may see it; none before it was taken on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FulfilmentOf(pub SubOrderId);

impl Key for FulfilmentOf {
    type Value = Arc<Fulfilment>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rest = Sql::new(
            "FROM fulfilments WHERE sub_order_id IN (SELECT sub_orders.id FROM sub_orders \
             WHERE sub_orders.id = ANY(",
        )
        .bind(ids)
        .sql(") AND (")
        .join(visible_to(actor))
        .sql("))");
        let rows = Select::<Fulfilment>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (Self(row.sub_order_id), Arc::new(row))).collect())
    }
}

/// How far a locked sub-order is; a new row where there is none yet.
pub async fn of(mut conn: &Conn, id: SubOrderId, now: DateTime<Utc>) -> Result<Fulfilment> {
    let row = fulfilments::table.find(id).select(Fulfilment::as_select()).first(&mut conn).await.optional()?;
    Ok(row.unwrap_or_else(|| Fulfilment::new(id, now)))
}

/// Stores how far a locked sub-order is.
pub async fn store(mut conn: &Conn, row: &Fulfilment, now: DateTime<Utc>) -> Result<()> {
    let row = Fulfilment { updated_at: now, ..row.clone() };
    diesel::insert_into(fulfilments::table)
        .values(&row)
        .on_conflict(fulfilments::sub_order_id)
        .do_update()
        .set(&row)
        .execute(&mut conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Late {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
}

/// Sub-orders, at most so many, whose next step is late and of which nobody was told.
pub async fn late(mut conn: &Conn, now: DateTime<Utc>, limit: usize) -> Result<Vec<SubOrderId>> {
    let unconfirmed = Sql::new(
        "SELECT sub_orders.id FROM sub_orders LEFT JOIN fulfilments ON fulfilments.sub_order_id = sub_orders.id \
         WHERE sub_orders.status = 'placed' AND fulfilments.escalated_at IS NULL AND sub_orders.confirm_by <= ",
    );
    let behind = " UNION ALL SELECT sub_order_id FROM fulfilments WHERE escalated_at IS NULL AND due_by <= ";
    let rows: Vec<Late> =
        unconfirmed.bind(now).sql(behind).bind(now).sql(" LIMIT ").number(limit).load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| SubOrderId(row.id)).collect())
}
