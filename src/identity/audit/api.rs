//! The audit log in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Json};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, query};
use uuid::Uuid;

use super::model::{self, AuditActorKind, AuditEntryId, AuditFilter, AuditRow};
use crate::{
    connection,
    context::Ctx,
    identity::{
        account::model::{Account, AccountId},
        api_key::model::ApiKeyId,
    },
    kernel::{
        access::Permission,
        error::{Error, Result},
        id,
        page::PageArgs,
    },
};

/// A recorded write: who, what, before, after.
#[derive(Clone, Debug, PlainObject)]
#[graphql(complex)]
pub struct AuditEntry {
    /// Global ID.
    pub id: AuditEntryId,
    /// When.
    at: DateTime<Utc>,
    /// What kind of caller.
    actor_kind: AuditActorKind,
    /// The account or API key; null for strangers and the server itself.
    actor_id: Option<ID>,
    /// Mutation or job: `accountLock`. `passwordWrong` tells of wrong passwords, given by whomever.
    action: String,
    /// GraphQL type of the row.
    subject_type: String,
    /// The row.
    subject_id: ID,
    /// What changed, as it was before; null for a creation.
    before: Option<Json<serde_json::Value>>,
    /// What changed, as it was afterwards; null for a deletion.
    after: Option<Json<serde_json::Value>>,
    /// The request, as its log lines and answer name it.
    request_id: String,
    #[graphql(skip)]
    account: Option<AccountId>,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        let actor_id = row.actor_id.and_then(|id| match row.actor_kind {
            AuditActorKind::Account => Some(ID(AccountId(id).to_string())),
            AuditActorKind::ApiKey => Some(ID(ApiKeyId(id).to_string())),
            AuditActorKind::Anonymous | AuditActorKind::System => None,
        });
        let account = row.actor_id.filter(|_| row.actor_kind == AuditActorKind::Account).map(AccountId);
        Self {
            id: row.id,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_id,
            action: row.action,
            subject_type: row.subject_type,
            subject_id: ID(id::encode(&row.subject_prefix, row.subject_id)),
            before: row.before.map(Json),
            after: row.after.map(Json),
            request_id: row.request_id.to_string(),
            account,
        }
    }
}

#[edges]
impl AuditEntry {
    /// The person who made the change; null also when the caller may not see that account.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.account {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

connection!(AuditEntryConnection, AuditEntryEdge, AuditEntry);

/// Which entries a list shows.
#[derive(Default, InputObject)]
pub struct AuditWhere {
    /// Made by this account or API key.
    actor_id: Option<ID>,
    /// This mutation or job: `accountLock`.
    action: Option<String>,
    /// About rows of this GraphQL type.
    subject_type: Option<String>,
    /// About this row.
    subject_id: Option<ID>,
    /// Made by this request (`x-request-id`).
    request_id: Option<String>,
    /// At or after this instant.
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    until: Option<DateTime<Utc>>,
}

impl AuditWhere {
    fn filter(self) -> Result<AuditFilter> {
        let row = |field: &str, id: Option<ID>| {
            let malformed = || Error::BadInput(format!("malformed ID in `{field}`"));
            id.map(|id| id::decode(&id).map(|(_, uuid)| uuid).ok_or_else(malformed)).transpose()
        };
        let request = self.request_id.map(|text| Uuid::parse_str(&text)).transpose();
        Ok(AuditFilter {
            actor: row("actorId", self.actor_id)?,
            action: self.action,
            subject_type: self.subject_type,
            subject: row("subjectId", self.subject_id)?,
            request: request.map_err(|_| Error::BadInput("malformed `requestId`".to_owned()))?,
            from: self.from,
            until: self.until,
        })
    }
}

/// Queries over the audit log.
#[derive(Default)]
pub struct AuditQuery;

#[query]
impl AuditQuery {
    /// Every write, newest first. For callers whose permission audit.read reaches the whole platform.
    #[access(Can(Permission::AuditRead))]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries", name = "where")] filter: Option<AuditWhere>,
        page: PageArgs,
    ) -> Result<AuditEntryConnection> {
        if !ctx.actor().scope(Permission::AuditRead).everything {
            return Err(Error::Forbidden("the audit log is for the platform's administrators".to_owned()));
        }
        let filter = filter.unwrap_or_default().filter()?;
        let conn = ctx.app().db.write().await?;
        let page = model::list(&conn, filter, &page, ctx.wants("totalCount")).await?;
        Ok(AuditEntryConnection(page.map(AuditEntry::from)))
    }
}
