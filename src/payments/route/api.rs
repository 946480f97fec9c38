//! Routes in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{mutation, query};

use super::{
    model::{self, Route},
    service::{self, Turn},
};
use crate::{
    context::Ctx,
    kernel::{access::Permission, error::Result},
    payload,
    payments::{PaymentError, attempt::model::PaymentGateway, intent::model::PaymentMethod},
};

/// Queries over routes.
#[derive(Default)]
pub struct RouteQuery;

#[query]
impl RouteQuery {
    /// Which gateways take which method, in the order in which they are asked.
    #[access(Can(Permission::PaymentsRead))]
    async fn payment_routes(&self, ctx: &Context<'_>) -> Result<Vec<Route>> {
        model::all(&*ctx.app().db.read().await?).await
    }

    /// The methods by which something can be paid online at present: those of which a gateway is set up and on.
    #[access(Public)]
    async fn payment_methods(&self, ctx: &Context<'_>) -> Result<Vec<PaymentMethod>> {
        let mut routes = model::all(&*ctx.app().db.read().await?).await?;
        routes.retain(|route| route.enabled && service::is_set_up(ctx.app(), route.gateway));
        let mut methods: Vec<PaymentMethod> = routes.into_iter().map(|route| route.method).collect();
        methods.dedup();
        Ok(methods)
    }
}

/// One gateway's turn.
#[derive(InputObject)]
pub struct PaymentTurnInput {
    /// Through whom.
    gateway: PaymentGateway,
    /// Whether it is asked at all.
    enabled: bool,
}

/// The turns of a method's gateways.
#[derive(InputObject)]
pub struct PaymentRoutesSetInput {
    /// What is paid with.
    method: PaymentMethod,
    /// Every gateway that takes it, the first to be asked first.
    turns: Vec<PaymentTurnInput>,
}

payload! { /// What paymentRoutesSet answers.
PaymentRoutesSetPayload { /// The method's routes.
routes: Vec<Route> } PaymentError }

/// Changes to routes.
#[derive(Default)]
pub struct RouteMutation;

#[mutation]
impl RouteMutation {
    /// Sets in which order gateways are asked for a method, and which of them at all.
    #[access(Can(Permission::PaymentsWrite))]
    async fn payment_routes_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The turns")] input: PaymentRoutesSetInput,
    ) -> Result<PaymentRoutesSetPayload> {
        let turn = |turn: &PaymentTurnInput| Turn { gateway: turn.gateway, enabled: turn.enabled };
        let turns: Vec<Turn> = input.turns.iter().map(turn).collect();
        PaymentRoutesSetPayload::from(service::set(ctx.app(), ctx.actor(), input.method, &turns).await)
    }
}
