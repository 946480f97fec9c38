//! Role, permission and grant rows.

use std::{collections::HashMap, str::FromStr, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    identity::account::model::{self as account, AccountId},
    kernel::{
        access::{AccountKind, Actor, Grant, Permission, Permissions, Scope, ScopeKind},
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::{Key, group},
        page::{self, Direction, Order, Page, PageArgs},
        sql::Sql,
    },
    schema::{role_grants, role_permissions, roles},
};

crate::id! {
    /// Identifies a role.
    RoleId, "rol", "Role"
}

crate::id! {
    /// Identifies a role grant.
    RoleGrantId, "rgr", "RoleGrant"
}

/// A bundle of permissions.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, Insertable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = roles)]
pub struct Role {
    /// Global ID.
    pub id: RoleId,
    /// Name for programs: lower case letters, digits and underscores.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What the role is for.
    pub description: String,
    /// Kind of account that may hold it.
    pub account_kind: AccountKind,
    /// What a grant of it names: `PLATFORM` roles reach everything, the others the named rows.
    pub scope_kind: ScopeKind,
    /// Whether it came with the product; such a role cannot be changed.
    pub built_in: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A role that an account holds.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, Insertable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = role_grants)]
pub struct RoleGrant {
    /// Global ID.
    pub id: RoleGrantId,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub account_id: AccountId,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub role_id: RoleId,
    /// What the role is granted over.
    pub scope_kind: ScopeKind,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub scope_id: Option<Uuid>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub granted_by: Option<Uuid>,
    /// When it was granted.
    pub created_at: DateTime<Utc>,
}

/// A role by ID, with its row lock in `FOR SHARE`, so that it keeps its rights while they are granted.
pub async fn hold(mut conn: &Conn, id: RoleId) -> Result<Role> {
    roles::table
        .find(id)
        .for_share()
        .select(Role::as_select())
        .first(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("role"))
}

/// A role by ID, locked for a change.
pub async fn lock(mut conn: &Conn, id: RoleId) -> Result<Role> {
    roles::table
        .find(id)
        .for_update()
        .select(Role::as_select())
        .first(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("role"))
}

/// A role by its name for programs.
pub async fn by_name(mut conn: &Conn, name: &str) -> Result<Option<Role>> {
    Ok(roles::table.filter(roles::name.eq(name)).select(Role::as_select()).first(&mut conn).await.optional()?)
}

/// Permissions of a role. Text that this version of the program does not know grants nothing.
pub async fn permissions_of(mut conn: &Conn, id: RoleId) -> Result<Permissions> {
    let texts: Vec<String> = role_permissions::table
        .filter(role_permissions::role_id.eq(id))
        .select(role_permissions::permission)
        .load(&mut conn)
        .await?;
    Ok(texts.iter().filter_map(|text| Permission::from_str(text).ok()).collect())
}

/// Adds a role.
pub async fn insert(mut conn: &Conn, row: &Role) -> Result<Role> {
    diesel::insert_into(roles::table)
        .values(row)
        .returning(Role::as_returning())
        .get_result(&mut conn)
        .await
        .on_constraint("roles_name_key", || Error::problem("NAME_TAKEN", "name", "another role has this name"))
}

