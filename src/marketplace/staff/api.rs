//! A distributor's people in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::mutation;

use super::{
    model::{DistributorInvitation, DistributorInvitationId, DistributorStaffRole},
    service,
};
use crate::{
    context::Ctx,
    identity::account::model::AccountId,
    kernel::{access::Permission, error::Result},
    marketplace::{
        MarketplaceError,
        distributor::model::{Distributor, DistributorId},
    },
    payload,
};

/// Invites somebody.
#[derive(InputObject)]
pub struct DistributorInviteInput {
    /// To which distributor.
    distributor_id: DistributorId,
    /// Where the invitation goes; the person signs in with this address.
    email: String,
    /// As what the person is to work.
    role: DistributorStaffRole,
}

/// Names an invitation to send again.
#[derive(InputObject)]
pub struct DistributorInvitationResendInput {
    /// The invitation.
    id: DistributorInvitationId,
}

/// Names an invitation to take back.
#[derive(InputObject)]
pub struct DistributorInvitationRevokeInput {
    /// The invitation.
    id: DistributorInvitationId,
}

/// The token from the mail.
#[derive(InputObject)]
pub struct DistributorInvitationAcceptInput {
    /// The part of the link after `#token=`.
    #[graphql(secret)]
    token: String,
}

/// Another role for a member.
#[derive(InputObject)]
pub struct DistributorMemberUpdateInput {
    /// The distributor.
    distributor_id: DistributorId,
    /// The member's account.
    account_id: AccountId,
    /// As what the person works from now on.
    role: DistributorStaffRole,
}

/// A member to part with.
#[derive(InputObject)]
pub struct DistributorMemberRemoveInput {
    /// The distributor.
    distributor_id: DistributorId,
    /// The member's account.
    account_id: AccountId,
}

/// The next owner.
#[derive(InputObject)]
pub struct DistributorHandOverInput {
    /// The distributor.
    distributor_id: DistributorId,
    /// The account of a member, who becomes the owner.
    account_id: AccountId,
}

payload! { /// What distributorInvite answers.
DistributorInvitePayload { /// The invitation.
invitation: DistributorInvitation } MarketplaceError }

payload! { /// What distributorInvitationResend answers.
DistributorInvitationResendPayload { /// The invitation with its new times.
invitation: DistributorInvitation } MarketplaceError }

payload! { /// What distributorInvitationRevoke answers.
DistributorInvitationRevokePayload { /// The invitation, taken back.
invitation: DistributorInvitation } MarketplaceError }

payload! { /// What distributorInvitationAccept answers.
DistributorInvitationAcceptPayload { /// The distributor that the caller works for now.
distributor: Distributor } MarketplaceError }

payload! { /// What distributorMemberUpdate answers.
DistributorMemberUpdatePayload { /// The distributor.
distributor: Distributor } MarketplaceError }

payload! { /// What distributorMemberRemove answers.
DistributorMemberRemovePayload { /// The distributor.
distributor: Distributor } MarketplaceError }

payload! { /// What distributorHandOver answers.
DistributorHandOverPayload { /// The distributor with its new owner.
distributor: Distributor } MarketplaceError }

/// Changes to a distributor's people.
#[derive(Default)]
pub struct StaffMutation;

#[mutation]
impl StaffMutation {
    /// Invites somebody by mail to work for a distributor, which must be verified. The link works for a week.
    #[access(Can(Permission::UsersWrite))]
    async fn distributor_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom, and as what")] input: DistributorInviteInput,
    ) -> Result<DistributorInvitePayload> {
        let DistributorInviteInput { distributor_id, email, role } = input;
        let outcome = service::invite(ctx.app(), ctx.actor(), distributor_id, &email, role).await;
        DistributorInvitePayload::from(outcome)
    }

    /// Sends an invitation again; the former link stops working. Once a minute, five times in all.
    #[access(Can(Permission::UsersWrite))]
    async fn distributor_invitation_resend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invitation")] input: DistributorInvitationResendInput,
    ) -> Result<DistributorInvitationResendPayload> {
        DistributorInvitationResendPayload::from(service::resend(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Takes an invitation back; its link stops working.
    #[access(Can(Permission::UsersWrite))]
    async fn distributor_invitation_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invitation")] input: DistributorInvitationRevokeInput,
    ) -> Result<DistributorInvitationRevokePayload> {
        DistributorInvitationRevokePayload::from(service::revoke(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Accepts an invitation: the caller, whose address it was sent to, works for the distributor from now on.
    #[access(SignedIn)]
    async fn distributor_invitation_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token")] input: DistributorInvitationAcceptInput,
    ) -> Result<DistributorInvitationAcceptPayload> {
        DistributorInvitationAcceptPayload::from(service::accept(ctx.app(), ctx.actor(), &input.token).await)
    }

    /// Gives a member another role. The owner's changes only with distributorHandOver.
    #[access(Can(Permission::UsersWrite))]
    async fn distributor_member_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member and the role")] input: DistributorMemberUpdateInput,
    ) -> Result<DistributorMemberUpdatePayload> {
        let DistributorMemberUpdateInput { distributor_id, account_id, role } = input;
        let outcome = service::set_role(ctx.app(), ctx.actor(), distributor_id, account_id, role).await;
        DistributorMemberUpdatePayload::from(outcome)
    }

    /// Parts with a member, who loses all rights over the distributor at once. The account stays.
    #[access(Can(Permission::UsersWrite))]
    async fn distributor_member_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The member")] input: DistributorMemberRemoveInput,
    ) -> Result<DistributorMemberRemovePayload> {
        let DistributorMemberRemoveInput { distributor_id, account_id } = input;
        let outcome = service::remove(ctx.app(), ctx.actor(), distributor_id, account_id).await;
        DistributorMemberRemovePayload::from(outcome)
    }

    /// Makes a member the owner; the former owner stays as a manager. For the owner and the back office.
    #[access(Can(Permission::UsersWrite))]
    async fn distributor_hand_over(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The next owner")] input: DistributorHandOverInput,
    ) -> Result<DistributorHandOverPayload> {
        let DistributorHandOverInput { distributor_id, account_id } = input;
        let outcome = service::hand_over(ctx.app(), ctx.actor(), distributor_id, account_id).await;
        DistributorHandOverPayload::from(outcome)
    }
}
