//! Taking uses of coupons. Whoever takes some, or gives some back, locks the coupons first, in the order of their IDs.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    model::{Coupon, CouponId, redemption},
    rules::{CouponRefusal, Refused},
};
use crate::{
    identity::account::model::AccountId,
    kernel::{
        db::Conn,
        error::{Error, Problem, Result},
        money::Minor,
    },
    sales::cart::model::CartId,
};

/// A use of a coupon.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// The coupon.
    pub coupon: CouponId,
    /// What it took off, delivery included.
    pub discount: Minor,
    /// The version by which that was computed; `None` where it is settled already.
    pub version: Option<i32>,
}

/// Takes a use of each of these coupons for a customer's cart: three statements, however many. Refused where a limit is
/// reached, or a coupon was edited since its effect was computed; then the caller rolls back.
pub async fn take(conn: &Conn, (account, cart): (AccountId, CartId), uses: &[Use], now: DateTime<Utc>) -> Result<()> {
    if uses.is_empty() {
        return Ok(());
    }
    let ids: Vec<CouponId> = uses.iter().map(|one| one.coupon).collect();
    let coupons = redemption::lock_all(conn, &ids).await?;
    let coupons: HashMap<CouponId, Coupon> = coupons.into_iter().map(|row| (row.id, row)).collect();
    for one in uses {
        let coupon = coupons.get(&one.coupon).ok_or(Error::NotFound("coupon"))?;
        if one.version.is_some_and(|version| version != coupon.version) {
            return Err(Error::conflict(format!("the coupon {} was changed; look at the cart again", coupon.code)));
        }
        if coupon.max_uses.is_some_and(|most| coupon.uses >= most) {
            return Err(refuse(coupon, CouponRefusal::UsedUp));
        }
    }
    let pairs: Vec<(CouponId, Minor)> = uses.iter().map(|one| (one.coupon, one.discount)).collect();
    for one in redemption::take(conn, (account, cart), &pairs, now).await? {
        let coupon = coupons.get(&one.coupon_id).ok_or(Error::NotFound("coupon"))?;
        if coupon.max_uses_per_customer.is_some_and(|most| one.use_number > most) {
            return Err(refuse(coupon, CouponRefusal::UsedByCustomer));
        }
    }
    Ok(())
}

fn refuse(coupon: &Coupon, refusal: CouponRefusal) -> Error {
    let refused = Refused::from(refusal);
    Error::Rejected(vec![Problem::new(refused.code(), &format!("coupons.{}", coupon.code), refused.message())])
}
