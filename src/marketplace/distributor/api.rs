//! Distributors in the schema: what their own people see and do.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    below::page_below,
    field::{Application, DistributorField},
    model::{self, Distributor, DistributorId, DistributorOrder, DistributorWhere},
    parts_api::{
        DistributorAddress, DistributorBankAccount, DistributorCompany, DistributorContact, DistributorLegal,
        DistributorSettings, DistributorSettingsInput, DistributorStorefrontInput,
    },
    sections::{
        DistributorAddressInput, DistributorBankAccountInput, DistributorCompanyInput, DistributorContactInput,
        DistributorLegalInput, Sections,
    },
    service,
};
use crate::{
    connection,
    context::Ctx,
    identity::{account::model::Account, role::model::RoleGrant},
    inventory::seller::model::Seller,
    kernel::{
        access::Permission,
        error::{Result, found},
        page::PageArgs,
    },
    marketplace::{
        MarketplaceError,
        document::{
            model::{DistributorDocument, DistributorDocumentKind, DocumentsOf, Papers},
            service as documents,
        },
        review::model::{
            Decisions, DistributorDecision, DistributorNote, DistributorRemark, DistributorRemarkId, Notes, Remarks,
        },
        review::service as reviews,
        staff::model::{DistributorInvitation, Invitations, Members},
        storefront::model::{Storefront, StorefrontOf},
    },
    payload,
};

connection!(DistributorConnection, DistributorEdge, Distributor);
connection!(DistributorDocumentConnection, DistributorDocumentEdge, DistributorDocument);
connection!(DistributorMemberConnection, DistributorMemberEdge, RoleGrant);
connection!(DistributorInvitationConnection, DistributorInvitationEdge, DistributorInvitation);
connection!(DistributorRemarkConnection, DistributorRemarkEdge, DistributorRemark);
connection!(DistributorDecisionConnection, DistributorDecisionEdge, DistributorDecision);
connection!(DistributorNoteConnection, DistributorNoteEdge, DistributorNote);

#[edges]
impl Distributor {
    /// The seller that it is: name, slug, GST registrations.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load(self.id.seller()).await
    }

    /// The one person who answers for it; null for those who may not see accounts.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        ctx.load(self.owner_id).await
    }

    /// The business.
    fn company(&self) -> DistributorCompany {
        self.into()
    }

    /// Whom to talk to.
    fn contact(&self) -> DistributorContact {
        self.into()
    }

    /// Where it has its seat.
    fn address(&self) -> DistributorAddress {
        self.into()
    }

    /// Its tax numbers.
    fn legal(&self) -> DistributorLegal {
        self.into()
    }

    /// Where its payouts go.
    fn bank_account(&self) -> DistributorBankAccount {
        self.into()
    }

    /// How it wants to be treated.
    fn settings(&self) -> DistributorSettings {
        self.into()
    }

    /// How it presents itself.
    async fn storefront(&self, ctx: &Context<'_>) -> Result<Option<Arc<Storefront>>> {
        ctx.load(StorefrontOf(self.id.seller())).await
    }

    /// The fields that are still missing before it can be handed in.
    async fn missing_fields(&self, ctx: &Context<'_>) -> Result<Vec<DistributorField>> {
        let (seller, storefront) = (ctx.load(self.id.seller()).await?, ctx.load(StorefrontOf(self.id.seller())).await?);
        let (Some(seller), Some(storefront)) = (seller, storefront) else { return Ok(Vec::new()) };
        let (seller, storefront) = (Seller::clone(&seller), Storefront::clone(&storefront));
        Ok(Application { distributor: self.clone(), seller, storefront }.missing())
    }

    /// All papers, oldest first; refused, replaced and outdated ones too.
    async fn documents(&self, ctx: &Context<'_>, page: PageArgs) -> Result<DistributorDocumentConnection> {
        Ok(DistributorDocumentConnection(page_below(ctx, Papers, self.id, page).await?))
    }

    /// The required kinds of which no paper is accepted and good today.
    async fn missing_documents(&self, ctx: &Context<'_>) -> Result<Vec<DistributorDocumentKind>> {
        let (papers, today) = (ctx.load(DocumentsOf(self.id)).await?.unwrap_or_default(), ctx.app().clock.today());
        Ok(documents::lacking(ctx.app(), &papers, |paper| paper.is_good(today)))
    }

    /// The roles that people have over it, its owner's included, oldest first; nothing for those who may not see its
    /// accounts.
    async fn members(&self, ctx: &Context<'_>, page: PageArgs) -> Result<DistributorMemberConnection> {
        Ok(DistributorMemberConnection(page_below(ctx, Members, self.id, page).await?))
    }

    /// Who was invited to work for it, oldest first; nothing for those who may not change its accounts.
    async fn invitations(&self, ctx: &Context<'_>, page: PageArgs) -> Result<DistributorInvitationConnection> {
        Ok(DistributorInvitationConnection(page_below(ctx, Invitations, self.id, page).await?))
    }

    /// What reviewers found wrong with single fields, oldest first; settled remarks too.
    async fn remarks(&self, ctx: &Context<'_>, page: PageArgs) -> Result<DistributorRemarkConnection> {
        Ok(DistributorRemarkConnection(page_below(ctx, Remarks, self.id, page).await?))
    }

    /// Every change of its state, oldest first.
    async fn decisions(&self, ctx: &Context<'_>, page: PageArgs) -> Result<DistributorDecisionConnection> {
        Ok(DistributorDecisionConnection(page_below(ctx, Decisions, self.id, page).await?))
    }

    /// What the back office noted, oldest first; nothing for everybody else.
    async fn notes(&self, ctx: &Context<'_>, page: PageArgs) -> Result<DistributorNoteConnection> {
        Ok(DistributorNoteConnection(page_below(ctx, Notes, self.id, page).await?))
    }
}

