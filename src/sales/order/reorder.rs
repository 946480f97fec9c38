//! The goods of an order once more: into the cart.

use std::collections::HashSet;

use super::model::{
    self as orders, OrderId,
    line::{self as order_lines, OrderLine},
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    kernel::{
        access::Actor,
        error::{Error, Result},
    },
    marketplace::offer::model::OfferId,
    sales::cart::{
        MAX_LINES,
        line::{CartProblem, Line},
        model::{
            self as carts,
            line::{self as lines, CartItem},
        },
        owner::Owner,
        service::{Filled, Held},
    },
};

/// Puts what an own order had into the cart; answers the cart and the lines that cannot be had any more. Of what is in
/// the cart already the larger quantity stays, so that a second time changes nothing.
pub async fn reorder(app: &App, actor: &Actor, id: OrderId) -> Result<(Filled, Vec<OrderLine>)> {
    let account = AccountId(actor.require_account()?);
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let order = orders::find(&tx, actor, id).await?;
    if order.account_id != account {
        return Err(Error::NotFound("order"));
    }
    let ordered = order_lines::of_order(&tx, id).await?;
    let cart = carts::lock_or_begin(&tx, &Owner::Customer(account), now).await?;
    let before: HashSet<OfferId> = lines::items(&tx, cart.id).await?.iter().map(|item| item.offer_id).collect();
    let wanted: Vec<(OfferId, i32)> = ordered.iter().map(|line| (line.offer_id, line.quantity)).collect();
    lines::put_at_least(&tx, cart.id, &wanted, now).await?;
    let held = Held { tx, cart };
    let (mut all, gone): (Vec<Line>, Vec<Line>) =
        held.lines(app).await?.into_iter().partition(|line| !is_gone(line, &wanted));
    let new: Vec<OfferId> = gone.iter().map(|line| line.offer.id).filter(|offer| !before.contains(offer)).collect();
    lines::remove_offers(&held.tx, held.cart.id, &new).await?;
    if all.len() > MAX_LINES {
        let message = format!("a cart has at most {MAX_LINES} lines, those saved for later included");
        return Err(Error::problem("CART_FULL", "", message));
    }
    let missing: HashSet<OfferId> = gone.iter().map(|line| line.offer.id).collect();
    let mut seen: Vec<CartItem> = Vec::new();
    for line in all.iter_mut().filter(|line| wanted.iter().any(|(offer, _)| *offer == line.offer.id)) {
        line.see();
        seen.push(line.item.clone());
    }
    if !seen.is_empty() {
        lines::store_all(&held.tx, &seen).await?;
    }
    // What was in the cart before and is gone now still stands there, and says so.
    all.extend(gone.into_iter().filter(|line| before.contains(&line.offer.id)));
    let filled = held.commit(app, all).await?;
    Ok((filled, ordered.into_iter().filter(|line| missing.contains(&line.offer_id)).collect()))
}

/// Whether a line is of the order, and cannot be had at present for a reason that the shopper cannot mend.
fn is_gone(line: &Line, wanted: &[(OfferId, i32)]) -> bool {
    let of_order = wanted.iter().any(|(offer, _)| *offer == line.offer.id);
    let gone = matches!(
        line.problem,
        Some(
            CartProblem::SellerGone | CartProblem::ProductGone | CartProblem::OfferWithdrawn | CartProblem::OutOfStock
        )
    );
    of_order && gone
}
