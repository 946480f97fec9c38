//! Fulfilment in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{edges, mutation, query};

use super::{
    code, confirm,
    deliver::{self, Handover, Taken},
    model::{
        self, Carriage, Package, PackageEvent, PackageEventKind, PackageEventsOf, PackageId, PackageLine,
        PackageLinesOf, PackageStatus, progress::Fulfilment,
    },
    pack::{self, NewPacking},
    packing::{NewPackage, PackedLine},
    ship::{self, Dispatch},
    track::{self, Sighting},
};
use crate::{
    context::Ctx,
    kernel::{
        access::Permission,
        check::Checks,
        error::{Result, found},
        money::{Money, MoneyInput},
    },
    payload,
    payments::cod::model::CodCollectionMode,
    sales::{
        SalesError,
        order::model::{
            Visible,
            line::{OrderLine, OrderLineId},
            part::{SubOrder, SubOrderId},
        },
    },
};

#[edges]
impl Fulfilment {
    /// What was taken at the door.
    fn collected(&self) -> Money {
        self.collected_minor.into()
    }
}

#[edges]
impl Package {
    /// The sub-order whose goods are in it.
    async fn sub_order(&self, ctx: &Context<'_>) -> Result<Option<Arc<SubOrder>>> {
        ctx.load(self.sub_order_id).await
    }

    /// What is in it.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Arc<Vec<PackageLine>>> {
        Ok(ctx.load(PackageLinesOf(self.id)).await?.unwrap_or_default())
    }

    /// What happened to it, the first first; at most 200 sightings.
    async fn events(&self, ctx: &Context<'_>) -> Result<Arc<Vec<PackageEvent>>> {
        Ok(ctx.load(PackageEventsOf(self.id)).await?.unwrap_or_default())
    }

    /// The code for which the seller's own people hand it over: six digits, for its buyer alone; null for everybody else,
    /// and where no code is asked for.
    async fn handover_code(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if self.carriage != Some(Carriage::Own) || self.status != PackageStatus::Shipped {
            return Ok(None);
        }
        let Some(part) = ctx.load(self.sub_order_id).await? else { return Ok(None) };
        let Some(order) = ctx.load(Visible(part.order_id)).await? else { return Ok(None) };
        if ctx.actor().account_id() != Some(order.account_id.0) {
            return Ok(None);
        }
        code::of(ctx.app(), self.id).map(Some)
    }
}

#[edges]
impl PackageLine {
    /// The line of the order.
    async fn line(&self, ctx: &Context<'_>) -> Result<Option<Arc<OrderLine>>> {
        ctx.load(self.order_line_id).await
    }
}

/// Queries over packages.
#[derive(Default)]
pub struct FulfilmentQuery;

#[query]
impl FulfilmentQuery {
    /// A package of an order of one's own, or of a seller within the caller's scope; null where there is none.
    #[access(Known)]
    async fn package(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The package")] id: PackageId,
    ) -> Result<Option<Package>> {
        found(model::find(&*ctx.app().db.read().await?, ctx.actor(), id).await)
    }
}

/// A sub-order to be taken on.
#[derive(InputObject)]
pub struct SubOrderConfirmInput {
    /// The sub-order.
    id: SubOrderId,
    /// The version that the client has seen; any when left out.
    expected_version: Option<i32>,
}

/// Packs of a line in a package.
#[derive(InputObject)]
pub struct PackageLineInput {
    /// The line.
    line_id: OrderLineId,
    /// How many packs, at least 1.
    quantity: i32,
}

/// A package.
#[derive(InputObject)]
pub struct PackageInput {
    /// What is in it; each line once.
    lines: Vec<PackageLineInput>,
    /// What it weighs, in grams; at most 1,000,000.
    weight_grams: Option<i32>,
}

/// How a sub-order was packed.
#[derive(InputObject)]
pub struct SubOrderPackInput {
    /// The sub-order.
    id: SubOrderId,
    /// Its packages, 1 to 50. Packs that are in none of them are cancelled, and what was paid for them is given back.
    packages: Vec<PackageInput>,
    /// Why something is missing; at most 500 characters.
    #[graphql(default)]
    note: String,
    /// The version that the client has seen; any when left out.
    expected_version: Option<i32>,
    /// 1 to 128 characters that name this request: sent again, it does nothing more.
    idempotency_key: String,
}

/// Who brings a package.
#[derive(InputObject)]
pub struct PackageShipInput {
    /// The package.
    package_id: PackageId,
    /// The seller's own people, or a carrier.
    carriage: Carriage,
    /// The carrier's name; at most 60 characters. With a carrier, and only then.
    carrier: Option<String>,
    /// The carrier's number for it; at most 60 characters. With a carrier, and only then.
    tracking_number: Option<String>,
    /// Where the carrier tells of it: an https address of at most 500 characters.
    tracking_url: Option<String>,
    /// Who brings it, of the seller's own people; at most 100 characters.
    courier: Option<String>,
    /// 1 to 128 characters that name this request: sent again, it does nothing more.
    idempotency_key: String,
}

/// Something that was seen of a package on its way.
#[derive(InputObject)]
pub struct PackageEventAddInput {
    /// The package.
    package_id: PackageId,
    /// In transit, out for delivery, or a failed attempt.
    kind: PackageEventKind,
    /// Where; at most 100 characters.
    #[graphql(default)]
    place: String,
    /// What is to be said about it; at most 500 characters.
    #[graphql(default)]
    note: String,
    /// When; now when left out.
    at: Option<DateTime<Utc>>,
}

