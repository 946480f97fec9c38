//! Changes to carts, in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::mutation;

use super::Cart;
use crate::{
    catalog::variant::api::read_money,
    context::Ctx,
    kernel::{error::Result, money::MoneyInput},
    marketplace::offer::model::OfferId,
    payload,
    sales::{
        SalesError,
        cart::{
            line::CartProblem,
            merge,
            model::line::CartItemId,
            service::{self, Seen, Which},
        },
    },
};

/// Packs of an offer for the cart.
#[derive(InputObject)]
pub struct CartItemAddInput {
    /// The offer.
    offer_id: OfferId,
    /// How many packs, 1 to 10,000; on top of those in the cart.
    #[graphql(default = 1)]
    quantity: i32,
    /// For strangers: the cart's token. Without one a new cart begins, and the answer holds its token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// A line's new quantity.
#[derive(InputObject)]
pub struct CartItemUpdateInput {
    /// The line.
    item_id: CartItemId,
    /// How many packs, 1 to 10,000.
    quantity: i32,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// A line to be taken out.
#[derive(InputObject)]
pub struct CartItemRemoveInput {
    /// The line.
    item_id: CartItemId,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// A line to be kept for later.
#[derive(InputObject)]
pub struct CartItemSaveForLaterInput {
    /// The line.
    item_id: CartItemId,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// A saved line to be brought back.
#[derive(InputObject)]
pub struct CartItemMoveToCartInput {
    /// The line.
    item_id: CartItemId,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// A cart to be emptied.
#[derive(InputObject)]
pub struct CartClearInput {
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// What the shopper saw of a line.
#[derive(InputObject)]
pub struct CartItemSeenInput {
    /// The line.
    item_id: CartItemId,
    /// Its `unitPrice`, as it was shown. It is compared with the price of now, and never a price to pay.
    unit_price: MoneyInput,
    /// Its `problem`, as it was shown.
    problem: Option<CartProblem>,
}

/// What the shopper saw.
#[derive(InputObject)]
pub struct CartChangesAcknowledgeInput {
    /// The lines, at most 100.
    items: Vec<CartItemSeenInput>,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
    /// The cart's version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// A guest's cart for the one who logged in.
#[derive(InputObject)]
pub struct CartMergeInput {
    /// The guest's token.
    guest_token: String,
}

payload! { /// What cartItemAdd answers.
CartItemAddPayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartItemUpdate answers.
CartItemUpdatePayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartItemRemove answers.
CartItemRemovePayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartItemSaveForLater answers.
CartItemSaveForLaterPayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartItemMoveToCart answers.
CartItemMoveToCartPayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartClear answers.
CartClearPayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartChangesAcknowledge answers.
CartChangesAcknowledgePayload { /// The cart.
cart: Cart } SalesError }

payload! { /// What cartMerge answers.
CartMergePayload { /// The customer's cart.
cart: Cart } SalesError }

/// Changes to carts. All take note of the lines that they touch as they are answered.
#[derive(Default)]
pub struct CartMutation;

#[mutation]
impl CartMutation {
    /// Puts packs of an offer into the caller's cart; a stranger's first line begins one, and the answer holds its
    /// `guestToken`. Of an offer that is in the cart the quantities add up; one saved for later comes back with the new
    /// quantity. After an answer that was lost, look at the cart, or set the quantity with `cartItemUpdate`.
    #[access(Public)]
    async fn cart_item_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer")] input: CartItemAddInput,
    ) -> Result<CartItemAddPayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let added = service::add(ctx.app(), ctx.actor(), &which, input.offer_id, input.quantity).await;
        CartItemAddPayload::from(added.map(Cart::from))
    }

    /// Sets the quantity of a line.
    #[access(Public)]
    async fn cart_item_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line and its quantity")] input: CartItemUpdateInput,
    ) -> Result<CartItemUpdatePayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let set = service::set_quantity(ctx.app(), ctx.actor(), &which, input.item_id, input.quantity).await;
        CartItemUpdatePayload::from(set.map(Cart::from))
    }

    /// Takes a line out of the cart.
    #[access(Public)]
    async fn cart_item_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line")] input: CartItemRemoveInput,
    ) -> Result<CartItemRemovePayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let removed = service::remove(ctx.app(), ctx.actor(), &which, input.item_id).await;
        CartItemRemovePayload::from(removed.map(Cart::from))
    }

    /// Keeps a line for later: it stays, and is not bought with the cart.
    #[access(Public)]
    async fn cart_item_save_for_later(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line")] input: CartItemSaveForLaterInput,
    ) -> Result<CartItemSaveForLaterPayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let saved = service::save_for_later(ctx.app(), ctx.actor(), &which, input.item_id).await;
        CartItemSaveForLaterPayload::from(saved.map(Cart::from))
    }

    /// Brings a line back that was saved for later.
    #[access(Public)]
    async fn cart_item_move_to_cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The line")] input: CartItemMoveToCartInput,
    ) -> Result<CartItemMoveToCartPayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let moved = service::move_to_cart(ctx.app(), ctx.actor(), &which, input.item_id).await;
        CartItemMoveToCartPayload::from(moved.map(Cart::from))
    }

    /// Takes everything out of the cart but what is saved for later.
    #[access(Public)]
    async fn cart_clear(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The cart")] input: CartClearInput,
    ) -> Result<CartClearPayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let cleared = service::clear(ctx.app(), ctx.actor(), &which).await;
        CartClearPayload::from(cleared.map(Cart::from))
    }

    /// Takes note of what the shopper saw of lines that changed. Refused with `CHANGED_AGAIN` where a line is not as
    /// they say any more; then nothing is noted.
    #[access(Public)]
    async fn cart_changes_acknowledge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the shopper saw")] input: CartChangesAcknowledgeInput,
    ) -> Result<CartChangesAcknowledgePayload> {
        let which = Which { guest_token: input.guest_token, expected_version: input.expected_version };
        let outcome = async {
            let seen = input.items.into_iter().enumerate().map(|(at, item)| {
                let unit_price = read_money(Some(item.unit_price), &format!("items.{at}.unitPrice"))?;
                let unit_price = unit_price.unwrap_or_default();
                Ok(Seen { item: item.item_id, unit_price, problem: item.problem })
            });
            let seen = seen.collect::<Result<Vec<_>>>()?;
            service::acknowledge(ctx.app(), ctx.actor(), &which, &seen).await
        };
        CartChangesAcknowledgePayload::from(outcome.await.map(Cart::from))
    }

    /// Brings a guest's lines into the caller's cart, after login. Where both have an offer the larger quantity stays,
    /// and it is saved for later only if it is in both. The guest's token opens nothing afterwards; to ask again with it
    /// changes nothing.
    #[access(SignedIn)]
    async fn cart_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The guest's cart")] input: CartMergeInput,
    ) -> Result<CartMergePayload> {
        let merged = merge::merge(ctx.app(), ctx.actor(), &input.guest_token).await;
        CartMergePayload::from(merged.map(Cart::from))
    }
}
