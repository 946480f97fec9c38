//! Proposals in the schema: what is read.

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::{PlainObject, edges, query};

use super::model::{self, Proposal, ProposalField, ProposalId, ProposalOrder, ProposalWhere, ProposedVariant, Remark};
use crate::{
    catalog::{
        brand::model::Brand,
        category::model::Category,
        product::model::Product,
        variant::model::{Variant, VariantId},
    },
    connection,
    context::Ctx,
    inventory::seller::model::Seller,
    kernel::{
        access::Permission,
        error::{Result, found},
        money::Money,
        page::PageArgs,
    },
    work::file::{
        api::File,
        model::{FileId, FileRow, NamedFile},
    },
};

connection!(ProposalConnection, ProposalEdge, Proposal);

/// A proposed pack size with its offer.
#[derive(Clone, Debug, PlainObject)]
#[graphql(name = "ProductProposalVariant", complex)]
pub struct ProposalVariant {
    /// Pack size as it was written: "500 g".
    pack: String,
    /// Name of the pack; null for the pack size.
    name: Option<String>,
    /// GTIN-8, -12, -13 or -14.
    barcode: Option<String>,
    /// Maximum retail price with all taxes.
    mrp: Option<Money>,
    /// The seller's stock keeping unit for its offer.
    sku: String,
    /// Price of one pack with all taxes, in the seller's offer.
    price: Option<Money>,
    #[graphql(skip)]
    variant_id: Option<VariantId>,
}

#[edges]
impl ProposalVariant {
    /// The variant of the catalogue that it became; null before the approval.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<Arc<Variant>>> {
        match self.variant_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

impl From<ProposedVariant> for ProposalVariant {
    fn from(own: ProposedVariant) -> Self {
        let ProposedVariant { pack, name, barcode, mrp, sku, price, variant_id } = own;
        Self { pack, name, barcode, mrp: mrp.map(Money::from), sku, price: price.map(Money::from), variant_id }
    }
}

/// What a reviewer finds wrong with a field of a proposal.
#[derive(Clone, Debug, PlainObject)]
#[graphql(name = "ProductProposalRemark")]
pub struct ProposalRemark {
    /// The field.
    field: ProposalField,
    /// Which pack size, from 0; null where it is about none in particular.
    variant: Option<i32>,
    /// What is wrong.
    reason: String,
}

impl From<Remark> for ProposalRemark {
    fn from(Remark { field, variant, reason }: Remark) -> Self {
        Self { field, variant, reason }
    }
}

#[edges]
impl Proposal {
    /// Who proposes.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load(self.seller_id).await
    }

    /// A brand of the catalogue; null where the proposal names another one, or none.
    async fn brand(&self, ctx: &Context<'_>) -> Result<Option<Arc<Brand>>> {
        match self.brand_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The shelf on which the product shall stand.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Arc<Category>>> {
        match self.category_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// Pack sizes in their order, each with its offer.
    async fn variants(&self) -> Result<Vec<ProposalVariant>> {
        Ok(self.packs()?.into_iter().map(ProposalVariant::from).collect())
    }

    /// Pictures in their order.
    async fn pictures(&self, ctx: &Context<'_>) -> Result<Vec<File>> {
        let loads = self.picture_file_ids.iter().map(|id| ctx.load(NamedFile(FileId(*id))));
        let rows = futures_util::future::try_join_all(loads).await?;
        Ok(rows.into_iter().flatten().map(|row| File::from(FileRow::clone(&row))).collect())
    }

    /// What is wrong with single fields, as the reviewer said last.
    async fn remarks(&self) -> Result<Vec<ProposalRemark>> {
        Ok(self.findings()?.into_iter().map(ProposalRemark::from).collect())
    }

    /// The product that it became, or whose packs it added; null before the approval.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Arc<Product>>> {
        match self.product_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// Queries over proposals.
#[derive(Default)]
pub struct ProposalQuery;

#[query]
impl ProposalQuery {
    /// A proposal of a seller within the caller's scope; null when there is none.
    #[access(Can(Permission::OffersRead))]
    async fn product_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The proposal")] id: ProposalId,
    ) -> Result<Option<Proposal>> {
        let conn = ctx.app().db.read().await?;
        found(model::find(&conn, ctx.actor(), Permission::OffersRead, id).await)
    }

    /// Proposals of sellers within the caller's scope. Those that wait for review, in the order of the queue:
    /// `where: {status: SUBMITTED}, orderBy: {field: SUBMITTED_AT, direction: ASC}`.
    #[access(Can(Permission::OffersRead))]
    async fn product_proposals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which proposals", name = "where")] filter: Option<ProposalWhere>,
        #[graphql(desc = "In which order; newest first when left out")] order_by: Option<ProposalOrder>,
        page: PageArgs,
    ) -> Result<ProposalConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let (filter, order) = (filter.unwrap_or_default(), order_by.unwrap_or_default());
        Ok(ProposalConnection(model::list(&conn, ctx.actor(), &filter, order, &page, count).await?))
    }
}
