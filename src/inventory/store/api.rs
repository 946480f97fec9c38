//! Stores in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined};
use bigdecimal::ToPrimitive;
use chrono::NaiveDate;
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, Store, StoreId, StoreOrder, StoreWhere},
    service::{self, NewStore, StoreChanges},
};
use crate::{
    connection,
    context::Ctx,
    identity::place::model::{State, StateKey},
    inventory::{
        InventoryError,
        hours::api::{OpeningHours, hours_of},
        location::model::{Location, LocationId, LocationStatus},
        registration::model::{GstRegistration, GstRegistrationId, RegistrationsOf},
        seller::model::{Seller, SellerId},
        site::SiteInput,
    },
    kernel::{
        access::Permission,
        date::Date,
        error::{Result, found},
        page::PageArgs,
    },
    payload,
};

connection!(StoreConnection, StoreEdge, Store);

#[edges]
impl Store {
    /// The store as a place where stock lies.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load(LocationId(self.id.0)).await
    }

    /// When it is open.
    async fn opening_hours(&self, ctx: &Context<'_>) -> Result<OpeningHours> {
        hours_of(ctx, LocationId(self.id.0)).await
    }

    /// Whose it is.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load::<SellerId>(self.seller_id).await
    }

    /// The GST registration under which it works; null where there is none, or for those who may not see the seller's
    /// papers.
    async fn gst_registration(&self, ctx: &Context<'_>) -> Result<Option<GstRegistration>> {
        let Some(id) = self.gst_registration_id else { return Ok(None) };
        let all = ctx.load(RegistrationsOf(self.seller_id)).await?.unwrap_or_default();
        Ok(all.iter().find(|registration| registration.id == id).cloned())
    }

    /// Last day of the FSSAI licence.
    fn fssai_expires_on(&self) -> Option<Date> {
        self.fssai_expires_on.map(Date)
    }

    /// The state where it stands.
    async fn state(&self, ctx: &Context<'_>) -> Result<Option<Arc<State>>> {
        ctx.load(StateKey(self.state_code.clone())).await
    }

    /// Degrees north, where known.
    fn latitude(&self) -> Option<f64> {
        self.latitude.as_ref()?.to_f64()
    }

    /// Degrees east, where known.
    fn longitude(&self) -> Option<f64> {
        self.longitude.as_ref()?.to_f64()
    }
}

/// Queries over stores.
#[derive(Default)]
pub struct StoreQuery;

#[query]
impl StoreQuery {
    /// A store by its slug, present or former; null when there is none, or none for the caller.
    #[access(Public)]
    async fn store(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slug of its page")] slug: String,
    ) -> Result<Option<Store>> {
        found(model::find_by_slug(&*ctx.app().db.read().await?, ctx.actor(), &slug).await)
    }

    /// Stores: the active ones of active sellers, and those within the caller's scope.
    #[access(Public)]
    async fn stores(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which stores", name = "where")] filter: Option<StoreWhere>,
        #[graphql(desc = "In which order")] order_by: Option<StoreOrder>,
        page: PageArgs,
    ) -> Result<StoreConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(StoreConnection(model::list(&conn, ctx.actor(), &filter, order_by.unwrap_or_default(), &page, count).await?))
    }
}

/// A licence of the Food Safety and Standards Authority of India.
#[derive(InputObject)]
pub struct FssaiInput {
    /// The number: 14 digits.
    licence: String,
    /// Its last day; not in the past.
    expires_on: Date,
}

impl FssaiInput {
    fn read(self) -> (String, NaiveDate) {
        (self.licence, self.expires_on.0)
    }
}

/// A new store.
#[derive(InputObject)]
pub struct StoreCreateInput {
    /// Whose. FreshVilla's own stores are brand stores, a partner's are integrated.
    seller_id: SellerId,
    /// Name, unique among the seller's without regard to case; 1 to 120 characters.
    name: String,
    /// The city's part of the code, three letters, for the first store of a city; made from its name when left out.
    city_code: Option<String>,
    /// Slug; made from kind, state, city and number when left out.
    slug: Option<String>,
    /// Where it stands. The city's name needs Latin letters.
    site: SiteInput,
    /// The seller's active GST registration for the state where it stands.
    gst_registration_id: Option<GstRegistrationId>,
    /// FSSAI licence.
    fssai: Option<FssaiInput>,
    /// Telephone; Indian numbers may leave out +91.
    phone: Option<String>,
    /// Whether shoppers may fetch orders there.
    #[graphql(default)]
    allows_pickup: bool,
    /// Whether shoppers may bring goods back there.
    #[graphql(default)]
    allows_returns: bool,
}

/// Changes to a store; what is left out stays. Its code never changes.
#[derive(InputObject)]
pub struct StoreUpdateInput {
    /// The store.
    id: StoreId,
    /// The version that was read; refused if somebody has changed the store since.
    expected_version: Option<i32>,
    /// Name.
    name: Option<String>,
    /// Slug; the former one keeps leading to the page.
    slug: Option<String>,
    /// Whether it works; `TERMINATED` is for good.
    status: Option<LocationStatus>,
    /// Where it stands, in the same city.
    site: Option<SiteInput>,
    /// The seller's active GST registration for the state where it stands; null for none.
    gst_registration_id: MaybeUndefined<GstRegistrationId>,
    /// FSSAI licence; null for none.
    fssai: MaybeUndefined<FssaiInput>,
    /// Telephone; null for none.
    phone: MaybeUndefined<String>,
    /// Whether shoppers may fetch orders there.
    allows_pickup: Option<bool>,
    /// Whether shoppers may bring goods back there.
    allows_returns: Option<bool>,
}

payload! { /// What storeCreate answers.
StoreCreatePayload { /// The new store.
store: Store } InventoryError }

payload! { /// What storeUpdate answers.
StoreUpdatePayload { /// The changed store.
store: Store } InventoryError }

/// Changes to stores.
#[derive(Default)]
pub struct StoreMutation;

#[mutation]
impl StoreMutation {
    /// Opens a store of a seller within the caller's scope. A distributor's own people open none before it is verified.
    #[access(Can(Permission::LocationsWrite))]
    async fn store_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new store")] input: StoreCreateInput,
    ) -> Result<StoreCreatePayload> {
        let new = NewStore {
            seller_id: input.seller_id,
            name: input.name,
            city_code: input.city_code,
            slug: input.slug,
            site: input.site,
            gst_registration_id: input.gst_registration_id,
            fssai: input.fssai.map(FssaiInput::read),
            phone: input.phone,
            allows_pickup: input.allows_pickup,
            allows_returns: input.allows_returns,
        };
        StoreCreatePayload::from(service::create_store(ctx.app(), ctx.actor(), new).await)
    }

    /// Changes a store within the caller's scope.
    #[access(Can(Permission::LocationsWrite))]
    async fn store_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: StoreUpdateInput,
    ) -> Result<StoreUpdatePayload> {
        let fssai: Option<Option<FssaiInput>> = input.fssai.into();
        let changes = StoreChanges {
            expected_version: input.expected_version,
            name: input.name,
            slug: input.slug,
            status: input.status,
            site: input.site,
            gst_registration_id: input.gst_registration_id.into(),
            fssai: fssai.map(|fssai| fssai.map(FssaiInput::read)),
            phone: input.phone.into(),
            allows_pickup: input.allows_pickup,
            allows_returns: input.allows_returns,
        };
        StoreUpdatePayload::from(service::update_store(ctx.app(), ctx.actor(), input.id, changes).await)
    }
}
