//! The audit log: who wrote what, when, before and after. Written in the transaction that makes the change.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    access::{Actor, Principal},
    clock::Clock,
    db::Conn,
    error::Result,
    id::EntityId,
};
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
        let (actor_kind, actor_id) = match actor.principal {
            Principal::Anonymous => ("anonymous", None),
            Principal::Account { id, .. } => ("account", Some(id)),
            Principal::ApiKey { id } => ("api_key", Some(id)),
            Principal::System => ("system", None),
        };
        diesel::insert_into(audit_log::table)
            .values((
                audit_log::id.eq(Uuid::now_v7()),
                audit_log::at.eq(clock.now()),
                audit_log::actor_kind.eq(actor_kind),
                audit_log::actor_id.eq(actor_id),
                audit_log::action.eq(self.action),
                audit_log::subject_type.eq(I::ENTITY),
                audit_log::subject_id.eq(self.subject.uuid()),
                audit_log::before.eq(self.before),
                audit_log::after.eq(self.after),
                audit_log::request_id.eq(actor.request_id),
                audit_log::subject_prefix.eq(I::PREFIX),
            ))
            .execute(&mut conn)
            .await?;
        Ok(())
    }
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
