//! Reviewing distributors in the schema.

use async_graphql::{Context, Enum, InputObject};
use freshvilla_macros::{PlainObject, mutation};

use super::{
    model::DistributorNote,
    service::{self, NewRemark},
};
use crate::{
    context::Ctx,
    kernel::{
        access::Permission,
        error::{Error, Result},
        payload::settle,
    },
    marketplace::{
        MarketplaceError,
        distributor::{
            field::DistributorField,
            model::{Distributor, DistributorId},
            status::DistributorStep,
        },
    },
    payload,
};

/// Most distributors in one bulk decision.
const MAX_BULK: usize = 100;

/// Declares the input of a decision on one distributor, its payload, and nothing else.
macro_rules! decision {
    ($(#[$doc:meta])* $input:ident, $(#[$reason_doc:meta])* $reason:ident: $reason_type:ty,
     $(#[$payload_doc:meta])* $payload:ident) => {
        $(#[$doc])*
        #[derive(InputObject)]
        pub struct $input {
            /// The distributor.
            id: DistributorId,
            $(#[$reason_doc])*
            $reason: $reason_type,
        }

        payload! { $(#[$payload_doc])* $payload { /// The distributor after the decision.
        distributor: Distributor } MarketplaceError }
    };
}

decision! {
    /// Accepts an application.
    DistributorApproveInput,
    /// A word for the history; may be left out.
    #[graphql(default)]
    reason: String,
    /// What distributorApprove answers.
    DistributorApprovePayload
}

decision! {
    /// Refuses an application.
    DistributorRejectInput,
    /// Why; its owner reads it. 1 to 2,000 characters.
    reason: String,
    /// What distributorReject answers.
    DistributorRejectPayload
}

decision! {
    /// Stops a distributor's sales.
    DistributorSuspendInput,
    /// Why; its owner reads it. 1 to 2,000 characters.
    reason: String,
    /// What distributorSuspend answers.
    DistributorSuspendPayload
}

decision! {
    /// Lets a suspended distributor sell again.
    DistributorReinstateInput,
    /// A word for the history; may be left out.
    #[graphql(default)]
    reason: String,
    /// What distributorReinstate answers.
    DistributorReinstatePayload
}

decision! {
    /// Ends a distributor for good.
    DistributorCloseInput,
    /// Why; its owner reads it. 1 to 2,000 characters.
    reason: String,
    /// What distributorClose answers.
    DistributorClosePayload
}

/// What is wrong with a field.
#[derive(InputObject)]
pub struct DistributorRemarkInput {
    /// The field.
    field: DistributorField,
    /// What is wrong with it; 1 to 1,000 characters.
    reason: String,
}

/// Sends an application back.
#[derive(InputObject)]
pub struct DistributorRequestChangesInput {
    /// The distributor.
    id: DistributorId,
    /// What this is about; 1 to 2,000 characters.
    reason: String,
    /// What is wrong with single fields; one remark for each field.
    #[graphql(default)]
    remarks: Vec<DistributorRemarkInput>,
}

payload! { /// What distributorRequestChanges answers.
DistributorRequestChangesPayload { /// The distributor, pending.
distributor: Distributor } MarketplaceError }

/// A note on a distributor.
#[derive(InputObject)]
pub struct DistributorNoteAddInput {
    /// The distributor.
    id: DistributorId,
    /// The note; 1 to 4,000 characters.
    text: String,
}

payload! { /// What distributorNoteAdd answers.
DistributorNoteAddPayload { /// The note.
note: DistributorNote } MarketplaceError }

/// A decision that can be taken on many distributors at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DistributorBulkStep {
    /// Accept.
    Approve,
    /// Refuse.
    Reject,
    /// Stop the sales of.
    Suspend,
    /// Let sell again.
    Reinstate,
}

impl From<DistributorBulkStep> for DistributorStep {
    fn from(step: DistributorBulkStep) -> Self {
        match step {
            DistributorBulkStep::Approve => Self::Approve,
            DistributorBulkStep::Reject => Self::Reject,
            DistributorBulkStep::Suspend => Self::Suspend,
            DistributorBulkStep::Reinstate => Self::Reinstate,
        }
    }
}

/// One decision on many distributors.
#[derive(InputObject)]
pub struct DistributorsDecideInput {
    /// The distributors, at most 100, each once.
    ids: Vec<DistributorId>,
    /// What to do with each.
    step: DistributorBulkStep,
    /// Why; needed to reject and to suspend.
    #[graphql(default)]
    reason: String,
}

/// What became of one distributor of a bulk decision.
#[derive(PlainObject)]
pub struct DistributorDecideResult {
    /// The distributor's ID.
    id: DistributorId,
    /// The distributor after the decision; null where it was not possible.
    distributor: Option<Distributor>,
    /// Why it was not possible; empty on success.
    errors: Vec<MarketplaceError>,
}

payload! { /// What distributorsDecide answers.
DistributorsDecidePayload { /// A result for each distributor, in the order of the input.
results: Vec<DistributorDecideResult> } MarketplaceError }

/// What the back office does with distributors.
#[derive(Default)]
pub struct ReviewMutation;

#[mutation]
impl ReviewMutation {
    /// Accepts an application: the distributor sells from now on, under the GST registration that it gave.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributor")] input: DistributorApproveInput,
    ) -> Result<DistributorApprovePayload> {
        DistributorApprovePayload::from(decide(ctx, input.id, DistributorStep::Approve, &input.reason).await)
    }

    /// Refuses an application; it may be reopened by requesting changes.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributor, and why")] input: DistributorRejectInput,
    ) -> Result<DistributorRejectPayload> {
        DistributorRejectPayload::from(decide(ctx, input.id, DistributorStep::Reject, &input.reason).await)
    }

    /// Sends an application back with what is wrong with single fields. A distributor that was verified sells nothing
    /// until it is verified again.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_request_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributor, and what is wrong")] input: DistributorRequestChangesInput,
    ) -> Result<DistributorRequestChangesPayload> {
        let remarks = input.remarks.into_iter().map(|remark| NewRemark { field: remark.field, reason: remark.reason });
        let remarks = remarks.collect();
        let outcome = service::request_changes(ctx.app(), ctx.actor(), input.id, &input.reason, remarks).await;
        DistributorRequestChangesPayload::from(outcome)
    }

    /// Stops a distributor's sales for now.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_suspend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributor, and why")] input: DistributorSuspendInput,
    ) -> Result<DistributorSuspendPayload> {
        DistributorSuspendPayload::from(decide(ctx, input.id, DistributorStep::Suspend, &input.reason).await)
    }

    /// Lets a suspended distributor sell again.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_reinstate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributor")] input: DistributorReinstateInput,
    ) -> Result<DistributorReinstatePayload> {
        DistributorReinstatePayload::from(decide(ctx, input.id, DistributorStep::Reinstate, &input.reason).await)
    }

    /// Ends a distributor for good; its name is free again, its slug is not.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributor, and why")] input: DistributorCloseInput,
    ) -> Result<DistributorClosePayload> {
        DistributorClosePayload::from(decide(ctx, input.id, DistributorStep::Close, &input.reason).await)
    }

    /// Takes the same decision on many distributors; each stands for itself, and has a result of its own.
    #[access(Can(Permission::SellersWrite))]
    async fn distributors_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which distributors, and what to do with them")] input: DistributorsDecideInput,
    ) -> Result<DistributorsDecidePayload> {
        DistributorsDecidePayload::from(decide_all(ctx, input).await)
    }

    /// Adds a note that only the back office sees.
    #[access(Can(Permission::SellersWrite))]
    async fn distributor_note_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note")] input: DistributorNoteAddInput,
    ) -> Result<DistributorNoteAddPayload> {
        let outcome = service::add_note(ctx.app(), ctx.actor(), input.id, &input.text).await;
        DistributorNoteAddPayload::from(outcome)
    }
}

async fn decide(ctx: &Context<'_>, id: DistributorId, step: DistributorStep, reason: &str) -> Result<Distributor> {
    service::decide(ctx.app(), ctx.actor(), id, step, reason).await
}

async fn decide_all(ctx: &Context<'_>, input: DistributorsDecideInput) -> Result<Vec<DistributorDecideResult>> {
    if input.ids.is_empty() || input.ids.len() > MAX_BULK {
        return Err(Error::invalid("ids", format!("name 1 to {MAX_BULK} distributors")));
    }
    let mut results = Vec::with_capacity(input.ids.len());
    for id in input.ids {
        let (distributor, problems) = settle(decide(ctx, id, input.step.into(), &input.reason).await)?;
        results.push(DistributorDecideResult {
            id,
            distributor,
            errors: problems.into_iter().map(Into::into).collect(),
        });
    }
    Ok(results)
}
