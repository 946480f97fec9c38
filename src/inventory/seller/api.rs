//! Sellers in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, Seller, SellerId, SellerStatus, SellerWhere},
    service::{self, NewSeller, SellerChanges},
};
use crate::{
    connection,
    context::Ctx,
    inventory::{
        InventoryError,
        registration::model::{GstRegistration, RegistrationsOf},
    },
    kernel::{
        access::Permission,
        error::{Result, found},
        page::{Direction, PageArgs},
    },
    marketplace::storefront::model::{Storefront, StorefrontOf},
    payload,
};

connection!(SellerConnection, SellerEdge, Seller);

#[edges]
impl Seller {
    /// Permanent account number; null where there is none, and for strangers.
    async fn pan(&self, ctx: &Context<'_>) -> Option<String> {
        let scope = ctx.actor().scope(Permission::SellersRead);
        let mine = scope.everything || scope.distributors.contains(&self.id.0);
        self.pan.clone().filter(|_| mine)
    }

    /// How it presents itself; null where it has said nothing yet.
    async fn storefront(&self, ctx: &Context<'_>) -> Result<Option<Arc<Storefront>>> {
        ctx.load(StorefrontOf(self.id)).await
    }

    /// Its GST registrations; none for strangers.
    async fn gst_registrations(&self, ctx: &Context<'_>) -> Result<Arc<Vec<GstRegistration>>> {
        Ok(ctx.load(RegistrationsOf(self.id)).await?.unwrap_or_default())
    }
}

/// Queries over sellers.
#[derive(Default)]
pub struct SellerQuery;

#[query]
impl SellerQuery {
    /// A seller by its slug, present or former; null when there is none.
    #[access(Public)]
    async fn seller(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slug of its page")] slug: String,
    ) -> Result<Option<Seller>> {
        found(model::find_by_slug(&*ctx.app().db.read().await?, ctx.actor(), &slug).await)
    }

    /// Sellers by name; strangers see the active ones.
    #[access(Public)]
    async fn sellers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sellers", name = "where")] filter: Option<SellerWhere>,
        #[graphql(desc = "Names upwards or downwards", default)] direction: Direction,
        page: PageArgs,
    ) -> Result<SellerConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(SellerConnection(model::list(&conn, ctx.actor(), &filter, direction, &page, count).await?))
    }
}

/// A new seller of FreshVilla's own.
#[derive(InputObject)]
pub struct SellerCreateInput {
    /// Name, unique without regard to case; 1 to 120 characters.
    name: String,
    /// Slug; made from the name when left out.
    slug: Option<String>,
    /// Permanent account number; its GST registrations must carry it.
    pan: Option<String>,
}

/// Changes to a seller; what is left out stays.
#[derive(InputObject)]
pub struct SellerUpdateInput {
    /// The seller.
    id: SellerId,
    /// Name.
    name: Option<String>,
    /// Slug; the former one keeps leading to the page.
    slug: Option<String>,
    /// Permanent account number; fixed while there are active GST registrations.
    pan: Option<String>,
    /// Suspend it, let it sell again, or close it for good. Not a distributor: see distributorSuspend and its neighbours.
    status: Option<SellerStatus>,
}

payload! { /// What sellerCreate answers.
SellerCreatePayload { /// The new seller.
seller: Seller } InventoryError }

payload! { /// What sellerUpdate answers.
SellerUpdatePayload { /// The changed seller.
seller: Seller } InventoryError }

/// Changes to sellers.
#[derive(Default)]
pub struct SellerMutation;

#[mutation]
impl SellerMutation {
    /// Adds a seller of FreshVilla's own.
    #[access(Can(Permission::SellersWrite))]
    async fn seller_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new seller")] input: SellerCreateInput,
    ) -> Result<SellerCreatePayload> {
        let SellerCreateInput { name, slug, pan } = input;
        SellerCreatePayload::from(service::create_seller(ctx.app(), ctx.actor(), NewSeller { name, slug, pan }).await)
    }

    /// Changes a seller's name, slug, PAN or state.
    #[access(Can(Permission::SellersWrite))]
    async fn seller_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: SellerUpdateInput,
    ) -> Result<SellerUpdatePayload> {
        let SellerUpdateInput { id, name, slug, pan, status } = input;
        let changes = SellerChanges { name, slug, pan, status };
        SellerUpdatePayload::from(service::update_seller(ctx.app(), ctx.actor(), id, changes).await)
    }
}
