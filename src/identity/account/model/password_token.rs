//! Tokens of the links by which a password is chosen.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::AccountId;
use crate::{
    identity::account::password::PasswordTokenPurpose,
    kernel::{db::Conn, error::Result},
    schema::password_tokens,
};

/// Adds a link's token.
pub async fn add(
    mut conn: &Conn,
    hash: Vec<u8>,
    account: AccountId,
    purpose: PasswordTokenPurpose,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(password_tokens::table)
        .values((
            password_tokens::token_hash.eq(hash),
            password_tokens::account_id.eq(account),
            password_tokens::purpose.eq(purpose),
            password_tokens::created_at.eq(now),
            password_tokens::expires_at.eq(until),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Links made for an account since an instant.
pub async fn count_since(mut conn: &Conn, account: AccountId, since: DateTime<Utc>) -> Result<i64> {
    Ok(password_tokens::table
        .filter(password_tokens::account_id.eq(account).and(password_tokens::created_at.ge(since)))
        .count()
        .get_result(&mut conn)
        .await?)
}

/// Whose good token it is, without using it up.
pub async fn peek(mut conn: &Conn, hash: &[u8], now: DateTime<Utc>) -> Result<Option<AccountId>> {
    Ok(password_tokens::table
        .find(hash)
        .filter(password_tokens::used_at.is_null().and(password_tokens::expires_at.gt(now)))
        .select(password_tokens::account_id)
        .first(&mut conn)
        .await
        .optional()?)
}

/// Uses a token up; false when it was used or has expired.
pub async fn use_up(mut conn: &Conn, hash: &[u8], now: DateTime<Utc>) -> Result<bool> {
    let good = password_tokens::used_at.is_null().and(password_tokens::expires_at.gt(now));
    let used = diesel::update(password_tokens::table.find(hash).filter(good))
        .set(password_tokens::used_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(used == 1)
}

/// Makes an account's unused links useless.
pub async fn void(mut conn: &Conn, account: AccountId, now: DateTime<Utc>) -> Result<()> {
    let unused = password_tokens::account_id.eq(account).and(password_tokens::used_at.is_null());
    diesel::update(password_tokens::table.filter(unused))
        .set(password_tokens::used_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(())
}
