//! Folding facts: their order and repetition change nothing, and nothing goes back.

use freshvilla::{
    kernel::money::Minor,
    payments::{
        attempt::{
            fold::{AttemptState, Fact, fold},
            model::{PaymentAttemptStatus, PaymentFactKind},
        },
        refund::model::PaymentRefundStatus,
    },
};
use proptest::prelude::*;

const PAYMENTS: [&str; 2] = ["pay_1", "pay_2"];
const REFUNDS: [&str; 2] = ["rfnd_1", "rfnd_2"];

fn fact(kind: PaymentFactKind, payment: &'static str, refund: Option<&'static str>, paise: i64) -> Fact<'static> {
    Fact { kind, payment: Some(payment), refund, amount: Minor(paise) }
}

fn facts() -> impl Strategy<Value = Vec<Fact<'static>>> {
    let kind = prop::sample::select(PaymentFactKind::ALL);
    let one = (kind, prop::sample::select(&PAYMENTS[..]), prop::sample::select(&REFUNDS[..]), 0..1_000_i64);
    let one = one.prop_map(|(kind, payment, refund, paise)| {
        let refund =
            matches!(kind, PaymentFactKind::RefundPending | PaymentFactKind::Refunded | PaymentFactKind::RefundFailed)
                .then_some(refund);
        fact(kind, payment, refund, paise)
    });
    prop::collection::vec(one, 0..8)
}

/// How far a state is: a payment goes up only.
fn rank(status: Option<PaymentAttemptStatus>) -> usize {
    status.map_or(0, |status| 1 + PaymentAttemptStatus::ALL.iter().position(|known| *known == status).unwrap())
}

proptest! {
    #[test]
    fn order_and_repetition_change_nothing(
        (facts, shuffled) in facts().prop_flat_map(|facts| {
            // Every fact at least once, some twice, in any order.
            let twice: Vec<Fact<'static>> = facts.iter().chain(&facts).copied().collect();
            (Just(facts), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(fold(facts), fold(shuffled));
    }

    #[test]
    fn facts_only_add_up(facts in facts()) {
        let mut before = fold([]);
        for told in 1..=facts.len() {
            let after = fold(facts.iter().take(told).copied());
            prop_assert!(after.captured() >= before.captured(), "captured money stays");
            prop_assert!(after.authorised() >= after.captured());
            let let_go = facts.iter().take(told).any(|fact| fact.kind == PaymentFactKind::Released);
            prop_assert!(let_go || rank(after.status) >= rank(before.status), "{before:?} became {after:?}");
            for (name, refund) in &before.refunds {
                prop_assert!(after.refunds[name].status >= refund.status);
            }
            before = after;
        }
    }
}

fn state(facts: &[Fact<'static>]) -> AttemptState<'static> {
    fold(facts.iter().copied())
}

#[test]
fn money_that_comes_after_a_failure_counts() {
    let failed = fact(PaymentFactKind::Failed, "pay_1", None, 500);
    assert_eq!(state(&[failed]).status, Some(PaymentAttemptStatus::Failed));
    for late in [PaymentFactKind::Authorised, PaymentFactKind::Captured] {
        let late = fact(late, "pay_1", None, 500);
        assert_eq!(state(&[failed, late]).authorised(), Minor(500));
        assert_eq!(state(&[late, failed]), state(&[failed, late]));
    }
}

#[test]
fn a_second_failure_does_not_undo_a_payment() {
    let paid = fact(PaymentFactKind::Captured, "pay_1", None, 500);
    let failed = fact(PaymentFactKind::Failed, "pay_2", None, 500);
    let after = state(&[paid, failed]);
    assert_eq!((after.status, after.captured()), (Some(PaymentAttemptStatus::Captured), Minor(500)));
}

#[test]
fn two_payments_of_one_try_add_up() {
    let both = PAYMENTS.map(|name| fact(PaymentFactKind::Captured, name, None, 500));
    assert_eq!(state(&both).captured(), Minor(1_000));
}

#[test]
fn what_was_let_go_is_set_aside_no_more() {
    let aside = fact(PaymentFactKind::Authorised, "pay_1", None, 500);
    let let_go = fact(PaymentFactKind::Released, "pay_1", None, 500);
    let after = state(&[aside, let_go]);
    assert_eq!((after.status, after.authorised()), (Some(PaymentAttemptStatus::Failed), Minor::ZERO));
    let taken = fact(PaymentFactKind::Captured, "pay_1", None, 500);
    assert_eq!(state(&[let_go, taken, aside]).captured(), Minor(500), "what was taken is not undone by it");
}

#[test]
fn a_refund_may_fail_after_it_succeeded() {
    let refund = |kind| fact(kind, "pay_1", Some("rfnd_1"), 200);
    let steps = [PaymentFactKind::RefundPending, PaymentFactKind::Refunded, PaymentFactKind::RefundFailed].map(refund);
    let status = |facts: &[Fact<'static>]| state(facts).refunds["rfnd_1"].status;
    assert_eq!(status(&steps[..1]), PaymentRefundStatus::Pending);
    assert_eq!(status(&steps[..2]), PaymentRefundStatus::Refunded);
    assert_eq!(status(&steps), PaymentRefundStatus::Failed);
}
