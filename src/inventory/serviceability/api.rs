//! Serviceability in the schema.

use std::sync::Arc;

use async_graphql::Context;
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, query};

use super::{
    delivery::{self, Delivery, DeliveryObstacle},
    model,
};
use crate::{
    context::Ctx,
    inventory::{
        hours::api::instant,
        location::model::{Location, LocationId},
        seller::model::{Seller, SellerId},
    },
    kernel::{
        error::{Error, Result},
        money::{Minor, Money, MoneyInput},
        page::{DEFAULT_PAGE, MAX_PAGE},
    },
};

/// Who delivers to a postal code.
#[derive(PlainObject)]
pub struct Serviceability {
    /// The postal code asked about.
    pub pincode: String,
    /// Who serves the postal code: those who deliver the order come first, then by priority and by promised time.
    pub options: Vec<DeliveryOption>,
    /// How many serve the postal code, also beyond the options shown.
    pub option_count: i32,
    /// Why nobody delivers the order; null if somebody does.
    pub obstacle: Option<DeliveryObstacle>,
    /// When the first of them opens, if all are closed.
    pub next_opening: Option<DateTime<Utc>>,
    /// What the order lacks to the least minimum of those who are open, if it is below all of them.
    pub missing: Option<Money>,
}

/// A location that serves the postal code.
#[derive(PlainObject)]
#[graphql(complex)]
pub struct DeliveryOption {
    #[graphql(skip)]
    location_id: LocationId,
    #[graphql(skip)]
    seller_id: SellerId,
    /// What delivery costs: nothing for an order that reaches the threshold.
    delivery_fee: Money,
    /// Orders of this value and more are delivered free; null where none are.
    free_delivery_threshold: Option<Money>,
    /// Least value of an order.
    minimum_order: Money,
    /// Minutes from order to door, while open.
    promised_minutes: i32,
    /// 1 is tried before 2.
    priority: i32,
    /// Why the order is not delivered; null if it is.
    obstacle: Option<DeliveryObstacle>,
    /// When it opens next; null while it is open, and when it stays closed for the next 31 days.
    next_opening: Option<DateTime<Utc>>,
    /// What the order lacks to the minimum; null if it lacks nothing, or its value was not given.
    missing: Option<Money>,
}

#[edges]
impl DeliveryOption {
    /// What delivers; null for those who may not see it, such as a warehouse for shoppers.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load::<LocationId>(self.location_id).await
    }

    /// Whose goods.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load::<SellerId>(self.seller_id).await
    }
}

impl DeliveryOption {
    fn of(delivery: &Delivery, order_value: Option<Minor>) -> Self {
        Self {
            location_id: delivery.location_id,
            seller_id: delivery.seller_id,
            delivery_fee: delivery.fee_for(order_value).into(),
            free_delivery_threshold: delivery.free_delivery_threshold.map(Money::from),
            minimum_order: delivery.minimum_order.into(),
            promised_minutes: delivery.promised_minutes,
            priority: delivery.priority,
            obstacle: delivery.obstacle(order_value),
            next_opening: delivery.next_opening,
            missing: delivery.missing(order_value).map(Money::from),
        }
    }
}

impl Serviceability {
    fn of(pincode: String, mut deliveries: Vec<Delivery>, order_value: Option<Minor>, first: usize) -> Self {
        delivery::sort(&mut deliveries, order_value);
        let obstacle = delivery::obstacle(&deliveries, order_value);
        let (closed, below) = (DeliveryObstacle::Closed, DeliveryObstacle::BelowMinimum);
        let next_opening = deliveries.iter().filter_map(|delivery| delivery.next_opening).min();
        let open = deliveries.iter().filter(|delivery| delivery.open);
        let missing = open.filter_map(|delivery| delivery.missing(order_value)).min();
        Self {
            pincode,
            option_count: i32::try_from(deliveries.len()).unwrap_or(i32::MAX),
            options: deliveries.iter().take(first).map(|delivery| DeliveryOption::of(delivery, order_value)).collect(),
            obstacle,
            next_opening: next_opening.filter(|_| obstacle == Some(closed)),
            missing: missing.filter(|_| obstacle == Some(below)).map(Money::from),
        }
    }
}

/// Queries over serviceability.
#[derive(Default)]
pub struct ServiceabilityQuery;

#[query]
impl ServiceabilityQuery {
    /// Who delivers to a postal code, when and for how much: active locations of active sellers.
    #[access(Public)]
    async fn serviceability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Six digits")] pincode: String,
        #[graphql(desc = "When, within a year from now; now when left out")] at: Option<DateTime<Utc>>,
        #[graphql(desc = "What the order is worth; without it no minimum is checked")] order_value: Option<MoneyInput>,
        #[graphql(desc = "How many options to answer, at most 100; 20 when left out")] first: Option<i32>,
    ) -> Result<Serviceability> {
        let pincode: String = pincode.chars().filter(|c| !c.is_whitespace()).collect();
        if pincode.len() != 6 || !pincode.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::BadInput("a postal code has six digits".to_owned()));
        }
        let first = first.map_or(Some(DEFAULT_PAGE), |first| usize::try_from(first).ok());
        let first = first
            .filter(|first| *first <= MAX_PAGE)
            .ok_or_else(|| Error::BadInput(format!("ask for 0 to {MAX_PAGE} options")))?;
        let order_value = order_value.map(|money| money.minor()).transpose().map_err(Error::BadInput)?;
        if order_value.is_some_and(|value| value < Minor::ZERO) {
            return Err(Error::BadInput("an order is worth nothing or more".to_owned()));
        }
        let at = instant(ctx.app(), at)?;
        let deliveries = model::deliveries(&*ctx.app().db.read().await?, &pincode, at).await?;
        Ok(Serviceability::of(pincode, deliveries, order_value, first))
    }
}
