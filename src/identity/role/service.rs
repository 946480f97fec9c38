//! Defining roles and granting them. Nobody passes on, or takes away, a right that they do not have over those rows.

use serde_json::json;
use uuid::Uuid;

use super::model::{self, Role, RoleGrant, RoleGrantId, RoleId};
use crate::{
    app::App,
    identity::account::{
        contact,
        model::{self as accounts, Account, AccountId},
        service::lock_changeable,
    },
    kernel::{
        access::{AccountKind, Actor, Grant, Permission, Permissions, Principal, Scope, ScopeKind},
        audit::Change,
        db::Conn,
        error::{Error, Result},
    },
};

/// A role over rows, as asked for.
#[derive(Clone, Debug)]
pub struct GrantRole {
    /// The role.
    pub role: RoleId,
    /// The stores, warehouses, distributors or inboxes; empty for a platform role.
    pub over: Vec<(ScopeKind, Uuid)>,
}

/// A role as asked for.
pub struct RoleInput {
    /// Name for people.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// What it allows.
    pub permissions: Permissions,
}

/// The caller's rights do not reach that far.
pub fn exceeds(path: &str, message: &str) -> Error {
    Error::problem("EXCEEDS_OWN_RIGHTS", path, message)
}

/// Defines a role. Only for callers who may define roles everywhere, since a role is everybody's.
pub async fn create_role(
    app: &App,
    actor: &Actor,
    name: &str,
    (account_kind, scope_kind): (AccountKind, ScopeKind),
    input: RoleInput,
) -> Result<Role> {
    let now = app.clock.now();
    check_definer(actor, input.permissions)?;
    input.permissions.check_scope(scope_kind)?;
    if matches!(account_kind, AccountKind::Customer | AccountKind::SuperAdministrator) {
        return Err(Error::invalid("accountKind", "customers and super-administrators have fixed rights"));
    }
    let row = Role {
        id: RoleId::new(),
        name: role_name(name)?,
        title: contact::required_line("title", &input.title, 120)?,
        description: contact::line("description", &input.description, 500)?,
        account_kind,
        scope_kind,
        built_in: false,
        created_at: now,
        updated_at: now,
    };
    let tx = app.db.begin().await?;
    let role = model::insert(&tx, &row).await?;
    model::set_permissions(&tx, role.id, input.permissions).await?;
    let after = with_permissions(&role, input.permissions)?;
    Change::new("roleCreate", role.id, None, Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(role)
}

fn check_definer(actor: &Actor, permissions: Permissions) -> Result<()> {
    if !actor.scope(Permission::RolesWrite).everything {
        return Err(Error::Forbidden("roles are defined by the platform's administrators".to_owned()));
    }
    if permissions == Permissions::default() {
        return Err(Error::problem("REQUIRED", "permissions", "name at least one permission"));
    }
    if !actor.covers(&[Grant::new(permissions, Scope::everything())]) {
        return Err(exceeds("permissions", "you can put only rights into a role that you have everywhere"));
    }
    Ok(())
}

fn role_name(name: &str) -> Result<String> {
    let ok = name.starts_with(|c: char| c.is_ascii_lowercase())
        && (2..=63).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if ok {
        return Ok(name.to_owned());
    }
    Err(Error::invalid("name", "a name has 2 to 63 lower case letters, digits and underscores, a letter first"))
}

fn with_permissions(role: &Role, permissions: Permissions) -> Result<serde_json::Value> {
    let mut value = serde_json::to_value(role)?;
    if let Some(object) = value.as_object_mut() {
        let texts = permissions.iter().map(Permission::as_str).collect::<Vec<_>>();
        object.insert("permissions".to_owned(), json!(texts));
    }
    Ok(value)
}

/// Changes a role that did not come with the product. Its holders feel it at once.
pub async fn update_role(app: &App, actor: &Actor, id: RoleId, input: RoleInput) -> Result<Role> {
    let now = app.clock.now();
    check_definer(actor, input.permissions)?;
    let (title, description) =
        (contact::required_line("title", &input.title, 120)?, contact::line("description", &input.description, 500)?);
    let tx = app.db.begin().await?;
    let (before, old) = lock_own(&tx, actor, id).await?;
    input.permissions.check_scope(before.scope_kind)?;
    let role = model::update(&tx, id, &title, &description, now).await?;
    model::set_permissions(&tx, id, input.permissions).await?;
    let (before, after) = (with_permissions(&before, old)?, with_permissions(&role, input.permissions)?);
    Change::new("roleUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    let holders = model::holders(&tx, id).await?;
    for holder in &holders {
        accounts::emit(&tx, *holder, "account.changed", json!({ "rights": true }), now).await?;
    }
    tx.commit().await?;
    holders.iter().for_each(|holder| app.actors.forget(holder.0));
    app.committed();
    Ok(role)
}

/// Deletes a role that nobody holds and that did not come with the product.
pub async fn delete_role(app: &App, actor: &Actor, id: RoleId) -> Result<Role> {
    let tx = app.db.begin().await?;
    let (role, permissions) = lock_own(&tx, actor, id).await?;
    model::delete(&tx, id).await?;
    let before = with_permissions(&role, permissions)?;
    Change::new("roleDelete", id, Some(&before), None)?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(role)
}

/// A role that may be changed: not built in, and within the caller's rights.
async fn lock_own(conn: &Conn, actor: &Actor, id: RoleId) -> Result<(Role, Permissions)> {
    let role = model::lock(conn, id).await?;
    if role.built_in {
        return Err(Error::problem("BUILT_IN", "id", "this role came with the product and cannot be changed"));
    }
    let permissions = model::permissions_of(conn, id).await?;
    check_definer(actor, permissions)?;
    Ok((role, permissions))
}

/// Grants a role to an account.
pub async fn grant_role(app: &App, actor: &Actor, account: AccountId, grant: GrantRole) -> Result<Account> {
    let tx = app.db.begin().await?;
    let account = lock_changeable(&tx, actor, account).await?;
    add_grant(app, &tx, actor, &account, grant).await?;
    accounts::emit(&tx, account.id, "account.changed", json!({ "rights": true }), app.clock.now()).await?;
    tx.commit().await?;
    app.actors.forget(account.id.0);
    app.committed();
    Ok(account)
}

/// Grants a role in the running transaction, if the caller has all of its rights over all of the rows.
pub async fn add_grant(app: &App, conn: &Conn, actor: &Actor, account: &Account, grant: GrantRole) -> Result<()> {
    let role = model::hold(conn, grant.role).await?;
    check_grantable(actor, account, &role, &grant)?;
    let permissions = model::permissions_of(conn, role.id).await?;
    let scope_ids: Vec<Uuid> = grant.over.iter().map(|(_, id)| *id).collect();
    let scope = Scope::of(role.scope_kind, scope_ids.clone());
    let needed = permissions.with([Permission::RolesWrite].into_iter().collect());
    if !actor.covers(&[Grant::new(needed, scope)]) {
        return Err(exceeds("roleId", "you can pass on only rights that you have over those rows"));
    }
    let rows = grant_rows(app, actor, account, &role, scope_ids);
    for row in model::add_grants(conn, &rows).await? {
        Change::new("roleGrant", row.id, None, Some(&row))?.record(conn, &app.clock, actor).await?;
    }
    Ok(())
}

/// The role of the one person who owns a distributor: it comes with an application, and goes on when that is handed over.
pub const DISTRIBUTOR_OWNER: &str = "distributor_owner";

/// A distributor's owner changes only where its application does.
fn keep_owner(actor: &Actor, role: &Role, path: &str) -> Result<()> {
    if role.name == DISTRIBUTOR_OWNER && actor.principal != Principal::System {
        return Err(Error::invalid(path, "a distributor gets another owner when it is handed over"));
    }
    Ok(())
}

fn check_grantable(actor: &Actor, account: &Account, role: &Role, grant: &GrantRole) -> Result<()> {
    keep_owner(actor, role, "roleId")?;
    let platform = role.scope_kind == ScopeKind::Platform;
    if platform != grant.over.is_empty() || grant.over.iter().any(|(kind, _)| *kind != role.scope_kind) {
        let message = "name rows of the kind that the role is granted over; none for a role over the whole platform";
        return Err(Error::invalid("scopeIds", message));
    }
    if account.kind != role.account_kind {
        return Err(Error::invalid("roleId", "this role is for another kind of account"));
    }
    if role.account_kind == AccountKind::SuperAdministrator && !actor.is_super() {
        return Err(exceeds("roleId", "only a super-administrator makes super-administrators"));
    }
    Ok(())
}

fn grant_rows(app: &App, actor: &Actor, account: &Account, role: &Role, scope_ids: Vec<Uuid>) -> Vec<RoleGrant> {
    let scopes: Vec<Option<Uuid>> =
        if scope_ids.is_empty() { vec![None] } else { scope_ids.into_iter().map(Some).collect() };
    let row = |scope_id| RoleGrant {
        id: RoleGrantId::new(),
        account_id: account.id,
        role_id: role.id,
        scope_kind: role.scope_kind,
        scope_id,
        granted_by: actor.account_id(),
        created_at: app.clock.now(),
    };
    scopes.into_iter().map(row).collect()
}

/// Takes a role away from an account. The role that makes an administrator stays until the account is closed.
pub async fn revoke_role(app: &App, actor: &Actor, id: RoleGrantId) -> Result<Account> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let grant = model::find_grant(&tx, id).await?;
    let hidden = |error| match error {
        Error::NotFound(_) => Error::NotFound("role grant"),
        other => other,
    };
    let account = lock_changeable(&tx, actor, grant.account_id).await.map_err(hidden)?;
    let role = model::hold(&tx, grant.role_id).await?;
    if role.name == account.kind.as_str() {
        return Err(Error::invalid("id", "this role comes with the kind of account; close the account instead"));
    }
    keep_owner(actor, &role, "id")?;
    if !actor.scope(Permission::RolesWrite).covers(&Scope::of(grant.scope_kind, grant.scope_id.into_iter().collect())) {
        return Err(exceeds("id", "this role is granted over rows that are not yours"));
    }
    if !model::remove_grant(&tx, id).await? {
        return Err(Error::NotFound("role grant"));
    }
    Change::new("roleRevoke", id, Some(&grant), None)?.record(&tx, &app.clock, actor).await?;
    accounts::emit(&tx, account.id, "account.changed", json!({ "rights": true }), now).await?;
    tx.commit().await?;
    app.actors.forget(account.id.0);
    app.committed();
    Ok(account)
}
