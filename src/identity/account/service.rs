//! What administrators do with accounts. Everything asks two questions: may the caller see the account, and do the
//! caller's rights cover all of its rights.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    contact,
    model::{
        self, Account, AccountId, AccountStatus, NewAccount,
        employee::{self, Employee, EmployeeFunction, EmployeeStatus},
        password_token,
    },
    password::{PasswordTokenPurpose, SendPasswordLink},
};
use crate::{
    app::App,
    identity::{
        profile::model::{self as profiles, NewProfile},
        role::{
            model as roles,
            service::{GrantRole, add_grant, exceeds},
        },
        session::{
            model::{RevokedReason, Which},
            service::end_sessions,
        },
    },
    kernel::{
        access::{AccountKind, Actor, Permission},
        audit::Change,
        db::Conn,
        error::{Error, Result},
        jobs::Schedule,
    },
};

/// An account to be made for somebody.
pub struct CreateAccount {
    /// What kind of principal.
    pub kind: AccountKind,
    /// Address that the invitation goes to.
    pub email: String,
    /// Phone number.
    pub phone: Option<String>,
    /// Full name.
    pub name: String,
    /// Required of employees, refused of others.
    pub employee: Option<EmployeeInput>,
    /// Roles from the start.
    pub grants: Vec<GrantRole>,
}

/// What an employee has besides.
#[derive(Clone, Copy)]
pub struct EmployeeInput {
    /// Where the person works.
    pub function: EmployeeFunction,
    /// Whether they work.
    pub status: EmployeeStatus,
    /// The person they report to.
    pub supervisor: Option<AccountId>,
}

/// What is to change; what is left out stays.
pub struct UpdateAccount {
    /// The account.
    pub id: AccountId,
    /// New address, taken as verified.
    pub email: Option<String>,
    /// New number; `Some(None)` clears.
    pub phone: Option<Option<String>>,
    /// New name.
    pub name: Option<String>,
    /// New data of an employee.
    pub employee: Option<EmployeeInput>,
}

/// Whether the caller may make or change accounts of this kind.
fn check_kind(actor: &Actor, kind: AccountKind) -> Result<()> {
    let platform = actor.scope(Permission::UsersWrite).everything;
    let allowed = match kind {
        AccountKind::SuperAdministrator => actor.is_super(),
        AccountKind::Administrator | AccountKind::Customer => platform,
        AccountKind::Employee | AccountKind::DistributorMember => true,
    };
    if allowed { Ok(()) } else { Err(exceeds("kind", "you may not make or change accounts of this kind")) }
}

/// An account that the caller may change, with its row lock: visible, of a kind, and with no rights beyond theirs.
pub async fn lock_changeable(conn: &Conn, actor: &Actor, id: AccountId) -> Result<Account> {
    model::find(conn, actor, id).await?;
    let account = model::lock(conn, id).await?;
    check_kind(actor, account.kind)?;
    let rights = roles::grants_of(conn, id).await?;
    if !actor.covers(&rights) || !covers_scopes(actor, &rights) {
        return Err(exceeds("id", "this account has rights that you do not have"));
    }
    Ok(account)
}

/// Every role of the account must lie where the caller may change accounts.
fn covers_scopes(actor: &Actor, rights: &[crate::kernel::access::Grant]) -> bool {
    let scope = actor.scope(Permission::UsersWrite);
    scope.everything || (!rights.is_empty() && rights.iter().all(|grant| scope.covers(grant.scope())))
}

/// Makes an account and mails an invitation to choose a password.
pub async fn create_account(app: &App, actor: &Actor, input: CreateAccount) -> Result<Account> {
    let now = app.clock.now();
    check_kind(actor, input.kind)?;
    check_employee(input.kind, input.employee.is_some())?;
    let platform = actor.scope(Permission::UsersWrite).everything;
    if !platform && input.grants.is_empty() {
        // Without a role within the caller's scope, the account would be out of the caller's sight.
        return Err(Error::problem("REQUIRED", "grants", "grant a role within your own scope"));
    }
    let row = new_account(&input, now)?;
    let tx = app.db.begin().await?;
    let account = model::insert(&tx, &row).await?;
    Change::new("accountCreate", account.id, None, Some(&account))?.record(&tx, &app.clock, actor).await?;
    if let Some(employee) = input.employee {
        store_employee(app, &tx, actor, account.id, employee).await?;
    }
    if account.kind == AccountKind::Customer {
        profiles::insert(&tx, NewProfile::of(account.id, "en".to_owned(), None, now)?).await?;
    }
    for grant in input.grants.into_iter().chain(own_role(&tx, account.kind).await?) {
        add_grant(app, &tx, actor, &account, grant).await?;
    }
    let link = SendPasswordLink { email: account.email.clone(), purpose: PasswordTokenPurpose::Invitation };
    app.enqueue(&tx, &link, Schedule { created_by: actor.account_id(), ..Schedule::default() }).await?;
    tx.commit().await?;
    app.committed();
    Ok(account)
}

fn new_account(input: &CreateAccount, now: DateTime<Utc>) -> Result<NewAccount> {
    Ok(NewAccount {
        id: AccountId::new(),
        kind: input.kind,
        email: contact::email("email", &input.email)?,
        email_verified_at: None,
        phone: input.phone.as_deref().map(|phone| contact::phone("phone", phone)).transpose()?,
        name: contact::required_line("name", &input.name, 120)?,
        status: AccountStatus::Active,
        password_hash: None,
        password_changed_at: None,
        created_at: now,
        updated_at: now,
    })
}

