//! Offer rows, and who sees which.

pub mod best;
pub mod list;
pub mod lookup;
pub mod shelf;
pub mod watch;
pub mod write;

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    catalog::variant::model::VariantId,
    id,
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        loader::{Key, group},
        money::Minor,
        sql::{Select, Sql},
    },
    load_by_id,
    schema::{offer_price_breaks, offers},
    text_enum,
};

id! {
    /// Identifies an offer.
    OfferId, "ofr", "Offer"
}

text_enum! {
    /// Where an offer stands.
    pub enum OfferStatus {
        /// In the making.
        Draft = "draft",
        /// Waits for the platform's approval.
        PendingReview = "pending_review",
        /// Approved and on sale, as far as its window, its seller and the catalogue allow.
        Live = "live",
        /// Refused by the platform, with a reason.
        Rejected = "rejected",
        /// Taken off sale by its seller for now.
        Paused = "paused",
        /// Over for good; kept for the record.
        Archived = "archived",
    }
}

/// What a seller asks for a variant, and under which terms.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Serialize, PlainObject)]
#[diesel(table_name = offers)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Offer {
    /// Global ID.
    pub id: OfferId,
    #[graphql(skip)]
    pub seller_id: SellerId,
    #[graphql(skip)]
    pub variant_id: VariantId,
    #[graphql(skip)]
    pub sku: String,
    #[graphql(skip)]
    pub price_minor: Minor,
    #[graphql(skip)]
    pub business_price_minor: Option<Minor>,
    /// Fewest packs of one order.
    pub min_quantity: i32,
    /// Most packs of one order; null for no limit.
    pub max_quantity: Option<i32>,
    /// Packs are ordered in multiples of this.
    pub quantity_step: i32,
    /// Hours from the order until the seller hands the goods over.
    pub lead_time_hours: i32,
    #[graphql(skip)]
    pub low_stock_threshold: Option<i32>,
    /// Not bought before; null for no bound.
    pub starts_at: Option<DateTime<Utc>>,
    /// Not bought from then on; null for no bound.
    pub ends_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub status: OfferStatus,
    /// When it last began to wait for review.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was last approved; null while something of it needs review.
    pub approved_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub rejection_reason: Option<String>,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

load_by_id!(OfferId => Offer, offers);

/// A lower price for a larger quantity.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Serialize)]
#[diesel(table_name = offer_price_breaks)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct PriceBreak {
    pub offer_id: OfferId,
    pub for_business: bool,
    pub min_quantity: i32,
    pub price_minor: Minor,
}

/// An offer with its price breaks: what is edited together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Whole {
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Its price breaks: for everybody, then for business customers, each by rising quantity.
    pub breaks: Vec<PriceBreak>,
}

/// The key of an offer's price breaks, by rising quantity, those for everybody first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BreaksOf(pub OfferId);

impl Key for BreaksOf {
    type Value = Arc<Vec<PriceBreak>>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<OfferId> = keys.iter().map(|key| key.0).collect();
        Ok(group(keys, breaks_of(conn, &ids).await?, |key| key.0, |row| row.offer_id))
    }
}

/// The price breaks of these offers.
pub async fn breaks_of(mut conn: &Conn, ids: &[OfferId]) -> Result<Vec<PriceBreak>> {
    use offer_price_breaks::dsl;
    Ok(dsl::offer_price_breaks
        .filter(dsl::offer_id.eq_any(ids))
        .order((dsl::offer_id, dsl::for_business, dsl::min_quantity))
        .select(PriceBreak::as_select())
        .load(&mut conn)
        .await?)
}

/// Whether the caller has the permission for this seller.
pub fn may(actor: &Actor, permission: Permission, seller: SellerId) -> bool {
    let scope = actor.scope(permission);
    scope.everything || scope.distributors.contains(&seller.0)
}

/// The offers of sellers for which the caller has the permission.
pub fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    match scope.everything {
        true => Sql::new("TRUE"),
        false => Sql::new("offers.seller_id = ANY(").bind(scope.distributors).sql(")"),
    }
}

/// All offers of a seller are for its own people and the platform's; shoppers find the buyable ones below variants.
pub fn visible_to(actor: &Actor) -> Sql {
    within(actor, Permission::OffersRead)
}

/// An offer for whose seller the caller has the permission, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, permission: Permission, id: OfferId) -> Result<Offer> {
    let rest = Sql::new("FROM offers WHERE id = ").bind(id).sql(" AND ").join(within(actor, permission));
    Select::<Offer>::new(rest).row(conn).await?.ok_or(Error::NotFound("offer"))
}

/// These offers, whoever may see them, in the order of the IDs; missing ones are left out.
pub async fn by_ids(conn: &Conn, ids: &[OfferId]) -> Result<Vec<Offer>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rest = Sql::new("FROM offers WHERE id = ANY(").bind(ids).sql(") ORDER BY id");
    Select::<Offer>::new(rest).rows(conn).await
}
