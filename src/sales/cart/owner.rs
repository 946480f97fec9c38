//! Whose cart a request is about.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Principal},
        error::{Error, Result},
        keyring::token_hash,
    },
};

/// A customer's cart is kept so long after its last change.
const CUSTOMER_KEPT: TimeDelta = TimeDelta::days(90);
/// A guest's.
const GUEST_KEPT: TimeDelta = TimeDelta::days(30);

/// Who owns a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Somebody who is logged in.
    Customer(AccountId),
    /// Who holds the token with this hash.
    Guest(Vec<u8>),
}

impl Owner {
    /// Whose cart the caller means; `None` for a stranger without a token, who has none yet. Whoever is logged in has
    /// their own, and brings a guest's by merging it.
    pub fn of(actor: &Actor, guest_token: Option<&str>) -> Result<Option<Self>> {
        match (actor.principal, guest_token) {
            (Principal::Anonymous, token) => Ok(token.map(|token| Self::Guest(token_hash(token)))),
            (Principal::Account { id, .. }, None) => Ok(Some(Self::Customer(AccountId(id)))),
            (Principal::Account { .. }, Some(_)) => {
                Err(Error::invalid("guestToken", "you are logged in: bring the guest's cart with cartMerge"))
            }
            _ => Err(Error::Forbidden("carts belong to people".to_owned())),
        }
    }

    /// Until when a cart that is changed now is kept.
    pub fn keeps_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Customer(_) => now + CUSTOMER_KEPT,
            Self::Guest(_) => now + GUEST_KEPT,
        }
    }
}
