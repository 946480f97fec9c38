//! Store rows and every query over them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{Enum, InputObject};
use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    inventory::{
        location::model::{self as locations, Location, LocationId, LocationKind, LocationStatus},
        registration::model::GstRegistrationId,
        seller::model::SellerId,
    },
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::Key,
        page::{self, Direction, Order, Page, PageArgs},
        slug::{self, SlugKind},
        sql::{Select, Sql},
    },
    schema::{store_cities, stores},
    text_enum,
};

id! {
    /// Identifies a store.
    StoreId, "sto", "Store"
}

text_enum! {
    /// Whose a store is.
    pub enum StoreKind {
        /// FreshVilla's own; pays no commission.
        Brand = "brand",
        /// A partner's.
        Integrated = "integrated",
    }
}

/// Where shoppers fetch, and from where goods are delivered.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = stores, treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown, or in the database")]
pub struct Store {
    /// Global ID.
    pub id: StoreId,
    #[graphql(skip)]
    pub seller_id: SellerId,
    /// Whose it is.
    pub kind: StoreKind,
    /// State, city and number, such as "KA-BLR-001"; never changes.
    pub code: String,
    #[graphql(skip)]
    pub number: i32,
    /// Part of the storefront's address; a former slug still leads here.
    pub slug: String,
    /// Name, unique among its seller's without regard to case.
    pub name: String,
    /// Whether it works.
    pub status: LocationStatus,
    #[graphql(skip)]
    pub gst_registration_id: Option<GstRegistrationId>,
    /// Licence of the Food Safety and Standards Authority of India: 14 digits.
    pub fssai_licence: Option<String>,
    #[graphql(skip)]
    pub fssai_expires_on: Option<NaiveDate>,
    /// Telephone, with the country's code.
    pub phone: Option<String>,
    /// House and street.
    pub line1: String,
    /// More of it; may be empty.
    pub line2: String,
    /// City, town or village.
    pub city: String,
    #[graphql(skip)]
    pub city_slug: String,
    /// GST code of the state.
    pub state_code: String,
    /// Postal code.
    pub pincode: String,
    #[graphql(skip)]
    pub latitude: Option<BigDecimal>,
    #[graphql(skip)]
    pub longitude: Option<BigDecimal>,
    /// Whether shoppers may fetch orders there.
    pub allows_pickup: bool,
    /// Whether shoppers may bring goods back there.
    pub allows_returns: bool,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Only what the caller may see.
impl Key for StoreId {
    type Value = Arc<Store>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rest = Sql::new("FROM stores WHERE id = ANY(").bind(ids).sql(") AND ").join(visible_to(actor));
        let rows = Select::<Store>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// Which stores a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StoreWhere {
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// Of this kind.
    pub kind: Option<StoreKind>,
    /// In this state of work; shoppers see active ones only.
    pub status: Option<LocationStatus>,
    /// In this state of India: its GST code.
    pub state_code: Option<String>,
    /// In this postal code.
    pub pincode: Option<String>,
    /// Whose name begins so, without regard to case.
    pub name_starts_with: Option<String>,
    /// Where shoppers may, or may not, fetch orders.
    pub allows_pickup: Option<bool>,
}

impl StoreWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("seller_id = ").bind(seller));
        }
        if let Some(kind) = self.kind {
            parts.push(Sql::new("kind = ").bind(kind.as_str()));
        }
        if let Some(status) = self.status {
            parts.push(Sql::new("status = ").bind(status.as_str()));
        }
        if let Some(state) = &self.state_code {
            parts.push(Sql::new("state_code = ").bind(state.as_str()));
        }
        if let Some(pincode) = &self.pincode {
            parts.push(Sql::new("pincode = ").bind(pincode.as_str()));
        }
        if let Some(start) = &self.name_starts_with {
            parts.push(Sql::new("starts_with(lower(name), lower(").bind(start.as_str()).sql("))"));
        }
        if let Some(allowed) = self.allows_pickup {
            parts.push(Sql::new("allows_pickup = ").bind(allowed));
        }
        Sql::composed(parts)
    }
}

/// What a list of stores is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum StoreOrderField {
    /// Their names.
    #[default]
    Name,
    /// Their codes.
    Code,
}

/// How a list of stores is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct StoreOrder {
    /// By which field.
    #[graphql(default)]
    pub field: StoreOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: Direction,
}

/// Stores that shoppers see: active ones of active sellers.
pub const FOR_SHOPPERS: &str = "stores.status = 'active' AND \
    EXISTS (SELECT FROM sellers WHERE sellers.id = stores.seller_id AND sellers.status = 'active')";

