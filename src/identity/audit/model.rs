//! Queries over the audit log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::Result,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::Sql,
    },
    schema::audit_log,
};

crate::id! {
    /// Identifies an audit log entry.
    AuditEntryId, "aud", "AuditEntry"
}

crate::text_enum! {
    /// What kind of caller made a change.
    pub enum AuditActorKind {
        /// A stranger, for instance at a sign-up.
        Anonymous = "anonymous",
        /// A person.
        Account = "account",
        /// A partner's program.
        ApiKey = "api_key",
        /// The server itself.
        System = "system",
    }
}

/// A recorded write.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct AuditRow {
    pub id: AuditEntryId,
    pub at: DateTime<Utc>,
    pub actor_kind: AuditActorKind,
    pub actor_id: Option<Uuid>,
    pub action: String,
    pub subject_type: String,
    pub subject_id: Uuid,
    pub before: Option<serde_json::Value>,
    pub after: Option<serde_json::Value>,
    pub request_id: Uuid,
    pub subject_prefix: String,
}

/// Which entries a list shows.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Made by this account or API key.
    pub actor: Option<Uuid>,
    /// This mutation or job.
    pub action: Option<String>,
    /// About rows of this type.
    pub subject_type: Option<String>,
    /// About this row.
    pub subject: Option<Uuid>,
    /// Made by this request.
    pub request: Option<Uuid>,
    /// At or after.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

impl AuditFilter {
    fn condition(self) -> Sql {
        let equal = |column, value: Option<crate::kernel::sql::Bind>| {
            value.map_or_else(Sql::default, |value| Sql::new(column).sql(" = ").bind(value))
        };
        let from = self.from.map_or_else(Sql::default, |at| Sql::new("at >= ").bind(at));
        let until = self.until.map_or_else(Sql::default, |at| Sql::new("at < ").bind(at));
        let all = [
            equal("actor_id", self.actor.map(Into::into)),
            equal("action", self.action.map(Into::into)),
            equal("subject_type", self.subject_type.map(Into::into)),
            equal("subject_id", self.subject.map(Into::into)),
            equal("request_id", self.request.map(Into::into)),
            from,
            until,
        ];
        Sql::all_of(all, " AND ")
    }
}

/// Entries are for callers whose right to read them reaches the whole platform.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new(if actor.scope(Permission::AuditRead).everything { "TRUE" } else { "FALSE" })
}

/// A page of entries, newest first. From the primary, so that an administrator sees what was just done.
pub async fn list(conn: &Conn, filter: AuditFilter, args: &PageArgs, count: bool) -> Result<Page<AuditRow>> {
    let order = Order { column: "at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &AuditRow| (timestamp_key(row.at), row.id.0);
    page::fetch(conn, "audit_log", filter.condition(), order, args, count, key).await
}
