//! Offers in the schema: what sellers and the platform's reviewers change.

use async_graphql::{Context, Enum, InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, mutation};

use crate::{
    catalog::variant::{api::read_money, model::VariantId},
    context::Ctx,
    inventory::seller::model::SellerId,
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::{Minor, MoneyInput},
    },
    marketplace::{
        MarketplaceError,
        offer::{
            edit::{OfferChanges, Step},
            model::{Offer, OfferId, OfferStatus},
            review::{self, Decision},
            service::{self, NewOffer, VariantChoice},
        },
    },
    payload,
};

/// A lower price for a larger quantity.
#[derive(Clone, Debug, InputObject)]
pub struct OfferPriceBreakInput {
    /// From this quantity on; 2 or more, and above the least order.
    min_quantity: i32,
    /// Price of one pack with all taxes.
    price: MoneyInput,
}

/// The terms of an offer. What is left out stays as it is, or has no bound in a new offer; null empties.
#[derive(Debug, InputObject)]
pub struct OfferTermsInput {
    /// The seller's stock keeping unit: 1 to 64 letters, digits and signs of ASCII, unique among its offers without
    /// regard to case; required for a new offer.
    sku: Option<String>,
    /// Price of one pack with all taxes, at most the variant's MRP; required for a new offer.
    price: Option<MoneyInput>,
    /// All lower prices for larger quantities, at most 10: rising quantities with falling prices.
    price_breaks: Option<Vec<OfferPriceBreakInput>>,
    /// Price of one pack for business customers, at most `price`.
    business_price: MaybeUndefined<MoneyInput>,
    /// All lower prices for larger quantities for business customers, at most 10.
    business_price_breaks: Option<Vec<OfferPriceBreakInput>>,
    /// Fewest packs of one order; 1 in a new offer.
    min_quantity: Option<i32>,
    /// Most packs of one order.
    max_quantity: MaybeUndefined<i32>,
    /// Packs are ordered in multiples of this; 1 in a new offer.
    quantity_step: Option<i32>,
    /// Hours from the order until the seller hands the goods over, 0 to 8,760; 0 in a new offer.
    lead_time_hours: Option<i32>,
    /// Warn the seller when so few packs are left.
    low_stock_threshold: MaybeUndefined<i32>,
    /// Not bought before.
    starts_at: MaybeUndefined<DateTime<Utc>>,
    /// Not bought from then on.
    ends_at: MaybeUndefined<DateTime<Utc>>,
    /// LIVE to have it on sale, which may have to wait for review (the answer says PENDING_REVIEW); PAUSED to take it
    /// off for now, ARCHIVED for good; DRAFT takes it out of the queue. A new offer is a draft when left out.
    status: Option<OfferStatus>,
}

impl OfferTermsInput {
    /// Reads the money.
    fn read(self, at: &str) -> Result<OfferChanges> {
        let path = |field: &str| format!("{at}{field}");
        Ok(OfferChanges {
            sku: self.sku,
            price: read_money(self.price, &path("price"))?,
            business_price: read_undefined(self.business_price, &path("businessPrice"))?,
            price_breaks: read_breaks(self.price_breaks, &path("priceBreaks"))?,
            business_price_breaks: read_breaks(self.business_price_breaks, &path("businessPriceBreaks"))?,
            min_quantity: self.min_quantity,
            max_quantity: self.max_quantity.into(),
            quantity_step: self.quantity_step,
            lead_time_hours: self.lead_time_hours,
            low_stock_threshold: self.low_stock_threshold.into(),
            starts_at: self.starts_at.into(),
            ends_at: self.ends_at.into(),
            status: self.status,
        })
    }
}

/// The minor units of an amount that may be emptied.
pub(super) fn read_undefined(money: MaybeUndefined<MoneyInput>, path: &str) -> Result<Option<Option<Minor>>> {
    let given: Option<Option<MoneyInput>> = money.into();
    given.map(|money| read_money(money, path)).transpose()
}

fn read_breaks(breaks: Option<Vec<OfferPriceBreakInput>>, path: &str) -> Result<Option<Vec<Step>>> {
    let Some(breaks) = breaks else { return Ok(None) };
    let read = |(at, step): (usize, OfferPriceBreakInput)| {
        let price = step.price.minor().map_err(|why| Error::invalid(&format!("{path}.{at}.price"), why))?;
        Ok(Step { min_quantity: step.min_quantity, price })
    };
    breaks.into_iter().enumerate().map(read).collect::<Result<_>>().map(Some)
}

