//! Payments in the schema.

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{edges, query};

use super::model::{self, IntentFilter, IntentId, PaymentIntent, PaymentMethod, PaymentStatus};
use crate::{
    connection,
    context::Ctx,
    identity::account::model::AccountId,
    kernel::{
        error::{Result, found},
        money::Money,
        page::PageArgs,
    },
    payments::{
        attempt::model::{Attempt, AttemptsOf},
        cod::model::{Collection, CollectionsOf},
        refund::model::{Refund, RefundsOf},
    },
};

#[edges]
impl PaymentIntent {
    /// What is to be paid.
    fn amount(&self) -> Money {
        self.amount_minor.into()
    }

    /// Part of a promise that is no longer asked for.
    fn waived(&self) -> Money {
        self.waived_minor.into()
    }

    /// What payers' banks have set aside or paid.
    fn authorised(&self) -> Money {
        self.authorised_minor.into()
    }

    /// What was paid, before refunds.
    fn captured(&self) -> Money {
        self.captured_minor.into()
    }

    /// What was given back.
    fn refunded(&self) -> Money {
        self.refunded_minor.into()
    }

    /// What is being given back.
    fn pending_refund(&self) -> Money {
        self.pending_refund_minor.into()
    }

    /// What is still to be paid.
    fn outstanding_amount(&self) -> Money {
        self.outstanding().into()
    }

    /// Cursor of its last event: pass it as `after` of `paymentEvents` to hear what comes next.
    fn cursor(&self) -> String {
        self.event_seq.to_string()
    }

    /// The tries to pay it, first to last.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<Attempt>> {
        Ok(ctx.load(AttemptsOf(self.id)).await?.map(|rows| rows.to_vec()).unwrap_or_default())
    }

    /// The refunds, first to last.
    async fn refunds(&self, ctx: &Context<'_>) -> Result<Vec<Refund>> {
        Ok(ctx.load(RefundsOf(self.id)).await?.map(|rows| rows.to_vec()).unwrap_or_default())
    }

    /// What was taken at the doors, the first first.
    async fn collections(&self, ctx: &Context<'_>) -> Result<Vec<Collection>> {
        Ok(ctx.load(CollectionsOf(self.id)).await?.map(|rows| rows.to_vec()).unwrap_or_default())
    }
}

connection!(PaymentIntentConnection, PaymentIntentEdge, PaymentIntent);

/// Which payments a list shows.
#[derive(Debug, Default, InputObject)]
pub struct PaymentIntentWhere {
    /// In one of these states; in any when empty.
    #[graphql(default)]
    status: Vec<PaymentStatus>,
    /// Paid in one of these ways; in any when empty.
    #[graphql(default)]
    method: Vec<PaymentMethod>,
    /// Of the order with this number.
    reference: Option<String>,
    /// Of this customer.
    account_id: Option<AccountId>,
    /// Opened at or after this instant.
    created_after: Option<DateTime<Utc>>,
    /// Opened before this instant.
    created_before: Option<DateTime<Utc>>,
}

impl From<PaymentIntentWhere> for IntentFilter {
    fn from(filter: PaymentIntentWhere) -> Self {
        Self {
            status: filter.status,
            method: filter.method,
            reference: filter.reference,
            account_id: filter.account_id,
            created_after: filter.created_after,
            created_before: filter.created_before,
        }
    }
}

/// Queries over payments.
#[derive(Default)]
pub struct IntentQuery;

#[query]
impl IntentQuery {
    /// A payment: one's own, or any with the permission payments.read.
    #[access(Known)]
    async fn payment_intent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment's ID")] id: IntentId,
    ) -> Result<Option<PaymentIntent>> {
        found(model::find(&*ctx.app().db.read().await?, ctx.actor(), id).await)
    }

    /// Payments, newest first: one's own, or all with the permission payments.read.
    #[access(Known)]
    async fn payment_intents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which payments", name = "where")] filter: Option<PaymentIntentWhere>,
        page: PageArgs,
    ) -> Result<PaymentIntentConnection> {
        let filter = filter.unwrap_or_default().into();
        let (conn, count) = (ctx.app().db.read().await?, ctx.wants("totalCount"));
        Ok(PaymentIntentConnection(model::list(&conn, ctx.actor(), &filter, &page, count).await?))
    }
}
