//! From what is known of an attempt to how far it is. Pure: any order and any repetition of the facts gives the same.
//!
//! Facts only ever add up: of a payment the furthest state counts, of a refund its failure, which may come after its
//! success. So nothing moves a payment back, and money that comes after a failure counts.

use std::collections::BTreeMap;

use super::model::{PaymentAttemptStatus, PaymentEvent, PaymentFactKind};
use crate::{kernel::money::Minor, payments::refund::model::PaymentRefundStatus};

/// One fact, without who told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact<'a> {
    /// What is known.
    pub kind: PaymentFactKind,
    /// The payment, as the gateway calls it.
    pub payment: Option<&'a str>,
    /// The refund, as the gateway calls it.
    pub refund: Option<&'a str>,
    /// How much.
    pub amount: Minor,
}

impl<'a> From<&'a PaymentEvent> for Fact<'a> {
    fn from(event: &'a PaymentEvent) -> Self {
        Self {
            kind: event.kind,
            payment: event.gateway_payment.as_deref(),
            refund: event.gateway_refund.as_deref(),
            amount: event.amount_minor,
        }
    }
}

/// What one payment came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaymentState {
    /// Set aside by the payer's bank, captured money included.
    pub authorised: Minor,
    /// Taken.
    pub captured: Minor,
    failed: bool,
    released: bool,
}

/// What became of one refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefundState<'a> {
    /// The payment from which it is taken.
    pub payment: Option<&'a str>,
    /// How much.
    pub amount: Minor,
    /// How far it is.
    pub status: PaymentRefundStatus,
}

/// How far an attempt is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptState<'a> {
    /// How far; `None` without a single fact.
    pub status: Option<PaymentAttemptStatus>,
    /// The payments by name.
    pub payments: BTreeMap<Option<&'a str>, PaymentState>,
    /// The refunds by name.
    pub refunds: BTreeMap<&'a str, RefundState<'a>>,
}

impl AttemptState<'_> {
    /// What was set aside or taken.
    pub fn authorised(&self) -> Minor {
        Minor(self.payments.values().fold(0, |sum, payment| sum.saturating_add(payment.authorised.0)))
    }

    /// What was taken.
    pub fn captured(&self) -> Minor {
        Minor(self.payments.values().fold(0, |sum, payment| sum.saturating_add(payment.captured.0)))
    }
}

/// Folds facts.
pub fn fold<'a>(facts: impl IntoIterator<Item = Fact<'a>>) -> AttemptState<'a> {
    let mut state = AttemptState { status: None, payments: BTreeMap::new(), refunds: BTreeMap::new() };
    let mut known = false;
    for fact in facts {
        known = true;
        match fact.kind {
            PaymentFactKind::Created => {}
            PaymentFactKind::RefundPending | PaymentFactKind::Refunded | PaymentFactKind::RefundFailed => {
                refund(&mut state, fact)
            }
            _ => pay(state.payments.entry(fact.payment).or_default(), fact),
        }
    }
    for payment in state.payments.values_mut() {
        // What was let go is set aside no more; what was taken is not undone by it.
        let set_aside = if payment.released { Minor::ZERO } else { payment.authorised };
        payment.authorised = set_aside.max(payment.captured);
    }
    state.status = known.then(|| status(&state));
    state
}

fn pay(payment: &mut PaymentState, fact: Fact<'_>) {
    match fact.kind {
        PaymentFactKind::Authorised => payment.authorised = payment.authorised.max(fact.amount),
        PaymentFactKind::Captured => payment.captured = payment.captured.max(fact.amount),
        PaymentFactKind::Released => payment.released = true,
        _ => payment.failed = true,
    }
}

fn refund<'a>(state: &mut AttemptState<'a>, fact: Fact<'a>) {
    let Some(name) = fact.refund else { return };
    let status = match fact.kind {
        PaymentFactKind::Refunded => PaymentRefundStatus::Refunded,
        PaymentFactKind::RefundFailed => PaymentRefundStatus::Failed,
        _ => PaymentRefundStatus::Pending,
    };
    let new = RefundState { payment: fact.payment, amount: fact.amount, status };
    let known = state.refunds.entry(name).or_insert(new);
    known.payment = known.payment.max(fact.payment);
    known.amount = known.amount.max(fact.amount);
    known.status = known.status.max(status);
}

fn status(state: &AttemptState<'_>) -> PaymentAttemptStatus {
    let any = |holds: fn(&PaymentState) -> bool| state.payments.values().any(holds);
    if any(|payment| payment.captured > Minor::ZERO) {
        PaymentAttemptStatus::Captured
    } else if any(|payment| payment.authorised > Minor::ZERO) {
        PaymentAttemptStatus::Authorised
    } else if any(|payment| payment.failed || payment.released) {
        PaymentAttemptStatus::Failed
    } else {
        PaymentAttemptStatus::Pending
    }
}