/// The role that comes with being an administrator.
async fn own_role(conn: &Conn, kind: AccountKind) -> Result<Option<GrantRole>> {
    let name = match kind {
        AccountKind::SuperAdministrator | AccountKind::Administrator => kind.as_str(),
        _ => return Ok(None),
    };
    let role = roles::by_name(conn, name).await?;
    Ok(role.map(|role| GrantRole { role: role.id, over: Vec::new() }))
}

fn check_employee(kind: AccountKind, given: bool) -> Result<()> {
    match (kind == AccountKind::Employee, given) {
        (true, false) => Err(Error::problem("REQUIRED", "employee", "say where the employee works")),
        (false, true) => Err(Error::invalid("employee", "only employees have this")),
        _ => Ok(()),
    }
}

async fn store_employee(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    id: AccountId,
    input: EmployeeInput,
) -> Result<Employee> {
    let now = app.clock.now();
    if let Some(supervisor) = input.supervisor {
        let boss = model::find(conn, actor, supervisor).await.map_err(|_| no_supervisor())?;
        if boss.kind == AccountKind::Customer || employee::reports_to(conn, supervisor, id).await? {
            return Err(no_supervisor());
        }
    }
    let before = employee::find(conn, id).await?;
    let Employee { created_at, .. } = before.clone().unwrap_or(Employee {
        account_id: id,
        function: input.function,
        status: input.status,
        supervisor_id: None,
        created_at: now,
        updated_at: now,
    });
    let row = Employee {
        account_id: id,
        function: input.function,
        status: input.status,
        supervisor_id: input.supervisor,
        created_at,
        updated_at: now,
    };
    let after = employee::put(conn, &row).await?;
    Change::new("employeeUpdate", id, before.as_ref(), Some(&after))?.record(conn, &app.clock, actor).await?;
    Ok(after)
}

fn no_supervisor() -> Error {
    Error::invalid("employee.supervisorId", "this account cannot be the supervisor")
}

/// Changes an account.
pub async fn update_account(app: &App, actor: &Actor, input: UpdateAccount) -> Result<Account> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = lock_changeable(&tx, actor, input.id).await?;
    let email = input.email.as_deref().map(|email| contact::email("email", email)).transpose()?;
    let phone = match &input.phone {
        Some(phone) => phone.as_deref().map(|phone| contact::phone("phone", phone)).transpose()?,
        None => before.phone.clone(),
    };
    let name = input.name.as_deref().map(|name| contact::required_line("name", name, 120)).transpose()?;
    let email = email.unwrap_or_else(|| before.email.clone());
    let name = name.unwrap_or_else(|| before.name.clone());
    let after = model::set_contact(&tx, input.id, &email, &name, phone.as_deref(), now).await?;
    if email != before.email {
        // Links mailed to the old address must not open the account any more.
        password_token::void(&tx, input.id, now).await?;
    }
    Change::new("accountUpdate", input.id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    if let Some(employee) = input.employee {
        check_employee(after.kind, true)?;
        let employee = store_employee(app, &tx, actor, input.id, employee).await?;
        if !model::may_sign_in(after.status, Some(employee.status)) {
            end_sessions(app, &tx, actor, input.id, Which::All, RevokedReason::AccountLocked).await?;
        }
    }
    model::emit(&tx, input.id, "account.changed", json!({}), now).await?;
    tx.commit().await?;
    app.actors.forget(input.id.0);
    app.committed();
    Ok(after)
}

/// Locks, unlocks or closes an account. Locking and closing end all of its sessions.
pub async fn set_account_status(app: &App, actor: &Actor, id: AccountId, status: AccountStatus) -> Result<Account> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = lock_changeable(&tx, actor, id).await?;
    check_transition(actor, &before, status)?;
    if before.kind == AccountKind::SuperAdministrator && status != AccountStatus::Active {
        keep_an_owner(&tx, id).await?;
    }
    let (action, reason) = match status {
        AccountStatus::Active => ("accountUnlock", None),
        AccountStatus::Locked => ("accountLock", Some(RevokedReason::AccountLocked)),
        AccountStatus::Closed => ("accountClose", Some(RevokedReason::AccountClosed)),
    };
    let after = model::set_status(&tx, id, status, now).await?;
    Change::new(action, id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    match reason {
        Some(reason) => drop(end_sessions(app, &tx, actor, id, Which::All, reason).await?),
        None => crate::identity::throttle::service::forget(app, &tx, &throttle_key(app, &after)?).await?,
    }
    model::emit(&tx, id, "account.changed", json!({ "status": status }), now).await?;
    tx.commit().await?;
    app.actors.forget(id.0);
    app.committed();
    Ok(after)
}

fn throttle_key(app: &App, account: &Account) -> Result<Vec<u8>> {
    crate::identity::session::log_in::throttle_key(app, &account.email)
}

/// active ⇄ locked; both → closed; nothing comes back from closed.
fn check_transition(actor: &Actor, account: &Account, to: AccountStatus) -> Result<()> {
    if account.status == AccountStatus::Closed {
        return Err(Error::problem("CONFLICT", "id", "a closed account stays closed"));
    }
    if to != AccountStatus::Active && actor.account_id() == Some(account.id.0) {
        return Err(Error::invalid("id", "you cannot lock or close your own account here"));
    }
    Ok(())
}

/// The platform must keep a super-administrator who can sign in. All of them are locked first, in the order of their
/// IDs, so that two requests cannot lock the last two at once.
async fn keep_an_owner(conn: &Conn, leaving: AccountId) -> Result<()> {
    let others = model::lock_active_super_administrators(conn).await?;
    if others.iter().any(|id| *id != leaving) {
        return Ok(());
    }
    Err(Error::problem("LAST_SUPER_ADMINISTRATOR", "id", "the platform needs at least one super-administrator"))
}
