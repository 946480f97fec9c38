//! Orders of the demo shop: half a year of them, each made by the functions that the API calls, at the time at which
//! it was made. The clock goes through the plan, and comes back to the present.

mod coupons;
mod course;
mod hands;
mod model;
mod plan;

use chrono::{DateTime, TimeDelta, Utc};

use self::course::Course;
use crate::{
    app::App,
    identity::{account::model::AccountId, address::model::AddressId, session::standing},
    inventory::seller::model::SellerId,
    kernel::{
        access::Actor,
        clock::Journey,
        error::{Error, Result},
    },
};

/// A shopper of the demo.
#[derive(Clone, Debug)]
pub struct DemoBuyer {
    /// The account.
    pub account: AccountId,
    /// Where their orders go.
    pub address: AddressId,
    /// The address's postal code.
    pub pincode: String,
}

/// Who takes part.
#[derive(Clone, Debug)]
pub struct Cast {
    /// They order in turn.
    pub buyers: Vec<DemoBuyer>,
    /// Of the back office: sends FreshVilla's own goods, and finds payments on the bank's statement.
    pub staff: AccountId,
    /// Who sends for a distributor.
    pub sellers: Vec<(SellerId, AccountId)>,
}

/// Makes the orders of a period that are not there yet, and takes each as far as it came by its end; answers how many
/// the period has. Nothing lies after its end.
pub async fn seed_orders(
    app: &App,
    cast: &Cast,
    count: usize,
    period: (DateTime<Utc>, DateTime<Utc>),
) -> Result<usize> {
    let planned = plan::orders(count, period);
    let payment = TimeDelta::minutes(app.config.payments.payment_minutes.into());
    let mut acts = Vec::new();
    for order in &planned {
        let of_order = order.acts(payment).into_iter().filter(|(at, _)| *at <= period.1);
        acts.extend(of_order.map(|(at, act)| (at, order.number, act)));
    }
    acts.sort_unstable();
    let mut journey = Journey::begin(&app.clock);
    journey.go_to(period.0);
    let staff = person(app, cast.staff).await?;
    coupons::seed(app, &staff, period).await?;
    let mut course = Course::new(app, cast, staff, count).await?;
    for (at, number, act) in acts {
        journey.go_to(at);
        if let Some(order) = planned.get(number) {
            course.act(order, act).await?;
        }
    }
    Ok(course.made())
}

/// Somebody with the rights that they have.
async fn person(app: &App, account: AccountId) -> Result<Actor> {
    let conn = app.db.write().await?;
    let actor = standing::of(&conn, account.0, app.clock.now()).await?;
    actor.ok_or_else(|| Error::internal(anyhow::anyhow!("a demo account cannot come in any more")))
}
