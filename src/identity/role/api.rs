//! Roles and grants in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject};
use freshvilla_macros::{edges, mutation, query};
use uuid::Uuid;

use super::{
    model::{self, PermissionsOf, Role, RoleGrant, RoleGrantId, RoleId},
    service::{self, GrantRole, RoleInput},
};
use crate::{
    connection,
    context::Ctx,
    identity::{
        account::{
            api::me::scope_id,
            model::{Account, AccountId},
        },
        error::IdentityError,
    },
    kernel::{
        access::{AccountKind, Permission, ScopeKind},
        error::{Error, Result},
        id,
        page::PageArgs,
    },
    payload,
};

#[edges]
impl Role {
    /// What the role allows.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<Permission>> {
        Ok(ctx.load(PermissionsOf(self.id)).await?.map(|all| all.iter().collect()).unwrap_or_default())
    }
}

#[edges]
impl RoleGrant {
    /// The role.
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<Arc<Role>>> {
        ctx.load(self.role_id).await
    }

    /// Who holds it; null for those who may not see the account.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        ctx.load(self.account_id).await
    }

    /// The store, warehouse, distributor or inbox; null for the whole platform.
    fn scope_id(&self) -> Option<ID> {
        self.scope_id.and_then(|id| scope_id(self.scope_kind, id))
    }
}

connection!(RoleConnection, RoleEdge, Role);

/// A role over rows.
#[derive(InputObject)]
pub struct RoleGrantSpec {
    /// The role.
    role_id: RoleId,
    /// The stores, warehouses, distributors or inboxes that it is granted over, as the role's `scopeKind` says; empty
    /// for a platform role.
    #[graphql(default)]
    scope_ids: Vec<ID>,
}

/// Most rows in one grant.
const MAX_SCOPE_IDS: usize = 200;

/// Reads the IDs of stores, warehouses, distributors or inboxes; the prefix tells the kind.
pub fn scope_refs(ids: &[ID]) -> Result<Vec<(ScopeKind, Uuid)>> {
    if ids.len() > MAX_SCOPE_IDS {
        return Err(Error::BadInput(format!("at most {MAX_SCOPE_IDS} scope IDs at once")));
    }
    let kind_of = |prefix: &str| ScopeKind::ALL.iter().copied().find(|kind| kind.id_prefix() == Some(prefix));
    let read = |id: &ID| {
        let (prefix, uuid) = id::decode(id)?;
        Some((kind_of(&prefix)?, uuid))
    };
    let message = "expected the IDs of stores, warehouses, distributors or inboxes in `scopeIds`";
    ids.iter().map(|id| read(id).ok_or_else(|| Error::BadInput(message.to_owned()))).collect()
}

/// Reads a grant as it stands in an input.
fn grant(spec: RoleGrantSpec) -> Result<GrantRole> {
    Ok(GrantRole { role: spec.role_id, over: scope_refs(&spec.scope_ids)? })
}

/// Reads grants as they stand in an input.
pub fn grants(specs: Vec<RoleGrantSpec>) -> Result<Vec<GrantRole>> {
    specs.into_iter().map(grant).collect()
}

/// Queries over roles.
#[derive(Default)]
pub struct RoleQuery;

#[query]
impl RoleQuery {
    /// Roles by name.
    #[access(Can(Permission::UsersRead))]
    async fn roles(&self, ctx: &Context<'_>, page: PageArgs) -> Result<RoleConnection> {
        let conn = ctx.app().db.read().await?;
        Ok(RoleConnection(model::list(&conn, &page, ctx.wants("totalCount")).await?))
    }

    /// Every permission that a role can hold.
    #[access(Can(Permission::UsersRead))]
    async fn permissions(&self) -> Vec<Permission> {
        Permission::ALL.to_vec()
    }
}

/// A role to be defined.
#[derive(InputObject)]
pub struct RoleCreateInput {
    /// Name for programs: 2 to 63 lower case letters, digits and underscores.
    name: String,
    /// Name for people, at most 120 characters.
    title: String,
    /// What it is for, at most 500 characters.
    #[graphql(default)]
    description: String,
    /// Kind of account that may hold it.
    account_kind: AccountKind,
    /// What its grants name.
    scope_kind: ScopeKind,
    /// What it allows.
    permissions: Vec<Permission>,
}

