//! Attempts in the schema: what shoppers begin and confirm, what staff record.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{PlainObject, edges, mutation};

use super::{
    follow,
    model::{Attempt, AttemptId, FactsOf, PaymentEvent},
    start::{self, Started},
    upi,
};
use crate::{
    context::Ctx,
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::{Money, MoneyInput},
    },
    payload,
    payments::{
        PaymentError,
        gateway::{Proof, qr},
        intent::model::{IntentId, PaymentIntent},
    },
};

#[edges]
impl Attempt {
    /// What was to be paid by it.
    fn amount(&self) -> Money {
        self.amount_minor.into()
    }

    /// What was set aside or paid by it.
    fn authorised(&self) -> Money {
        self.authorised_minor.into()
    }

    /// What was paid by it.
    fn captured(&self) -> Money {
        self.captured_minor.into()
    }

    /// What the gateway keeps, tax included; null while it has not told, and for everybody but staff.
    async fn fee(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(self.fee_minor.filter(|_| is_staff(ctx)).map(Money::from))
    }

    /// GST in the fee; for staff.
    async fn fee_tax(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(self.fee_tax_minor.filter(|_| is_staff(ctx)).map(Money::from))
    }

    /// The gateway's payout that the money came with; for staff, where the gateway tells.
    async fn settlement(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.settlement.clone().filter(|_| is_staff(ctx)))
    }

    /// What is known of it, first to last.
    async fn facts(&self, ctx: &Context<'_>) -> Result<Vec<PaymentEvent>> {
        Ok(ctx.load(FactsOf(self.id)).await?.map(|facts| facts.to_vec()).unwrap_or_default())
    }
}

fn is_staff(ctx: &Context<'_>) -> bool {
    ctx.actor().scope(Permission::PaymentsRead).everything
}

#[edges]
impl PaymentEvent {
    /// How much.
    fn amount(&self) -> Money {
        self.amount_minor.into()
    }
}

/// A begun payment, and what the browser needs for the shopper to finish it.
#[derive(PlainObject)]
#[graphql(complex)]
pub struct PaymentStart {
    /// The attempt. While it is STARTED or UNKNOWN, wait for the payment's events and begin again with a new key.
    attempt: Attempt,
    /// The gateway's public key: Razorpay's key ID, Stripe's publishable key.
    public_key: Option<String>,
    /// With Stripe: what lets the browser finish this one payment. Do not store it.
    client_secret: Option<String>,
    /// Opens a UPI app on a phone; do not change it.
    upi_link: Option<String>,
}

#[edges]
impl PaymentStart {
    /// The UPI link as a QR code: a PNG picture as a `data:` address.
    async fn upi_qr(&self) -> Result<Option<String>> {
        self.upi_link.as_deref().map(qr::data_url).transpose()
    }
}

impl From<Started> for PaymentStart {
    fn from(started: Started) -> Self {
        let Started { attempt, handover } = started;
        Self {
            attempt,
            public_key: handover.public_key,
            client_secret: handover.client_secret,
            upi_link: handover.upi_link,
        }
    }
}

/// What is to be paid.
#[derive(InputObject)]
pub struct PaymentStartInput {
    /// The payment.
    intent_id: IntentId,
    /// Names the request: sent again, no second try is begun.
    idempotency_key: String,
}

/// What a gateway gave the browser after the shopper paid.
#[derive(InputObject)]
pub struct PaymentConfirmInput {
    /// The try to pay.
    attempt_id: AttemptId,
    /// With Razorpay: `razorpay_payment_id`.
    gateway_payment: Option<String>,
    /// With Razorpay: `razorpay_signature`.
    signature: Option<String>,
}

/// A payment that the bank's statement shows.
#[derive(InputObject)]
pub struct PaymentUpiConfirmInput {
    /// The try to pay.
    attempt_id: AttemptId,
    /// The bank's reference (RRN), 12 digits; it confirms one payment alone.
    rrn: String,
    /// What arrived: the whole amount.
    amount: MoneyInput,
    /// Names the request: sent again, it is recorded once.
    idempotency_key: String,
}

payload! { /// What paymentStart answers.
PaymentStartPayload { /// The begun payment.
start: PaymentStart } PaymentError }

payload! { /// What paymentConfirm answers.
PaymentConfirmPayload { /// The payment as it stands now.
intent: PaymentIntent } PaymentError }

payload! { /// What paymentUpiConfirm answers.
PaymentUpiConfirmPayload { /// The payment as it stands now.
intent: PaymentIntent } PaymentError }

/// Changes to attempts.
#[derive(Default)]
pub struct AttemptMutation;

#[mutation]
impl AttemptMutation {
    /// Begins to pay online. A try that can still be paid is handed out again; none is begun while it is not known what
    /// became of another.
    #[access(SignedIn)]
    async fn payment_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be paid")] input: PaymentStartInput,
    ) -> Result<PaymentStartPayload> {
        let started = start::start(ctx.app(), ctx.actor(), input.intent_id, &input.idempotency_key).await;
        PaymentStartPayload::from(started.map(PaymentStart::from))
    }

    /// Tells that the shopper has paid. Webhooks tell the same; whichever comes second changes nothing.
    #[access(SignedIn)]
    async fn payment_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the gateway gave the browser")] input: PaymentConfirmInput,
    ) -> Result<PaymentConfirmPayload> {
        let proof = Proof { payment: input.gateway_payment, signature: input.signature };
        PaymentConfirmPayload::from(follow::confirm(ctx.app(), ctx.actor(), input.attempt_id, &proof).await)
    }

    /// Records a plain UPI payment that the bank's statement shows.
    #[access(Can(Permission::PaymentsWrite))]
    async fn payment_upi_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment")] input: PaymentUpiConfirmInput,
    ) -> Result<PaymentUpiConfirmPayload> {
        let amount = input.amount.minor().map_err(|message| Error::invalid("amount", message));
        let outcome = async {
            let entry = upi::Entry { attempt_id: input.attempt_id, rrn: input.rrn, amount: amount? };
            upi::confirm(ctx.app(), ctx.actor(), &entry, &input.idempotency_key).await
        };
        PaymentUpiConfirmPayload::from(outcome.await)
    }
}
