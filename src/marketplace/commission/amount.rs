//! How much commission a rule takes of a line. Pure.

use crate::kernel::money::{BasisPoints, Minor};

/// How a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Share of the price with all taxes.
    pub share: BasisPoints,
    /// Added for each pack.
    pub fixed: Minor,
    /// Least commission for a pack.
    pub least: Option<Minor>,
    /// Most commission for a pack.
    pub most: Option<Minor>,
}

impl Rate {
    /// The commission on a line: the share of the line's amount, rounded once, half up to the paisa, and the fixed part
    /// of each pack; within the bounds for that many packs, and never more than the line's amount. `None` on overflow or
    /// for negative numbers.
    pub fn commission(&self, unit_price: Minor, quantity: i32) -> Option<Minor> {
        self.commission_on(unit_price.0.checked_mul(i64::from(quantity)).map(Minor)?, quantity)
    }

    /// The same on another base than the packs' price: what is left of it where the seller gave something off.
    pub fn commission_on(&self, base: Minor, quantity: i32) -> Option<Minor> {
        if base < Minor::ZERO || quantity < 0 {
            return None;
        }
        let times = |amount: Minor| amount.0.checked_mul(i64::from(quantity)).map(Minor);
        let plain = base.checked_share(self.share)?.checked_add(times(self.fixed)?)?;
        let raised = self.least.map_or(Some(plain), |least| Some(plain.max(times(least)?)))?;
        let bounded = self.most.map_or(Some(raised), |most| Some(raised.min(times(most)?)))?;
        Some(bounded.min(base))
    }
}
