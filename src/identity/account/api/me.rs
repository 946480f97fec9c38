//! The caller in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use freshvilla_macros::{PlainObject, query};

use super::super::model::{Account, AccountId};
use crate::{
    context::Ctx,
    kernel::{
        access::{Actor, Permission, Principal, Scope, ScopeKind},
        error::Result,
        id::encode,
    },
};

/// The rows that rights are over.
#[derive(Clone, Debug, PlainObject)]
pub struct RightsScope {
    /// Everything.
    everything: bool,
    /// Stores.
    store_ids: Vec<ID>,
    /// Warehouses.
    warehouse_ids: Vec<ID>,
    /// Distributors.
    distributor_ids: Vec<ID>,
    /// Support inboxes.
    inbox_ids: Vec<ID>,
}

impl From<&Scope> for RightsScope {
    fn from(scope: &Scope) -> Self {
        let ids = |kind: ScopeKind| scope.ids(kind).iter().filter_map(|id| scope_id(kind, *id)).collect();
        Self {
            everything: scope.everything,
            store_ids: ids(ScopeKind::Store),
            warehouse_ids: ids(ScopeKind::Warehouse),
            distributor_ids: ids(ScopeKind::Distributor),
            inbox_ids: ids(ScopeKind::Inbox),
        }
    }
}

/// The wire form of a row that a right is over.
pub fn scope_id(kind: ScopeKind, id: uuid::Uuid) -> Option<ID> {
    kind.id_prefix().map(|prefix| ID(encode(prefix, id)))
}

/// Permissions over rows. Permissions of one right do not reach the rows of another.
#[derive(Clone, Debug, PlainObject)]
pub struct Right {
    /// What may be done.
    permissions: Vec<Permission>,
    /// On which rows.
    scope: RightsScope,
}

/// The caller: a person, or a partner's program.
pub struct Viewer(Arc<Actor>);

/// The caller: a person, or a partner's program.
#[Object]
impl Viewer {
    /// The account; null for a program.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.0.account_id() {
            Some(id) => ctx.load(AccountId(id)).await,
            None => Ok(None),
        }
    }

    /// What the caller may do, on at least some rows.
    async fn permissions(&self) -> Vec<Permission> {
        self.0.permissions.iter().collect()
    }

    /// The rows on which the caller may do anything at all.
    async fn scope(&self) -> RightsScope {
        RightsScope::from(&self.0.reach())
    }

    /// What the caller may do on which rows.
    async fn rights(&self) -> Vec<Right> {
        let right = |grant: &crate::kernel::access::Grant| Right {
            permissions: grant.permissions().iter().collect(),
            scope: RightsScope::from(grant.scope()),
        };
        self.0.grants.iter().map(right).collect()
    }
}

/// Who is calling.
#[derive(Default)]
pub struct MeQuery;

#[query]
impl MeQuery {
    /// The caller; null without a token.
    #[access(Public)]
    async fn me(&self, ctx: &Context<'_>) -> Option<Viewer> {
        (ctx.actor().principal != Principal::Anonymous).then(|| Viewer(Arc::clone(ctx.actor())))
    }
}
