//! Buying on credit, within a limit that holds under parallel orders: the account's row is locked.

use super::model;
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        db::Tx,
        error::{Error, Result},
        money::Minor,
    },
};

/// Takes an amount of a customer's limit; answers in how many days it is to be paid.
pub(in crate::payments) async fn take(app: &App, tx: &Tx, account: AccountId, amount: Minor) -> Result<i32> {
    let refuse = |code, message: String| Err(Error::problem(code, "method", message));
    let row = match model::lock(tx, account).await? {
        Some(row) if !row.suspended => row,
        Some(_) => return refuse("CREDIT_NOT_OFFERED", "this account's credit is suspended".to_owned()),
        None => return refuse("CREDIT_NOT_OFFERED", "this account has no credit".to_owned()),
    };
    let used = Minor(row.used_minor.0 + amount.0);
    if used > row.limit_minor {
        let left = Minor((row.limit_minor.0 - row.used_minor.0).max(0));
        return refuse("CREDIT_LIMIT_EXCEEDED", format!("₹{left} of the credit limit is left"));
    }
    model::set_used(tx, row.id, used, app.clock.now()).await?;
    Ok(row.days)
}

/// Gives an amount of a customer's limit back: it was waived, cancelled or paid.
pub(in crate::payments) async fn give_back(app: &App, tx: &Tx, account: AccountId, amount: Minor) -> Result<()> {
    let missing = || Error::internal(anyhow::anyhow!("a credit intent without a credit account"));
    let row = model::lock(tx, account).await?.ok_or_else(missing)?;
    model::set_used(tx, row.id, Minor(row.used_minor.0 - amount.0), app.clock.now()).await
}
