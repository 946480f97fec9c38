//! Carts: rows, and every query over them.

pub mod line;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::owner::Owner;
use crate::{
    id,
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        sql::{Select, Sql},
    },
    schema::carts,
    text_enum,
};

id! {
    /// Identifies a cart.
    CartId, "crt", "Cart"
}

text_enum! {
    /// What became of a cart.
    pub enum CartStatus {
        /// In use.
        Active = "active",
        /// Not touched for so long that it was given up: 90 days, a guest's 30.
        Abandoned = "abandoned",
        /// It was ordered.
        Converted = "converted",
        /// A guest's, whose lines are in a customer's cart now.
        Merged = "merged",
    }
}

/// A cart's row.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = carts)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct CartRow {
    pub id: CartId,
    pub account_id: Option<AccountId>,
    pub token_hash: Option<Vec<u8>>,
    pub status: CartStatus,
    pub merged_into_id: Option<CartId>,
    pub version: i32,
    pub expires_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl CartRow {
    /// A new, empty cart.
    pub fn new(owner: &Owner, now: DateTime<Utc>) -> Self {
        let (account_id, token_hash) = match owner {
            Owner::Customer(id) => (Some(*id), None),
            Owner::Guest(hash) => (None, Some(hash.clone())),
        };
        Self {
            id: CartId::new(),
            account_id,
            token_hash,
            status: CartStatus::Active,
            merged_into_id: None,
            version: 1,
            expires_at: owner.keeps_until(now),
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it is in use at the instant: one whose time is over may not have been swept yet.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.status == CartStatus::Active && self.expires_at > now
    }
}

/// One's own carts; all with `orders.read` over the whole platform.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.scope(Permission::OrdersRead).everything {
        return Sql::new("TRUE");
    }
    Sql::new("carts.account_id = ").bind(actor.account_id())
}

/// `FROM carts WHERE …` of the owner's cart that is marked active.
fn active_of(owner: &Owner) -> Sql {
    let from = Sql::new("FROM carts WHERE status = 'active' AND ");
    match owner {
        Owner::Customer(id) => from.sql("account_id = ").bind(*id),
        Owner::Guest(hash) => from.sql("token_hash = ").bind(hash.clone()),
    }
}

/// The owner's open cart.
pub async fn open(conn: &Conn, owner: &Owner, now: DateTime<Utc>) -> Result<Option<CartRow>> {
    let row = Select::<CartRow>::new(active_of(owner)).row(conn).await?;
    Ok(row.filter(|cart| cart.is_open(now)))
}

/// The owner's open cart, locked for a change.
pub async fn lock_open(conn: &Conn, owner: &Owner, now: DateTime<Utc>) -> Result<Option<CartRow>> {
    let row = Select::<CartRow>::new(active_of(owner).sql(" FOR UPDATE")).row(conn).await?;
    match row {
        Some(cart) if !cart.is_open(now) => abandon(conn, cart.id, now).await.map(|()| None),
        row => Ok(row),
    }
}

/// The owner's open cart, locked; a new one where there is none.
pub async fn lock_or_begin(mut conn: &Conn, owner: &Owner, now: DateTime<Utc>) -> Result<CartRow> {
    if let Some(cart) = lock_open(conn, owner, now).await? {
        return Ok(cart);
    }
    let cart = CartRow::new(owner, now);
    // Waits for somebody who begins one at the same moment, and then takes theirs.
    let begun = diesel::insert_into(carts::table).values(&cart).on_conflict_do_nothing().execute(&mut conn).await?;
    if begun == 1 {
        return Ok(cart);
    }
    let busy = || Error::conflict("the cart is being changed at this very moment; please try again");
    lock_open(conn, owner, now).await?.ok_or_else(busy)
}

/// A guest's cart that can still be merged, or was, locked.
pub async fn lock_guest(conn: &Conn, hash: Vec<u8>) -> Result<Option<CartRow>> {
    let rest = Sql::new("FROM carts WHERE token_hash = ").bind(hash).sql(" FOR UPDATE");
    Select::<CartRow>::new(rest).row(conn).await
}

/// The owner of a cart.
pub async fn account_of(mut conn: &Conn, id: CartId) -> Result<Option<AccountId>> {
    Ok(carts::table.find(id).select(carts::account_id).first(&mut conn).await?)
}

async fn abandon(mut conn: &Conn, id: CartId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(carts::table.find(id))
        .set((carts::status.eq(CartStatus::Abandoned), carts::updated_at.eq(now)))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Notes a change of a locked cart.
pub async fn touch(mut conn: &Conn, cart: &CartRow) -> Result<()> {
    diesel::update(carts::table.find(cart.id))
        .set((
            carts::version.eq(cart.version),
            carts::expires_at.eq(cart.expires_at),
            carts::updated_at.eq(cart.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Ends a guest's cart whose lines went into another one.
pub async fn set_merged(mut conn: &Conn, guest: CartId, into: CartId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(carts::table.find(guest))
        .set((
            carts::status.eq(CartStatus::Merged),
            carts::merged_into_id.eq(into),
            carts::version.eq(carts::version + 1),
            carts::updated_at.eq(now),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// A locked cart became an order. What was saved for later goes on in a new cart.
pub async fn convert(mut conn: &Conn, cart: &CartRow, saved: bool, now: DateTime<Utc>) -> Result<()> {
    diesel::update(carts::table.find(cart.id))
        .set((
            carts::status.eq(CartStatus::Converted),
            carts::version.eq(carts::version + 1),
            carts::updated_at.eq(now),
        ))
        .execute(&mut conn)
        .await?;
    let Some(account) = cart.account_id.filter(|_| saved) else { return Ok(()) };
    let next = CartRow::new(&Owner::Customer(account), now);
    diesel::insert_into(carts::table).values(&next).execute(&mut conn).await?;
    let moved = Sql::new("UPDATE cart_items SET cart_id = ").bind(next.id).sql(" WHERE saved AND cart_id = ");
    moved.bind(cart.id).execute(&mut conn).await?;
    Ok(())
}

/// Gives up carts whose time is over, at most so many; answers how many. Those that somebody changes right now stay.
pub async fn abandon_some(mut conn: &Conn, now: DateTime<Utc>, limit: usize) -> Result<usize> {
    let due = Sql::new("UPDATE carts SET status = 'abandoned', updated_at = ")
        .bind(now)
        .sql(" WHERE id IN (SELECT id FROM carts WHERE status = 'active' AND expires_at <= ")
        .bind(now)
        .sql(" ORDER BY expires_at LIMIT ")
        .number(limit)
        .sql(" FOR UPDATE SKIP LOCKED)");
    Ok(due.execute(&mut conn).await?)
}

/// Deletes guests' carts that ended before the instant, at most so many; answers how many.
pub async fn delete_some(mut conn: &Conn, before: DateTime<Utc>, limit: usize) -> Result<usize> {
    let old = Sql::new(
        "DELETE FROM carts WHERE id IN (SELECT id FROM carts WHERE account_id IS NULL \
         AND status IN ('abandoned', 'merged') AND expires_at < ",
    );
    Ok(old.bind(before).sql(" LIMIT ").number(limit).sql(")").execute(&mut conn).await?)
}
