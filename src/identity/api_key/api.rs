//! API keys in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    model::{self, ApiKey, ApiKeyId},
    service::{self, CreateApiKey},
};
use crate::{
    connection,
    context::Ctx,
    identity::{
        account::{api::me::scope_id, model::Account},
        error::IdentityError,
        role::api::scope_refs,
    },
    kernel::{
        access::{Permission, ScopeKind},
        error::Result,
        page::PageArgs,
        payload::settle,
    },
    payload,
};

#[edges]
impl ApiKey {
    /// What it may do.
    fn permissions(&self) -> Vec<Permission> {
        self.grant().permissions().iter().collect()
    }

    /// The stores, warehouses, distributors or inboxes; empty for the whole platform.
    fn scope_ids(&self) -> Vec<ID> {
        self.scope_ids.iter().filter_map(|id| scope_id(self.scope_kind, *id)).collect()
    }

    /// Who made it; null also when the caller may not see that account.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.created_by {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

connection!(ApiKeyConnection, ApiKeyEdge, ApiKey);

/// Queries over API keys.
#[derive(Default)]
pub struct ApiKeyQuery;

#[query]
impl ApiKeyQuery {
    /// Keys of partners' programs within the caller's rights, newest first; revoked ones too.
    #[access(Can(Permission::ApiKeysWrite))]
    async fn api_keys(&self, ctx: &Context<'_>, page: PageArgs) -> Result<ApiKeyConnection> {
        let conn = ctx.app().db.read().await?;
        Ok(ApiKeyConnection(model::list(&conn, ctx.actor(), &page, ctx.wants("totalCount")).await?))
    }
}

/// A key to be made.
#[derive(InputObject)]
pub struct ApiKeyCreateInput {
    /// What it is for, at most 120 characters.
    name: String,
    /// What it may do; only what the caller may do too.
    permissions: Vec<Permission>,
    /// What the permissions are over.
    scope_kind: ScopeKind,
    /// The stores, warehouses, distributors or inboxes; empty for the whole platform.
    #[graphql(default)]
    scope_ids: Vec<ID>,
    /// When it stops working; left out, never.
    expires_at: Option<DateTime<Utc>>,
}

/// Names the key to revoke.
#[derive(InputObject)]
pub struct ApiKeyRevokeInput {
    /// The key.
    id: ApiKeyId,
}

/// What apiKeyCreate answers.
#[derive(PlainObject)]
pub struct ApiKeyCreatePayload {
    /// The new key.
    api_key: Option<ApiKey>,
    /// Bearer token for the `Authorization` header. It is shown this once and stored nowhere.
    secret: Option<String>,
    /// What the user can mend; empty on success.
    errors: Vec<IdentityError>,
}

payload! { /// What apiKeyRevoke answers.
ApiKeyRevokePayload { /// The key, revoked.
api_key: ApiKey } IdentityError }

/// Changes to API keys.
#[derive(Default)]
pub struct ApiKeyMutation;

#[mutation]
impl ApiKeyMutation {
    /// Makes a key for a partner's program.
    #[access(Can(Permission::ApiKeysWrite))]
    async fn api_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key")] input: ApiKeyCreateInput,
    ) -> Result<ApiKeyCreatePayload> {
        let ApiKeyCreateInput { name, permissions, scope_kind, scope_ids, expires_at } = input;
        let (permissions, over) = (permissions.into_iter().collect(), scope_refs(&scope_ids)?);
        let input = CreateApiKey { name, permissions, scope_kind, over, expires_at };
        let (made, problems) = settle(service::create_api_key(ctx.app(), ctx.actor(), input).await)?;
        let (api_key, secret) = made.unzip();
        Ok(ApiKeyCreatePayload { api_key, secret, errors: problems.into_iter().map(Into::into).collect() })
    }

    /// Revokes a key; it stops working at once.
    #[access(Can(Permission::ApiKeysWrite))]
    async fn api_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key")] input: ApiKeyRevokeInput,
    ) -> Result<ApiKeyRevokePayload> {
        ApiKeyRevokePayload::from(service::revoke_api_key(ctx.app(), ctx.actor(), input.id).await)
    }
}
