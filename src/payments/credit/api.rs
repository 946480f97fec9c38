//! Credit in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, CreditAccount},
    staff::{self, CreditPayment, CreditTerms},
};
use crate::{
    connection,
    context::Ctx,
    identity::account::model::{Account, AccountId},
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::{Minor, Money, MoneyInput},
        page::PageArgs,
    },
    payload,
    payments::{
        PaymentError,
        intent::model::{IntentId, PaymentIntent},
    },
};

#[edges]
impl CreditAccount {
    /// Whose.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        ctx.load(self.account_id).await
    }

    /// Most that they may owe.
    fn limit(&self) -> Money {
        self.limit_minor.into()
    }

    /// What they owe.
    fn used(&self) -> Money {
        self.used_minor.into()
    }

    /// What they can still buy for; nothing while it is suspended.
    fn available(&self) -> Money {
        let left = if self.suspended { 0 } else { (self.limit_minor.0 - self.used_minor.0).max(0) };
        Minor(left).into()
    }
}

connection!(CreditAccountConnection, CreditAccountEdge, CreditAccount);

/// Queries over credit.
#[derive(Default)]
pub struct CreditQuery;

#[query]
impl CreditQuery {
    /// Customers' credit, newest first: one's own, or everybody's with the permission payments.read.
    #[access(Known)]
    async fn credit_accounts(&self, ctx: &Context<'_>, page: PageArgs) -> Result<CreditAccountConnection> {
        let (conn, count) = (ctx.app().db.read().await?, ctx.wants("totalCount"));
        Ok(CreditAccountConnection(model::list(&conn, ctx.actor(), &page, count).await?))
    }
}

/// A customer's credit.
#[derive(InputObject)]
pub struct CreditAccountSetInput {
    /// Whose: a business customer.
    account_id: AccountId,
    /// Most that they may owe. Below what they owe, it keeps them from buying more.
    limit: MoneyInput,
    /// Days from a purchase to its payment, 1 to 365.
    days: i32,
    /// Whether nothing more is sold on it for now.
    #[graphql(default)]
    suspended: bool,
    /// The version that the client has seen, 0 for none; any when left out.
    expected_version: Option<i32>,
}

/// What was paid for an order on credit.
#[derive(InputObject)]
pub struct CreditPaymentRecordInput {
    /// Of which payment.
    intent_id: IntentId,
    /// How much: all that is owed for it.
    amount: MoneyInput,
    /// The bank's reference, at most 60 characters.
    reference: String,
    /// Names the request: sent again, it is recorded once.
    idempotency_key: String,
}

payload! { /// What creditAccountSet answers.
CreditAccountSetPayload { /// The customer's credit.
credit_account: CreditAccount } PaymentError }

payload! { /// What creditPaymentRecord answers.
CreditPaymentRecordPayload { /// The payment as it stands now.
intent: PaymentIntent } PaymentError }

/// Changes to credit.
#[derive(Default)]
pub struct CreditMutation;

#[mutation]
impl CreditMutation {
    /// Sets how much a business customer may owe, and how long.
    #[access(Can(Permission::PaymentsWrite))]
    async fn credit_account_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The credit")] input: CreditAccountSetInput,
    ) -> Result<CreditAccountSetPayload> {
        let limit = input.limit.minor().map_err(|message| Error::invalid("limit", message));
        let outcome = async {
            let terms = CreditTerms {
                account_id: input.account_id,
                limit: limit?,
                days: input.days,
                suspended: input.suspended,
                expected_version: input.expected_version,
            };
            staff::set(ctx.app(), ctx.actor(), terms).await
        };
        CreditAccountSetPayload::from(outcome.await)
    }

    /// Records that what was bought on credit was paid.
    #[access(Can(Permission::PaymentsWrite))]
    async fn credit_payment_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment")] input: CreditPaymentRecordInput,
    ) -> Result<CreditPaymentRecordPayload> {
        let amount = input.amount.minor().map_err(|message| Error::invalid("amount", message));
        let outcome = async {
            let paid = CreditPayment { intent_id: input.intent_id, amount: amount?, reference: input.reference };
            staff::record_payment(ctx.app(), ctx.actor(), paid, &input.idempotency_key).await
        };
        CreditPaymentRecordPayload::from(outcome.await)
    }
}
