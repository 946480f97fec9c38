//! Credit accounts: rows, and every query over them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    id,
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::Result,
        money::Minor,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    schema::credit_accounts,
};

id! {
    /// Identifies a credit account.
    CreditAccountId, "cra", "CreditAccount"
}

/// How much a business customer may owe, and how long.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = credit_accounts)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct CreditAccount {
    /// Global ID.
    pub id: CreditAccountId,
    #[graphql(skip)]
    pub account_id: AccountId,
    #[graphql(skip)]
    pub limit_minor: Minor,
    #[graphql(skip)]
    pub used_minor: Minor,
    /// Days from a purchase to its payment.
    pub days: i32,
    /// Whether nothing more is sold on it for now.
    pub suspended: bool,
    /// Counts the edits; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
}

/// The credit account of a customer, locked for a change.
pub async fn lock(conn: &Conn, account: AccountId) -> Result<Option<CreditAccount>> {
    let rest = Sql::new("FROM credit_accounts WHERE account_id = ").bind(account).sql(" FOR UPDATE");
    Select::<CreditAccount>::new(rest).row(conn).await
}

/// Stores what is owed on a locked account.
pub async fn set_used(mut conn: &Conn, id: CreditAccountId, used: Minor, now: DateTime<Utc>) -> Result<()> {
    diesel::update(credit_accounts::table.find(id))
        .set((credit_accounts::used_minor.eq(used), credit_accounts::updated_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// One's own credit; everybody's with the permission payments.read.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.scope(Permission::PaymentsRead).everything {
        return Sql::new("TRUE");
    }
    Sql::new("credit_accounts.account_id = ").bind(actor.account_id())
}

/// A page of credit accounts, newest first.
pub async fn list(conn: &Conn, actor: &Actor, args: &PageArgs, count: bool) -> Result<Page<CreditAccount>> {
    let order = Order { column: "created_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &CreditAccount| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "credit_accounts", visible_to(actor), order, args, count, key).await
}

/// Stores the terms of a locked account, or adds it. What is owed stays.
pub async fn store(mut conn: &Conn, row: &CreditAccount) -> Result<()> {
    diesel::insert_into(credit_accounts::table)
        .values(row)
        .on_conflict(credit_accounts::account_id)
        .do_update()
        .set((
            credit_accounts::limit_minor.eq(row.limit_minor),
            credit_accounts::days.eq(row.days),
            credit_accounts::suspended.eq(row.suspended),
            credit_accounts::version.eq(row.version),
            credit_accounts::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}
