//! The GST inside a tax-inclusive amount. Pure.
//!
//! Goods that are delivered are supplied where they arrive (IGST Act, section 10). Within the state of the seller's
//! registration the tax is CGST and SGST in equal halves, UTGST taking the place of SGST in a union territory without a
//! legislature; between states it is IGST. Each head is rounded by itself, half up to the paisa; what is left of the
//! amount is the taxable value, so that both always sum to what is paid.

use crate::{
    kernel::money::{BasisPoints, Minor},
    text_enum,
};

/// Highest GST that [`split`] takes, in basis points: 100 %. Up to there no rounding can exceed the amount.
pub const MAX_GST_BP: i32 = 10_000;

text_enum! {
    /// Which heads of tax a supply bears.
    pub enum TaxHeads {
        /// Within a state: CGST and SGST.
        CgstSgst = "cgst_sgst",
        /// Within a union territory that has no legislature: CGST and UTGST.
        CgstUtgst = "cgst_utgst",
        /// Between states: IGST.
        Igst = "igst",
        /// The seller charges no tax: it has no registration, or pays a share of its turnover (CGST Act, section 10).
        None = "none",
    }
}

impl TaxHeads {
    /// Of a supply from a registration in one state to an address in another or the same, by their GST codes.
    pub fn of(registered_in: &str, delivered_in: &str, without_legislature: bool) -> Self {
        match (registered_in == delivered_in, without_legislature) {
            (true, false) => Self::CgstSgst,
            (true, true) => Self::CgstUtgst,
            (false, _) => Self::Igst,
        }
    }
}

/// Rates in force at the moment of supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaxRate {
    /// GST: CGST and SGST together, or IGST.
    pub gst: BasisPoints,
    /// Compensation cess.
    pub cess: BasisPoints,
}

/// A tax-inclusive amount in its parts, all in paise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as the law names them")]
pub struct TaxSplit {
    pub taxable: Minor,
    pub cgst: Minor,
    pub sgst: Minor,
    pub utgst: Minor,
    pub igst: Minor,
    pub cess: Minor,
}

impl TaxSplit {
    /// All taxes together.
    pub fn tax(&self) -> Minor {
        Minor([self.cgst, self.sgst, self.utgst, self.igst, self.cess].iter().map(|head| head.0).sum())
    }

    /// What is paid: taxable value and taxes.
    pub fn gross(&self) -> Minor {
        Minor(self.taxable.0 + self.tax().0)
    }

    /// Both together, head by head; `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            taxable: self.taxable.checked_add(other.taxable)?,
            cgst: self.cgst.checked_add(other.cgst)?,
            sgst: self.sgst.checked_add(other.sgst)?,
            utgst: self.utgst.checked_add(other.utgst)?,
            igst: self.igst.checked_add(other.igst)?,
            cess: self.cess.checked_add(other.cess)?,
        })
    }
}

/// The parts of an amount with all taxes; `None` for a negative amount or rate, and for a GST above [`MAX_GST_BP`].
pub fn split(gross: Minor, rate: TaxRate, heads: TaxHeads) -> Option<TaxSplit> {
    let TaxRate { gst: BasisPoints(gst), cess: BasisPoints(cess) } = rate;
    if gross < Minor::ZERO || !(0..=MAX_GST_BP).contains(&gst) || cess < 0 {
        return None;
    }
    let whole = 10_000 + i64::from(gst) + i64::from(cess);
    let gst_in = |halves: i64| share(gross, i64::from(gst), whole * halves);
    let mut parts = TaxSplit::default();
    match heads {
        TaxHeads::CgstSgst => (parts.cgst, parts.sgst) = (gst_in(2)?, gst_in(2)?),
        TaxHeads::CgstUtgst => (parts.cgst, parts.utgst) = (gst_in(2)?, gst_in(2)?),
        TaxHeads::Igst => parts.igst = gst_in(1)?,
        TaxHeads::None => {}
    }
    if heads != TaxHeads::None {
        parts.cess = share(gross, i64::from(cess), whole)?;
    }
    parts.taxable = gross.checked_sub(parts.tax())?;
    Some(parts)
}

/// `amount × part / whole`, rounded half up.
fn share(amount: Minor, part: i64, whole: i64) -> Option<Minor> {
    let (exact, whole) = (i128::from(amount.0) * i128::from(part), i128::from(whole));
    i64::try_from((exact * 2 + whole).checked_div(whole * 2)?).ok().map(Minor)
}
