//! The audit log: who wrote what, when, before and after. Written in the transaction that makes the change.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{access::Actor, clock::Clock, db::Conn, error::Result, id::EntityId};
use crate::schema::audit_log;

/// One write, as recorded.
pub struct Change<'a, I> {
    /// Mutation or job: `productUpdate`.
    pub action: &'a str,
    /// The row.
    pub subject: I,
    /// The row before; `None` for a creation.
    pub before: Option<Value>,
    /// The row after; `None` for a deletion.
    pub after: Option<Value>,
}

impl<'a, I: EntityId> Change<'a, I> {
    /// From the row's state before and after; only what differs is kept of both.
    pub fn new<R: Serialize>(action: &'a str, subject: I, before: Option<&R>, after: Option<&R>) -> Result<Self> {
        let before = before.map(serde_json::to_value).transpose()?;
        let after = after.map(serde_json::to_value).transpose()?;
        let (before, after) = match (before, after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                let (before, after) = differing(before, after);
                (Some(Value::Object(before)), Some(Value::Object(after)))
            }
            states => states,
        };
        Ok(Self { action, subject, before, after })
    }

    /// Writes the record into the running transaction.
    pub async fn record(self, mut conn: &Conn, clock: &Clock, actor: &Actor) -> Result<()> {
        let entry = self.into_entry(clock, actor);
        diesel::insert_into(audit_log::table).values(entry).execute(&mut conn).await?;
        Ok(())
    }

    fn into_entry(self, clock: &Clock, actor: &Actor) -> Entry<'a> {
        let (actor_kind, actor_id) = actor.principal.kind_and_id();
        Entry {
            id: Uuid::now_v7(),
            at: clock.now(),
            actor_kind,
            actor_id,
            action: self.action,
            subject_type: I::ENTITY,
            subject_id: self.subject.uuid(),
            before: self.before,
            after: self.after,
            request_id: actor.request_id,
            subject_prefix: I::PREFIX,
        }
    }
}

/// Writes many records with one statement.
pub async fn record_all<I: EntityId>(
    changes: Vec<Change<'_, I>>,
    mut conn: &Conn,
    clock: &Clock,
    actor: &Actor,
) -> Result<()> {
    let entries: Vec<Entry<'_>> = changes.into_iter().map(|change| change.into_entry(clock, actor)).collect();
    diesel::insert_into(audit_log::table).values(entries).execute(&mut conn).await?;
    Ok(())
}

/// The same for changes each of which has an author of its own; nothing where there are none.
pub async fn record_by_many<I: EntityId>(
    changes: Vec<(Actor, Change<'_, I>)>,
    mut conn: &Conn,
    clock: &Clock,
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let entries: Vec<Entry<'_>> = changes.into_iter().map(|(actor, change)| change.into_entry(clock, &actor)).collect();
    diesel::insert_into(audit_log::table).values(entries).execute(&mut conn).await?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = audit_log)]
struct Entry<'a> {
    id: Uuid,
    at: DateTime<Utc>,
    actor_kind: &'static str,
    actor_id: Option<Uuid>,
    action: &'a str,
    subject_type: &'static str,
    subject_id: Uuid,
    before: Option<Value>,
    after: Option<Value>,
    request_id: Uuid,
    subject_prefix: &'static str,
}

fn differing(
    mut before: Map<String, Value>,
    mut after: Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let same: Vec<String> = before.iter().filter(|(k, v)| after.get(*k) == Some(v)).map(|(k, _)| k.clone()).collect();
    for key in same {
        before.remove(&key);
        after.remove(&key);
    }
    (before, after)
}
