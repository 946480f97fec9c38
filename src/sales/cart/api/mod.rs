//! Carts in the schema: what is read.

mod change;

use std::sync::Arc;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, query};

pub use self::change::CartMutation;
use super::{
    line::{self, CartChange, CartProblem, Line},
    model::{
        CartId, CartRow, CartStatus,
        line::{CartItemId, LinesOf},
    },
    service::{self, Filled},
};
use crate::{
    context::Ctx,
    kernel::{
        error::Result,
        money::{Minor, Money},
    },
    marketplace::offer::model::Offer,
    sales::coupon::{
        apply_api::CartCoupon,
        model::in_cart::{Candidate, CouponsIn},
        rules,
    },
};

/// What a customer or a guest means to buy. It sets nothing aside and fixes no price: each line is answered as it stands
/// now, next to what the shopper saw last.
#[derive(Clone, Debug, PlainObject)]
#[graphql(complex)]
pub struct Cart {
    /// Global ID.
    pub id: CartId,
    /// What became of it.
    status: CartStatus,
    /// The token by which a guest finds the cart again: sent as `guestToken`. Only in the answer with which the cart
    /// began; it is not stored here and cannot be asked for.
    guest_token: Option<String>,
    /// Counts the writes; send it back as `expectedVersion`.
    version: i32,
    /// Given up from then on; each change moves it: 90 days on, for guests 30.
    expires_at: DateTime<Utc>,
    /// When it began.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
    /// Where they came along with the cart.
    #[graphql(skip)]
    lines: Option<Arc<Vec<Line>>>,
}

impl From<CartRow> for Cart {
    fn from(row: CartRow) -> Self {
        Self {
            id: row.id,
            status: row.status,
            guest_token: None,
            version: row.version,
            expires_at: row.expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            lines: None,
        }
    }
}

impl From<Filled> for Cart {
    fn from(Filled { cart, lines, guest_token }: Filled) -> Self {
        Self { guest_token, lines: Some(Arc::new(lines)), ..Self::from(cart) }
    }
}

impl Cart {
    async fn lines(&self, ctx: &Context<'_>) -> Result<Arc<Vec<Line>>> {
        match &self.lines {
            Some(lines) => Ok(Arc::clone(lines)),
            None => {
                let key = LinesOf { cart: self.id, at: ctx.app().clock.now() };
                Ok(ctx.load(key).await?.unwrap_or_default())
            }
        }
    }

    async fn coupons_and_lines(&self, ctx: &Context<'_>) -> Result<(Arc<Vec<Candidate>>, Arc<Vec<Line>>)> {
        // Both at once, so that neither waits for the other.
        let (coupons, lines) = tokio::join!(ctx.load(CouponsIn(self.id)), self.lines(ctx));
        Ok((coupons?.unwrap_or_default(), lines?))
    }

    async fn discount_now(&self, ctx: &Context<'_>) -> Result<Minor> {
        let (coupons, lines) = self.coupons_and_lines(ctx).await?;
        let effects = rules::effects(&coupons, &lines, ctx.app().clock.now());
        Ok(Minor(effects.into_iter().flatten().map(|effect| effect.discount.0).fold(0, i64::saturating_add)))
    }

    async fn items_where(&self, ctx: &Context<'_>, saved: bool) -> Result<Vec<CartItem>> {
        let lines = self.lines(ctx).await?;
        Ok(lines.iter().filter(|line| line.item.saved == saved).map(CartItem::from).collect())
    }
}

#[edges]
impl Cart {
    /// Its lines, in the order in which they were added; together with those saved for later at most 100.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<CartItem>> {
        self.items_where(ctx, false).await
    }

    /// Lines saved for later: kept, but not bought with the cart.
    async fn saved_items(&self, ctx: &Context<'_>) -> Result<Vec<CartItem>> {
        self.items_where(ctx, true).await
    }

    /// What the lines cost together that can be bought at present; without those saved for later, delivery and coupons.
    async fn subtotal(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(line::subtotal(&self.lines(ctx).await?).into())
    }

    /// The coupons in it, in the order in which they take effect, each with what it does now or why nothing.
    async fn coupons(&self, ctx: &Context<'_>) -> Result<Vec<CartCoupon>> {
        let (coupons, lines) = self.coupons_and_lines(ctx).await?;
        let effects = rules::effects(&coupons, &lines, ctx.app().clock.now());
        Ok(coupons.iter().zip(effects).map(|(candidate, effect)| CartCoupon::new(candidate, effect)).collect())
    }

    /// What the coupons take off the subtotal; free delivery is not in it.
    async fn discount(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(self.discount_now(ctx).await?.into())
    }

    /// What is left of the subtotal after the discount; delivery is not in it.
    async fn total(&self, ctx: &Context<'_>) -> Result<Money> {
        let discount = self.discount_now(ctx).await?;
        let total = line::subtotal(&self.lines(ctx).await?).checked_sub(discount).unwrap_or_default();
        Ok(total.into())
    }

    /// Whether something is different from what the shopper last saw: then look at the lines' `changes`, show them, and
    /// take note with `cartChangesAcknowledge`.
    async fn has_changes(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.lines(ctx).await?.iter().any(|line| !line.changes().is_empty()))
    }
}

/// A line of a cart: an offer, and how many packs of it.
#[derive(Clone, Debug, PlainObject)]
pub struct CartItem {
    /// Identifies the line in mutations.
    id: CartItemId,
    /// The offer.
    offer: Offer,
    /// How many packs.
    quantity: i32,
    /// What a pack costs the shopper now, at this quantity and with all taxes: price breaks, and for customers with a
    /// GSTIN the price for businesses, are in it.
    unit_price: Money,
    /// What the line costs now.
    total: Money,
    /// Why it cannot be bought at present; null if it can.
    problem: Option<CartProblem>,
    /// How many packs are left; null where there are enough.
    available_quantity: Option<i32>,
    /// What a pack cost when the shopper last saw it: when they added it, changed its quantity or took note.
    seen_unit_price: Money,
    /// Why it could not be bought when the shopper last saw it; null if it could.
    seen_problem: Option<CartProblem>,
    /// What is different from what the shopper last saw.
    changes: Vec<CartChange>,
    /// When it was added.
    added_at: DateTime<Utc>,
}

impl From<&Line> for CartItem {
    fn from(line: &Line) -> Self {
        Self {
            id: line.item.id,
            offer: line.offer.clone(),
            quantity: line.item.quantity,
            unit_price: line.unit_price.into(),
            total: line.total().into(),
            problem: line.problem,
            available_quantity: (line.available < line.item.quantity).then_some(line.available),
            seen_unit_price: line.item.seen_price_minor.into(),
            seen_problem: line.item.seen_problem,
            changes: line.changes(),
            added_at: line.item.created_at,
        }
    }
}

/// Queries over carts.
#[derive(Default)]
pub struct CartQuery;

#[query]
impl CartQuery {
    /// The caller's cart; null when they have none yet, or it was given up. Whoever is logged in has their own; a
    /// stranger names a guest's by its token.
    #[access(Public)]
    async fn cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For strangers: the token from the answer with which the cart began")] guest_token: Option<
            String,
        >,
    ) -> Result<Option<Cart>> {
        let cart = service::cart(ctx.app(), ctx.actor(), guest_token.as_deref()).await?;
        Ok(cart.map(Cart::from))
    }
}
