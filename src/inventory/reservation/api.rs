//! Reservations in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, Reservation, ReservationId, ReservationLot, ReservationWhere, ReservedLots},
    service::{self, End, Line, NewReservation},
};
use crate::{
    catalog::variant::model::VariantId,
    connection,
    context::Ctx,
    identity::account::model::{Account, AccountId},
    inventory::{
        InventoryError,
        location::model::{Location, LocationId},
        stock::{
            model::{StockItem, StockLot},
            post::Cause,
        },
    },
    kernel::{access::Permission, error::Result, page::PageArgs},
    payload,
};

connection!(StockReservationConnection, StockReservationEdge, Reservation);

#[edges]
impl Reservation {
    /// Where the pieces are.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load(self.location_id).await
    }

    /// What it takes from which lots.
    async fn lots(&self, ctx: &Context<'_>) -> Result<Arc<Vec<ReservationLot>>> {
        Ok(ctx.load(ReservedLots(self.id)).await?.unwrap_or_default())
    }

    /// Who asked for it; null for programs, and for those who may not see accounts.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        match self.created_by {
            Some(id) => ctx.load(AccountId(id)).await,
            None => Ok(None),
        }
    }
}

#[edges]
impl ReservationLot {
    /// The stock item.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockItem>>> {
        ctx.load(self.item_id).await
    }

    /// The lot.
    async fn lot(&self, ctx: &Context<'_>) -> Result<Option<Arc<StockLot>>> {
        ctx.load(self.lot_id).await
    }
}

/// Queries over reservations.
#[derive(Default)]
pub struct ReservationQuery;

#[query]
impl ReservationQuery {
    /// Reservations of stock within the caller's scope, newest first.
    #[access(Can(Permission::InventoryRead))]
    async fn stock_reservations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which reservations", name = "where")] filter: Option<ReservationWhere>,
        page: PageArgs,
    ) -> Result<StockReservationConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(StockReservationConnection(model::list(&conn, ctx.actor(), filter, &page, count).await?))
    }
}

/// A line of a new reservation.
#[derive(InputObject)]
pub struct StockReservationLineInput {
    /// What.
    variant_id: VariantId,
    /// How many pieces, at least 1.
    quantity: i32,
}

/// A new reservation.
#[derive(InputObject)]
pub struct StockReservationCreateInput {
    /// Where the pieces are.
    location_id: LocationId,
    /// For whom: a cart, an order, a remark; 1 to 100 characters.
    owner: String,
    /// What, and how much; at most 500 lines. Either all are reserved or none.
    lines: Vec<StockReservationLineInput>,
    /// For how long; at most 43,200 (thirty days).
    #[graphql(default = 15)]
    expires_in_minutes: i32,
    /// The same key with the same input answers the same reservation; 1 to 128 characters.
    idempotency_key: String,
}

/// Names the reservation whose pieces leave.
#[derive(InputObject)]
pub struct StockReservationCommitInput {
    /// The reservation.
    id: ReservationId,
    /// What they are for, as it will stand in the ledger: an order's number; up to 100 characters.
    reference: Option<String>,
    /// A remark for the ledger; up to 500 characters.
    note: Option<String>,
    /// The same key with the same input answers the same reservation; 1 to 128 characters.
    idempotency_key: String,
}

/// Names the reservation whose pieces are given back.
#[derive(InputObject)]
pub struct StockReservationReleaseInput {
    /// The reservation.
    id: ReservationId,
    /// The same key with the same input answers the same reservation; 1 to 128 characters.
    idempotency_key: String,
}

payload! { /// What stockReservationCreate answers.
StockReservationCreatePayload { /// The new reservation.
reservation: Reservation } InventoryError }

payload! { /// What stockReservationCommit answers.
StockReservationCommitPayload { /// The committed reservation.
reservation: Reservation } InventoryError }

payload! { /// What stockReservationRelease answers.
StockReservationReleasePayload { /// The released reservation.
reservation: Reservation } InventoryError }

/// Changes to reservations.
#[derive(Default)]
pub struct ReservationMutation;

#[mutation]
impl ReservationMutation {
    /// Sets pieces aside, from the lots that expire first: all lines or none. They are given back when the time is over.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_reservation_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new reservation")] input: StockReservationCreateInput,
    ) -> Result<StockReservationCreatePayload> {
        let StockReservationCreateInput { location_id, owner, lines, expires_in_minutes, idempotency_key } = input;
        let lines = lines.into_iter().map(|line| Line { variant_id: line.variant_id, quantity: line.quantity });
        let new = NewReservation { location_id, owner, lines: lines.collect(), minutes: expires_in_minutes };
        let made = service::reserve(ctx.app(), ctx.actor(), &idempotency_key, new).await;
        StockReservationCreatePayload::from(made)
    }

    /// Lets a reservation's pieces leave: a sale in the ledger.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_reservation_commit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation")] input: StockReservationCommitInput,
    ) -> Result<StockReservationCommitPayload> {
        let cause = Cause { reference: input.reference, note: input.note };
        let end = (input.id, End::Commit, cause);
        let ended = service::end(ctx.app(), ctx.actor(), &input.idempotency_key, end).await;
        StockReservationCommitPayload::from(ended)
    }

    /// Gives a reservation's pieces back.
    #[access(Can(Permission::InventoryWrite))]
    async fn stock_reservation_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reservation")] input: StockReservationReleaseInput,
    ) -> Result<StockReservationReleasePayload> {
        let end = (input.id, End::Release, Cause::default());
        let ended = service::end(ctx.app(), ctx.actor(), &input.idempotency_key, end).await;
        StockReservationReleasePayload::from(ended)
    }
}
