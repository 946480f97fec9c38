//! Which of the rules that fit a sale wins, and why the others do not. Pure.

use std::cmp::Reverse;

use async_graphql::Enum;
use chrono::NaiveDate;

use super::model::{CommissionRule, CommissionScope};
use crate::catalog::category::model::CategoryId;

/// What became of a rule that fits an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CommissionOutcome {
    /// It decides the commission.
    Won,
    /// A more specific rule is in force: for the offer before the seller's for a category before the seller's before a
    /// category's before the platform's, and a deeper category before a higher one.
    LessSpecific,
    /// A rule for the same has begun later.
    Older,
    /// It has not begun.
    NotBegun,
    /// It has ended.
    Ended,
    /// The seller is FreshVilla itself, which pays no commission.
    OwnSeller,
}

/// Sorts the rules, the winner first, and says what became of each: in force by specificity and then the newest start,
/// after them those that have not begun and those that have ended. `path` is the product's category with all above it,
/// from the root.
pub fn rank(
    mut rules: Vec<CommissionRule>,
    path: &[CategoryId],
    on: NaiveDate,
    own_seller: bool,
) -> Vec<(CommissionRule, CommissionOutcome)> {
    rules.sort_by_key(|rule| {
        let (scope, depth) = specificity(rule, path);
        (period(rule, on), Reverse((scope, depth, rule.valid_from, rule.id)))
    });
    let mut winner: Option<(u8, usize)> = None;
    let ranked = rules.into_iter().map(|rule| {
        let own = specificity(&rule, path);
        let outcome = match (period(&rule, on), winner) {
            _ if own_seller => CommissionOutcome::OwnSeller,
            (Period::ToCome, _) => CommissionOutcome::NotBegun,
            (Period::Over, _) => CommissionOutcome::Ended,
            (Period::Now, None) => CommissionOutcome::Won,
            (Period::Now, Some(won)) if won == own => CommissionOutcome::Older,
            (Period::Now, Some(_)) => CommissionOutcome::LessSpecific,
        };
        if outcome == CommissionOutcome::Won {
            winner = Some(own);
        }
        (rule, outcome)
    });
    ranked.collect()
}

/// How much a rule says of the sale: its scope, and how deep its category lies.
fn specificity(rule: &CommissionRule, path: &[CategoryId]) -> (u8, usize) {
    let scope = match rule.scope {
        CommissionScope::Platform => 0,
        CommissionScope::Category => 1,
        CommissionScope::Seller => 2,
        CommissionScope::SellerCategory => 3,
        CommissionScope::Offer => 4,
    };
    let depth = rule.category_id.and_then(|id| path.iter().position(|at| *at == id));
    (scope, depth.unwrap_or(0))
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Period {
    Now,
    ToCome,
    Over,
}

fn period(rule: &CommissionRule, on: NaiveDate) -> Period {
    match on {
        on if on < rule.valid_from => Period::ToCome,
        on if rule.valid_to.is_some_and(|end| on >= end) => Period::Over,
        _ => Period::Now,
    }
}