/// Stores title and description.
pub async fn update(mut conn: &Conn, id: RoleId, title: &str, description: &str, now: DateTime<Utc>) -> Result<Role> {
    Ok(diesel::update(roles::table.find(id))
        .set((roles::title.eq(title), roles::description.eq(description), roles::updated_at.eq(now)))
        .returning(Role::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// Replaces a role's permissions.
pub async fn set_permissions(mut conn: &Conn, id: RoleId, permissions: Permissions) -> Result<()> {
    diesel::delete(role_permissions::table.filter(role_permissions::role_id.eq(id))).execute(&mut conn).await?;
    let rows: Vec<_> = permissions
        .iter()
        .map(|p| (role_permissions::role_id.eq(id), role_permissions::permission.eq(p.as_str())))
        .collect();
    diesel::insert_into(role_permissions::table).values(rows).execute(&mut conn).await?;
    Ok(())
}

/// Deletes a role that nobody holds.
pub async fn delete(mut conn: &Conn, id: RoleId) -> Result<()> {
    let in_use = || Error::problem("IN_USE", "id", "accounts still hold this role; revoke it from them first");
    diesel::delete(roles::table.find(id)).execute(&mut conn).await.on_constraint("role_grants_role_fkey", in_use)?;
    Ok(())
}

/// Accounts that hold a role.
pub async fn holders(mut conn: &Conn, id: RoleId) -> Result<Vec<AccountId>> {
    Ok(role_grants::table
        .filter(role_grants::role_id.eq(id))
        .select(role_grants::account_id)
        .distinct()
        .order(role_grants::account_id)
        .load(&mut conn)
        .await?)
}

/// Adds grants; those that exist already stay as they are. Answers the added ones.
pub async fn add_grants(mut conn: &Conn, rows: &[RoleGrant]) -> Result<Vec<RoleGrant>> {
    Ok(diesel::insert_into(role_grants::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(RoleGrant::as_returning())
        .get_results(&mut conn)
        .await?)
}

/// Grants of an account.
pub async fn grants_held(mut conn: &Conn, account: AccountId) -> Result<Vec<RoleGrant>> {
    Ok(role_grants::table
        .filter(role_grants::account_id.eq(account))
        .order((role_grants::created_at, role_grants::id))
        .select(RoleGrant::as_select())
        .load(&mut conn)
        .await?)
}

/// A grant by ID.
pub async fn find_grant(mut conn: &Conn, id: RoleGrantId) -> Result<RoleGrant> {
    role_grants::table
        .find(id)
        .select(RoleGrant::as_select())
        .first(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("role grant"))
}

/// Takes a grant away; false when it was gone.
pub async fn remove_grant(mut conn: &Conn, id: RoleGrantId) -> Result<bool> {
    Ok(diesel::delete(role_grants::table.find(id)).execute(&mut conn).await? == 1)
}

#[derive(QueryableByName)]
struct Right {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    role_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Text)]
    scope_kind: ScopeKind,
    #[diesel(sql_type = diesel::sql_types::Array<diesel::sql_types::Uuid>)]
    scope_ids: Vec<Uuid>,
    #[diesel(sql_type = diesel::sql_types::Array<diesel::sql_types::Text>)]
    permissions: Vec<String>,
}

/// The rights of an account: one grant per role, over all the rows that it was granted for.
pub async fn grants_of(mut conn: &Conn, account: AccountId) -> Result<Vec<Grant>> {
    let rights: Vec<Right> = Sql::new(
        "SELECT g.role_id, g.scope_kind, \
             coalesce(array_agg(g.scope_id) FILTER (WHERE g.scope_id IS NOT NULL), '{}') AS scope_ids, \
             ARRAY(SELECT p.permission FROM role_permissions p WHERE p.role_id = g.role_id) AS permissions \
         FROM role_grants g WHERE g.account_id = ",
    )
    .bind(account)
    .sql(" GROUP BY g.role_id, g.scope_kind ORDER BY g.role_id")
    .load(&mut conn)
    .await?;
    Ok(rights.into_iter().map(Right::into_grant).collect())
}

impl Right {
    fn into_grant(self) -> Grant {
        let Self { role_id, scope_kind, scope_ids, permissions } = self;
        // Text that this version of the program does not know grants nothing.
        let known = permissions.iter().filter_map(|text| match Permission::from_str(text) {
            Ok(permission) => Some(permission),
            Err(_) => {
                tracing::warn!(role = %role_id.simple(), permission = text, "unknown permission ignored");
                None
            }
        });
        Grant::new(known.collect(), Scope::of(scope_kind, scope_ids))
    }
}

/// Roles are for whoever may see accounts.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new(if actor.can(Permission::UsersRead) { "TRUE" } else { "FALSE" })
}

/// Grants to accounts that the caller may see.
pub fn grants_visible_to(actor: &Actor) -> Sql {
    Sql::new("EXISTS (SELECT FROM accounts WHERE accounts.id = role_grants.account_id AND ")
        .join(account::visible_to(actor))
        .sql(")")
}

/// A page of roles, by name.
pub async fn list(conn: &Conn, args: &PageArgs, count: bool) -> Result<Page<Role>> {
    let order = Order { column: "name", cast: "::text", id: "id", direction: Direction::Asc };
    page::fetch(conn, "roles", Sql::default(), order, args, count, |row: &Role| (row.name.clone(), row.id.0)).await
}

crate::load_by_id!(RoleId => Role, roles);

/// The permissions of a role.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PermissionsOf(pub RoleId);

impl Key for PermissionsOf {
    type Value = Permissions;
    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Permissions>> {
        let rows: Vec<(RoleId, String)> = role_permissions::table
            .filter(role_permissions::role_id.eq_any(keys.iter().map(|key| key.0)))
            .select((role_permissions::role_id, role_permissions::permission))
            .load(&mut conn)
            .await?;
        let of = |key: &Self| {
            let own = rows.iter().filter(|(role, _)| *role == key.0);
            own.filter_map(|(_, text)| Permission::from_str(text).ok()).collect()
        };
        Ok(keys.iter().map(|key| (*key, of(key))).collect())
    }
}

/// The roles that an account holds; only for accounts that the caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct GrantsTo(pub AccountId);

impl Key for GrantsTo {
    type Value = Arc<Vec<RoleGrant>>;
    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let rows: Vec<RoleGrant> = role_grants::table
            .filter(role_grants::account_id.eq_any(keys.iter().map(|key| key.0)))
            .order((role_grants::created_at, role_grants::id))
            .select(RoleGrant::as_select())
            .load(&mut conn)
            .await?;
        Ok(group(keys, rows, |key| key.0, |row| row.account_id))
    }
}
