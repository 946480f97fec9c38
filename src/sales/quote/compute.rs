//! What planned shipments cost, with coupons and tax. Pure.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    model::{Destination, Origin},
    plan::{Obstacle, Shipment},
};
use crate::{
    inventory::location::model::LocationId,
    kernel::{
        error::{Error, Result},
        money::Minor,
    },
    sales::{
        cart::{line::Line, model::line::CartItemId},
        coupon::{
            model::in_cart::Candidate,
            rules::{self, Effect, Refused},
        },
        pricing::{
            sale::{Goods, Shared, Sold, Totals, sell, totals},
            tax::{TaxHeads, TaxRate},
        },
    },
};

/// A shipment with its price.
#[derive(Clone, Debug)]
pub struct Priced {
    /// What is sent from where.
    pub shipment: Shipment,
    /// GST code of the state from which it is supplied; empty where that is not known.
    pub from_state: String,
    /// Which heads of tax it bears.
    pub heads: TaxHeads,
    /// What its location asks for delivery.
    pub fee: Minor,
    /// What coupons for free delivery take off that: all of it, or nothing.
    pub fee_discount: Minor,
    /// Its lines, in the shipment's order.
    pub sold: Vec<(Sold<CartItemId>, TaxRate)>,
}

/// What a cart costs at a door.
#[derive(Clone, Debug)]
pub struct Quote {
    /// What can be bought.
    pub shipments: Vec<Priced>,
    /// What cannot, and why.
    pub obstacles: Vec<Obstacle>,
    /// The cart's coupons, each with what it does for what can be bought, or why nothing.
    pub coupons: Vec<(Candidate, Result<Effect, Refused>)>,
    /// Sums over all lines that can be bought.
    pub totals: Totals,
}

/// What is known besides the plan.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Where it is delivered.
    pub destination: Destination,
    /// Where the locations are registered.
    pub origins: HashMap<LocationId, Origin>,
    /// GST rates in force; every planned line has one.
    pub rates: HashMap<CartItemId, TaxRate>,
    /// The cart's coupons, in the order in which they take effect.
    pub coupons: Vec<Candidate>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Prices what was planned.
pub fn compute(shipments: Vec<Shipment>, obstacles: Vec<Obstacle>, terms: Terms) -> Result<Quote> {
    let lines: Vec<Line> = shipments.iter().flat_map(|shipment| shipment.lines.clone()).collect();
    let effects = rules::effects(&terms.coupons, &lines, terms.now);
    let working: Vec<&Effect> = effects.iter().flatten().collect();
    let discounts = working.iter().map(|effect| Shared { amount: effect.discount, lines: effect.lines.clone() });
    let (mut goods, mut fees, mut priced) = (Vec::new(), Vec::new(), Vec::new());
    for shipment in shipments {
        let heads = heads(&shipment, &terms);
        for line in &shipment.lines {
            let rate = terms.rates.get(&line.item.id).copied().unwrap_or_default();
            goods.push(Goods { key: line.item.id, amount: line.total(), rate, heads });
        }
        let keys: Vec<CartItemId> = shipment.lines.iter().map(|line| line.item.id).collect();
        let free = working.iter().any(|one| one.free_delivery && keys.iter().any(|key| one.lines.contains(key)));
        let fee = shipment.delivery.fee_for(Some(shipment.value()));
        let fee_discount = if free { fee } else { Minor::ZERO };
        fees.push(Shared { amount: fee.checked_sub(fee_discount).unwrap_or_default(), lines: keys });
        let origin = terms.origins.get(&shipment.delivery.location_id);
        let from_state = origin.map(|origin| origin.state_code.clone()).unwrap_or_default();
        priced.push(Priced { shipment, from_state, heads, fee, fee_discount, sold: Vec::new() });
    }
    let too_large = || Error::BadInput("the cart costs more than can be computed".to_owned());
    let sold = sell(&goods, &discounts.collect::<Vec<_>>(), &fees).ok_or_else(too_large)?;
    let totals = totals(&sold).ok_or_else(too_large)?;
    totals.payable().ok_or_else(too_large)?;
    let mut sold = sold.into_iter().zip(goods.iter().map(|line| line.rate));
    for one in &mut priced {
        one.sold = sold.by_ref().take(one.shipment.lines.len()).collect();
    }
    let coupons = terms.coupons.into_iter().zip(effects).collect();
    Ok(Quote { shipments: priced, obstacles, coupons, totals })
}

fn heads(shipment: &Shipment, terms: &Terms) -> TaxHeads {
    let to = &terms.destination;
    match terms.origins.get(&shipment.delivery.location_id) {
        Some(origin) if origin.charges_tax => TaxHeads::of(&origin.state_code, &to.state_code, to.without_legislature),
        _ => TaxHeads::None,
    }
}
