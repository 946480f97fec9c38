//! Lines, discounts and delivery fees of a sale, down to the tax of each line. Pure.
//!
//! A discount lowers the value of the goods, before tax (CGST Act, section 15): it is apportioned to the lines that it
//! is for, in proportion to what is left of them. A delivery fee is part of the supply that it belongs to and bears the
//! tax of the goods: it is apportioned to the lines of its shipment by their amounts.

use super::{
    apportion::apportion,
    tax::{TaxHeads, TaxRate, TaxSplit, split},
};
use crate::kernel::money::Minor;

/// A line to be sold.
#[derive(Clone, Debug)]
pub struct Goods<K> {
    /// Tells lines apart, and breaks ties.
    pub key: K,
    /// Price of a pack times their number, with all taxes.
    pub amount: Minor,
    /// Rates in force.
    pub rate: TaxRate,
    /// Which heads of tax the supply bears.
    pub heads: TaxHeads,
}

/// An amount that several lines share.
#[derive(Clone, Debug)]
pub struct Shared<K> {
    /// How much, not negative.
    pub amount: Minor,
    /// The lines.
    pub lines: Vec<K>,
}

/// A line of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sold<K> {
    /// The line's key.
    pub key: K,
    /// Before discounts, with all taxes.
    pub amount: Minor,
    /// Its part of all discounts.
    pub discount: Minor,
    /// Its part of each discount, in their order.
    pub discounts: Vec<Minor>,
    /// Its part of the delivery fees.
    pub delivery: Minor,
    /// What is paid for the goods, `amount − discount`, in its parts.
    pub goods_tax: TaxSplit,
    /// Its part of the delivery fees in its parts.
    pub delivery_tax: TaxSplit,
}

/// Sums over lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Goods before discounts.
    pub amount: Minor,
    /// Discounts.
    pub discount: Minor,
    /// Delivery fees.
    pub delivery: Minor,
    /// Taxable values and taxes of goods and delivery.
    pub tax: TaxSplit,
}

impl Totals {
    /// What is to be paid; `None` on overflow.
    pub fn payable(&self) -> Option<Minor> {
        self.amount.checked_sub(self.discount)?.checked_add(self.delivery)
    }
}

/// Computes the lines of a sale, in the order given. Discounts are taken one after the other, in their order; each has
/// its lines among the given ones, and is not above what is left of them. `None` where that does not hold, for negative
/// amounts, and on overflow: the caller's mistake, or nothing that anybody buys.
pub fn sell<K: Ord + Clone>(
    goods: &[Goods<K>],
    discounts: &[Shared<K>],
    delivery: &[Shared<K>],
) -> Option<Vec<Sold<K>>> {
    let mut off = vec![Minor::ZERO; goods.len()];
    let mut each = vec![vec![Minor::ZERO; discounts.len()]; goods.len()];
    for (number, discount) in discounts.iter().enumerate() {
        let left = |at: usize, line: &Goods<K>| line.amount.checked_sub(*off.get(at)?);
        let parts = shares(goods, discount, left)?;
        for (at, part) in parts {
            let sum = off.get_mut(at)?;
            *sum = sum.checked_add(part)?;
            *each.get_mut(at)?.get_mut(number)? = part;
        }
    }
    let mut fees = vec![Minor::ZERO; goods.len()];
    for fee in delivery {
        for (at, part) in shares(goods, fee, |_, line| Some(line.amount))? {
            let sum = fees.get_mut(at)?;
            *sum = sum.checked_add(part)?;
        }
    }
    let parts = off.into_iter().zip(each).zip(fees);
    goods.iter().zip(parts).map(|(line, ((off, each), fee))| sold(line, (off, each), fee)).collect()
}

/// The parts of a shared amount by the positions of its lines.
fn shares<K: Ord + Clone>(
    goods: &[Goods<K>],
    shared: &Shared<K>,
    weight: impl Fn(usize, &Goods<K>) -> Option<Minor>,
) -> Option<Vec<(usize, Minor)>> {
    let of_it = goods.iter().enumerate().filter(|(_, line)| shared.lines.contains(&line.key));
    let weighed =
        of_it.map(|(at, line)| Some((at, (line.key.clone(), weight(at, line)?)))).collect::<Option<Vec<_>>>()?;
    let (places, lines): (Vec<usize>, Vec<(K, Minor)>) = weighed.into_iter().unzip();
    let parts = apportion(shared.amount, &lines)?;
    Some(places.into_iter().zip(parts).collect())
}

fn sold<K: Clone>(line: &Goods<K>, (discount, discounts): (Minor, Vec<Minor>), delivery: Minor) -> Option<Sold<K>> {
    let paid = line.amount.checked_sub(discount)?;
    Some(Sold {
        key: line.key.clone(),
        amount: line.amount,
        discount,
        discounts,
        delivery,
        goods_tax: split(paid, line.rate, line.heads)?,
        delivery_tax: split(delivery, line.rate, line.heads)?,
    })
}

/// The sums of lines, column by column; `None` on overflow.
pub fn totals<K>(lines: &[Sold<K>]) -> Option<Totals> {
    lines.iter().try_fold(Totals::default(), |sum, line| {
        Some(Totals {
            amount: sum.amount.checked_add(line.amount)?,
            discount: sum.discount.checked_add(line.discount)?,
            delivery: sum.delivery.checked_add(line.delivery)?,
            tax: sum.tax.checked_add(line.goods_tax)?.checked_add(line.delivery_tax)?,
        })
    })
}
