//! Parts that sum to the whole, whatever the order of the lines. Pure.

use crate::kernel::money::Minor;

/// Splits an amount over lines in proportion to theirs, by largest remainder; ties go to the smaller key, so that the
/// order of the lines changes nothing. A part is never above its line's amount as long as the whole is not above their
/// sum. Answers in the lines' order; `None` without lines, for a negative amount, or where two lines have one key.
pub fn apportion<K: Ord>(whole: Minor, lines: &[(K, Minor)]) -> Option<Vec<Minor>> {
    if whole < Minor::ZERO {
        return None;
    }
    let mut order: Vec<(usize, &(K, Minor))> = lines.iter().enumerate().collect();
    order.sort_by(|(_, (one, _)), (_, (other, _))| one.cmp(other));
    if order.windows(2).any(|pair| matches!(pair, [(_, (one, _)), (_, (other, _))] if one == other)) {
        return None;
    }
    let weights = order.iter().map(|(_, (_, amount))| u64::try_from(amount.0).ok()).collect::<Option<Vec<_>>>()?;
    let parts = whole.allocate(&weights)?;
    let mut placed: Vec<(usize, Minor)> = order.iter().map(|(at, _)| *at).zip(parts).collect();
    placed.sort_by_key(|(at, _)| *at);
    Some(placed.into_iter().map(|(_, part)| part).collect())
}
