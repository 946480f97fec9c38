//! The demo accounts of the development mode, one for each kind of user.

use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    account::{
        contact,
        model::{
            self as accounts, Account, AccountId, AccountStatus, NewAccount,
            employee::{self, Employee, EmployeeFunction, EmployeeStatus},
        },
    },
    profile::model::{self as profiles, NewProfile},
    role::{model as roles, service::GrantRole},
    session,
};
use crate::{
    app::App,
    config::Mode,
    identity::role::service::add_grant,
    kernel::{
        access::{AccountKind, Actor, ScopeKind},
        audit::Change,
        csv,
        db::Conn,
        error::{Error, Result},
    },
};

/// Password of every demo account; production has none.
pub const PASSWORD: &str = "FreshVilla-demo-1";
/// The demo store, which the store manager's role is over.
pub const STORE: Uuid = Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_d001);
/// The demo warehouse.
pub const WAREHOUSE: Uuid = Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_d002);
/// The demo distributor.
pub const DISTRIBUTOR: Uuid = Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_d003);
/// The demo inbox.
pub const INBOX: Uuid = Uuid::from_u128(0x0193_5000_0000_7000_8000_0000_0000_d004);

/// A line of `demo/accounts.csv`.
pub(super) struct DemoAccount {
    pub email: String,
    pub name: String,
    pub phone: String,
    pub role: String,
}

/// What a role of the file means here.
struct Meaning {
    kind: AccountKind,
    function: Option<EmployeeFunction>,
    role: Option<&'static str>,
    over: Option<(ScopeKind, Uuid)>,
}

fn meaning(role: &str) -> Option<Meaning> {
    use EmployeeFunction::{Agent, Operations, Store, Warehouse};
    let employee = |function, role, over| Meaning { kind: AccountKind::Employee, function: Some(function), role, over };
    Some(match role {
        "super_admin" => Meaning {
            kind: AccountKind::SuperAdministrator,
            function: None,
            role: Some("super_administrator"),
            over: None,
        },
        "admin" => {
            Meaning { kind: AccountKind::Administrator, function: None, role: Some("administrator"), over: None }
        }
        "catalogue_manager" => employee(Operations, Some("catalogue_manager"), None),
        "support_agent" => employee(Agent, Some("support_agent"), Some((ScopeKind::Inbox, INBOX))),
        "warehouse_staff" => employee(Warehouse, Some("warehouse_staff"), Some((ScopeKind::Warehouse, WAREHOUSE))),
        "store_manager" => employee(Store, Some("store_owner"), Some((ScopeKind::Store, STORE))),
        "owner" => Meaning {
            kind: AccountKind::DistributorMember,
            function: None,
            role: Some("distributor_owner"),
            over: Some((ScopeKind::Distributor, DISTRIBUTOR)),
        },
        "customer" => Meaning { kind: AccountKind::Customer, function: None, role: None, over: None },
        _ => return None,
    })
}

fn demo_accounts() -> Result<Vec<DemoAccount>> {
    let mut all = Vec::new();
    csv::read(&include_bytes!("../../demo/accounts.csv")[..], |record| {
        all.push(DemoAccount {
            email: contact::email("email", record.get("email"))?,
            name: record.get("name").to_owned(),
            phone: contact::phone("phone", record.get("phone"))?,
            role: record.get("role").to_owned(),
        });
        Ok(())
    })?;
    Ok(all)
}

pub(super) fn development_only(app: &App) -> Result<()> {
    match app.config.mode {
        Mode::Development => Ok(()),
        Mode::Production => Err(Error::Forbidden("demo accounts exist in development only".to_owned())),
    }
}

/// Makes the demo accounts that do not exist yet; answers how many were made.
pub async fn seed_accounts(app: &App) -> Result<usize> {
    development_only(app)?;
    let password_hash = app.passwords.hash(PASSWORD.to_owned()).await?;
    let mut made = 0;
    for demo in demo_accounts()? {
        let tx = app.db.begin().await?;
        if accounts::login_row(&tx, &demo.email).await?.is_some() {
            continue;
        }
        make(app, &tx, demo, &password_hash).await?;
        tx.commit().await?;
        made += 1;
    }
    Ok(made)
}

/// Makes one of them.
pub(super) async fn make(app: &App, conn: &Conn, demo: DemoAccount, password_hash: &str) -> Result<Account> {
    let now = app.clock.now();
    let unknown = || anyhow::anyhow!("demo/accounts.csv has an unknown role {:?}", demo.role);
    let meaning = meaning(&demo.role).ok_or_else(unknown)?;
    let account = NewAccount {
        id: AccountId::new(),
        kind: meaning.kind,
        email: demo.email,
        email_verified_at: Some(now),
        phone: Some(demo.phone),
        name: demo.name,
        status: AccountStatus::Active,
        password_hash: Some(password_hash.to_owned()),
        password_changed_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    let account = accounts::insert(conn, &account).await?;
    Change::new("seed", account.id, None, Some(&account))?.record(conn, &app.clock, &Actor::system()).await?;
    if let Some(function) = meaning.function {
        let (account_id, status) = (account.id, EmployeeStatus::Active);
        let row = Employee { account_id, function, status, supervisor_id: None, created_at: now, updated_at: now };
        employee::put(conn, &row).await?;
    }
    if account.kind == AccountKind::Customer {
        profiles::insert(conn, NewProfile::of(account.id, "en".to_owned(), None, now)?).await?;
    }
    grant(app, conn, &account, meaning.role, meaning.over).await?;
    Ok(account)
}

async fn grant(
    app: &App,
    conn: &Conn,
    account: &Account,
    role: Option<&str>,
    over: Option<(ScopeKind, Uuid)>,
) -> Result<()> {
    let Some(name) = role else { return Ok(()) };
    let role = roles::by_name(conn, name).await?.ok_or_else(|| anyhow::anyhow!("no built-in role {name}"))?;
    let grant = GrantRole { role: role.id, over: over.into_iter().collect() };
    add_grant(app, conn, &Actor::system(), account, grant).await
}

/// Who tries the product out works with the tokens of its start for a while.
const TOKENS_VALID: TimeDelta = TimeDelta::hours(24);

/// Signs every demo account in: what it is, its e-mail address, an access token.
pub async fn demo_tokens(app: &App) -> Result<Vec<(String, String, String)>> {
    development_only(app)?;
    let mut tokens = Vec::new();
    for demo in demo_accounts()? {
        let row = accounts::login_row(&*app.db.write().await?, &demo.email).await?;
        if let Some(row) = row.filter(accounts::LoginRow::may_sign_in) {
            let token = session::service::token_for(app, row.account.id, "demo", TOKENS_VALID).await?;
            tokens.push((demo.role, demo.email, token));
        }
    }
    Ok(tokens)
}
