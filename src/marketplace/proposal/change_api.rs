//! Proposals in the schema: what sellers and reviewers change.

use async_graphql::{Context, InputObject, MaybeUndefined};
use freshvilla_macros::{PlainObject, mutation};

use super::{
    approval::Link,
    form::{MAX_PICTURES, ProposalChanges},
    model::{Proposal, ProposalField, ProposalId, ProposedVariant, Remark},
    review::{self, Approved},
    service,
};
use crate::{
    catalog::{
        brand::model::BrandId,
        category::model::CategoryId,
        product::{model::Dietary, service::ProductChanges},
        variant::{api::read_money, model::VariantId},
    },
    context::Ctx,
    inventory::seller::model::SellerId,
    kernel::{
        access::Permission,
        error::{Error, Result, within},
        money::MoneyInput,
    },
    marketplace::{MarketplaceError, distributor::parts_api::own_file},
    payload,
    work::file::model::{FileId, FilePurpose},
};

/// A proposed pack size with its offer.
#[derive(InputObject)]
#[graphql(name = "ProductProposalVariantInput")]
pub struct ProposalVariantInput {
    /// Pack size as people write it: "500 g", "1.5 l", "6 x 200 ml", "12 pc".
    pack: String,
    /// Name of the pack; the pack size when left out.
    name: Option<String>,
    /// GTIN-8, -12, -13 or -14 with a right check digit, that the catalogue does not have yet.
    barcode: Option<String>,
    /// Maximum retail price with all taxes; required before it is handed in.
    mrp: Option<MoneyInput>,
    /// The seller's stock keeping unit for its offer, as in `offerCreate`.
    sku: String,
    /// Price of one pack with all taxes in the seller's offer, at most `mrp`; required before it is handed in.
    price: Option<MoneyInput>,
}

/// What a proposal says of the product. What is left out stays as it is, or empty in a new proposal; null empties.
#[derive(InputObject)]
#[graphql(name = "ProductProposalFieldsInput")]
pub struct ProposalFieldsInput {
    /// Name, 1 to 300 characters; required for a new proposal.
    name: Option<String>,
    /// A brand of the catalogue; or give `brandName`.
    brand_id: MaybeUndefined<BrandId>,
    /// Name of a brand that the catalogue does not have, 1 to 120 characters.
    brand_name: MaybeUndefined<String>,
    /// Shelf; required before it is handed in.
    category_id: MaybeUndefined<CategoryId>,
    /// HSN code, 2 to 8 digits; required before it is handed in.
    hsn_code: MaybeUndefined<String>,
    /// Text for its page, at most 20,000 characters.
    description: Option<String>,
    /// Ingredients as printed on the pack, at most 10,000 characters.
    ingredients: Option<String>,
    /// Dietary mark.
    dietary: MaybeUndefined<Dietary>,
    /// FSSAI licence number, 14 digits.
    fssai_license: MaybeUndefined<String>,
    /// Country where it is made or grown.
    country_of_origin: MaybeUndefined<String>,
    /// Days that it keeps from packing.
    shelf_life_days: MaybeUndefined<i32>,
    /// All pack sizes, at most 20, each with its offer; at least one before it is handed in.
    variants: Option<Vec<ProposalVariantInput>>,
    /// All pictures, at most 10: files of the caller's, uploaded with purpose PROPOSAL_MEDIA.
    picture_file_ids: Option<Vec<FileId>>,
}

impl ProposalFieldsInput {
    /// Reads the money and looks for the files; those that the proposal has already may be another person's.
    async fn read(self, ctx: &Context<'_>, known: &[uuid::Uuid]) -> Result<ProposalChanges> {
        let variants = self.variants.map(|variants| variants.into_iter().enumerate().map(read_variant).collect());
        let pictures = match self.picture_file_ids {
            Some(ids) => Some(read_pictures(ctx, &ids, known).await?),
            None => None,
        };
        let product = ProductChanges {
            name: self.name,
            category_id: self.category_id.into(),
            hsn_code: self.hsn_code.into(),
            description: self.description,
            ingredients: self.ingredients,
            dietary: self.dietary.into(),
            fssai_license: self.fssai_license.into(),
            country_of_origin: self.country_of_origin.into(),
            shelf_life_days: self.shelf_life_days.into(),
            ..ProductChanges::default()
        };
        let (brand_id, brand_name) = (self.brand_id.into(), self.brand_name.into());
        Ok(ProposalChanges { product, brand_id, brand_name, variants: variants.transpose()?, pictures })
    }
}

fn read_variant((at, own): (usize, ProposalVariantInput)) -> Result<ProposedVariant> {
    let path = |field: &str| format!("variants.{at}.{field}");
    Ok(ProposedVariant {
        pack: own.pack,
        name: own.name,
        barcode: own.barcode,
        mrp: read_money(own.mrp, &path("mrp"))?,
        sku: own.sku,
        price: read_money(own.price, &path("price"))?,
        variant_id: None,
    })
}

