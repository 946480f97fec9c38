//! What is packed of a sub-order, what is not, and what was paid for that. Pure.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    catalog::variant::model::VariantId,
    kernel::{
        error::{Error, Problem, Result},
        money::Minor,
    },
    sales::order::model::line::{OrderLine, OrderLineId},
};

/// Most packages of a sub-order.
pub const MAX_PACKAGES: usize = 50;

/// Packs of a line in a package.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PackedLine {
    /// Which line.
    pub line_id: OrderLineId,
    /// How many packs.
    pub quantity: i32,
}

/// A package as it was packed.
#[derive(Clone, Debug, Serialize)]
pub struct NewPackage {
    /// What is in it.
    pub lines: Vec<PackedLine>,
    /// What it weighs, in grams.
    pub weight_grams: Option<i32>,
}

/// Packs of a line that are not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Short {
    /// Which line.
    pub line_id: OrderLineId,
    /// How many packs.
    pub quantity: i32,
    /// What was paid for them, in paise with all taxes; delivery is not in it.
    pub paid: Minor,
}

/// What packing means for stock and money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packing {
    /// Pieces that leave, by variant.
    pub leaving: HashMap<VariantId, i32>,
    /// What is not sent.
    pub short: Vec<Short>,
}

impl Packing {
    /// What is given back.
    pub fn refund(&self) -> Minor {
        Minor(self.short.iter().map(|short| short.paid.0).sum())
    }
}

/// Checks the packages against the lines. Paths of problems are below `packages`.
pub fn plan(lines: &[OrderLine], packages: &[NewPackage]) -> Result<Packing> {
    let mut problems = Vec::new();
    if packages.is_empty() || packages.len() > MAX_PACKAGES {
        problems.push(Problem::new("INVALID", "packages", format!("name 1 to {MAX_PACKAGES} packages")));
    }
    let mut packed: HashMap<OrderLineId, i32> = HashMap::new();
    for (at, package) in packages.iter().enumerate().take(MAX_PACKAGES) {
        check_package(lines, (at, package), &mut packed, &mut problems);
    }
    if !problems.is_empty() {
        return Err(Error::Rejected(problems));
    }
    let mut whole = Packing::default();
    for line in lines {
        let ordered = line.quantity - line.quantity_cancelled;
        let sent = packed.get(&line.id).copied().unwrap_or(0);
        if sent > ordered {
            let message = format!("only {ordered} packs of {} were ordered", line.seller_sku);
            problems.push(Problem::new("QUANTITY_EXCEEDED", "packages", message));
            continue;
        }
        let pieces = whole.leaving.entry(line.variant_id).or_default();
        *pieces = pieces.saturating_add(sent);
        if sent < ordered {
            let quantity = ordered - sent;
            whole.short.push(Short { line_id: line.id, quantity, paid: paid_for(line, quantity)? });
        }
    }
    if problems.is_empty() { Ok(whole) } else { Err(Error::Rejected(problems)) }
}

fn check_package(
    lines: &[OrderLine],
    (at, package): (usize, &NewPackage),
    packed: &mut HashMap<OrderLineId, i32>,
    problems: &mut Vec<Problem>,
) {
    let path = format!("packages.{at}");
    if package.lines.is_empty() || package.lines.len() > lines.len() {
        let message = "a package holds something, and each line once";
        problems.push(Problem::new("INVALID", &format!("{path}.lines"), message));
        return;
    }
    if package.weight_grams.is_some_and(|grams| !(1..=1_000_000).contains(&grams)) {
        let message = "a package weighs 1 to 1,000,000 grams";
        problems.push(Problem::new("INVALID", &format!("{path}.weightGrams"), message));
    }
    let mut seen = Vec::new();
    for (n, one) in package.lines.iter().enumerate() {
        let here = format!("{path}.lines.{n}");
        if !lines.iter().any(|line| line.id == one.line_id) {
            problems.push(Problem::new("NOT_FOUND", &format!("{here}.lineId"), "the sub-order has no such line"));
        } else if seen.contains(&one.line_id) {
            problems.push(Problem::new("INVALID", &format!("{here}.lineId"), "name each line of a package once"));
        }
        if one.quantity < 1 {
            problems.push(Problem::new("INVALID", &format!("{here}.quantity"), "at least one pack"));
        }
        seen.push(one.line_id);
        let sum = packed.entry(one.line_id).or_default();
        *sum = sum.saturating_add(one.quantity.max(0));
    }
}

/// What was paid for so many packs of a line's, the ones that were cancelled before aside: shares of all packs by largest
/// remainder, so that the shares of what is sent and what is not sum to what was paid.
fn paid_for(line: &OrderLine, quantity: i32) -> Result<Minor> {
    let weights = [line.quantity - quantity, quantity].map(|packs| u64::try_from(packs).unwrap_or_default());
    let shares = line.paid_for_goods().allocate(&weights);
    let share = shares.and_then(|shares| shares.get(1).copied());
    share.ok_or_else(|| Error::internal(anyhow::anyhow!("a line's price cannot be shared out")))
}
