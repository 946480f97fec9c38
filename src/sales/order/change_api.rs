//! Changes to orders, in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{PlainObject, mutation};

use super::{
    cancel::{self, Cancellation, Target},
    model::{
        self, Order, OrderId,
        line::OrderLine,
        part::{self, SubOrder, SubOrderId},
        timeline::OrderCancelReason,
    },
    reorder,
};
use crate::{
    context::Ctx,
    kernel::{error::Result, payload::settle},
    payload,
    sales::{SalesError, cart::api::Cart},
};

/// An order to be cancelled.
#[derive(InputObject)]
pub struct OrderCancelInput {
    /// The order.
    order_id: OrderId,
    /// Why.
    reason: OrderCancelReason,
    /// In the caller's words; at most 500 characters.
    #[graphql(default)]
    note: String,
    /// The order's version that the client has seen; any when left out.
    expected_version: Option<i32>,
    /// 1 to 128 characters that name this request: sent again, it does nothing more.
    idempotency_key: String,
}

/// A part of an order to be cancelled.
#[derive(InputObject)]
pub struct SubOrderCancelInput {
    /// The sub-order.
    sub_order_id: SubOrderId,
    /// Why.
    reason: OrderCancelReason,
    /// In the caller's words; at most 500 characters.
    #[graphql(default)]
    note: String,
    /// The sub-order's version that the client has seen; any when left out.
    expected_version: Option<i32>,
    /// 1 to 128 characters that name this request: sent again, it does nothing more.
    idempotency_key: String,
}

/// An order to be put into the cart again.
#[derive(InputObject)]
pub struct OrderReorderInput {
    /// The order.
    order_id: OrderId,
}

payload! { /// What orderCancel answers.
OrderCancelPayload { /// The order.
order: Order } SalesError }

payload! { /// What subOrderCancel answers.
SubOrderCancelPayload { /// The sub-order.
sub_order: SubOrder } SalesError }

/// What orderReorder answers.
#[derive(PlainObject)]
pub struct OrderReorderPayload {
    /// The cart.
    cart: Option<Cart>,
    /// Lines of the order that cannot be had at present.
    unavailable: Vec<OrderLine>,
    /// What the user can mend; empty on success.
    errors: Vec<SalesError>,
}

/// Changes to orders.
#[derive(Default)]
pub struct OrderMutation;

#[mutation]
impl OrderMutation {
    /// Cancels what is left of an order: its goods go back into stock, its money is given back or not asked for, its
    /// coupons can be used again. The buyer may before anything of it is packed; the back office before it is sent. What
    /// is cancelled already stays so.
    #[access(Known)]
    async fn order_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order, and why")] input: OrderCancelInput,
    ) -> Result<OrderCancelPayload> {
        let target = Target::Order(input.order_id);
        let new =
            Cancellation { target, reason: input.reason, note: input.note, expected_version: input.expected_version };
        let done = cancel::cancel(ctx.app(), ctx.actor(), &input.idempotency_key, new).await;
        OrderCancelPayload::from(match done {
            Ok(id) => model::find(&*ctx.app().db.write().await?, ctx.actor(), id).await,
            Err(error) => Err(error),
        })
    }

    /// Cancels a part of an order, as `orderCancel` does the whole; its seller may, too. The money of exactly this part
    /// is given back; coupons go back with the last part.
    #[access(Known)]
    async fn sub_order_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sub-order, and why")] input: SubOrderCancelInput,
    ) -> Result<SubOrderCancelPayload> {
        let part = input.sub_order_id;
        let new = Cancellation {
            target: Target::Part(part),
            reason: input.reason,
            note: input.note,
            expected_version: input.expected_version,
        };
        let done = cancel::cancel(ctx.app(), ctx.actor(), &input.idempotency_key, new).await;
        SubOrderCancelPayload::from(match done {
            Ok(_) => part::find(&*ctx.app().db.write().await?, ctx.actor(), part).await,
            Err(error) => Err(error),
        })
    }

    /// Puts what an own order had into the caller's cart, at the prices of now; where an offer is in the cart already the
    /// larger quantity stays. `unavailable` has what cannot be had any more.
    #[access(SignedIn)]
    async fn order_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The order")] input: OrderReorderInput,
    ) -> Result<OrderReorderPayload> {
        let (done, problems) = settle(reorder::reorder(ctx.app(), ctx.actor(), input.order_id).await)?;
        let (cart, unavailable) = done.unzip();
        let errors = problems.into_iter().map(SalesError::from).collect();
        Ok(OrderReorderPayload { cart: cart.map(Cart::from), unavailable: unavailable.unwrap_or_default(), errors })
    }
}