async fn read_pictures(ctx: &Context<'_>, ids: &[FileId], known: &[uuid::Uuid]) -> Result<Vec<uuid::Uuid>> {
    if ids.len() > MAX_PICTURES {
        return Err(Error::invalid("pictureFileIds", format!("at most {MAX_PICTURES} pictures")));
    }
    let mut pictures = Vec::with_capacity(ids.len());
    for (at, id) in ids.iter().enumerate() {
        pictures.push(match known.contains(&id.0) {
            true => id.0,
            false => own_file(ctx, *id, FilePurpose::ProposalMedia, &format!("pictureFileIds.{at}")).await?,
        });
    }
    Ok(pictures)
}

/// A new proposal.
#[derive(InputObject)]
pub struct ProductProposalCreateInput {
    /// Whose.
    seller_id: SellerId,
    /// The product.
    product: ProposalFieldsInput,
    /// Hand it in at once.
    #[graphql(default)]
    submit: bool,
}

/// Changes to a proposal.
#[derive(InputObject)]
pub struct ProductProposalUpdateInput {
    /// The proposal.
    id: ProposalId,
    /// The version that was read; refused if somebody has changed the proposal since.
    expected_version: Option<i32>,
    /// What changes.
    set: ProposalFieldsInput,
}

/// Hands a proposal in.
#[derive(InputObject)]
pub struct ProductProposalSubmitInput {
    /// The proposal.
    id: ProposalId,
    /// The version that was read; refused if somebody has changed the proposal since.
    expected_version: Option<i32>,
}

/// Takes a proposal back.
#[derive(InputObject)]
pub struct ProductProposalWithdrawInput {
    /// The proposal.
    id: ProposalId,
}

/// A proposed pack that the catalogue has already.
#[derive(InputObject)]
pub struct ProductProposalLinkInput {
    /// Which pack of the proposal, from 0.
    position: i32,
    /// The variant that it is.
    variant_id: VariantId,
}

/// Approves a proposal.
#[derive(InputObject)]
pub struct ProductProposalApproveInput {
    /// The proposal.
    id: ProposalId,
    /// The version that was looked at; refused if somebody has changed the proposal since.
    expected_version: Option<i32>,
    /// Packs that the catalogue has already, of one product: no product is made then, and the other packs are added to
    /// that one.
    #[graphql(default, validator(max_items = 20))]
    links: Vec<ProductProposalLinkInput>,
}

/// Approves many proposals.
#[derive(InputObject)]
pub struct ProductProposalBulkApproveInput {
    /// The proposals, at most 50.
    ids: Vec<ProposalId>,
}

/// What is wrong with a field of a proposal.
#[derive(InputObject)]
pub struct ProductProposalRemarkInput {
    /// The field.
    field: ProposalField,
    /// Which pack size, from 0; left out where it is about none in particular.
    variant: Option<i32>,
    /// What is wrong, 1 to 1,000 characters.
    reason: String,
}

/// Sends a proposal back.
#[derive(InputObject)]
pub struct ProductProposalRequestChangesInput {
    /// The proposal.
    id: ProposalId,
    /// What is wrong with it, for its seller; 1 to 1,000 characters.
    reason: String,
    /// What is wrong with single fields, at most 100.
    #[graphql(default)]
    remarks: Vec<ProductProposalRemarkInput>,
}

/// Refuses a proposal for good.
#[derive(InputObject)]
pub struct ProductProposalRejectInput {
    /// The proposal.
    id: ProposalId,
    /// Why, for its seller; 1 to 1,000 characters.
    reason: String,
    /// What is wrong with single fields, at most 100.
    #[graphql(default)]
    remarks: Vec<ProductProposalRemarkInput>,
}

fn read_remarks(remarks: Vec<ProductProposalRemarkInput>) -> Vec<Remark> {
    let read = |ProductProposalRemarkInput { field, variant, reason }| Remark { field, variant, reason };
    remarks.into_iter().map(read).collect()
}

/// What an approval did to one proposal.
#[derive(PlainObject)]
pub struct ProductProposalResult {
    /// The proposal asked for.
    id: ProposalId,
    /// The proposal as approved; null when it was left as it was.
    proposal: Option<Proposal>,
    /// Why it was left; empty on success.
    errors: Vec<MarketplaceError>,
}

payload! { /// What productProposalCreate answers.
ProductProposalCreatePayload { /// The new proposal.
proposal: Proposal } MarketplaceError }

payload! { /// What productProposalUpdate answers.
ProductProposalUpdatePayload { /// The changed proposal.
proposal: Proposal } MarketplaceError }

payload! { /// What productProposalSubmit answers.
ProductProposalSubmitPayload { /// The proposal; APPROVED where nobody has to look at it.
proposal: Proposal } MarketplaceError }

payload! { /// What productProposalWithdraw answers.
ProductProposalWithdrawPayload { /// The proposal.
proposal: Proposal } MarketplaceError }

payload! { /// What productProposalApprove answers.
ProductProposalApprovePayload { /// The proposal, with its product.
proposal: Proposal } MarketplaceError }