#[edges]
impl DistributorDecision {
    /// Who took the step; null for the program, and for those who may not see the account.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.account_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

#[edges]
impl DistributorNote {
    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.author_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// Queries over distributors.
#[derive(Default)]
pub struct DistributorQuery;

#[query]
impl DistributorQuery {
    /// A distributor within the caller's scope; null when there is none.
    #[access(Can(Permission::SellersRead))]
    async fn distributor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The distributor's ID")] id: DistributorId,
    ) -> Result<Option<Distributor>> {
        found(model::find(&*ctx.app().db.read().await?, ctx.actor(), id).await)
    }

    /// Distributors within the caller's scope: the reviewers' queue, and one's own.
    #[access(Can(Permission::SellersRead))]
    async fn distributors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributors", name = "where")] filter: Option<DistributorWhere>,
        #[graphql(desc = "Sorted how; newest applications last when left out")] order_by: Option<DistributorOrder>,
        page: PageArgs,
    ) -> Result<DistributorConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let (filter, by) = (filter.unwrap_or_default(), order_by.unwrap_or_default());
        Ok(DistributorConnection(model::list(&conn, ctx.actor(), &filter, by, &page, count).await?))
    }
}

/// A new application.
#[derive(InputObject)]
pub struct DistributorApplyInput {
    /// Name of the storefront, unique among sellers without regard to case; 1 to 120 characters.
    name: String,
    /// Slug of the storefront; made from the name when left out.
    slug: Option<String>,
}

/// Sections of an application; each may be left out, and what is left out stays.
#[derive(InputObject)]
pub struct DistributorUpdateInput {
    /// The distributor.
    id: DistributorId,
    /// The version that was read; refused if somebody has changed the application since.
    expected_version: Option<i32>,
    /// The business.
    company: Option<DistributorCompanyInput>,
    /// Whom to talk to.
    contact: Option<DistributorContactInput>,
    /// Where the business has its seat, as a whole.
    address: Option<DistributorAddressInput>,
    /// Tax numbers.
    legal: Option<DistributorLegalInput>,
    /// Where payouts go.
    bank_account: Option<DistributorBankAccountInput>,
    /// How the distributor presents itself.
    storefront: Option<DistributorStorefrontInput>,
    /// How the distributor wants to be treated.
    settings: Option<DistributorSettingsInput>,
}

/// Names an application to hand in.
#[derive(InputObject)]
pub struct DistributorSubmitInput {
    /// The distributor.
    id: DistributorId,
}

/// Names an application to take back.
#[derive(InputObject)]
pub struct DistributorWithdrawInput {
    /// The distributor.
    id: DistributorId,
}

