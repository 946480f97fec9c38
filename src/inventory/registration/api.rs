//! GST registrations in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{
        self, GstRegistration, GstRegistrationId, GstRegistrationWhere, GstScheme, RegistrationStatus, TurnoverBand,
    },
    service::{self, NewRegistration, RegistrationChanges},
};
use crate::{
    connection,
    context::Ctx,
    inventory::{
        InventoryError,
        seller::model::{Seller, SellerId},
    },
    kernel::{access::Permission, error::Result, page::PageArgs},
    payload,
};

connection!(GstRegistrationConnection, GstRegistrationEdge, GstRegistration);

#[edges]
impl GstRegistration {
    /// Whose it is.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load(self.seller_id).await
    }
}

/// Queries over GST registrations.
#[derive(Default)]
pub struct RegistrationQuery;

#[query]
impl RegistrationQuery {
    /// GST registrations within the caller's scope, by number.
    #[access(Can(Permission::SellersRead))]
    async fn gst_registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which registrations", name = "where")] filter: Option<GstRegistrationWhere>,
        page: PageArgs,
    ) -> Result<GstRegistrationConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(GstRegistrationConnection(model::list(&conn, ctx.actor(), &filter, &page, count).await?))
    }
}

/// A new GST registration.
#[derive(InputObject)]
pub struct GstRegistrationCreateInput {
    /// Whose.
    seller_id: SellerId,
    /// The number: 15 characters with a right check character, under the seller's PAN.
    gstin: String,
    /// The holder's name as registered; 1 to 200 characters.
    legal_name: String,
    /// Name of the business.
    #[graphql(default)]
    trade_name: String,
    /// How the holder pays tax.
    #[graphql(default_with = "GstScheme::Regular")]
    scheme: GstScheme,
    /// Turnover in the preceding year.
    turnover_band: TurnoverBand,
}

/// Changes to a GST registration; what is left out stays. The number never changes: cancel a wrong one.
#[derive(InputObject)]
pub struct GstRegistrationUpdateInput {
    /// The registration.
    id: GstRegistrationId,
    /// The holder's name as registered.
    legal_name: Option<String>,
    /// Name of the business.
    trade_name: Option<String>,
    /// How the holder pays tax.
    scheme: Option<GstScheme>,
    /// Turnover in the preceding year.
    turnover_band: Option<TurnoverBand>,
    /// Cancel it or restore it.
    status: Option<RegistrationStatus>,
}

payload! { /// What gstRegistrationCreate answers.
GstRegistrationCreatePayload { /// The new registration.
gst_registration: GstRegistration } InventoryError }

payload! { /// What gstRegistrationUpdate answers.
GstRegistrationUpdatePayload { /// The changed registration.
gst_registration: GstRegistration } InventoryError }

/// Changes to GST registrations.
#[derive(Default)]
pub struct RegistrationMutation;

#[mutation]
impl RegistrationMutation {
    /// Enters a seller's GST registration.
    #[access(Can(Permission::SellersWrite))]
    async fn gst_registration_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new registration")] input: GstRegistrationCreateInput,
    ) -> Result<GstRegistrationCreatePayload> {
        let GstRegistrationCreateInput { seller_id, gstin, legal_name, trade_name, scheme, turnover_band } = input;
        let new = NewRegistration { seller_id, gstin, legal_name, trade_name, scheme, turnover_band };
        GstRegistrationCreatePayload::from(service::create_registration(ctx.app(), ctx.actor(), new).await)
    }

    /// Changes what is entered for a GST registration, cancels it, or restores it.
    #[access(Can(Permission::SellersWrite))]
    async fn gst_registration_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: GstRegistrationUpdateInput,
    ) -> Result<GstRegistrationUpdatePayload> {
        let GstRegistrationUpdateInput { id, legal_name, trade_name, scheme, turnover_band, status } = input;
        let changes = RegistrationChanges { legal_name, trade_name, scheme, turnover_band, status };
        GstRegistrationUpdatePayload::from(service::update_registration(ctx.app(), ctx.actor(), id, changes).await)
    }
}
