//! In whose name an import writes: rights are asked anew for every batch, for an import may run longer than they last.

use uuid::Uuid;

use crate::{
    identity::{account::model::AccountId, session::standing},
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
    },
    marketplace::offer::model,
};

/// Whoever started an import, if they still may change the seller's offers. What was written until then stays.
pub async fn starter(conn: &Conn, started_by: Option<Uuid>, seller: SellerId) -> Result<Actor> {
    let actor = match started_by {
        Some(id) => standing::of_account(conn, AccountId(id)).await?,
        None => None,
    };
    let message = "whoever started this import may no longer change this seller's offers";
    let dismissed = || Error::problem("FORBIDDEN", "", message);
    actor.filter(|actor| model::may(actor, Permission::OffersWrite, seller)).ok_or_else(dismissed)
}