/// What the applicant says to a remark.
#[derive(InputObject)]
pub struct DistributorAnswerRemarkInput {
    /// The remark.
    id: DistributorRemarkId,
    /// The answer; 1 to 1,000 characters.
    answer: String,
}

payload! { /// What distributorApply answers.
DistributorApplyPayload { /// The new distributor, pending.
distributor: Distributor } MarketplaceError }

payload! { /// What distributorUpdate answers.
DistributorUpdatePayload { /// The changed distributor.
distributor: Distributor } MarketplaceError }

payload! { /// What distributorSubmit answers.
DistributorSubmitPayload { /// The distributor, in review.
distributor: Distributor } MarketplaceError }

payload! { /// What distributorWithdraw answers.
DistributorWithdrawPayload { /// The distributor, pending again.
distributor: Distributor } MarketplaceError }

payload! { /// What distributorAnswerRemark answers.
DistributorAnswerRemarkPayload { /// The remark with the answer.
remark: DistributorRemark } MarketplaceError }

/// What a distributor's own people do with its application.
#[derive(Default)]
pub struct DistributorMutation;

#[mutation]
impl DistributorMutation {
    /// Opens an application to sell at FreshVilla. The caller becomes the owner of a distributor that sells nothing until
    /// it is verified. One application at a time: the next one is opened once the first was decided on, and none that
    /// was sent back waits.
    #[access(SignedIn)]
    async fn distributor_apply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The application")] input: DistributorApplyInput,
    ) -> Result<DistributorApplyPayload> {
        let slug = input.slug.as_deref();
        DistributorApplyPayload::from(service::apply(ctx.app(), ctx.actor(), &input.name, slug).await)
    }

    /// Saves sections of an application. Everything is open while the distributor is pending; once it is verified, only
    /// the storefront's texts and pictures and the settings are. The rest is opened again by distributorRequestChanges,
    /// which stops the sales until the distributor is verified anew. An accepted paper that proves a changed field
    /// becomes outdated, and a new one is needed before the application can be handed in: the legal name stands on the
    /// GST certificate, the PAN card and both licences, form of the business and GSTIN on the GST certificate, the PAN on
    /// the PAN card, the address on the GST certificate, the proof of address and both licences, the bank account on the
    /// cancelled cheque.
    #[access(Can(Permission::DistributorsWrite))]
    async fn distributor_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sections")] input: DistributorUpdateInput,
    ) -> Result<DistributorUpdatePayload> {
        DistributorUpdatePayload::from(update(ctx, input).await)
    }

    /// Hands an application in. It must be complete; every missing field is named.
    #[access(Can(Permission::DistributorsWrite))]
    async fn distributor_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application")] input: DistributorSubmitInput,
    ) -> Result<DistributorSubmitPayload> {
        DistributorSubmitPayload::from(service::submit(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Takes an application back that nobody has decided on yet, to change something.
    #[access(Can(Permission::DistributorsWrite))]
    async fn distributor_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which application")] input: DistributorWithdrawInput,
    ) -> Result<DistributorWithdrawPayload> {
        DistributorWithdrawPayload::from(service::withdraw(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Answers a reviewer's remark, where the field is right as it is.
    #[access(Can(Permission::DistributorsWrite))]
    async fn distributor_answer_remark(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer")] input: DistributorAnswerRemarkInput,
    ) -> Result<DistributorAnswerRemarkPayload> {
        let outcome = reviews::answer_remark(ctx.app(), ctx.actor(), input.id, &input.answer).await;
        DistributorAnswerRemarkPayload::from(outcome)
    }
}

async fn update(ctx: &Context<'_>, input: DistributorUpdateInput) -> Result<Distributor> {
    let storefront = match input.storefront {
        Some(storefront) => Some(storefront.check(ctx).await?),
        None => None,
    };
    let sections = Sections {
        company: input.company,
        contact: input.contact,
        address: input.address,
        legal: input.legal,
        bank_account: input.bank_account,
        storefront,
        notification_email: input.settings.and_then(|settings| settings.notification_email.into()),
    };
    service::update(ctx.app(), ctx.actor(), input.id, input.expected_version, sections).await
}
