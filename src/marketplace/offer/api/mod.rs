//! Offers in the schema: what is read.

mod bulk;
mod change;

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::{PlainObject, edges, query};

pub use self::{bulk::OfferBulkMutation, change::OfferMutation};
use super::{
    model::{
        BreaksOf, Offer, PriceBreak,
        list::{self, OfferOrder, OfferWhere},
        may,
        shelf::IsBuyable,
    },
    pricing,
};
use crate::{
    catalog::variant::model::Variant,
    connection,
    context::Ctx,
    identity::{account::model::AccountId, profile::model::ProfileOf},
    inventory::seller::model::Seller,
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::Money,
        page::PageArgs,
    },
};

connection!(OfferConnection, OfferEdge, Offer);

/// A lower price for a larger quantity.
#[derive(Clone, Debug, PlainObject)]
pub struct OfferPriceBreak {
    /// From this quantity on.
    min_quantity: i32,
    /// Price of one pack with all taxes.
    price: Money,
}

impl From<&PriceBreak> for OfferPriceBreak {
    fn from(row: &PriceBreak) -> Self {
        Self { min_quantity: row.min_quantity, price: row.price_minor.into() }
    }
}

#[edges]
impl Offer {
    /// Who sells.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load(self.seller_id).await
    }

    /// What is sold.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<Arc<Variant>>> {
        ctx.load(self.variant_id).await
    }

    /// The seller's stock keeping unit, unique among its offers without regard to case; null for shoppers.
    async fn sku(&self, ctx: &Context<'_>) -> Option<&str> {
        self.is_open_to(ctx).then_some(&self.sku)
    }

    /// Price of one pack with all taxes.
    fn price(&self) -> Money {
        self.price_minor.into()
    }

    /// Lower prices for larger quantities, by rising quantity.
    async fn price_breaks(&self, ctx: &Context<'_>) -> Result<Vec<OfferPriceBreak>> {
        breaks(ctx, self, false).await
    }

    /// Price of one pack for business customers, all taxes included; null where they pay everybody's, and for those who
    /// are neither business customers (with a GSTIN in their profile) nor the seller's people.
    async fn business_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let shown = self.shows_business(ctx).await?;
        Ok(self.business_price_minor.filter(|_| shown).map(Money::from))
    }

    /// Lower prices for larger quantities for business customers; empty for others, as with `businessPrice`.
    async fn business_price_breaks(&self, ctx: &Context<'_>) -> Result<Vec<OfferPriceBreak>> {
        match self.shows_business(ctx).await? {
            true => breaks(ctx, self, true).await,
            false => Ok(Vec::new()),
        }
    }

    /// What the caller pays for one pack when ordering so many, all taxes included.
    async fn unit_price(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Packs ordered, from 1", default = 1)] quantity: i32,
    ) -> Result<Money> {
        if quantity < 1 {
            return Err(Error::BadInput("a quantity is 1 or more".to_owned()));
        }
        let breaks = ctx.load(BreaksOf(self.id)).await?.unwrap_or_default();
        Ok(pricing::unit_price(self, &breaks, quantity, is_business(ctx).await?).into())
    }

    /// While the offer is live, a stock alert is raised when what can be sold over all of the seller's locations falls to
    /// this, and resolved when it rises again; null for none, and for shoppers.
    async fn low_stock_threshold(&self, ctx: &Context<'_>) -> Option<i32> {
        self.low_stock_threshold.filter(|_| self.is_open_to(ctx))
    }

    /// Why the platform refused it; null where it did not, and for shoppers.
    async fn rejection_reason(&self, ctx: &Context<'_>) -> Option<&str> {
        self.rejection_reason.as_deref().filter(|_| self.is_open_to(ctx))
    }

    /// Whether it can be bought now: live, within its window, of an active seller, for an active variant of an active
    /// product, and not above the maximum retail price. A live offer whose variant's MRP was lowered below its price
    /// cannot be bought until its price follows.
    async fn buyable(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.load(IsBuyable { offer: self.id, at: ctx.app().clock.now() }).await?.unwrap_or_default())
    }
}

impl Offer {
    /// Whether the caller sees what is the seller's own business.
    fn is_open_to(&self, ctx: &Context<'_>) -> bool {
        may(ctx.actor(), Permission::OffersRead, self.seller_id)
    }

    async fn shows_business(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.is_open_to(ctx) || is_business(ctx).await?)
    }
}

/// Whether the caller buys for a business: a customer with a GSTIN.
pub async fn is_business(ctx: &Context<'_>) -> Result<bool> {
    let Some(account) = ctx.actor().account_id() else { return Ok(false) };
    Ok(ctx.load(ProfileOf(AccountId(account))).await?.is_some_and(|profile| profile.gstin.is_some()))
}

async fn breaks(ctx: &Context<'_>, offer: &Offer, for_business: bool) -> Result<Vec<OfferPriceBreak>> {
    let all = ctx.load(BreaksOf(offer.id)).await?.unwrap_or_default();
    Ok(all.iter().filter(|row| row.for_business == for_business).map(Into::into).collect())
}

/// Queries over offers.
#[derive(Default)]
pub struct OfferQuery;

#[query]
impl OfferQuery {
    /// Offers of sellers within the caller's scope, whatever their state. Those that wait for review, in the order of the
    /// queue: `where: {status: PENDING_REVIEW}, orderBy: {field: SUBMITTED_AT, direction: ASC}`.
    #[access(Can(Permission::OffersRead))]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which offers", name = "where")] filter: Option<OfferWhere>,
        #[graphql(desc = "In which order; newest first when left out")] order_by: Option<OfferOrder>,
        page: PageArgs,
    ) -> Result<OfferConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let (filter, order) = (filter.unwrap_or_default(), order_by.unwrap_or_default());
        Ok(OfferConnection(list::list(&conn, ctx.actor(), &filter, order, &page, count).await?))
    }
}
