//! Refunds in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, PaymentRefundChannel, PaymentRefundStatus, Refund, RefundId},
    staff::{self, StaffRefund},
};
use crate::{
    connection,
    context::Ctx,
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::{Money, MoneyInput},
        page::PageArgs,
    },
    payload,
    payments::{
        PaymentError,
        intent::model::{IntentId, PaymentIntent},
    },
};

#[edges]
impl Refund {
    /// How much.
    fn amount(&self) -> Money {
        self.amount_minor.into()
    }

    /// Of which payment.
    async fn intent(&self, ctx: &Context<'_>) -> Result<Option<std::sync::Arc<PaymentIntent>>> {
        ctx.load(self.intent_id).await
    }
}

connection!(PaymentRefundConnection, PaymentRefundEdge, Refund);

/// Which refunds a list shows.
#[derive(Debug, Default, InputObject)]
pub struct PaymentRefundWhere {
    /// In one of these states; in any when empty.
    #[graphql(default)]
    status: Vec<PaymentRefundStatus>,
    /// Given back in this way.
    channel: Option<PaymentRefundChannel>,
}

/// Queries over refunds.
#[derive(Default)]
pub struct RefundQuery;

#[query]
impl RefundQuery {
    /// Refunds, newest first: those that failed, or wait to be paid out by hand, need somebody.
    #[access(Can(Permission::PaymentsRead))]
    async fn payment_refunds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which refunds", name = "where")] filter: Option<PaymentRefundWhere>,
        page: PageArgs,
    ) -> Result<PaymentRefundConnection> {
        let filter = filter.unwrap_or_default();
        let conn = ctx.app().db.read().await?;
        let count = ctx.wants("totalCount");
        Ok(PaymentRefundConnection(
            model::list(&conn, ctx.actor(), &filter.status, filter.channel, &page, count).await?,
        ))
    }
}

/// Money to give back.
#[derive(InputObject)]
pub struct PaymentRefundInput {
    /// Of which payment.
    intent_id: IntentId,
    /// How much; at most what was paid, less what was given back or is on its way.
    amount: MoneyInput,
    /// Why, 1 to 200 characters.
    reason: String,
    /// Names the request: sent again, it is the same refund.
    idempotency_key: String,
}

/// A refund that was paid out by hand.
#[derive(InputObject)]
pub struct PaymentRefundRecordInput {
    /// The refund.
    id: RefundId,
    /// The bank's reference, or the receipt's number.
    reference: String,
    /// Names the request: sent again, it is recorded once.
    idempotency_key: String,
}

payload! { /// What paymentRefund answers.
PaymentRefundPayload { /// The refund.
refund: Refund } PaymentError }

payload! { /// What paymentRefundRecord answers.
PaymentRefundRecordPayload { /// The refund.
refund: Refund } PaymentError }

/// Changes to refunds.
#[derive(Default)]
pub struct RefundMutation;

#[mutation]
impl RefundMutation {
    /// Gives money back: through the gateway that it came by, or to be paid out by hand. Where it was only promised,
    /// less is asked for.
    #[access(Can(Permission::PaymentsRefund))]
    async fn payment_refund(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to give back")] input: PaymentRefundInput,
    ) -> Result<PaymentRefundPayload> {
        let amount = input.amount.minor().map_err(|message| Error::invalid("amount", message));
        let outcome = async {
            let new = StaffRefund { intent_id: input.intent_id, amount: amount?, reason: input.reason };
            staff::refund(ctx.app(), ctx.actor(), new, &input.idempotency_key).await
        };
        PaymentRefundPayload::from(outcome.await)
    }

    /// Records that a refund was paid out by hand.
    #[access(Can(Permission::PaymentsRefund))]
    async fn payment_refund_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refund")] input: PaymentRefundRecordInput,
    ) -> Result<PaymentRefundRecordPayload> {
        let (id, key) = (input.id, &input.idempotency_key);
        PaymentRefundRecordPayload::from(staff::record_payout(ctx.app(), ctx.actor(), id, &input.reference, key).await)
    }
}
