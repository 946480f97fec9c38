//! Whether cash on delivery is offered. Pure.

use crate::{
    config::PaymentConfig,
    kernel::{
        error::{Error, Result},
        money::Minor,
    },
};

/// What decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodCase {
    /// Where it is delivered.
    pub pincode: String,
    /// How many deliveries the customer has refused to pay for.
    pub refusals: i64,
}

/// Ok, or COD_NOT_OFFERED with the reason.
pub fn check(config: &PaymentConfig, case: Option<&CodCase>, amount: Minor) -> Result<()> {
    let refuse = |why: String| Err(Error::problem("COD_NOT_OFFERED", "method", why));
    let Some(case) = case else {
        return refuse("cash on delivery needs a place of delivery".to_owned());
    };
    let ceiling = Minor(i64::from(config.cod_ceiling_rupees) * 100);
    if amount > ceiling {
        return refuse(format!("cash on delivery is offered up to ₹{ceiling}"));
    }
    if config.cod_excluded_pincodes.iter().any(|start| !start.is_empty() && case.pincode.starts_with(start)) {
        return refuse(format!("cash on delivery is not offered in {}", case.pincode));
    }
    if case.refusals >= i64::from(config.cod_max_refusals) {
        return refuse("cash on delivery is not offered after refused deliveries".to_owned());
    }
    Ok(())
}

/// An amount in whole rupees, as cash is taken: half a rupee and more is rounded up.
pub fn whole_rupees(amount: Minor) -> Minor {
    Minor((amount.0 + 50).div_euclid(100) * 100)
}
