//! Payments: from what is to be paid to money received, and given back.
//!
//! An intent is what is to be paid for one payable (an order), an attempt one try to pay it through a gateway. What is
//! known of an attempt is an append-only list of events, whoever told them first: the answer to our call, the shopper's
//! browser, a webhook, a poll, staff. Everything else is folded from it.
//!
//! Invariants, held by the database except where said:
//! - a payable has at most one intent that is not cancelled;
//! - refunded and pending refunds never exceed what was captured, which never exceeds what was authorised; more than was
//!   asked for is marked, and given back (by the code);
//! - events are append-only, and each fact is there once; their order and repetition change nothing (by the code);
//! - no attempt is begun while the outcome of another is unknown;
//! - every change is made under the intent's row lock, and told to the payable's owner in the same transaction (by the
//!   code); the intent is locked before the order, the order before its parts, those before stock;
//! - no transaction is open while a gateway is asked (by the code).

pub mod attempt;
pub mod cod;
pub mod credit;
pub mod fake;
pub mod gateway;
pub mod intent;
pub mod payee;
pub mod refund;
pub mod route;
pub mod webhook;

use async_graphql::{MergedObject, MergedSubscription};

use crate::domain_errors;

domain_errors! {
    pub struct PaymentError, PaymentErrorCode {
        /// Cash on delivery is not offered for this order; the message says why.
        CodNotOffered = "COD_NOT_OFFERED",
        /// The account buys nothing on credit, or no more at present.
        CreditNotOffered = "CREDIT_NOT_OFFERED",
        /// The account would owe more than its limit.
        CreditLimitExceeded = "CREDIT_LIMIT_EXCEEDED",
        /// The account is no business customer's.
        NotABusiness = "NOT_A_BUSINESS",
        /// No gateway takes the payment at present.
        GatewayUnavailable = "GATEWAY_UNAVAILABLE",
        /// The gateway has not said what became of the last try; wait a moment.
        AttemptUndecided = "ATTEMPT_UNDECIDED",
        /// The time to pay is over.
        PaymentExpired = "PAYMENT_EXPIRED",
        /// The proof of payment is not the gateway's.
        ProofRefused = "PROOF_REFUSED",
        /// The amount is not what is to be paid.
        WrongAmount = "WRONG_AMOUNT",
        /// More than was paid, less what was given back.
        RefundTooLarge = "REFUND_TOO_LARGE",
        /// The bank's reference was entered for another payment.
        ReferenceTaken = "REFERENCE_TAKEN",
        /// The row was changed since the client read it.
        VersionConflict = "VERSION_CONFLICT",
    }
}

/// Payments, readable.
#[derive(Default, MergedObject)]
pub struct PaymentsQuery(
    credit::api::CreditQuery,
    intent::api::IntentQuery,
    refund::api::RefundQuery,
    route::api::RouteQuery,
    webhook::api::WebhookQuery,
);

/// Payments, changeable.
#[derive(Default, MergedObject)]
pub struct PaymentsMutation(
    attempt::api::AttemptMutation,
    cod::api::CodMutation,
    credit::api::CreditMutation,
    refund::api::RefundMutation,
    route::api::RouteMutation,
    webhook::api::WebhookMutation,
);

/// Payments, live.
#[derive(Default, MergedSubscription)]
pub struct PaymentsSubscription(intent::feed_api::PaymentSubscription);
