//! Accounts in the schema.

pub mod credentials;
pub mod me;

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    model::{
        self, Account, AccountFilter, AccountId, AccountSort, AccountStatus,
        employee::{Employee, EmployeeFunction, EmployeeOf, EmployeeStatus},
    },
    service::{self, CreateAccount, EmployeeInput, UpdateAccount},
};
use crate::{
    connection,
    context::Ctx,
    identity::{
        address::{api::AddressConnection, model as addresses},
        error::IdentityError,
        profile::model::{CustomerProfile, ProfileOf},
        role::{
            api::{RoleGrantSpec, grants},
            model::{GrantsTo, RoleGrant},
        },
    },
    kernel::{
        access::{AccountKind, Permission},
        error::{Error, Result},
        page::{Direction, PageArgs},
    },
    payload,
};

/// What an account of an employee has besides.
#[derive(PlainObject)]
#[graphql(complex)]
pub struct EmployeeDetails {
    /// Where the person works; rights come from roles.
    function: EmployeeFunction,
    /// Whether they work; inactive and terminated employees cannot sign in.
    status: EmployeeStatus,
    #[graphql(skip)]
    supervisor_id: Option<AccountId>,
}

impl From<&Employee> for EmployeeDetails {
    fn from(row: &Employee) -> Self {
        Self { function: row.function, status: row.status, supervisor_id: row.supervisor_id }
    }
}

