//! Papers in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, mutation};

use super::{
    model::{self, DistributorDocument, DistributorDocumentId, DistributorDocumentKind},
    service,
};
use crate::{
    context::Ctx,
    identity::account::model::Account,
    kernel::{
        access::Permission,
        date::Date,
        error::{Error, Result},
        storage::Link,
    },
    marketplace::{
        MarketplaceError,
        distributor::{model::DistributorId, parts_api::own_file},
    },
    payload,
    work::file::{
        api::File,
        model::{self as files, FileId, FilePurpose, NamedFile},
    },
};

#[edges]
impl DistributorDocument {
    /// Last day on which it is good, in India; null for one that does not expire.
    fn expires_on(&self) -> Option<Date> {
        self.expires_on.map(Date)
    }

    /// The file; its bytes are opened with distributorDocumentOpen.
    async fn file(&self, ctx: &Context<'_>) -> Result<Option<File>> {
        let row = ctx.load(NamedFile(FileId(self.file_id))).await?;
        Ok(row.map(|row| File::from(files::FileRow::clone(&row))))
    }

    /// Who handed it in; null for those who may not see the account.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.uploaded_by {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// Hands a paper in.
#[derive(InputObject)]
pub struct DistributorDocumentAddInput {
    /// Whose.
    distributor_id: DistributorId,
    /// What it proves.
    kind: DistributorDocumentKind,
    /// A file of the caller's, uploaded with purpose DISTRIBUTOR_DOCUMENT.
    file_id: FileId,
    /// Last day on which it is good; needed for a trade licence and for a food licence.
    expires_on: Option<Date>,
}

/// Accepts a paper.
#[derive(InputObject)]
pub struct DistributorDocumentApproveInput {
    /// The paper.
    id: DistributorDocumentId,
    /// The distributor's version with which the paper was compared; refused if the application was changed since.
    expected_version: Option<i32>,
}

/// Refuses a paper.
#[derive(InputObject)]
pub struct DistributorDocumentRejectInput {
    /// The paper.
    id: DistributorDocumentId,
    /// Why; the distributor's people read it. 1 to 1,000 characters.
    reason: String,
}

/// Opens a paper.
#[derive(InputObject)]
pub struct DistributorDocumentOpenInput {
    /// The paper.
    id: DistributorDocumentId,
}

/// Where the bytes of a paper are for a while.
#[derive(Clone, Debug, PlainObject)]
pub struct DistributorDocumentLink {
    /// Address from which anyone who has it can download the file.
    url: String,
    /// The download must have begun before this instant.
    expires_at: DateTime<Utc>,
}

impl From<Link> for DistributorDocumentLink {
    fn from(link: Link) -> Self {
        Self { url: link.url, expires_at: link.expires_at }
    }
}

payload! { /// What distributorDocumentAdd answers.
DistributorDocumentAddPayload { /// The paper, to be looked at.
document: DistributorDocument } MarketplaceError }

payload! { /// What distributorDocumentApprove answers.
DistributorDocumentApprovePayload { /// The accepted paper.
document: DistributorDocument } MarketplaceError }

payload! { /// What distributorDocumentReject answers.
DistributorDocumentRejectPayload { /// The refused paper.
document: DistributorDocument } MarketplaceError }

payload! { /// What distributorDocumentOpen answers.
DistributorDocumentOpenPayload { /// The link.
link: DistributorDocumentLink } MarketplaceError }

/// Changes to papers.
#[derive(Default)]
pub struct DocumentMutation;

#[mutation]
impl DocumentMutation {
    /// Hands a paper in. It is looked at by a reviewer; the accepted one of its kind stays in force until this one is.
    #[access(Can(Permission::DistributorsWrite))]
    async fn distributor_document_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The paper")] input: DistributorDocumentAddInput,
    ) -> Result<DistributorDocumentAddPayload> {
        DistributorDocumentAddPayload::from(add(ctx, input).await)
    }

    /// Accepts a paper.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_document_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which paper")] input: DistributorDocumentApproveInput,
    ) -> Result<DistributorDocumentApprovePayload> {
        let outcome = service::decide(ctx.app(), ctx.actor(), input.id, input.expected_version, None).await;
        DistributorDocumentApprovePayload::from(outcome)
    }

    /// Refuses a paper.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_document_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which paper, and why")] input: DistributorDocumentRejectInput,
    ) -> Result<DistributorDocumentRejectPayload> {
        let outcome = service::decide(ctx.app(), ctx.actor(), input.id, None, Some(&input.reason)).await;
        DistributorDocumentRejectPayload::from(outcome)
    }

    /// A link to a paper's file for the next five minutes: for the distributor's own people and for reviewers. Every one is
    /// recorded in the audit log.
    #[access(Can(Permission::SellersRead))]
    async fn distributor_document_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which paper")] input: DistributorDocumentOpenInput,
    ) -> Result<DistributorDocumentOpenPayload> {
        DistributorDocumentOpenPayload::from(open(ctx, input.id).await)
    }
}

async fn add(ctx: &Context<'_>, input: DistributorDocumentAddInput) -> Result<DistributorDocument> {
    let DistributorDocumentAddInput { distributor_id, kind, file_id, expires_on } = input;
    let file = own_file(ctx, file_id, FilePurpose::DistributorDocument, "fileId").await?;
    let expires_on = expires_on.map(|date| date.0);
    service::hand_in(ctx.app(), ctx.actor(), distributor_id, kind, file, expires_on).await
}

async fn open(ctx: &Context<'_>, id: DistributorDocumentId) -> Result<DistributorDocumentLink> {
    let conn = ctx.app().db.write().await?;
    let row = model::find(&conn, ctx.actor(), id).await?;
    let file = files::find_any(&conn, FileId(row.file_id)).await.map_err(|_| Error::NotFound("document"))?;
    drop(conn);
    let link = service::open(ctx.app(), ctx.actor(), id, &file.name, &file.content_type).await?;
    Ok(link.into())
}
