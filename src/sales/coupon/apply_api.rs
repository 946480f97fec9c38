//! Coupons in carts, in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{PlainObject, mutation};

use super::{
    apply,
    model::{CouponKind, in_cart::Candidate},
    rules::{CouponRefusal, Effect, Refused},
};
use crate::{
    context::Ctx,
    kernel::{error::Result, money::Money},
    payload,
    sales::{
        SalesError,
        cart::{api::Cart, service::Which},
    },
};

/// A coupon in a cart, and what it does as the cart stands now.
#[derive(Clone, Debug, PlainObject)]
pub struct CartCoupon {
    /// What the shopper typed, in capitals.
    code: String,
    /// What it is; may be empty.
    description: String,
    /// What it takes off.
    kind: CouponKind,
    /// What it takes off the goods; zero where it does nothing.
    discount: Money,
    /// Whether it makes the delivery of the goods that it is for free.
    free_delivery: bool,
    /// Why it does nothing; null where it works.
    refusal: Option<CouponRefusal>,
    /// The same as a sentence for the shopper.
    refusal_message: Option<String>,
    /// What the goods that it is for lack to its minimum amount.
    missing_amount: Option<Money>,
    /// How many packs of them are missing.
    missing_quantity: Option<i32>,
}

impl CartCoupon {
    /// From the coupon and what its rules answered.
    pub fn new(candidate: &Candidate, effect: Result<Effect, Refused>) -> Self {
        let (effect, refused) = match effect {
            Ok(effect) => (effect, None),
            Err(refused) => (Effect::default(), Some(refused)),
        };
        let coupon = &candidate.coupon;
        Self {
            code: coupon.code.clone(),
            description: coupon.description.clone(),
            kind: coupon.kind,
            discount: effect.discount.into(),
            free_delivery: effect.free_delivery,
            refusal: refused.map(|refused| refused.refusal),
            refusal_message: refused.map(|refused| refused.message()),
            missing_amount: refused.and_then(|refused| refused.missing_amount).map(Money::from),
            missing_quantity: refused.and_then(|refused| refused.missing_quantity),
        }
    }
}

/// A coupon for the cart.
#[derive(InputObject)]
pub struct CartCouponApplyInput {
    /// Its code, in any case.
    code: String,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// A coupon to be taken out of the cart.
#[derive(InputObject)]
pub struct CartCouponRemoveInput {
    /// Its code, in any case.
    code: String,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

payload! { /// What cartCouponApply answers.
CartCouponApplyPayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartCouponRemove answers.
CartCouponRemovePayload { /// The cart.
cart: Cart } SalesError }

/// Changes to the coupons in carts.
#[derive(Default)]
pub struct CouponApplyMutation;

#[mutation]
impl CouponApplyMutation {
    /// Applies a coupon to the caller's cart; refused with the reason, and with what is missing, where it does not work
    /// as the cart stands. It takes no use of the coupon: that comes with the order. A cart takes at most five coupons.
    /// Limited to 40 tries at once and one more every three seconds.
    #[access(Public)]
    async fn cart_coupon_apply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The coupon")] input: CartCouponApplyInput,
    ) -> Result<CartCouponApplyPayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let applied = apply::apply(ctx.app(), ctx.actor(), &which, &input.code).await;
        CartCouponApplyPayload::from(applied.map(Cart::from))
    }

    /// Takes a coupon out of the caller's cart.
    #[access(Public)]
    async fn cart_coupon_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The coupon")] input: CartCouponRemoveInput,
    ) -> Result<CartCouponRemovePayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let removed = apply::remove(ctx.app(), ctx.actor(), &which, &input.code).await;
        CartCouponRemovePayload::from(removed.map(Cart::from))
    }
}