/// The role as it is to be.
#[derive(InputObject)]
pub struct RoleUpdateInput {
    /// The role.
    id: RoleId,
    /// Name for people, at most 120 characters.
    title: String,
    /// What it is for, at most 500 characters.
    #[graphql(default)]
    description: String,
    /// What it allows.
    permissions: Vec<Permission>,
}

/// Names the role to delete.
#[derive(InputObject)]
pub struct RoleDeleteInput {
    /// The role.
    id: RoleId,
}

/// A role for an account.
#[derive(InputObject)]
pub struct RoleGrantInput {
    /// The account.
    account_id: AccountId,
    /// The role, and over what.
    grant: RoleGrantSpec,
}

/// Names the grant to take away.
#[derive(InputObject)]
pub struct RoleRevokeInput {
    /// The grant (`Account.roleGrants`).
    id: RoleGrantId,
}

payload! { /// What roleCreate answers.
RoleCreatePayload { /// The new role.
role: Role } IdentityError }

payload! { /// What roleUpdate answers.
RoleUpdatePayload { /// The role as it is now.
role: Role } IdentityError }

payload! { /// What roleDelete answers.
RoleDeletePayload { /// ID of the role that is gone.
role_id: RoleId } IdentityError }

payload! { /// What roleGrant answers.
RoleGrantPayload { /// The account with its roles.
account: Account } IdentityError }

payload! { /// What roleRevoke answers.
RoleRevokePayload { /// The account with its roles.
account: Account } IdentityError }

/// Changes to roles and grants.
#[derive(Default)]
pub struct RoleMutation;

#[mutation]
impl RoleMutation {
    /// Defines a role. The caller must have all of its permissions over the whole platform.
    #[access(Can(Permission::RolesWrite))]
    async fn role_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role")] input: RoleCreateInput,
    ) -> Result<RoleCreatePayload> {
        let RoleCreateInput { name, title, description, account_kind, scope_kind, permissions } = input;
        let rest = RoleInput { title, description, permissions: permissions.into_iter().collect() };
        let kinds = (account_kind, scope_kind);
        RoleCreatePayload::from(service::create_role(ctx.app(), ctx.actor(), &name, kinds, rest).await)
    }

    /// Changes a role that did not come with the product; its holders feel it at once.
    #[access(Can(Permission::RolesWrite))]
    async fn role_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role")] input: RoleUpdateInput,
    ) -> Result<RoleUpdatePayload> {
        let RoleUpdateInput { id, title, description, permissions } = input;
        let rest = RoleInput { title, description, permissions: permissions.into_iter().collect() };
        RoleUpdatePayload::from(service::update_role(ctx.app(), ctx.actor(), id, rest).await)
    }

    /// Deletes a role that nobody holds and that did not come with the product.
    #[access(Can(Permission::RolesWrite))]
    async fn role_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which role")] input: RoleDeleteInput,
    ) -> Result<RoleDeletePayload> {
        let deleted = service::delete_role(ctx.app(), ctx.actor(), input.id).await;
        RoleDeletePayload::from(deleted.map(|role| role.id))
    }

    /// Grants a role to an account. The caller must have all of its permissions over all of the rows.
    #[access(Can(Permission::RolesWrite))]
    async fn role_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Account and role")] input: RoleGrantInput,
    ) -> Result<RoleGrantPayload> {
        let RoleGrantInput { account_id, grant: spec } = input;
        let granted = service::grant_role(ctx.app(), ctx.actor(), account_id, grant(spec)?);
        RoleGrantPayload::from(Box::pin(granted).await)
    }

    /// Takes a role away from an account.
    #[access(Can(Permission::RolesWrite))]
    async fn role_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which grant")] input: RoleRevokeInput,
    ) -> Result<RoleRevokePayload> {
        RoleRevokePayload::from(service::revoke_role(ctx.app(), ctx.actor(), input.id).await)
    }
}