/// A new offer.
#[derive(InputObject)]
pub struct OfferCreateInput {
    /// Whose.
    seller_id: SellerId,
    /// For which variant; or give `barcode`.
    variant_id: Option<VariantId>,
    /// The GTIN on the pack; or give `variantId`.
    barcode: Option<String>,
    /// Its terms.
    offer: OfferTermsInput,
}

/// Changes to an offer.
#[derive(InputObject)]
pub struct OfferUpdateInput {
    /// The offer.
    id: OfferId,
    /// The version that was read; refused if somebody has changed the offer since.
    expected_version: Option<i32>,
    /// What changes.
    set: OfferTermsInput,
}

/// What the platform decides about offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OfferDecision {
    /// They go live.
    Approve,
    /// They are refused.
    Reject,
}

/// A decision about offers that wait for review.
#[derive(InputObject)]
pub struct OfferReviewInput {
    /// The offers, at most 500.
    ids: Vec<OfferId>,
    /// What is decided.
    decision: OfferDecision,
    /// Why they are refused, for their sellers; required with REJECT. 1 to 1,000 characters.
    reason: Option<String>,
}

/// What a decision did to one offer.
#[derive(PlainObject)]
pub struct OfferReviewResult {
    /// The offer asked for.
    id: OfferId,
    /// The offer as decided; null when it was left as it was.
    offer: Option<Offer>,
    /// Why it was left; empty on success.
    errors: Vec<MarketplaceError>,
}

payload! { /// What offerCreate answers.
OfferCreatePayload { /// The new offer.
offer: Offer } MarketplaceError }

payload! { /// What offerUpdate answers.
OfferUpdatePayload { /// The changed offer.
offer: Offer } MarketplaceError }

payload! { /// What offerReview answers.
OfferReviewPayload { /// One result per offer asked for, in their order.
results: Vec<OfferReviewResult> } MarketplaceError }

/// Changes to offers.
#[derive(Default)]
pub struct OfferMutation;

#[mutation]
impl OfferMutation {
    /// Adds an offer of a seller within the caller's scope for a variant of the catalogue. Until a distributor is
    /// verified, its offers are drafts.
    #[access(Can(Permission::OffersWrite))]
    async fn offer_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new offer")] input: OfferCreateInput,
    ) -> Result<OfferCreatePayload> {
        let outcome = async {
            let variant = match (input.variant_id, input.barcode) {
                (Some(id), None) => VariantChoice::Id(id),
                (None, Some(barcode)) => VariantChoice::Barcode(barcode),
                _ => return Err(Error::invalid("variantId", "give a variant or a barcode, and not both")),
            };
            let mut terms = input.offer.read("offer.")?;
            // What is missing is refused like what is empty.
            terms.sku = Some(terms.sku.unwrap_or_default());
            terms.price = Some(terms.price.unwrap_or_default());
            let new = NewOffer { seller_id: input.seller_id, variant, terms };
            service::create_offer(ctx.app(), ctx.actor(), new).await
        };
        OfferCreatePayload::from(outcome.await)
    }

    /// Changes an offer within the caller's scope. Which changes have to be approved again is a setting of the platform;
    /// a live offer waits off the shelf meanwhile.
    #[access(Can(Permission::OffersWrite))]
    async fn offer_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: OfferUpdateInput,
    ) -> Result<OfferUpdatePayload> {
        let outcome = async {
            let changes = input.set.read("set.")?;
            service::update_offer(ctx.app(), ctx.actor(), input.id, input.expected_version, changes).await
        };
        OfferUpdatePayload::from(outcome.await)
    }

    /// Approves or refuses offers that wait for review; each is decided or left alone for itself.
    #[access(Can(Permission::OffersReview))]
    async fn offer_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offers and the decision")] input: OfferReviewInput,
    ) -> Result<OfferReviewPayload> {
        let decision = match input.decision {
            OfferDecision::Approve => Decision::Approve,
            OfferDecision::Reject => Decision::Reject(input.reason.unwrap_or_default()),
        };
        let results = review::review_offers(ctx.app(), ctx.actor(), input.ids, decision).await;
        OfferReviewPayload::from(results.map(|results| {
            let result = |review::Reviewed { id, offer, problems }| {
                let errors = problems.into_iter().map(Into::into).collect();
                OfferReviewResult { id, offer, errors }
            };
            results.into_iter().map(result).collect()
        }))
    }
}
