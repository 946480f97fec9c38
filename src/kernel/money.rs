//! Money: integer minor units (paise) and a currency, never a float.

use std::{borrow::Cow, fmt, str::FromStr};

use async_graphql::{
    ContextSelectionSet, Enum, InputObject, OutputType, Positioned, Scalar, ScalarType, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use diesel_derive_newtype::DieselNewType;
use freshvilla_macros::PlainObject;
use serde::{Deserialize, Serialize};

/// ISO 4217 currency. FreshVilla sells in rupees; a new currency is a new variant with its number of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum CurrencyCode {
    /// Indian rupee, 100 paise.
    Inr,
}

/// An amount in minor units of its document's currency (paise), stored as BIGINT in columns that end in `_minor`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DieselNewType, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minor(pub i64);

impl Minor {
    /// Zero paise.
    pub const ZERO: Self = Self(0);

    /// Sum, or `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Difference, or `None` on overflow.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `self × rate`, rounded half away from zero to the minor unit; `None` on overflow.
    pub fn checked_share(self, rate: BasisPoints) -> Option<Self> {
        let exact = i128::from(self.0).checked_mul(i128::from(rate.0))?;
        let half = if exact < 0 { -5_000 } else { 5_000 };
        i64::try_from(exact.checked_add(half)? / 10_000).ok().map(Self)
    }

    /// The tax contained in a tax-inclusive amount: `amount × rate / (100 % + rate)`, rounded half up to the paisa
    /// (CGST Rules, rule 35). Tax and taxable value always sum to the amount.
    pub fn checked_included_tax(self, rate: BasisPoints) -> Option<Self> {
        let divisor = i128::from(rate.0).checked_add(10_000)?;
        let exact = i128::from(self.0).checked_mul(i128::from(rate.0))?;
        i64::try_from(exact.checked_mul(2)?.checked_add(divisor)?.checked_div_euclid(divisor.checked_mul(2)?)?)
            .ok()
            .map(Self)
    }

    /// Splits the amount by weights so that the parts sum to the whole (largest remainder, ties to the earlier part).
    /// All weights zero splits evenly; `None` for no weights or a negative one.
    pub fn allocate(self, weights: &[u64]) -> Option<Vec<Self>> {
        if weights.is_empty() {
            return None;
        }
        let even = vec![1; weights.len()];
        let weights = if weights.iter().all(|w| *w == 0) { &even } else { weights };
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        let whole = i128::from(self.0);
        let mut parts: Vec<(i128, i128)> = weights
            .iter()
            .map(|w| {
                let exact = whole * i128::from(*w);
                (exact.div_euclid(total), exact.rem_euclid(total))
            })
            .collect();
        let missing = whole - parts.iter().map(|(floor, _)| floor).sum::<i128>();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|at| (std::cmp::Reverse(parts.get(*at).map_or(0, |p| p.1)), *at));
        for at in order.into_iter().take(usize::try_from(missing).ok()?) {
            if let Some(part) = parts.get_mut(at) {
                part.0 += 1;
            }
        }
        parts.into_iter().map(|(part, _)| i64::try_from(part).ok().map(Self)).collect()
    }
}

/// `12.50` with exactly two decimals, the form of `Money.amount`.
impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let paise = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", paise / 100, paise % 100)
    }
}

/// Reads a decimal amount with at most two decimals; a currency sign, spaces and Indian digit grouping (`1,25,000.50`)
/// are accepted.
impl FromStr for Minor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{text:?} is not an amount with at most two decimals");
        let plain = text.trim().trim_start_matches("Rs.").trim_start_matches(['₹', ' ']).replace(',', "");
        let (negative, digits) = match plain.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, plain.as_str()),
        };
        let (rupees, paise) = digits.split_once('.').unwrap_or((digits, ""));
        let paise = paise.trim_end_matches('0');
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if (rupees.is_empty() && paise.is_empty()) || paise.len() > 2 || !all_digits(rupees) || !all_digits(paise) {
            return Err(bad());
        }
        let whole: i64 = if rupees.is_empty() { 0 } else { rupees.parse().map_err(|_| bad())? };
        let cents: i64 = format!("{paise:0<2}").parse().map_err(|_| bad())?;
        let minor = whole.checked_mul(100).and_then(|m| m.checked_add(cents)).ok_or_else(bad)?;
        Ok(Self(if negative { -minor } else { minor }))
    }
}

/// A rate in basis points: 1 bp = 0.01 %. Stored in columns that end in `_bp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DieselNewType, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(pub i32);

/// An integer beyond GraphQL's 32 bits, sent as a string of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BigInt(pub i64);

/// An integer of up to 64 bits, written as a string because GraphQL's `Int` ends at 32 bits. Accepts an integer too.
#[Scalar(specified_by_url = "https://docs.oracle.com/javase/8/docs/api/java/math/BigInteger.html#toString--")]
impl ScalarType for BigInt {
    fn parse(value: Value) -> async_graphql::InputValueResult<Self> {
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_i64(),
            _ => None,
        };
        number.map(Self).ok_or_else(|| async_graphql::InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A decimal number written as a string, so that no client turns money into a float.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal(pub String);

/// A decimal number as a string, for example "12.50"; never a float.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> async_graphql::InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(async_graphql::InputValueError::expected_type(value)),
        };
        text.parse::<bigdecimal::BigDecimal>()
            .map(|_| Self(text))
            .map_err(|_| async_graphql::InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An amount of money with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PlainObject)]
pub struct Money {
    /// The amount as a decimal string with the currency's own number of decimals, for example "249.00".
    pub amount: Minor,
    /// The same amount as a whole number of minor units (paise), for example "24900".
    pub minor_units: BigInt,
    /// ISO 4217 code of the currency.
    pub currency_code: CurrencyCode,
}

impl From<Minor> for Money {
    fn from(minor: Minor) -> Self {
        Self { amount: minor, minor_units: BigInt(minor.0), currency_code: CurrencyCode::Inr }
    }
}

/// In the schema an amount is its decimal text.
impl OutputType for Minor {
    fn type_name() -> Cow<'static, str> {
        <Decimal as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Decimal as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _ctx: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// An amount of money given by a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, InputObject)]
pub struct MoneyInput {
    /// Decimal string with at most the currency's number of decimals, for example "249.00".
    pub amount: Decimal,
    /// ISO 4217 code; rupees when left out.
    #[graphql(default_with = "CurrencyCode::Inr")]
    pub currency_code: CurrencyCode,
}

impl MoneyInput {
    /// The amount in minor units; an error sentence for more decimals than the currency has.
    pub fn minor(&self) -> Result<Minor, String> {
        self.amount.0.parse()
    }
}
