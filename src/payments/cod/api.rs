//! Cash on delivery in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation};

use super::{
    model::{CodCollectionMode, Collection},
    staff::{self, StaffCollection},
};
use crate::{
    context::Ctx,
    identity::account::model::{Account, AccountId},
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::{Money, MoneyInput},
    },
    payload,
    payments::{
        PaymentError,
        intent::model::{IntentId, PaymentIntent},
    },
};

#[edges]
impl Collection {
    /// What was to be paid.
    fn due(&self) -> Money {
        self.due_minor.into()
    }

    /// What was taken: cash in whole rupees.
    fn collected(&self) -> Money {
        self.collected_minor.into()
    }

    /// What rounding to whole rupees added, or took away.
    fn rounding(&self) -> Money {
        self.rounding_minor.into()
    }

    /// Who took it; for staff with the permission payments.read.
    async fn collected_by(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match ctx.actor().scope(Permission::PaymentsRead).everything {
            true => ctx.load(self.collected_by).await,
            false => Ok(None),
        }
    }
}

/// Money taken at the door.
#[derive(InputObject)]
pub struct PaymentCollectInput {
    /// For which payment.
    intent_id: IntentId,
    /// How it was taken.
    mode: CodCollectionMode,
    /// How much: all that is outstanding, cash rounded to whole rupees.
    amount: MoneyInput,
    /// With UPI: the bank's reference (RRN), 12 digits.
    rrn: Option<String>,
    /// Who took it; the caller when left out.
    collected_by: Option<AccountId>,
    /// Names the collection, at most 100 characters: recorded again, it is the same one.
    idempotency_key: String,
}

payload! { /// What paymentCollect answers.
PaymentCollectPayload { /// The payment as it stands now.
intent: PaymentIntent } PaymentError }

/// Changes to cash on delivery.
#[derive(Default)]
pub struct CodMutation;

#[mutation]
impl CodMutation {
    /// Records that money was taken on delivery: once, and all of it.
    #[access(Can(Permission::PaymentsWrite))]
    async fn payment_collect(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The money")] input: PaymentCollectInput,
    ) -> Result<PaymentCollectPayload> {
        let amount = input.amount.minor().map_err(|message| Error::invalid("amount", message));
        let outcome = async {
            let new = StaffCollection {
                intent_id: input.intent_id,
                mode: input.mode,
                amount: amount?,
                rrn: input.rrn,
                collected_by: input.collected_by,
            };
            staff::collect(ctx.app(), ctx.actor(), new, &input.idempotency_key).await
        };
        PaymentCollectPayload::from(outcome.await)
    }
}
