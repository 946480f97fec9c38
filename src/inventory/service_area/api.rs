//! Service areas in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    model::{self, ServiceArea, ServiceAreaOrder, ServiceAreaWhere},
    service::{self, AreaResult, NewArea},
};
use crate::{
    connection,
    context::Ctx,
    inventory::{
        InventoryError,
        hours::{
            api::{OpeningSpan, weekly_spans},
            input::OpeningSpanInput,
        },
        location::model::{Location, LocationId},
    },
    kernel::{
        access::Permission,
        error::Result,
        money::{Money, MoneyInput},
        page::PageArgs,
    },
    payload,
};

connection!(ServiceAreaConnection, ServiceAreaEdge, ServiceArea);

#[edges]
impl ServiceArea {
    /// What delivers there; null for those who may not see it.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load::<LocationId>(self.location_id).await
    }

    /// What delivery costs.
    fn delivery_fee(&self) -> Money {
        self.delivery_fee_minor.into()
    }

    /// Orders of this value and more are delivered free; null where none are.
    fn free_delivery_threshold(&self) -> Option<Money> {
        self.free_delivery_threshold_minor.map(Money::from)
    }

    /// Least value of an order.
    fn minimum_order(&self) -> Money {
        self.minimum_order_minor.into()
    }

    /// Hours of delivery; null where the location's opening hours hold. Its holidays hold for both.
    fn weekly(&self) -> Option<Vec<OpeningSpan>> {
        self.weekly.as_deref().map(weekly_spans)
    }
}

/// Queries over service areas.
#[derive(Default)]
pub struct ServiceAreaQuery;

#[query]
impl ServiceAreaQuery {
    /// Service areas of a location, or in a postal code: where the stores that shoppers see deliver, and all of the
    /// locations within the caller's scope.
    #[access(Public)]
    async fn service_areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which areas", name = "where")] filter: ServiceAreaWhere,
        #[graphql(desc = "In which order")] order_by: Option<ServiceAreaOrder>,
        page: PageArgs,
    ) -> Result<ServiceAreaConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        Ok(ServiceAreaConnection(
            model::list(&conn, ctx.actor(), &filter, order_by.unwrap_or_default(), &page, count).await?,
        ))
    }
}

/// A postal code to which a location delivers, and on which terms.
#[derive(InputObject)]
pub struct ServiceAreaInput {
    /// Six digits.
    pincode: String,
    /// What delivery costs; at most one crore rupees, as all amounts here.
    delivery_fee: MoneyInput,
    /// Orders of this value and more are delivered free.
    free_delivery_threshold: Option<MoneyInput>,
    /// Least value of an order; none when left out.
    minimum_order: Option<MoneyInput>,
    /// Minutes from order to door, while open; 1 to 43,200.
    promised_minutes: i32,
    /// Which of several areas of a postal code is tried first: 1 before 2, up to 1,000.
    #[graphql(default = 1)]
    priority: i32,
    /// Hours of delivery; the location's opening hours when left out.
    weekly: Option<Vec<OpeningSpanInput>>,
    /// Whether the location delivers there at present.
    #[graphql(default = true)]
    active: bool,
}

impl From<ServiceAreaInput> for NewArea {
    fn from(input: ServiceAreaInput) -> Self {
        Self {
            pincode: input.pincode,
            delivery_fee: input.delivery_fee,
            free_delivery_threshold: input.free_delivery_threshold,
            minimum_order: input.minimum_order,
            promised_minutes: input.promised_minutes,
            priority: input.priority,
            weekly: input.weekly,
            active: input.active,
        }
    }
}

/// Service areas of a location.
#[derive(InputObject)]
pub struct ServiceAreaBulkPutInput {
    /// The location: `location { id }` of a store or warehouse.
    location_id: LocationId,
    /// Its areas, at most 1,000; others that it has stay.
    areas: Vec<ServiceAreaInput>,
}

/// Service areas to remove.
#[derive(InputObject)]
pub struct ServiceAreaBulkDeleteInput {
    /// The location.
    location_id: LocationId,
    /// Postal codes of its areas, at most 1,000.
    pincodes: Vec<String>,
}

/// What became of one postal code.
#[derive(PlainObject)]
pub struct ServiceAreaBulkResult {
    /// The postal code asked for.
    pincode: String,
    /// The area as it is now; null when it was refused.
    service_area: Option<ServiceArea>,
    /// Why it was refused; empty on success.
    errors: Vec<InventoryError>,
}

impl From<AreaResult> for ServiceAreaBulkResult {
    fn from(result: AreaResult) -> Self {
        let errors = result.problems.into_iter().map(Into::into).collect();
        Self { pincode: result.pincode, service_area: result.area, errors }
    }
}

payload! { /// What serviceAreaBulkPut answers.
ServiceAreaBulkPutPayload { /// One result per postal code asked for, in their order.
results: Vec<ServiceAreaBulkResult> } InventoryError }

payload! { /// What serviceAreaBulkDelete answers.
ServiceAreaBulkDeletePayload { /// The postal codes whose areas were removed.
pincodes: Vec<String> } InventoryError }

/// Changes to service areas.
#[derive(Default)]
pub struct ServiceAreaMutation;

#[mutation]
impl ServiceAreaMutation {
    /// Adds service areas of a location within the caller's scope, or replaces those for the same postal codes. Those that
    /// are wrong are left out, each with its reasons.
    #[access(Can(Permission::LocationsWrite))]
    async fn service_area_bulk_put(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The areas")] input: ServiceAreaBulkPutInput,
    ) -> Result<ServiceAreaBulkPutPayload> {
        let areas = input.areas.into_iter().map(Into::into).collect();
        let results = service::put_areas(ctx.app(), ctx.actor(), input.location_id, areas).await;
        ServiceAreaBulkPutPayload::from(results.map(|all| all.into_iter().map(Into::into).collect()))
    }

    /// Removes service areas of a location within the caller's scope.
    #[access(Can(Permission::LocationsWrite))]
    async fn service_area_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which areas")] input: ServiceAreaBulkDeleteInput,
    ) -> Result<ServiceAreaBulkDeletePayload> {
        let ServiceAreaBulkDeleteInput { location_id, pincodes } = input;
        ServiceAreaBulkDeletePayload::from(service::delete_areas(ctx.app(), ctx.actor(), location_id, pincodes).await)
    }
}