/// The stores on which the caller has the permission: named ones, and all of the sellers that are named.
pub fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    if scope.everything {
        return Sql::new("TRUE");
    }
    let mine = Sql::new("(stores.id = ANY(").bind(scope.stores);
    mine.sql(") OR stores.seller_id = ANY(").bind(scope.distributors).sql("))")
}

/// Everybody sees the stores that are for shoppers; the others, those who work with their stock.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new("(").sql(FOR_SHOPPERS).sql(" OR ").join(within(actor, Permission::InventoryRead)).sql(")")
}

/// A page of stores.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &StoreWhere,
    order: StoreOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Store>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let (column, key): (_, fn(&Store) -> &String) = match order.field {
        StoreOrderField::Name => ("name", |row| &row.name),
        StoreOrderField::Code => ("code", |row| &row.code),
    };
    let order = Order { column, cast: "", id: "id", direction: order.direction };
    page::fetch(conn, "stores", condition, order, args, count, |row| (key(row).clone(), row.id.0)).await
}

/// The visible store behind a slug, present or former.
pub async fn find_by_slug(conn: &Conn, actor: &Actor, slug: &str) -> Result<Store> {
    let visible = |which: Sql| Select::<Store>::new(which.sql(" AND ").join(visible_to(actor)));
    if let Some(found) = visible(Sql::new("FROM stores WHERE slug = ").bind(slug)).row(conn).await? {
        return Ok(found);
    }
    let Some(id) = slug::follow_redirect(conn, SlugKind::Store, slug).await? else {
        return Err(Error::NotFound("store"));
    };
    visible(Sql::new("FROM stores WHERE id = ").bind(id)).row(conn).await?.ok_or(Error::NotFound("store"))
}

/// Locks a store that the caller may change.
pub async fn lock(conn: &Conn, actor: &Actor, id: StoreId) -> Result<Store> {
    let mine = Sql::new("FROM stores WHERE id = ").bind(id).sql(" AND ");
    let rest = mine.join(within(actor, Permission::LocationsWrite)).sql(" FOR UPDATE");
    Select::<Store>::new(rest).row(conn).await?.ok_or(Error::NotFound("store"))
}

/// The codes that cities of a state have.
pub async fn city_codes(mut conn: &Conn, state_code: &str) -> Result<HashSet<String>> {
    let codes = store_cities::table.filter(store_cities::state_code.eq(state_code)).select(store_cities::code);
    Ok(codes.load(&mut conn).await?.into_iter().collect())
}

/// The code of a city with stores.
pub async fn city_code(mut conn: &Conn, state_code: &str, city_slug: &str) -> Result<Option<String>> {
    let city = store_cities::table.find((state_code, city_slug)).select(store_cities::code);
    Ok(city.first(&mut conn).await.optional()?)
}

/// The city's code and its next number; its row stays locked until the transaction ends. A city without stores gets
/// `code`. `None` if another city of the state has that.
pub async fn next_number(
    mut conn: &Conn,
    state_code: &str,
    city_slug: &str,
    code: &str,
) -> Result<Option<(String, i32)>> {
    use store_cities::dsl;
    diesel::insert_into(dsl::store_cities)
        .values((dsl::state_code.eq(state_code), dsl::slug.eq(city_slug), dsl::code.eq(code), dsl::last_number.eq(0)))
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await?;
    let city = diesel::update(dsl::store_cities.find((state_code, city_slug)));
    let next = city.set(dsl::last_number.eq(dsl::last_number + 1)).returning((dsl::code, dsl::last_number));
    Ok(next.get_result(&mut conn).await.optional()?)
}

/// Adds a store, as a location and as what it is.
pub async fn insert(mut conn: &Conn, row: &Store) -> Result<()> {
    let (id, kind) = (LocationId(row.id.0), LocationKind::Store);
    let location = Location { id, kind, seller_id: row.seller_id, created_at: row.created_at };
    locations::insert(conn, &location).await?;
    refused(diesel::insert_into(stores::table).values(row).execute(&mut conn).await)
}

/// Stores a changed store.
pub async fn update(mut conn: &Conn, row: &Store) -> Result<()> {
    refused(diesel::update(stores::table.find(row.id)).set(row).execute(&mut conn).await)
}

fn refused(outcome: QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("stores_slug_key", || Error::problem("SLUG_TAKEN", "slug", "another store has this slug"))
        .on_constraint("stores_name_key", || {
            Error::problem("NAME_TAKEN", "name", "another store of this seller has this name")
        })
        .on_constraint("stores_gst_registration_fkey", || {
            let message = "the GST registration must be the seller's, for the state where the store stands";
            Error::problem("REGISTRATION_MISMATCH", "gstRegistrationId", message)
        })
        .map(drop)
}