payload! { /// What productProposalBulkApprove answers.
ProductProposalBulkApprovePayload { /// One result per proposal asked for, in their order.
results: Vec<ProductProposalResult> } MarketplaceError }

payload! { /// What productProposalRequestChanges answers.
ProductProposalRequestChangesPayload { /// The proposal.
proposal: Proposal } MarketplaceError }

payload! { /// What productProposalReject answers.
ProductProposalRejectPayload { /// The proposal.
proposal: Proposal } MarketplaceError }

/// Changes to proposals.
#[derive(Default)]
pub struct ProposalMutation;

#[mutation]
impl ProposalMutation {
    /// Proposes a product that the catalogue does not have, with the first offers for it.
    #[access(Can(Permission::OffersWrite))]
    async fn product_proposal_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal")] input: ProductProposalCreateInput,
    ) -> Result<ProductProposalCreatePayload> {
        let outcome = async {
            let product = within("product", input.product.read(ctx, &[]).await)?;
            service::create_proposal(ctx.app(), ctx.actor(), input.seller_id, product, input.submit).await
        };
        ProductProposalCreatePayload::from(outcome.await)
    }

    /// Changes a proposal that is a draft or was sent back.
    #[access(Can(Permission::OffersWrite))]
    async fn product_proposal_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: ProductProposalUpdateInput,
    ) -> Result<ProductProposalUpdatePayload> {
        let outcome = async {
            let known = service::pictures_of(ctx.app(), ctx.actor(), input.id).await?;
            let changes = within("set", input.set.read(ctx, &known).await)?;
            service::update_proposal(ctx.app(), ctx.actor(), input.id, input.expected_version, changes).await
        };
        ProductProposalUpdatePayload::from(outcome.await)
    }

    /// Hands a proposal in. Nothing may be missing, and the catalogue may not have any of its barcodes.
    #[access(Can(Permission::OffersWrite))]
    async fn product_proposal_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal")] input: ProductProposalSubmitInput,
    ) -> Result<ProductProposalSubmitPayload> {
        let outcome = service::submit_proposal(ctx.app(), ctx.actor(), input.id, input.expected_version).await;
        ProductProposalSubmitPayload::from(outcome)
    }

    /// Takes a proposal back for good.
    #[access(Can(Permission::OffersWrite))]
    async fn product_proposal_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal")] input: ProductProposalWithdrawInput,
    ) -> Result<ProductProposalWithdrawPayload> {
        ProductProposalWithdrawPayload::from(service::withdraw_proposal(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Makes the product, its pack sizes and the offers of a proposal that waits, all at once.
    #[access(Can(Permission::OffersReview))]
    async fn product_proposal_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal, and what of it the catalogue has")] input: ProductProposalApproveInput,
    ) -> Result<ProductProposalApprovePayload> {
        let link = |ProductProposalLinkInput { position, variant_id }| Link {
            // No proposal has such a pack either.
            position: usize::try_from(position).unwrap_or(usize::MAX),
            variant_id,
        };
        let links = input.links.into_iter().map(link).collect();
        let outcome = review::approve_proposal(ctx.app(), ctx.actor(), input.id, input.expected_version, links).await;
        ProductProposalApprovePayload::from(outcome)
    }

    /// Approves up to 50 proposals that wait; each is approved or left alone for itself.
    #[access(Can(Permission::OffersReview))]
    async fn product_proposal_bulk_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposals")] input: ProductProposalBulkApproveInput,
    ) -> Result<ProductProposalBulkApprovePayload> {
        let results = review::approve_proposals(ctx.app(), ctx.actor(), input.ids).await;
        ProductProposalBulkApprovePayload::from(results.map(|results| {
            let result = |Approved { id, proposal, problems }| {
                let errors = problems.into_iter().map(Into::into).collect();
                ProductProposalResult { id, proposal, errors }
            };
            results.into_iter().map(result).collect()
        }))
    }

    /// Sends a proposal that waits back to its seller.
    #[access(Can(Permission::OffersReview))]
    async fn product_proposal_request_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal, and what is wrong")] input: ProductProposalRequestChangesInput,
    ) -> Result<ProductProposalRequestChangesPayload> {
        let ProductProposalRequestChangesInput { id, reason, remarks } = input;
        let remarks = read_remarks(remarks);
        let outcome = review::refuse_proposal(ctx.app(), ctx.actor(), id, false, &reason, remarks).await;
        ProductProposalRequestChangesPayload::from(outcome)
    }

    /// Refuses a proposal that waits for good.
    #[access(Can(Permission::OffersReview))]
    async fn product_proposal_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal, and why")] input: ProductProposalRejectInput,
    ) -> Result<ProductProposalRejectPayload> {
        let ProductProposalRejectInput { id, reason, remarks } = input;
        let outcome = review::refuse_proposal(ctx.app(), ctx.actor(), id, true, &reason, read_remarks(remarks)).await;
        ProductProposalRejectPayload::from(outcome)
    }
}
