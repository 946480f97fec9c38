//! How offers perform, in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use chrono::{Datelike, TimeDelta};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    model::{self, OfOffer, OnDay, Span},
    service,
};
use crate::{
    context::Ctx,
    inventory::seller::model::SellerId,
    kernel::{
        access::Permission,
        date::Date,
        error::{Error, Result},
        money::BigInt,
        page::{DEFAULT_PAGE, MAX_PAGE},
    },
    marketplace::{
        MarketplaceError,
        offer::model::{self as offers, Offer, OfferId, may},
    },
    payload,
};

/// Most days between the first and the last one.
const MAX_DAYS: i64 = 366;

/// How offers performed in a span of days. What happens is counted within a few seconds.
#[derive(Clone, Copy, Debug, PlainObject)]
#[graphql(complex)]
pub struct OfferPerformance {
    /// First day, in India.
    from: Date,
    /// Last day.
    to: Date,
    #[graphql(skip)]
    span: Span,
}

/// How offers performed on a day.
#[derive(Clone, Copy, Debug, PlainObject)]
pub struct OfferPerformanceDay {
    /// The day, in India.
    day: Date,
    /// How often the offers were shown to shoppers.
    views: BigInt,
    /// How often they were put into a cart.
    carts: BigInt,
}

impl From<OnDay> for OfferPerformanceDay {
    fn from(row: OnDay) -> Self {
        Self { day: Date(row.day), views: BigInt(row.views), carts: BigInt(row.carts) }
    }
}

/// How an offer performed.
#[derive(Clone, Copy, Debug, PlainObject)]
#[graphql(complex)]
pub struct OfferPerformanceEntry {
    #[graphql(skip)]
    offer_id: OfferId,
    /// How often the offer was shown to shoppers.
    views: BigInt,
    /// How often it was put into a cart.
    carts: BigInt,
}

#[edges]
impl OfferPerformanceEntry {
    /// The offer.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Arc<Offer>>> {
        ctx.load(self.offer_id).await
    }
}

impl From<OfOffer> for OfferPerformanceEntry {
    fn from(row: OfOffer) -> Self {
        Self { offer_id: row.offer_id, views: BigInt(row.views), carts: BigInt(row.carts) }
    }
}

#[edges]
impl OfferPerformance {
    /// How often the offers were shown to shoppers.
    async fn views(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(model::views(&*ctx.app().db.read().await?, ctx.actor(), self.span).await?))
    }

    /// How often the offers were put into a cart.
    async fn carts(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(model::carts(&*ctx.app().db.read().await?, ctx.actor(), self.span).await?))
    }

    /// The days on which something happened, in order.
    async fn days(&self, ctx: &Context<'_>) -> Result<Vec<OfferPerformanceDay>> {
        let days = model::by_day(&*ctx.app().db.read().await?, ctx.actor(), self.span).await?;
        Ok(days.into_iter().map(OfferPerformanceDay::from).collect())
    }

    /// The offers that were shown most often, the first ones first.
    async fn top_offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 when left out")] first: Option<i32>,
    ) -> Result<Vec<OfferPerformanceEntry>> {
        let first = first.map_or(Some(DEFAULT_PAGE), |first| usize::try_from(first).ok());
        let first = first.filter(|first| *first <= MAX_PAGE);
        let first = first.ok_or_else(|| Error::BadInput(format!("ask for 0 to {MAX_PAGE} offers")))?;
        let top = model::top(&*ctx.app().db.read().await?, ctx.actor(), self.span, first).await?;
        Ok(top.into_iter().map(OfferPerformanceEntry::from).collect())
    }
}

/// Queries over performance.
#[derive(Default)]
pub struct PerformanceQuery;

#[query]
impl PerformanceQuery {
    /// How offers of sellers within the caller's scope performed: one offer, those of one seller, or all.
    #[access(Can(Permission::OffersRead))]
    async fn offer_performance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this offer")] offer_id: Option<OfferId>,
        #[graphql(desc = "Only offers of this seller")] seller_id: Option<SellerId>,
        #[graphql(desc = "First day, in India")] from: Date,
        #[graphql(desc = "Last day, at most 366 days later")] to: Date,
    ) -> Result<OfferPerformance> {
        let known = |date: Date| (1..=9_999).contains(&date.0.year());
        let long = to.0.signed_duration_since(from.0);
        if !known(from) || !known(to) || long < TimeDelta::zero() || long > TimeDelta::days(MAX_DAYS) {
            return Err(Error::BadInput(format!("`to` is not before `from`, and at most {MAX_DAYS} days later")));
        }
        if let Some(id) = offer_id {
            offers::find(&*ctx.app().db.read().await?, ctx.actor(), Permission::OffersRead, id).await?;
        }
        if seller_id.is_some_and(|seller| !may(ctx.actor(), Permission::OffersRead, seller)) {
            return Err(Error::NotFound("seller"));
        }
        let span = Span { offer: offer_id, seller: seller_id, from: from.0, to: to.0 };
        Ok(OfferPerformance { from, to, span })
    }
}

/// Offers that were shown.
#[derive(InputObject)]
pub struct OfferViewsRecordInput {
    /// The offers, at most 100; each counts once.
    offer_ids: Vec<OfferId>,
}

payload! { /// What offerViewsRecord answers.
OfferViewsRecordPayload { /// How many were counted: those that can be bought.
recorded: i32 } MarketplaceError }

/// What is reported of offers.
#[derive(Default)]
pub struct PerformanceMutation;

#[mutation]
impl PerformanceMutation {
    /// Reports that offers were shown to the caller; the storefront does for each page. Limited to 60 reports at once and
    /// one more each second.
    #[access(Public)]
    async fn offer_views_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offers")] input: OfferViewsRecordInput,
    ) -> Result<OfferViewsRecordPayload> {
        let recorded = service::record_views(ctx.app(), ctx.actor(), input.offer_ids).await;
        OfferViewsRecordPayload::from(recorded.map(|recorded| i32::try_from(recorded).unwrap_or(i32::MAX)))
    }
}
