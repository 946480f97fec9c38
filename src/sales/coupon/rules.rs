//! Whether a coupon works for a cart, why not, and what it takes off. Pure.

use std::collections::HashMap;

use async_graphql::Enum;
use chrono::{DateTime, Utc};

use super::model::{
    CouponKind, CouponStatus,
    in_cart::{Aim, Candidate},
};
use crate::{
    kernel::money::Minor,
    sales::{
        cart::{line::Line, model::line::CartItemId},
        pricing::apportion::apportion,
    },
};

/// Why a coupon does not work for a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CouponRefusal {
    /// Its window has not begun.
    NotStarted,
    /// Its window is over, or it was ended.
    Ended,
    /// It was used as often as it can be.
    UsedUp,
    /// The shopper used it as often as they can.
    UsedByCustomer,
    /// It asks who the shopper is: log in.
    SignInRequired,
    /// It is for other customers.
    NotForCustomer,
    /// It is for a customer's first order.
    NotFirstOrder,
    /// The cart has another coupon, and the two do not go together.
    NotStackable,
    /// The cart has none of the goods that it is for, or none that can be bought.
    NoEligibleItems,
    /// The goods that it is for cost less than its minimum.
    BelowMinimumAmount,
    /// The cart has fewer packs of the goods that it is for than its minimum.
    BelowMinimumQuantity,
}

/// A refusal, and what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub refusal: CouponRefusal,
    /// What the goods lack to the minimum amount.
    pub missing_amount: Option<Minor>,
    /// How many packs are missing.
    pub missing_quantity: Option<i32>,
}

impl From<CouponRefusal> for Refused {
    fn from(refusal: CouponRefusal) -> Self {
        Self { refusal, missing_amount: None, missing_quantity: None }
    }
}

impl Refused {
    /// Code of the problem in a payload.
    pub fn code(&self) -> &'static str {
        match self.refusal {
            CouponRefusal::NotStarted => "COUPON_NOT_STARTED",
            CouponRefusal::Ended => "COUPON_ENDED",
            CouponRefusal::UsedUp => "COUPON_USED_UP",
            CouponRefusal::UsedByCustomer => "COUPON_USED_BY_CUSTOMER",
            CouponRefusal::SignInRequired => "COUPON_SIGN_IN_REQUIRED",
            CouponRefusal::NotForCustomer => "COUPON_NOT_FOR_CUSTOMER",
            CouponRefusal::NotFirstOrder => "COUPON_NOT_FIRST_ORDER",
            CouponRefusal::NotStackable => "COUPON_NOT_STACKABLE",
            CouponRefusal::NoEligibleItems => "COUPON_NO_ELIGIBLE_ITEMS",
            CouponRefusal::BelowMinimumAmount => "COUPON_BELOW_MINIMUM_AMOUNT",
            CouponRefusal::BelowMinimumQuantity => "COUPON_BELOW_MINIMUM_QUANTITY",
        }
    }

    /// A sentence for the shopper.
    pub fn message(&self) -> String {
        match self.refusal {
            CouponRefusal::NotStarted => "this coupon cannot be used yet".to_owned(),
            CouponRefusal::Ended => "this coupon has ended".to_owned(),
            CouponRefusal::UsedUp => "this coupon was used as often as it can be".to_owned(),
            CouponRefusal::UsedByCustomer => "you have used this coupon as often as you can".to_owned(),
            CouponRefusal::SignInRequired => "please log in to use this coupon".to_owned(),
            CouponRefusal::NotForCustomer => "this coupon is for other customers".to_owned(),
            CouponRefusal::NotFirstOrder => "this coupon is for a first order".to_owned(),
            CouponRefusal::NotStackable => "this coupon does not go with another one in the cart".to_owned(),
            CouponRefusal::NoEligibleItems => "the cart has nothing that this coupon is for".to_owned(),
            CouponRefusal::BelowMinimumAmount => {
                format!("goods for Rs {} more are needed", self.missing_amount.unwrap_or_default())
            }
            CouponRefusal::BelowMinimumQuantity => {
                format!("{} more packs are needed", self.missing_quantity.unwrap_or_default())
            }
        }
    }
}

/// What a coupon does for a cart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// What it takes off the goods.
    pub discount: Minor,
    /// Whether their delivery is free.
    pub free_delivery: bool,
    /// The lines that it is for.
    pub lines: Vec<CartItemId>,
}

/// What each coupon of a cart does, or why nothing: one after the other, in their order, each on what the ones before
/// left of the lines that can be bought.
pub fn effects(coupons: &[Candidate], lines: &[Line], now: DateTime<Utc>) -> Vec<Result<Effect, Refused>> {
    let mut off: HashMap<CartItemId, Minor> = HashMap::new();
    let alone = coupons.len() < 2;
    let effect = |candidate: &Candidate| {
        if !alone && !candidate.coupon.stackable {
            return Err(CouponRefusal::NotStackable.into());
        }
        let eligible = judge(candidate, lines, now)?;
        Ok(take(candidate, &eligible, &mut off))
    };
    coupons.iter().map(effect).collect()
}

