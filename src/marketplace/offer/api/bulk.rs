//! Many offers at once in the schema.

use async_graphql::{Context, InputObject, MaybeUndefined};
use freshvilla_macros::{PlainObject, mutation};

use super::change::read_undefined;
use crate::{
    catalog::variant::api::read_money,
    context::Ctx,
    inventory::seller::model::SellerId,
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::MoneyInput,
    },
    marketplace::{
        MarketplaceError, MarketplaceErrorCode,
        offer::{
            bulk::{self, BulkChange, BulkResult, StoredProblem},
            model::{Offer, OfferStatus},
        },
    },
    payload,
};

/// What shall become of one offer; what is left out stays.
#[derive(InputObject)]
pub struct OfferBulkRowInput {
    /// The seller's stock keeping unit, without regard to case.
    sku: String,
    /// Price of one pack with all taxes.
    price: Option<MoneyInput>,
    /// Price for business customers; null for none.
    business_price: MaybeUndefined<MoneyInput>,
    /// LIVE, PAUSED, ARCHIVED or DRAFT, as in `offerUpdate`.
    status: Option<OfferStatus>,
    /// Change it only if it still has this version.
    expected_version: Option<i32>,
    /// Change it only if it still has this price.
    expected_price: Option<MoneyInput>,
}

impl OfferBulkRowInput {
    fn read(self, at: usize) -> Result<BulkChange> {
        let path = |field: &str| format!("rows.{at}.{field}");
        Ok(BulkChange {
            sku: self.sku,
            price: read_money(self.price, &path("price"))?,
            business_price: read_undefined(self.business_price, &path("businessPrice"))?,
            status: self.status,
            expected_version: self.expected_version,
            expected_price: read_money(self.expected_price, &path("expectedPrice"))?,
        })
    }
}

/// Prices and states of many offers.
#[derive(InputObject)]
pub struct OfferBulkUpdateInput {
    /// Whose.
    seller_id: SellerId,
    /// The offers and what shall become of them, at most 1,000.
    rows: Vec<OfferBulkRowInput>,
    /// The same key with the same input changes nothing again and answers the same; 1 to 128 characters.
    idempotency_key: String,
}

/// What offerBulkUpdate did to one offer.
#[derive(PlainObject)]
pub struct OfferBulkResult {
    /// The SKU asked for.
    sku: String,
    /// The offer; null when it was refused.
    offer: Option<Offer>,
    /// Why it was refused; empty on success.
    errors: Vec<MarketplaceError>,
}

impl From<BulkResult> for OfferBulkResult {
    fn from(BulkResult { sku, offer, problems }: BulkResult) -> Self {
        let error = |StoredProblem { code, message, path }| {
            let code = MarketplaceErrorCode::from_problem(&code);
            MarketplaceError { code, message, path }
        };
        Self { sku, offer, errors: problems.into_iter().map(error).collect() }
    }
}

payload! { /// What offerBulkUpdate answers.
OfferBulkUpdatePayload { /// One result per row, in their order.
results: Vec<OfferBulkResult> } MarketplaceError }

/// Changes to many offers.
#[derive(Default)]
pub struct OfferBulkMutation;

#[mutation]
impl OfferBulkMutation {
    /// Changes prices and states of up to 1,000 offers of a seller within the caller's scope; each row succeeds or fails
    /// for itself.
    #[access(Can(Permission::OffersWrite))]
    async fn offer_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offers and their changes")] input: OfferBulkUpdateInput,
    ) -> Result<OfferBulkUpdatePayload> {
        let outcome = async {
            if input.rows.len() > bulk::MAX_BULK {
                return Err(Error::invalid("rows", format!("at most {} offers at once", bulk::MAX_BULK)));
            }
            let rows = input.rows.into_iter().enumerate();
            let rows = rows.map(|(at, row)| row.read(at)).collect::<Result<Vec<_>>>()?;
            bulk::bulk_update_offers(ctx.app(), ctx.actor(), input.seller_id, rows, &input.idempotency_key).await
        };
        OfferBulkUpdatePayload::from(
            outcome.await.map(|results| results.into_iter().map(OfferBulkResult::from).collect()),
        )
    }
}
