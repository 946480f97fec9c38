//! Imports of offers in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::mutation;

use super::import::{
    jobs::{OfferImportKind, OfferImportSpec},
    service,
};
use crate::{
    catalog::import::api::{ImportColumnInput, ImportDefaultInput, uploaded, wishes},
    context::Ctx,
    inventory::seller::model::SellerId,
    kernel::{access::Permission, error::Result},
    marketplace::MarketplaceError,
    payload,
    work::{
        file::model::{FileId, FilePurpose},
        job::api::Job,
    },
};

/// Asks for an import of offers. Fields for `mapping` and `defaults` are sku, price, business_price, price_breaks,
/// business_price_breaks, and for whole offers variant_sku, barcode, min_quantity, max_quantity, quantity_step, lead_time,
/// low_stock_threshold, starts_at, ends_at and status; for stock sku, location, and on_hand or available.
#[derive(Debug, InputObject)]
pub struct OfferImportStartInput {
    /// Whose offers; the file has no say in it.
    seller_id: SellerId,
    /// What the file holds.
    #[graphql(default_with = "OfferImportKind::Offers")]
    kind: OfferImportKind,
    /// The file, uploaded with purpose OFFER_IMPORT: CSV in any usual encoding (gzip too) or XLSX, of which the first
    /// sheet is read.
    file_id: FileId,
    /// Columns whose names do not tell their meaning.
    #[graphql(default)]
    mapping: Vec<ImportColumnInput>,
    /// Values for rows that have none, for example status live.
    #[graphql(default)]
    defaults: Vec<ImportDefaultInput>,
    /// Check and count everything, change nothing.
    #[graphql(default)]
    dry_run: bool,
    /// The same key with the same input answers the same job; 1 to 128 characters.
    idempotency_key: String,
}

payload! { /// What offerImportStart answers.
OfferImportStartPayload { /// The job that imports; follow it with jobEvents, and see importErrors for what it refused.
job: Job } MarketplaceError }

/// Starting imports of offers.
#[derive(Default)]
pub struct OfferImportMutation;

#[mutation]
impl OfferImportMutation {
    /// Imports a file of offers of a seller within the caller's scope in the background. Offers are matched by the
    /// seller's SKU, new ones tied to a variant by its SKU or barcode. Cells that are empty leave stored values as they
    /// are, `none` empties them. Price breaks are written as `10:95; 50:90`. Every changed offer is in the audit log with
    /// the caller's name; the import stops where the caller loses the right to change the seller's offers.
    ///
    /// A file of stock sets, absolutely, how many pieces are on hand (reserved and damaged ones among them) or available,
    /// at a location that is named by a store's code, a warehouse's name or an ID, and need not be where the seller has
    /// only one within the caller's scope. What comes in has no batch; what goes, goes first to expire first. Every change is
    /// in the stock ledger with the caller's name and the job as its reference.
    #[access(Can(Permission::OffersWrite))]
    async fn offer_import_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file and how to read it")] input: OfferImportStartInput,
    ) -> Result<OfferImportStartPayload> {
        let outcome = async {
            let source = uploaded(ctx, input.file_id, FilePurpose::OfferImport).await?;
            let wishes = wishes(input.mapping, input.defaults);
            let spec =
                OfferImportSpec { seller: input.seller_id, kind: input.kind, source, wishes, dry_run: input.dry_run };
            service::start_import(ctx.app(), ctx.actor(), spec, &input.idempotency_key).await.map(Job::from)
        };
        OfferImportStartPayload::from(outcome.await)
    }
}
