//! Checkout in the schema.

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::mutation;

use super::service::{self, NewOrder};
use crate::{
    catalog::variant::api::read_money,
    context::Ctx,
    identity::address::model::AddressId,
    inventory::location::model::LocationId,
    kernel::{error::Result, money::MoneyInput},
    payload,
    payments::intent::model::PaymentMethod,
    sales::{SalesError, order::model::Order},
};

/// How the cart is to be ordered.
#[derive(InputObject)]
pub struct CheckoutCompleteInput {
    /// Where to: one of the caller's own addresses. It is copied, so that a later edit changes nothing.
    address_id: AddressId,
    /// When it is to be delivered, within thirty days; as soon as can be when left out. What has passed is now.
    deliver_at: Option<DateTime<Utc>>,
    /// Locations that the shopper prefers, from the quote's `options`; at most 50. They are taken where they can send
    /// something.
    #[graphql(default)]
    location_ids: Vec<LocationId>,
    /// How it is paid.
    method: PaymentMethod,
    /// What the shopper was shown. Where it costs something else by now the order is refused with TOTAL_CHANGED; it is
    /// never a price to pay.
    expected_total: Option<MoneyInput>,
    /// The buyer's GST number, for a tax invoice to a business; the profile's when left out.
    gstin: Option<String>,
    /// The buyer's own reference, 1 to 64 characters; for those with a GSTIN.
    purchase_order: Option<String>,
    /// 1 to 128 characters that name this order: sent again, the answer is the same order.
    idempotency_key: String,
}

payload! { /// What checkoutComplete answers.
CheckoutCompletePayload { /// The order.
order: Order } SalesError }

/// Checkout.
#[derive(Default)]
pub struct CheckoutMutation;

#[mutation]
impl CheckoutMutation {
    /// Orders everything in the caller's cart that is not saved for later, in one step: prices, coupons and taxes are
    /// computed anew, goods set aside, coupons used, the order split by seller and origin. With cash on delivery and on
    /// credit it is placed at once; otherwise it waits for its payment until `expiresAt`. Refused as a whole where
    /// anything of it cannot be bought: then nothing changed, and the path of each problem ends with the line's ID. A
    /// guest logs in first and brings the cart with `cartMerge`.
    #[access(SignedIn)]
    async fn checkout_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to, and how it is paid")] input: CheckoutCompleteInput,
    ) -> Result<CheckoutCompletePayload> {
        CheckoutCompletePayload::from(complete(ctx, input).await)
    }
}

async fn complete(ctx: &Context<'_>, input: CheckoutCompleteInput) -> Result<Order> {
    let expected_total = read_money(input.expected_total, "expectedTotal")?;
    let new = NewOrder {
        address_id: input.address_id,
        deliver_at: input.deliver_at,
        chosen: input.location_ids,
        method: input.method,
        expected_total,
        gstin: input.gstin,
        purchase_order: input.purchase_order,
    };
    service::complete(ctx.app(), ctx.actor(), &input.idempotency_key, new).await
}
