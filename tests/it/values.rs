//! IDs and money: the values that everything else is made of.

use freshvilla::kernel::{
    id::{EntityId, decode, encode},
    jobs::JobId,
    money::{BasisPoints, Minor},
};
use proptest::prelude::*;
use uuid::Uuid;

/// From the TypeID specification's valid.yml.
const VALID: [(&str, &str, &str); 8] = [
    ("00000000000000000000000000", "", "00000000-0000-0000-0000-000000000000"),
    ("00000000000000000000000001", "", "00000000-0000-0000-0000-000000000001"),
    ("0000000000000000000000000a", "", "00000000-0000-0000-0000-00000000000a"),
    ("00000000000000000000000010", "", "00000000-0000-0000-0000-000000000020"),
    ("7zzzzzzzzzzzzzzzzzzzzzzzzz", "", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    ("prefix_0123456789abcdefghjkmnpqrs", "prefix", "0110c853-1d09-52d8-d73e-1194e95b5f19"),
    ("prefix_01h455vb4pex5vsknk084sn02q", "prefix", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("pre_fix_00000000000000000000000000", "pre_fix", "00000000-0000-0000-0000-000000000000"),
];

/// From the TypeID specification's invalid.yml.
const INVALID: [&str; 18] = [
    "PREFIX_00000000000000000000000000",
    "12345_00000000000000000000000000",
    "pre.fix_00000000000000000000000000",
    "préfix_00000000000000000000000000",
    "  prefix_00000000000000000000000000",
    "_prefix_00000000000000000000000000",
    "prefix__00000000000000000000000000",
    "_00000000000000000000000000",
    "_",
    "prefix_1234567890123456789012345",
    "prefix_123456789012345678901234567",
    "prefix_1234567890123456789012345 ",
    "prefix_0123456789ABCDEFGHJKMNPQRS",
    "prefix_123456789-123456789-123456",
    "prefix_ooooooiiiiiiuuuuuuulllllll",
    "prefix_i23456789ol23456789oi23456",
    "prefix_123456789-0123456789-0123456",
    "prefix_8zzzzzzzzzzzzzzzzzzzzzzzzz",
];

#[test]
fn type_ids_follow_the_specification() {
    for (text, prefix, uuid) in VALID {
        let uuid: Uuid = uuid.parse().unwrap();
        assert_eq!(decode(text), Some((prefix.to_owned(), uuid)), "{text}");
        assert_eq!(encode(prefix, uuid), text);
    }
    for text in INVALID {
        assert_eq!(decode(text), None, "{text}");
    }
}

#[test]
fn a_wrong_id_is_told_what_was_expected() {
    let id = JobId::new();
    assert_eq!(JobId::parse(&id.to_string()), Ok(id));
    let other = encode("prd", id.0);
    assert_eq!(JobId::parse(&other).unwrap_err(), "expected the ID of a Job (job_…), not one that starts with prd_");
    for text in [id.0.to_string().as_str(), "", "job_", "7"] {
        assert_eq!(JobId::parse(text).unwrap_err(), "malformed ID: expected the ID of a Job (job_…)", "{text}");
    }
}

#[test]
fn ids_sort_by_time() {
    let ids: Vec<JobId> = (0..1_000).map(|_| JobId::new()).collect();
    assert!(ids.is_sorted());
}

#[test]
fn money_is_read_and_written_exactly() {
    for (text, minor) in [
        ("249.00", 24_900),
        ("249", 24_900),
        ("0.5", 50),
        (".05", 5),
        ("-1.25", -125),
        ("₹ 1,25,000.50", 12_500_050),
        ("Rs. 99", 9_900),
        ("1.500", 150),
    ] {
        assert_eq!(text.parse(), Ok(Minor(minor)), "{text}");
    }
    for text in ["", ".", "1.005", "1e3", "12.3.4", "--1", "NaN", "9223372036854775807", "1 2", "١"] {
        assert!(text.parse::<Minor>().is_err(), "{text}");
    }
    assert_eq!(Minor(-5).to_string(), "-0.05");
    assert_eq!(Minor(i64::MIN).to_string(), "-92233720368547758.08");
}

#[test]
fn a_known_split() {
    // 100.00 in thirds: the odd paisa goes to the first.
    assert_eq!(Minor(10_000).allocate(&[1, 1, 1]), Some(vec![Minor(3_334), Minor(3_333), Minor(3_333)]));
    assert_eq!(Minor(10).allocate(&[0, 0]), Some(vec![Minor(5), Minor(5)]));
    assert_eq!(Minor(10).allocate(&[]), None);
    // 18 % within 118.00, and a value that needs rounding: 5 % within 99.99.
    assert_eq!(Minor(11_800).checked_included_tax(BasisPoints(1_800)), Some(Minor(1_800)));
    assert_eq!(Minor(9_999).checked_included_tax(BasisPoints(500)), Some(Minor(476)));
}

proptest! {
    #[test]
    fn every_id_survives_the_wire(bits: u128) {
        let id = JobId(Uuid::from_u128(bits));
        prop_assert_eq!(JobId::parse(&id.to_string()), Ok(id));
    }

    #[test]
    fn parts_sum_to_the_whole(whole: i64, weights in prop::collection::vec(any::<u64>(), 1..20)) {
        let parts = Minor(whole).allocate(&weights).unwrap();
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(parts.iter().map(|part| i128::from(part.0)).sum::<i128>(), i128::from(whole));
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        for (part, weight) in parts.iter().zip(&weights).filter(|_| total > 0) {
            // |part - whole * weight / total| < 1, without dividing. What is left out of i128's range is not tried.
            if let Some(exact) = i128::from(whole).checked_mul(i128::from(*weight))
                && let Some(given) = i128::from(part.0).checked_mul(total)
            {
                prop_assert!((given - exact).abs() < total, "{part} of {whole} for {weight}/{total}");
            }
        }
    }

    #[test]
    fn a_heavier_weight_never_gets_less(whole in 0..i64::MAX, weights in prop::collection::vec(0..1_000_000_u64, 2..10)) {
        let parts = Minor(whole).allocate(&weights).unwrap();
        for (a, b) in (0..weights.len()).flat_map(|a| (0..weights.len()).map(move |b| (a, b))) {
            if weights[a] > weights[b] {
                prop_assert!(parts[a] >= parts[b]);
            }
        }
    }

    #[test]
    fn money_survives_the_wire(minor in i64::MIN + 1..=i64::MAX) {
        prop_assert_eq!(Minor(minor).to_string().parse(), Ok(Minor(minor)));
    }

    #[test]
    fn tax_and_taxable_value_sum_to_the_amount(amount in 0..1_000_000_000_000_i64, rate in 0..=10_000_i32) {
        let tax = Minor(amount).checked_included_tax(BasisPoints(rate)).unwrap();
        prop_assert!(Minor::ZERO <= tax && tax <= Minor(amount));
        // The tax on the taxable value is the tax, up to the paisa that rounding may move.
        let again = Minor(amount - tax.0).checked_share(BasisPoints(rate)).unwrap();
        prop_assert!((again.0 - tax.0).abs() <= 1, "{again} or {tax}");
    }

    #[test]
    fn a_share_never_exceeds_its_rate(amount: i64, rate in 0..=10_000_i32) {
        let share = Minor(amount).checked_share(BasisPoints(rate)).unwrap();
        prop_assert!(share.0.unsigned_abs() <= amount.unsigned_abs());
        prop_assert!(share.0.signum() * amount.signum() >= 0);
    }
}
