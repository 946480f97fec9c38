//! What somebody may do at this moment, without a token: for work that goes on after the request that began it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    identity::{
        account::model::{self as accounts, AccountId},
        api_key::model::{self as api_keys, ApiKeyId},
        role,
    },
    kernel::{
        access::{Actor, Grant, Principal},
        db::Conn,
        error::Result,
    },
};

/// The caller that this account or API key would be now; `None` where it could not come in.
pub async fn of(conn: &Conn, id: Uuid, now: DateTime<Utc>) -> Result<Option<Actor>> {
    let known = match api_keys::by_id(conn, ApiKeyId(id)).await? {
        Some(key) => key.works_at(now).then(|| (Principal::ApiKey { id }, vec![key.grant()])),
        None => of_account(conn, AccountId(id)).await?,
    };
    Ok(known.map(|(principal, grants)| Actor::new(principal, grants.into(), Uuid::now_v7())))
}

async fn of_account(conn: &Conn, id: AccountId) -> Result<Option<(Principal, Vec<Grant>)>> {
    let row = accounts::login_row_by_id(conn, id).await?;
    if !row.may_sign_in() {
        return Ok(None);
    }
    let grants = role::model::grants_of(conn, id).await?;
    // There is no session behind it.
    Ok(Some((Principal::Account { id: id.0, kind: row.account.kind, session: Uuid::nil() }, grants)))
}
