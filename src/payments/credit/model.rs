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
        db::Conn,
        error::Result,
        money::Minor,
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
