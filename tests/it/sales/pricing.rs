//! What a sale costs: parts sum to the whole, in every column, whatever the order.

use freshvilla::{
    kernel::money::{BasisPoints, Minor},
    sales::pricing::{
        apportion::apportion,
        sale::{Goods, Shared, sell, totals},
        tax::{TaxHeads, TaxRate, TaxSplit, split},
    },
};
use proptest::prelude::*;

fn rate(gst: i32, cess: i32) -> TaxRate {
    TaxRate { gst: BasisPoints(gst), cess: BasisPoints(cess) }
}

#[test]
fn tax_is_inside_the_price_and_split_by_the_place_of_supply() {
    let parts = |gross, rate, heads| split(Minor(gross), rate, heads).unwrap();
    // Rs 105 at 5 %: Rs 100 and Rs 2.50 twice.
    let within = parts(10_500, rate(500, 0), TaxHeads::CgstSgst);
    assert_eq!(
        (within.taxable, within.cgst, within.sgst, within.igst),
        (Minor(10_000), Minor(250), Minor(250), Minor(0))
    );
    let territory = parts(10_500, rate(500, 0), TaxHeads::CgstUtgst);
    assert_eq!((territory.cgst, territory.utgst, territory.sgst), (Minor(250), Minor(250), Minor(0)));
    let between = parts(10_500, rate(500, 0), TaxHeads::Igst);
    assert_eq!((between.taxable, between.igst), (Minor(10_000), Minor(500)));
    // Rs 99.99 at 18 %: 9 / 118 of it is 762.6 paise.
    let odd = parts(9_999, rate(1_800, 0), TaxHeads::CgstSgst);
    assert_eq!((odd.cgst, odd.sgst, odd.taxable), (Minor(763), Minor(763), Minor(8_473)));
    // 28 % and 12 % cess on Rs 140.
    let cess = parts(14_000, rate(2_800, 1_200), TaxHeads::Igst);
    assert_eq!((cess.taxable, cess.igst, cess.cess), (Minor(10_000), Minor(2_800), Minor(1_200)));
    let none = parts(9_999, rate(1_800, 100), TaxHeads::None);
    assert_eq!(none, TaxSplit { taxable: Minor(9_999), ..TaxSplit::default() });
    assert_eq!(split(Minor(-1), rate(500, 0), TaxHeads::Igst), None);
    assert_eq!(split(Minor(1), rate(10_001, 0), TaxHeads::Igst), None);
    assert_eq!(TaxHeads::of("29", "29", false), TaxHeads::CgstSgst);
    assert_eq!(TaxHeads::of("04", "04", true), TaxHeads::CgstUtgst);
    assert_eq!(TaxHeads::of("29", "04", true), TaxHeads::Igst);
}

#[test]
fn what_does_not_add_up_is_refused() {
    let line = |key: u8, amount| Goods { key, amount: Minor(amount), rate: rate(500, 0), heads: TaxHeads::Igst };
    let shared = |amount, lines: &[u8]| Shared { amount: Minor(amount), lines: lines.to_vec() };
    let goods = [line(1, 100), line(2, 300)];
    assert!(sell(&goods, &[shared(400, &[1, 2])], &[]).is_some(), "all of it");
    for wrong in [shared(401, &[1, 2]), shared(101, &[1]), shared(-1, &[1]), shared(1, &[]), shared(1, &[3])] {
        assert_eq!(sell(&goods, std::slice::from_ref(&wrong), &[]), None, "{wrong:?}");
    }
    let twice = [shared(60, &[1]), shared(60, &[1])];
    assert_eq!(sell(&goods, &twice, &[]), None, "the second is above what the first left");
    assert_eq!(sell(&goods, &[], &[shared(-1, &[1])]), None);
    assert_eq!(sell(&[line(1, -1)], &[], &[]), None);
    assert_eq!(apportion(Minor(1), &[(1, Minor(1)), (1, Minor(2))]), None, "one key twice");
    let huge = [line(1, i64::MAX), line(2, i64::MAX)];
    let sold = sell(&huge, &[], &[]).unwrap();
    assert_eq!(totals(&sold), None, "an overflow is no total");
    assert_eq!(sell(&huge, &[], &[shared(i64::MAX, &[1])]).unwrap()[0].delivery, Minor(i64::MAX));
}