#[edges]
impl EmployeeDetails {
    /// The person they report to; null also when the caller may not see that account.
    async fn supervisor(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.supervisor_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

#[edges]
impl Account {
    /// What an employee has besides; null for others.
    async fn employee(&self, ctx: &Context<'_>) -> Result<Option<EmployeeDetails>> {
        if self.kind != AccountKind::Employee {
            return Ok(None);
        }
        Ok(ctx.load(EmployeeOf(self.id)).await?.map(|row| EmployeeDetails::from(&*row)))
    }

    /// What the shop knows of a customer besides; null for others.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Arc<CustomerProfile>>> {
        if self.kind != AccountKind::Customer {
            return Ok(None);
        }
        ctx.load(ProfileOf(self.id)).await
    }

    /// The roles that the account holds, and over what.
    async fn role_grants(&self, ctx: &Context<'_>) -> Result<Vec<RoleGrant>> {
        Ok(ctx.load(GrantsTo(self.id)).await?.map(|rows| (*rows).clone()).unwrap_or_default())
    }

    /// Where the customer has things sent and billed, newest first: one's own, or with the permission users.read over
    /// the whole platform those of any account.
    #[access(SignedIn)]
    async fn addresses(&self, ctx: &Context<'_>, page: PageArgs) -> Result<AddressConnection> {
        // From the primary: after adding an address, its owner looks for it.
        let conn = ctx.app().db.write().await?;
        let count = ctx.wants("totalCount");
        Ok(AddressConnection(addresses::list(&conn, ctx.actor(), self.id, &page, count).await?))
    }
}

connection!(AccountConnection, AccountEdge, Account);

/// Which accounts a list shows.
#[derive(Default, InputObject)]
pub struct AccountWhere {
    /// Any of these kinds.
    kind: Option<Vec<AccountKind>>,
    /// Any of these states.
    status: Option<Vec<AccountStatus>>,
    /// Part of the name or of the e-mail address, in any case.
    search: Option<String>,
}

impl From<AccountWhere> for AccountFilter {
    fn from(filter: AccountWhere) -> Self {
        let AccountWhere { kind, status, search } = filter;
        Self { kinds: kind.unwrap_or_default(), statuses: status.unwrap_or_default(), search }
    }
}

/// How a list of accounts is sorted.
#[derive(InputObject)]
pub struct AccountOrder {
    /// By what.
    field: AccountSort,
    /// In which direction.
    #[graphql(default)]
    direction: Direction,
}

/// Queries over accounts.
#[derive(Default)]
pub struct AccountQuery;

#[query]
impl AccountQuery {
    /// An account: one's own, or with the permission users.read one within scope. Null when there is none to see.
    #[access(SignedIn)]
    async fn account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account's ID")] id: AccountId,
    ) -> Result<Option<Account>> {
        match model::find(&*ctx.app().db.read().await?, ctx.actor(), id).await {
            Ok(account) => Ok(Some(account)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Accounts within the caller's scope, newest first unless sorted otherwise.
    #[access(Can(Permission::UsersRead))]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which accounts", name = "where")] filter: Option<AccountWhere>,
        #[graphql(desc = "How they are sorted")] order_by: Option<AccountOrder>,
        page: PageArgs,
    ) -> Result<AccountConnection> {
        let order = order_by.map_or((AccountSort::CreatedAt, Direction::Desc), |by| (by.field, by.direction));
        let filter = filter.unwrap_or_default().into();
        let conn = ctx.app().db.read().await?;
        let count = ctx.wants("totalCount");
        Ok(AccountConnection(model::list(&conn, ctx.actor(), &filter, order, &page, count).await?))
    }
}

/// What an employee has besides the account.
#[derive(InputObject)]
pub struct EmployeeDetailsInput {
    /// Where the person works.
    function: EmployeeFunction,
    /// Whether they work; `ACTIVE` when left out.
    status: Option<EmployeeStatus>,
    /// The person they report to.
    supervisor_id: Option<AccountId>,
}

impl From<EmployeeDetailsInput> for EmployeeInput {
    fn from(input: EmployeeDetailsInput) -> Self {
        let EmployeeDetailsInput { function, status, supervisor_id } = input;
        Self { function, status: status.unwrap_or(EmployeeStatus::Active), supervisor: supervisor_id }
    }
}

/// An account to be made for somebody.
#[derive(InputObject)]
pub struct AccountCreateInput {
    /// What kind of principal.
    kind: AccountKind,
    /// Address that the invitation goes to.
    email: String,
    /// Phone number with country code.
    phone: Option<String>,
    /// Full name, at most 120 characters.
    name: String,
    /// Required of employees, refused of others.
    employee: Option<EmployeeDetailsInput>,
    /// Roles from the start. Required of callers whose rights do not reach the whole platform.
    #[graphql(default)]
    grants: Vec<RoleGrantSpec>,
}

/// What is to change; what is left out stays.
#[derive(InputObject)]
pub struct AccountUpdateInput {
    /// The account.
    id: AccountId,
    /// New address.
    email: Option<String>,
    /// New phone number; null clears it.
    phone: MaybeUndefined<String>,
    /// New name.
    name: Option<String>,
    /// New data of an employee, as a whole.
    employee: Option<EmployeeDetailsInput>,
}

/// Names the account to lock.
#[derive(InputObject)]
pub struct AccountLockInput {
    /// The account.
    id: AccountId,
}

/// Names the account to unlock.
#[derive(InputObject)]
pub struct AccountUnlockInput {
    /// The account.
    id: AccountId,
}

/// Names the account to close.
#[derive(InputObject)]
pub struct AccountCloseInput {
    /// The account.
    id: AccountId,
}

payload! { /// What accountCreate answers.
AccountCreatePayload { /// The new account.
account: Account } IdentityError }

payload! { /// What accountUpdate answers.
AccountUpdatePayload { /// The account as it is now.
account: Account } IdentityError }

payload! { /// What accountLock answers.
AccountLockPayload { /// The account, locked.
account: Account } IdentityError }

payload! { /// What accountUnlock answers.
AccountUnlockPayload { /// The account, in use again.
account: Account } IdentityError }

payload! { /// What accountClose answers.
AccountClosePayload { /// The account, closed.
account: Account } IdentityError }

/// What administrators do with accounts.
#[derive(Default)]
pub struct AccountMutation;

#[mutation]
impl AccountMutation {
    /// Makes an account and mails an invitation to choose a password, good for three days. The caller's rights must
    /// cover every role that is granted.
    #[access(Can(Permission::UsersWrite))]
    async fn account_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account")] input: AccountCreateInput,
    ) -> Result<AccountCreatePayload> {
        let AccountCreateInput { kind, email, phone, name, employee, grants: specs } = input;
        let employee = employee.map(Into::into);
        let input = CreateAccount { kind, email, phone, name, employee, grants: grants(specs)? };
        AccountCreatePayload::from(Box::pin(service::create_account(ctx.app(), ctx.actor(), input)).await)
    }

    /// Changes an account whose rights do not exceed the caller's.
    #[access(Can(Permission::UsersWrite))]
    async fn account_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to change")] input: AccountUpdateInput,
    ) -> Result<AccountUpdatePayload> {
        let AccountUpdateInput { id, email, phone, name, employee } = input;
        let input = UpdateAccount { id, email, phone: phone.into(), name, employee: employee.map(Into::into) };
        AccountUpdatePayload::from(Box::pin(service::update_account(ctx.app(), ctx.actor(), input)).await)
    }

    /// Locks an account: its sessions end, and it cannot sign in.
    #[access(Can(Permission::UsersWrite))]
    async fn account_lock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account")] input: AccountLockInput,
    ) -> Result<AccountLockPayload> {
        let locked = service::set_account_status(ctx.app(), ctx.actor(), input.id, AccountStatus::Locked);
        AccountLockPayload::from(Box::pin(locked).await)
    }

    /// Unlocks an account, and forgets wrong passwords.
    #[access(Can(Permission::UsersWrite))]
    async fn account_unlock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account")] input: AccountUnlockInput,
    ) -> Result<AccountUnlockPayload> {
        let unlocked = service::set_account_status(ctx.app(), ctx.actor(), input.id, AccountStatus::Active);
        AccountUnlockPayload::from(Box::pin(unlocked).await)
    }

    /// Closes an account for good; its e-mail address and phone number are free again.
    #[access(Can(Permission::UsersWrite))]
    async fn account_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account")] input: AccountCloseInput,
    ) -> Result<AccountClosePayload> {
        let closed = service::set_account_status(ctx.app(), ctx.actor(), input.id, AccountStatus::Closed);
        AccountClosePayload::from(Box::pin(closed).await)
    }
}
