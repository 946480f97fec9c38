//! Granting and taking the built-in roles over a distributor. Who may do that, the callers decide: an application makes
//! its owner, an invitation the others. The kind of the account stays what it was, so that a distributor's owner never
//! gets power over the account of a customer who works there, too.

use serde_json::json;

use crate::{
    app::App,
    identity::{
        account::model::{self as accounts, AccountId},
        role::model::{self as roles, RoleGrant, RoleGrantId},
    },
    kernel::{
        access::{AccountKind, Actor, Principal, ScopeKind},
        audit::Change,
        db::Conn,
        error::{Error, Result},
    },
    marketplace::{distributor::model::DistributorId, staff::model},
};

/// The caller's account, if it is of a kind that may work for a distributor: FreshVilla's own people may not.
pub fn require_outsider(actor: &Actor) -> Result<AccountId> {
    match actor.principal {
        Principal::Account { id, kind: AccountKind::Customer | AccountKind::DistributorMember, .. } => {
            Ok(AccountId(id))
        }
        Principal::Anonymous => Err(Error::Unauthenticated("please log in".to_owned())),
        _ => Err(Error::Forbidden("people who work for FreshVilla cannot be a distributor's, too".to_owned())),
    }
}

/// Grants a built-in role over a distributor in the running transaction. The caller of this says so to the actor cache
/// after the commit.
pub async fn grant(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    account: AccountId,
    role: &str,
    over: DistributorId,
) -> Result<()> {
    let role = roles::by_name(conn, role).await?;
    let role = role.ok_or_else(|| Error::internal(anyhow::anyhow!("a built-in role is missing")))?;
    accounts::lock(conn, account).await?;
    let row = RoleGrant {
        id: RoleGrantId::new(),
        account_id: account,
        role_id: role.id,
        scope_kind: ScopeKind::Distributor,
        scope_id: Some(over.0),
        granted_by: actor.account_id(),
        created_at: app.clock.now(),
    };
    for row in roles::add_grants(conn, &[row]).await? {
        Change::new("roleGrant", row.id, None, Some(&row))?.record(conn, &app.clock, actor).await?;
    }
    accounts::emit(conn, account, "account.changed", json!({ "rights": true }), app.clock.now()).await
}

/// Takes all roles of an account over a distributor away in the running transaction; the same holds for the cache.
pub async fn take_all(app: &App, conn: &Conn, actor: &Actor, account: AccountId, over: DistributorId) -> Result<()> {
    accounts::lock(conn, account).await?;
    for row in model::grants_over(conn, over, Some(account)).await? {
        roles::remove_grant(conn, row.id).await?;
        Change::new("roleRevoke", row.id, Some(&row), None)?.record(conn, &app.clock, actor).await?;
    }
    accounts::emit(conn, account, "account.changed", json!({ "rights": true }), app.clock.now()).await
}
