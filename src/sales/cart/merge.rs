//! A guest's cart goes into a customer's.

use std::collections::HashMap;

use super::{
    MAX_LINES,
    model::{
        self, CartId, CartStatus,
        line::{self as lines, CartItem, CartItemId},
    },
    owner::Owner,
    service::{Filled, touch},
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        access::Actor,
        error::{Error, Result},
        keyring::token_hash,
    },
    sales::coupon::model::in_cart,
};

/// What a customer's cart has to store when a guest's lines come in: lines that are new or have changed. Where both have
/// an offer the larger quantity stays, and it is saved for later only if it was in both. What the customer saw of a line
/// stays theirs; of a new line, what the guest saw. Pure.
pub fn merged(into: CartId, own: &[CartItem], guests: Vec<CartItem>) -> Vec<CartItem> {
    let own: HashMap<_, _> = own.iter().map(|item| (item.offer_id, item)).collect();
    let come = |guest: CartItem| match own.get(&guest.offer_id) {
        None => Some(CartItem { id: CartItemId::new(), cart_id: into, ..guest }),
        Some(own) => {
            let quantity = own.quantity.max(guest.quantity);
            let saved = own.saved && guest.saved;
            let changed = (quantity, saved) != (own.quantity, own.saved);
            changed.then(|| CartItem { quantity, saved, ..(*own).clone() })
        }
    };
    guests.into_iter().filter_map(come).collect()
}

/// Brings the lines of the guest's cart with this token into the caller's cart.
pub async fn merge(app: &App, actor: &Actor, guest_token: &str) -> Result<Filled> {
    let account = AccountId(actor.require_account()?);
    let now = app.clock.now();
    let unknown = || Error::problem("NOT_FOUND", "guestToken", "there is no such cart");
    let tx = app.db.begin().await?;
    // The guest's first, always: two merges at once then wait for each other here.
    let guest = model::lock_guest(&tx, token_hash(guest_token)).await?.ok_or_else(unknown)?;
    if let Some(into) = guest.merged_into_id {
        // Asked again: by the same customer the answer is their cart, by others that there is none.
        if model::account_of(&tx, into).await? != Some(account) {
            return Err(unknown());
        }
    } else if !guest.is_open(now) {
        return Err(unknown());
    }
    let mut cart = model::lock_or_begin(&tx, &Owner::Customer(account), now).await?;
    if guest.status == CartStatus::Active {
        let own = lines::items(&tx, cart.id).await?;
        let come = merged(cart.id, &own, lines::items(&tx, guest.id).await?);
        let added = come.iter().filter(|item| !own.iter().any(|own| own.id == item.id)).count();
        if own.len() + added > MAX_LINES {
            let message = format!("both carts together have more than {MAX_LINES} lines; take some out");
            return Err(Error::problem("CART_FULL", "", message));
        }
        if !come.is_empty() {
            lines::store_all(&tx, &come).await?;
        }
        in_cart::bring(&tx, guest.id, cart.id).await?;
        model::set_merged(&tx, guest.id, cart.id, now).await?;
        touch(&tx, &mut cart, app).await?;
    }
    let lines = lines::lines(&tx, cart.id, now).await?;
    tx.commit().await?;
    Ok(Filled { cart, lines, guest_token: None })
}