/// The lines that a coupon is for, if it works for the cart by itself.
pub fn judge<'a>(candidate: &Candidate, lines: &'a [Line], now: DateTime<Utc>) -> Result<Vec<&'a Line>, Refused> {
    let Candidate { coupon, known } = candidate;
    if coupon.status != CouponStatus::Active || coupon.ends_at.is_some_and(|end| end <= now) {
        return Err(CouponRefusal::Ended.into());
    }
    if coupon.starts_at > now {
        return Err(CouponRefusal::NotStarted.into());
    }
    if coupon.max_uses.is_some_and(|most| coupon.uses >= most) {
        return Err(CouponRefusal::UsedUp.into());
    }
    let personal = coupon.named_only || coupon.first_order || coupon.max_uses_per_customer.is_some();
    if personal && !known.signed_in {
        return Err(CouponRefusal::SignInRequired.into());
    }
    if coupon.named_only && !known.named {
        return Err(CouponRefusal::NotForCustomer.into());
    }
    if coupon.first_order && known.has_ordered {
        return Err(CouponRefusal::NotFirstOrder.into());
    }
    if coupon.max_uses_per_customer.is_some_and(|most| known.uses >= most) {
        return Err(CouponRefusal::UsedByCustomer.into());
    }
    let eligible: Vec<&Line> = lines.iter().filter(|line| line.counts() && is_for(candidate, line)).collect();
    if eligible.is_empty() {
        return Err(CouponRefusal::NoEligibleItems.into());
    }
    enough(candidate, &eligible)?;
    Ok(eligible)
}

/// Whether the lines reach the coupon's minimums.
fn enough(candidate: &Candidate, eligible: &[&Line]) -> Result<(), Refused> {
    let amount = sum(eligible.iter().map(|line| line.total()));
    let short = candidate.coupon.min_amount_minor.and_then(|least| least.checked_sub(amount));
    if let Some(missing) = short.filter(|missing| *missing > Minor::ZERO) {
        let refusal = CouponRefusal::BelowMinimumAmount;
        return Err(Refused { refusal, missing_amount: Some(missing), missing_quantity: None });
    }
    let quantity = eligible.iter().fold(0_i32, |sum, line| sum.saturating_add(line.item.quantity));
    match candidate.coupon.min_quantity.map(|least| least.saturating_sub(quantity)) {
        Some(missing) if missing > 0 => {
            let refusal = CouponRefusal::BelowMinimumQuantity;
            Err(Refused { refusal, missing_amount: None, missing_quantity: Some(missing) })
        }
        _ => Ok(()),
    }
}

/// A seller's coupon is for its goods. Of those that are included, or of all where nothing is, what is excluded is out.
fn is_for(candidate: &Candidate, line: &Line) -> bool {
    let names = |aim: &Aim| {
        aim.product_id.is_some_and(|product| product == line.product())
            || aim.category_id.is_some_and(|category| line.category_path().contains(&category))
            || aim.seller_id.is_some_and(|seller| seller == line.offer.seller_id.0)
    };
    let (out, within): (Vec<&Aim>, Vec<&Aim>) = candidate.known.targets.iter().partition(|aim| aim.excluded);
    candidate.coupon.seller_id.is_none_or(|seller| seller == line.offer.seller_id)
        && (within.is_empty() || within.into_iter().any(names))
        && !out.into_iter().any(names)
}

/// Takes the coupon's discount off what is left of the lines.
fn take(candidate: &Candidate, eligible: &[&Line], off: &mut HashMap<CartItemId, Minor>) -> Effect {
    let coupon = &candidate.coupon;
    let left = |line: &&Line| {
        let taken = off.get(&line.item.id).copied().unwrap_or_default();
        (line.item.id, line.total().checked_sub(taken).unwrap_or_default())
    };
    let left: Vec<(CartItemId, Minor)> = eligible.iter().map(left).collect();
    let whole = sum(left.iter().map(|(_, amount)| *amount));
    let wished = match coupon.kind {
        CouponKind::Percent => coupon.rate_bp.and_then(|rate| whole.checked_share(rate)).unwrap_or_default(),
        CouponKind::Fixed => coupon.amount_minor.unwrap_or_default(),
        CouponKind::FreeDelivery => Minor::ZERO,
    };
    let discount = wished.min(coupon.max_discount_minor.unwrap_or(wished)).min(whole);
    for ((id, _), part) in left.iter().zip(apportion(discount, &left).unwrap_or_default()) {
        let taken = off.entry(*id).or_default();
        *taken = Minor(taken.0.saturating_add(part.0));
    }
    let lines = left.into_iter().map(|(id, _)| id).collect();
    Effect { discount, free_delivery: coupon.kind == CouponKind::FreeDelivery, lines }
}

fn sum(amounts: impl Iterator<Item = Minor>) -> Minor {
    Minor(amounts.fold(0, |sum, amount| sum.saturating_add(amount.0)))
}
