//! Events: written in the transaction that makes the change, numbered and published by a relay afterwards.
//!
//! Events of one aggregate carry its own sequence number, taken under its row lock. A feed over many aggregates goes
//! by `feed_seq`, which the relay gives at dispatch, since inserts commit out of order.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    bus::Bus,
    db::{Conn, Db},
    error::Result,
    sql::{ROWS_AT_ONCE, Sql},
};
use crate::schema::outbox;

/// An event as stored, published and replayed.
#[derive(Clone, Debug, Serialize, Deserialize, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Event {
    /// Row ID.
    pub id: Uuid,
    /// Feed that subscribers listen to: `job:<uuid>`, `order:<uuid>`.
    pub topic: String,
    /// Number within the topic, from 1, without gaps.
    pub sequence: i64,
    /// What happened, in the past tense: `job.progressed`.
    pub kind: String,
    /// The event's own data.
    pub payload: serde_json::Value,
    /// When the change was made.
    pub created_at: DateTime<Utc>,
    /// Wider stream that it belongs to: `stock:<uuid>`.
    #[serde(default)]
    pub feed: Option<String>,
    /// Number over all topics; `None` until the relay has given it.
    #[serde(default)]
    pub feed_seq: Option<i64>,
}

/// An event to be written. The caller holds the aggregate's row lock, from which `sequence` comes.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = outbox)]
pub struct NewEvent {
    /// Row ID.
    pub id: Uuid,
    /// Feed.
    pub topic: String,
    /// Number within the topic.
    pub sequence: i64,
    /// What happened.
    pub kind: &'static str,
    /// Data.
    pub payload: serde_json::Value,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Wider stream that it belongs to, read by [`super::feed::subscribe_wide`].
    pub feed: Option<String>,
}

impl NewEvent {
    /// Writes the event into the running transaction.
    pub async fn emit(self, conn: &Conn) -> Result<()> {
        emit_all(conn, &[self]).await
    }
}

/// Writes events into the running transaction.
pub async fn emit_all(mut conn: &Conn, events: &[NewEvent]) -> Result<()> {
    for some in events.chunks(ROWS_AT_ONCE) {
        diesel::insert_into(outbox::table).values(some).execute(&mut conn).await?;
    }
    Ok(())
}

/// Events of a topic after a sequence number, oldest first.
pub async fn replay(mut conn: &Conn, topic: &str, after: i64, limit: i64) -> Result<Vec<Event>> {
    Ok(outbox::table
        .filter(outbox::topic.eq(topic).and(outbox::sequence.gt(after)))
        .order(outbox::sequence)
        .limit(limit)
        .select(Event::as_select())
        .load(&mut conn)
        .await?)
}

/// Events of wider streams after a feed number, in order.
pub async fn replay_wide(mut conn: &Conn, feeds: &[String], after: i64, limit: i64) -> Result<Vec<Event>> {
    Ok(outbox::table
        .filter(outbox::feed.eq_any(feeds).and(outbox::feed_seq.gt(after)))
        .order(outbox::feed_seq)
        .limit(limit)
        .select(Event::as_select())
        .load(&mut conn)
        .await?)
}

/// The feed number given last.
pub async fn last_feed_seq(mut conn: &Conn) -> Result<i64> {
    use crate::schema::event_feed;
    Ok(event_feed::table.select(event_feed::last_seq).first(&mut conn).await?)
}

/// Highest sequence number of a topic; 0 when it has no events.
pub async fn last_sequence(mut conn: &Conn, topic: &str) -> Result<i64> {
    let last: Option<i64> = outbox::table
        .filter(outbox::topic.eq(topic))
        .select(diesel::dsl::max(outbox::sequence))
        .first(&mut conn)
        .await?;
    Ok(last.unwrap_or(0))
}

/// Numbers what committed since the last round and publishes it; answers how many events went out. One relay works at
/// a time: the others find its counter row locked and leave.
pub async fn relay(db: &Db, bus: &dyn Bus) -> Result<usize> {
    let tx = db.begin().await?;
    let events = number_events(&tx).await?;
    tx.commit().await?;
    let sent = events.len();
    bus.publish(events.into_iter().map(Arc::new).collect()).await;
    Ok(sent)
}

const RELAY_BATCH: i64 = 500;

async fn number_events(mut conn: &Conn) -> Result<Vec<Event>> {
    use crate::schema::event_feed;
    let last: Option<i64> =
        event_feed::table.select(event_feed::last_seq).for_update().skip_locked().first(&mut conn).await.optional()?;
    let Some(last) = last else { return Ok(Vec::new()) };
    let mut events: Vec<Event> = outbox::table
        .filter(outbox::feed_seq.is_null())
        .order((outbox::created_at, outbox::sequence))
        .limit(RELAY_BATCH)
        .select(Event::as_select())
        .load(&mut conn)
        .await?;
    if events.is_empty() {
        return Ok(events);
    }
    let ids: Vec<Uuid> = events.iter().map(|event| event.id).collect();
    Sql::new("UPDATE outbox SET feed_seq = ")
        .bind(last)
        .sql(" + numbered.n FROM unnest(")
        .bind(ids)
        .sql(") WITH ORDINALITY AS numbered(id, n) WHERE outbox.id = numbered.id")
        .execute(&mut conn)
        .await?;
    for (event, number) in events.iter_mut().zip(last + 1..) {
        event.feed_seq = Some(number);
    }
    let count = i64::try_from(events.len()).unwrap_or(0);
    diesel::update(event_feed::table).set(event_feed::last_seq.eq(last + count)).execute(&mut conn).await?;
    Ok(events)
}

/// Deletes dispatched events older than `before`; clients that were away longer start from a fresh query.
pub async fn prune(mut conn: &Conn, before: DateTime<Utc>) -> Result<usize> {
    Ok(diesel::delete(outbox::table.filter(outbox::feed_seq.is_not_null().and(outbox::created_at.lt(before))))
        .execute(&mut conn)
        .await?)
}