/// Money taken at the door.
#[derive(InputObject)]
pub struct PackageCollectionInput {
    /// How it was taken.
    mode: CodCollectionMode,
    /// How much: cash in whole rupees, UPI to the paisa.
    amount: MoneyInput,
    /// With UPI: the bank's reference (RRN, 12 digits).
    rrn: Option<String>,
}

/// A package that was handed over.
#[derive(InputObject)]
pub struct PackageDeliverInput {
    /// The package.
    package_id: PackageId,
    /// The buyer's code, where the seller's own people brought it. The back office may leave it out.
    code: Option<String>,
    /// Who took it; at most 100 characters.
    #[graphql(default)]
    received_by: String,
    /// What was paid at the door: with the first package of a sub-order that is paid on delivery, and only then.
    taken: Option<PackageCollectionInput>,
    /// 1 to 128 characters that name this request: sent again, it does nothing more.
    idempotency_key: String,
}

payload! { /// What subOrderConfirm answers.
SubOrderConfirmPayload { /// The sub-order.
sub_order: SubOrder } SalesError }

payload! { /// What subOrderPack answers.
SubOrderPackPayload { /// The sub-order.
sub_order: SubOrder } SalesError }

payload! { /// What packageShip answers.
PackageShipPayload { /// The package.
package: Package } SalesError }

payload! { /// What packageEventAdd answers.
PackageEventAddPayload { /// The package.
package: Package } SalesError }

payload! { /// What packageDeliver answers.
PackageDeliverPayload { /// The package.
package: Package } SalesError }

/// Changes to sub-orders and packages.
#[derive(Default)]
pub struct FulfilmentMutation;

#[mutation]
impl FulfilmentMutation {
    /// Takes a sub-order on, as its seller or the back office.
    #[access(Can(Permission::OrdersWrite))]
    async fn sub_order_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sub-order")] input: SubOrderConfirmInput,
    ) -> Result<SubOrderConfirmPayload> {
        let confirmed = confirm::confirm(ctx.app(), ctx.actor(), input.id, input.expected_version).await;
        SubOrderConfirmPayload::from(confirmed)
    }

    /// Packs a sub-order: its pieces leave the stock. What is in no package is cancelled, and its money given back.
    #[access(Can(Permission::OrdersWrite))]
    async fn sub_order_pack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The sub-order and its packages")] input: SubOrderPackInput,
    ) -> Result<SubOrderPackPayload> {
        let line = |line: PackageLineInput| PackedLine { line_id: line.line_id, quantity: line.quantity };
        let package = |package: PackageInput| NewPackage {
            lines: package.lines.into_iter().map(line).collect(),
            weight_grams: package.weight_grams,
        };
        let new = NewPacking {
            sub_order_id: input.id,
            packages: input.packages.into_iter().map(package).collect(),
            note: input.note,
            expected_version: input.expected_version,
        };
        SubOrderPackPayload::from(pack::pack(ctx.app(), ctx.actor(), &input.idempotency_key, new).await)
    }

    /// Sends a package off. With the last one its sub-order is shipped.
    #[access(Can(Permission::OrdersWrite))]
    async fn package_ship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The package, and who brings it")] input: PackageShipInput,
    ) -> Result<PackageShipPayload> {
        let new = Dispatch {
            package_id: input.package_id,
            carriage: input.carriage,
            carrier: input.carrier,
            tracking_number: input.tracking_number,
            tracking_url: input.tracking_url,
            courier: input.courier,
        };
        PackageShipPayload::from(ship::ship(ctx.app(), ctx.actor(), &input.idempotency_key, &new).await)
    }

    /// Notes what was seen of a package on its way.
    #[access(Can(Permission::OrdersWrite))]
    async fn package_event_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The package, and what was seen")] input: PackageEventAddInput,
    ) -> Result<PackageEventAddPayload> {
        let PackageEventAddInput { package_id, kind, place, note, at } = input;
        let new = Sighting { package_id, kind, place, note, at };
        PackageEventAddPayload::from(track::note(ctx.app(), ctx.actor(), new).await)
    }

    /// Records that a package was handed over, and what was paid at the door. With the last one its sub-order is
    /// delivered.
    #[access(Can(Permission::OrdersWrite))]
    async fn package_deliver(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The package, and how it was handed over")] input: PackageDeliverInput,
    ) -> Result<PackageDeliverPayload> {
        PackageDeliverPayload::from(handed_over(ctx, input).await)
    }
}

async fn handed_over(ctx: &Context<'_>, input: PackageDeliverInput) -> Result<Package> {
    let mut checks = Checks::default();
    let taken = input.taken.and_then(|taken| {
        let amount = checks.parse("INVALID", "taken.amount", taken.amount.minor())?;
        Some(Taken { mode: taken.mode, amount, rrn: taken.rrn })
    });
    checks.finish()?;
    let PackageDeliverInput { package_id, code, received_by, idempotency_key, .. } = input;
    deliver::deliver(ctx.app(), ctx.actor(), &idempotency_key, &Handover { package_id, code, received_by, taken }).await
}
