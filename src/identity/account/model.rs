//! Account rows.

pub mod employee;
pub mod password_token;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use employee::EmployeeStatus;

use crate::{
    kernel::{
        access::{AccountKind, Actor, Permission, Scope, ScopeKind},
        actor_cache::ACCOUNT_TOPIC,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::Key,
        outbox::NewEvent,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    schema::{accounts, employees},
};

crate::id! {
    /// Identifies an account.
    AccountId, "acc", "Account"
}

crate::text_enum! {
    /// Whether an account may be used.
    pub enum AccountStatus {
        /// In use.
        Active = "active",
        /// Locked by an administrator.
        Locked = "locked",
        /// Closed for good; its e-mail address is free again.
        Closed = "closed",
    }
}

/// A person who can sign in.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = accounts)]
pub struct Account {
    /// Global ID.
    pub id: AccountId,
    /// What kind of principal it is.
    pub kind: AccountKind,
    /// E-mail address, lower case.
    pub email: String,
    /// When the owner proved that they read mail sent there.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Phone number in E.164 form (`+919810000001`).
    pub phone: Option<String>,
    /// Full name.
    pub name: String,
    /// Whether it may be used.
    pub status: AccountStatus,
    /// Last successful login.
    pub last_login_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When its own data changed last.
    pub updated_at: DateTime<Utc>,
}

/// A new account row.
#[derive(Insertable)]
#[diesel(table_name = accounts)]
#[expect(missing_docs, reason = "as in Account")]
pub struct NewAccount {
    pub id: AccountId,
    pub kind: AccountKind,
    pub email: String,
    pub email_verified_at: Option<DateTime<Utc>>,
    pub phone: Option<String>,
    pub name: String,
    pub status: AccountStatus,
    pub password_hash: Option<String>,
    pub password_changed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a login needs to know of an account.
#[derive(Queryable)]
pub struct LoginRow {
    /// The account.
    pub account: Account,
    /// Its password, hashed; none until an invited person chose one.
    pub password_hash: Option<String>,
    /// Of an employee.
    pub employee_status: Option<EmployeeStatus>,
}

impl LoginRow {
    /// Whether the account may be used at all.
    pub fn may_sign_in(&self) -> bool {
        may_sign_in(self.account.status, self.employee_status)
    }
}

/// Active, and not a former employee.
pub fn may_sign_in(status: AccountStatus, employee: Option<EmployeeStatus>) -> bool {
    let employed = !matches!(employee, Some(EmployeeStatus::Inactive | EmployeeStatus::Terminated));
    status == AccountStatus::Active && employed
}

/// What a login needs, by e-mail address; closed accounts do not count.
pub async fn login_row(mut conn: &Conn, email: &str) -> Result<Option<LoginRow>> {
    Ok(login_rows()
        .filter(accounts::email.eq(email).and(accounts::status.ne(AccountStatus::Closed)))
        .first(&mut conn)
        .await
        .optional()?)
}

/// What a login needs, by ID.
pub async fn login_row_by_id(mut conn: &Conn, id: AccountId) -> Result<LoginRow> {
    Ok(login_rows().filter(accounts::id.eq(id)).first(&mut conn).await?)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn login_rows() -> _ {
    let columns: (
        diesel::dsl::AsSelect<Account, diesel::pg::Pg>,
        accounts::password_hash,
        diesel::dsl::Nullable<employees::status>,
    ) = (Account::as_select(), accounts::password_hash, employees::status.nullable());
    accounts::table.left_join(employees::table).select(columns)
}

diesel::joinable!(employees -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(accounts, employees);

/// Adds an account.
pub async fn insert(mut conn: &Conn, row: &NewAccount) -> Result<Account> {
    diesel::insert_into(accounts::table)
        .values(row)
        .returning(Account::as_returning())
        .get_result(&mut conn)
        .await
        .on_constraint("accounts_email_key", email_taken)
        .on_constraint("accounts_phone_key", phone_taken)
}

/// Another account has the address.
pub fn email_taken() -> Error {
    Error::problem("EMAIL_TAKEN", "email", "another account has this e-mail address")
}

/// Another account has the number.
pub fn phone_taken() -> Error {
    Error::problem("PHONE_TAKEN", "phone", "another account has this phone number")
}

/// Takes the account's row lock, which orders its events and serialises changes of its rights.
pub async fn lock(mut conn: &Conn, id: AccountId) -> Result<Account> {
    accounts::table
        .find(id)
        .for_update()
        .select(Account::as_select())
        .first(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("account"))
}

/// Writes an event of the account into the running transaction, numbered under its row lock.
pub async fn emit(
    mut conn: &Conn,
    id: AccountId,
    kind: &'static str,
    payload: serde_json::Value,
    now: DateTime<Utc>,
) -> Result<()> {
    let sequence: i64 = diesel::update(accounts::table.find(id))
        .set(accounts::event_seq.eq(accounts::event_seq + 1))
        .returning(accounts::event_seq)
        .get_result(&mut conn)
        .await?;
    let topic = format!("{ACCOUNT_TOPIC}{}", id.0);
    NewEvent { id: Uuid::now_v7(), topic, sequence, kind, payload, created_at: now, feed: None }.emit(conn).await
}

/// Stores a new password.
pub async fn set_password(mut conn: &Conn, id: AccountId, hash: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::update(accounts::table.find(id))
        .set((accounts::password_hash.eq(hash), accounts::password_changed_at.eq(now), accounts::updated_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Stores how the account is named and reached.
pub async fn set_contact(
    mut conn: &Conn,
    id: AccountId,
    email: &str,
    name: &str,
    phone: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Account> {
    diesel::update(accounts::table.find(id))
        .set((
            accounts::email.eq(email),
            accounts::name.eq(name),
            accounts::phone.eq(phone),
            accounts::updated_at.eq(now),
        ))
        .returning(Account::as_returning())
        .get_result(&mut conn)
        .await
        .on_constraint("accounts_email_key", email_taken)
        .on_constraint("accounts_phone_key", phone_taken)
}

/// Locks, unlocks or closes an account.
pub async fn set_status(mut conn: &Conn, id: AccountId, status: AccountStatus, now: DateTime<Utc>) -> Result<Account> {
    diesel::update(accounts::table.find(id))
        .set((accounts::status.eq(status), accounts::updated_at.eq(now)))
        .returning(Account::as_returning())
        .get_result(&mut conn)
        .await
        .on_constraint("accounts_email_key", email_taken)
}

/// Notes that the owner reads mail sent to the address.
pub async fn verify_email(mut conn: &Conn, id: AccountId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(accounts::table.find(id).filter(accounts::email_verified_at.is_null()))
        .set(accounts::email_verified_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Notes a login.
pub async fn touch_login(mut conn: &Conn, id: AccountId, now: DateTime<Utc>) -> Result<Account> {
    Ok(diesel::update(accounts::table.find(id))
        .set(accounts::last_login_at.eq(now))
        .returning(Account::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// The caller's own account; with `users.read` all accounts, or those that hold a role within the caller's scope.
pub fn visible_to(actor: &Actor) -> Sql {
    let own = Sql::new("accounts.id = ").bind(actor.account_id());
    let scope = actor.scope(Permission::UsersRead);
    if scope.everything {
        return Sql::new("TRUE");
    }
    Sql::all_of([own, holds_role_within(&scope)], " OR ")
}

fn holds_role_within(scope: &Scope) -> Sql {
    let named = [ScopeKind::Store, ScopeKind::Warehouse, ScopeKind::Distributor, ScopeKind::Inbox];
    let kinds = named.into_iter().filter(|kind| !scope.ids(*kind).is_empty()).map(|kind| {
        Sql::new("(g.scope_kind = ")
            .bind(kind.as_str())
            .sql(" AND g.scope_id = ANY(")
            .bind(scope.ids(kind).to_vec())
            .sql("))")
    });
    let any = Sql::all_of(kinds, " OR ");
    if any.is_empty() {
        return any;
    }
    Sql::new("EXISTS (SELECT FROM role_grants g WHERE g.account_id = accounts.id AND ").join(any).sql(")")
}

/// A visible account, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: AccountId) -> Result<Account> {
    let rest = Sql::new("FROM accounts WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<Account>::new(rest).row(conn).await?.ok_or(Error::NotFound("account"))
}

/// Which accounts a list shows.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    /// Any of these kinds; all when empty.
    pub kinds: Vec<AccountKind>,
    /// Any of these states; all when empty.
    pub statuses: Vec<AccountStatus>,
    /// Part of the name or the e-mail address.
    pub search: Option<String>,
}

impl AccountFilter {
    fn condition(&self, actor: &Actor) -> Sql {
        let mut all = vec![visible_to(actor)];
        if !self.kinds.is_empty() {
            let kinds: Vec<String> = self.kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
            all.push(Sql::new("kind = ANY(").bind(kinds).sql(")"));
        }
        if !self.statuses.is_empty() {
            let statuses: Vec<String> = self.statuses.iter().map(|status| status.as_str().to_owned()).collect();
            all.push(Sql::new("status = ANY(").bind(statuses).sql(")"));
        }
        if let Some(search) = &self.search {
            let found =
                |column| Sql::new("strpos(lower(").sql(column).sql("), lower(").bind(search.clone()).sql(")) > 0");
            all.push(Sql::all_of([found("name"), found("email")], " OR "));
        }
        Sql::all_of(all, " AND ")
    }
}

crate::text_enum! {
    /// What a list of accounts is sorted by.
    pub enum AccountSort {
        /// When the account was created.
        CreatedAt = "created_at",
        /// Name.
        Name = "name",
        /// E-mail address.
        Email = "email",
    }
}

/// A page of accounts.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &AccountFilter,
    (sort, direction): (AccountSort, Direction),
    args: &PageArgs,
    count: bool,
) -> Result<Page<Account>> {
    let (column, cast) = match sort {
        AccountSort::CreatedAt => ("accounts.created_at", "::timestamptz"),
        AccountSort::Name => ("accounts.name", "::text"),
        AccountSort::Email => ("accounts.email", "::text"),
    };
    let order = Order { column, cast, id: "accounts.id", direction };
    let key = |row: &Account| {
        let sort = match sort {
            AccountSort::CreatedAt => timestamp_key(row.created_at),
            AccountSort::Name => row.name.clone(),
            AccountSort::Email => row.email.clone(),
        };
        (sort, row.id.0)
    };
    page::fetch(conn, "accounts", filter.condition(actor), order, args, count, key).await
}

/// Accounts named by other rows; those that the caller may not see are left out.
impl Key for AccountId {
    type Value = Arc<Account>;
    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rest = Sql::new("FROM accounts WHERE id = ANY(").bind(ids).sql(") AND ").join(visible_to(actor));
        let rows = Select::<Account>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// Active super-administrators, locked in the order of their IDs.
pub async fn lock_active_super_administrators(mut conn: &Conn) -> Result<Vec<AccountId>> {
    Ok(accounts::table
        .filter(accounts::kind.eq(AccountKind::SuperAdministrator).and(accounts::status.eq(AccountStatus::Active)))
        .order(accounts::id)
        .for_update()
        .select(accounts::id)
        .load(&mut conn)
        .await?)
}
