//! Applying coupons to carts.

use super::{
    MAX_IN_CART,
    model::in_cart,
    rules::{self, CouponRefusal, Refused},
    stored_code,
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::{Error, Result},
        rate_limit::Rate,
    },
    sales::cart::service::{Filled, Held, Which},
};

/// Codes that one caller tries.
const TRY_RATE: Rate = Rate::per_minute(20, 40);

fn refuse(refused: &Refused) -> Error {
    Error::problem(refused.code(), "code", refused.message())
}

/// Applies a coupon to the caller's cart. A second time it changes nothing.
pub async fn apply(app: &App, actor: &Actor, which: &Which, code: &str) -> Result<Filled> {
    app.limiter.take(&format!("coupon:{}", actor.key()), 1, TRY_RATE).await.check()?;
    let unknown = || Error::problem("NOT_FOUND", "code", "there is no such coupon");
    let code = stored_code(code).ok_or_else(unknown)?;
    let held = Held::open(app, actor, which).await?;
    let candidate = in_cart::by_code(&held.tx, held.cart.id, &code).await?.ok_or_else(unknown)?;
    let others = in_cart::applied(&held.tx, held.cart.id).await?;
    let lines = held.lines(app).await?;
    if others.iter().any(|other| other.coupon.id == candidate.coupon.id) {
        return Ok(held.unchanged(lines));
    }
    rules::judge(&candidate, &lines, app.clock.now()).map_err(|refused| refuse(&refused))?;
    let alone = others.is_empty() || (candidate.coupon.stackable && others.iter().all(|other| other.coupon.stackable));
    if !alone {
        return Err(refuse(&CouponRefusal::NotStackable.into()));
    }
    if others.len() >= MAX_IN_CART {
        let message = format!("a cart takes at most {MAX_IN_CART} coupons");
        return Err(Error::problem("COUPON_NOT_STACKABLE", "code", message));
    }
    in_cart::put(&held.tx, held.cart.id, candidate.coupon.id, app.clock.now()).await?;
    held.commit(app, lines).await
}

/// Takes a coupon out of the caller's cart.
pub async fn remove(app: &App, actor: &Actor, which: &Which, code: &str) -> Result<Filled> {
    let unknown = || Error::problem("NOT_FOUND", "code", "the cart has no such coupon");
    let code = stored_code(code).ok_or_else(unknown)?;
    let held = Held::open(app, actor, which).await?;
    if !in_cart::remove(&held.tx, held.cart.id, &code).await? {
        return Err(unknown());
    }
    let lines = held.lines(app).await?;
    held.commit(app, lines).await
}