fn heads() -> impl Strategy<Value = TaxHeads> {
    prop_oneof![Just(TaxHeads::CgstSgst), Just(TaxHeads::CgstUtgst), Just(TaxHeads::Igst), Just(TaxHeads::None)]
}

/// Lines, discounts and fees.
type Sale = (Vec<Goods<u32>>, Vec<Shared<u32>>, Vec<Shared<u32>>);

/// Lines, a percentage off some of them, an amount off all, and a fee.
fn sales() -> impl Strategy<Value = Sale> {
    let line = (0..2_000_000_i64, 0..=10_000_i32, 0..=30_000_i32, heads());
    let lines = proptest::collection::vec(line, 1..12);
    (lines, 0..=100_i64, 0..=100_i64, any::<u16>(), 0..50_000_i64).prop_map(|(lines, some, all, mask, fee)| {
        let goods: Vec<Goods<u32>> = (0_u32..)
            .zip(lines)
            .map(|(key, (amount, gst, cess, heads))| Goods { key, amount: Minor(amount), rate: rate(gst, cess), heads })
            .collect();
        let sum = |keys: &[u32]| goods.iter().filter(|l| keys.contains(&l.key)).map(|l| l.amount.0).sum::<i64>();
        let every: Vec<u32> = goods.iter().map(|line| line.key).collect();
        let chosen: Vec<u32> = every.iter().copied().filter(|key| mask >> key & 1 == 1).collect();
        let first = sum(&chosen) * some / 100;
        let mut discounts = vec![Shared { amount: Minor((sum(&every) - first) * all / 100), lines: every.clone() }];
        if !chosen.is_empty() {
            discounts.insert(0, Shared { amount: Minor(first), lines: chosen });
        }
        (goods, discounts, vec![Shared { amount: Minor(fee), lines: every }])
    })
}

proptest! {
    #[test]
    fn tax_and_taxable_value_are_the_price(
        gross in 0..10_000_000_i64, gst in 0..=10_000_i32, cess in 0..=30_000_i32, heads in heads(),
    ) {
        let parts = split(Minor(gross), rate(gst, cess), heads).unwrap();
        prop_assert_eq!(parts.gross(), Minor(gross));
        for part in [parts.taxable, parts.cgst, parts.sgst, parts.utgst, parts.igst, parts.cess] {
            prop_assert!(part >= Minor::ZERO);
        }
        prop_assert_eq!(parts.cgst, Minor(parts.sgst.0 + parts.utgst.0));
        prop_assert!(parts.igst == Minor::ZERO || parts.cgst == Minor::ZERO);
    }

    #[test]
    fn parts_sum_to_the_whole((goods, discounts, delivery) in sales()) {
        let sold = sell(&goods, &discounts, &delivery).unwrap();
        let whole = totals(&sold).unwrap();
        prop_assert_eq!(whole.amount.0, goods.iter().map(|line| line.amount.0).sum::<i64>());
        prop_assert_eq!(whole.discount.0, discounts.iter().map(|one| one.amount.0).sum::<i64>());
        prop_assert_eq!(whole.delivery.0, delivery.iter().map(|one| one.amount.0).sum::<i64>());
        prop_assert_eq!(whole.tax.gross(), whole.payable().unwrap());
        for line in &sold {
            prop_assert!(Minor::ZERO <= line.discount && line.discount <= line.amount);
            prop_assert_eq!(line.goods_tax.gross().0, line.amount.0 - line.discount.0);
            prop_assert_eq!(line.delivery_tax.gross(), line.delivery);
        }
    }

    #[test]
    fn the_order_of_the_lines_changes_nothing((goods, discounts, delivery) in sales(), turn in 0_usize..12) {
        let mut turned = goods.clone();
        turned.reverse();
        let at = turn % turned.len();
        turned.rotate_left(at);
        let mut one = sell(&goods, &discounts, &delivery).unwrap();
        let mut other = sell(&turned, &discounts, &delivery).unwrap();
        one.sort_by_key(|line| line.key);
        other.sort_by_key(|line| line.key);
        prop_assert_eq!(one, other);
    }
}
