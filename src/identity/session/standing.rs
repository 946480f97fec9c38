//! What somebody may do at this moment, without a token: for work that goes on after the request that began it.

use uuid::Uuid;

use crate::{
    identity::{
        account::model::{self as accounts, AccountId},
        role,
    },
    kernel::{
        access::{Actor, Principal},
        db::Conn,
        error::Result,
    },
};

/// The caller that a login of this account would be now; `None` where it could not log in.
pub async fn of_account(conn: &Conn, id: AccountId) -> Result<Option<Actor>> {
    let row = accounts::login_row_by_id(conn, id).await?;
    if !row.may_sign_in() {
        return Ok(None);
    }
    let grants = role::model::grants_of(conn, id).await?;
    // There is no session behind it.
    let principal = Principal::Account { id: id.0, kind: row.account.kind, session: Uuid::nil() };
    Ok(Some(Actor::new(principal, grants.into(), Uuid::now_v7())))
}
