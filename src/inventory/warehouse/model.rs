//! Warehouse rows and every query over them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::InputObject;
use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
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
        sql::{Select, Sql},
    },
    schema::warehouses,
    text_enum,
};

id! {
    /// Identifies a warehouse.
    WarehouseId, "whs", "Warehouse"
}

text_enum! {
    /// Which part a warehouse plays.
    pub enum WarehouseKind {
        /// Supplies the others.
        Main = "main",
        /// Supplies a region.
        Regional = "regional",
        /// Holds a little, close to the customers.
        Satellite = "satellite",
    }
}

/// Where goods lie that no shopper enters.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = warehouses, treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Warehouse {
    /// Global ID.
    pub id: WarehouseId,
    #[graphql(skip)]
    pub seller_id: SellerId,
    /// Name, unique among its seller's without regard to case.
    pub name: String,
    /// Which part it plays.
    pub kind: WarehouseKind,
    /// Whether it works.
    pub status: LocationStatus,
    #[graphql(skip)]
    pub gst_registration_id: Option<GstRegistrationId>,
    /// Telephone, with the country's code.
    pub phone: Option<String>,
    /// House and street.
    pub line1: String,
    /// More of it; may be empty.
    pub line2: String,
    /// City, town or village.
    pub city: String,
    /// GST code of the state.
    pub state_code: String,
    /// Postal code.
    pub pincode: String,
    #[graphql(skip)]
    pub latitude: Option<BigDecimal>,
    #[graphql(skip)]
    pub longitude: Option<BigDecimal>,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Only what the caller may see.
impl Key for WarehouseId {
    type Value = Arc<Warehouse>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rest = Sql::new("FROM warehouses WHERE id = ANY(").bind(ids).sql(") AND ").join(visible_to(actor));
        let rows = Select::<Warehouse>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// Which warehouses a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WarehouseWhere {
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// Of this kind.
    pub kind: Option<WarehouseKind>,
    /// In this state.
    pub status: Option<LocationStatus>,
    /// In this postal code.
    pub pincode: Option<String>,
    /// Whose name begins so, without regard to case.
    pub name_starts_with: Option<String>,
}

impl WarehouseWhere {
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
        if let Some(pincode) = &self.pincode {
            parts.push(Sql::new("pincode = ").bind(pincode.as_str()));
        }
        if let Some(start) = &self.name_starts_with {
            parts.push(Sql::new("starts_with(lower(name), lower(").bind(start.as_str()).sql("))"));
        }
        Sql::composed(parts)
    }
}

/// The warehouses on which the caller has the permission: named ones, and all of the sellers that are named.
pub fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    if scope.everything {
        return Sql::new("TRUE");
    }
    Sql::new("(id = ANY(").bind(scope.warehouses).sql(") OR seller_id = ANY(").bind(scope.distributors).sql("))")
}

/// Warehouses are for those who work with their stock.
pub fn visible_to(actor: &Actor) -> Sql {
    within(actor, Permission::InventoryRead)
}

/// A page of warehouses by name.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &WarehouseWhere,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Warehouse>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "name", cast: "", id: "id", direction: Direction::Asc };
    let key = |row: &Warehouse| (row.name.clone(), row.id.0);
    page::fetch(conn, "warehouses", condition, order, args, count, key).await
}

/// Locks a warehouse that the caller may change.
pub async fn lock(conn: &Conn, actor: &Actor, id: WarehouseId) -> Result<Warehouse> {
    let mine = Sql::new("FROM warehouses WHERE id = ").bind(id).sql(" AND ");
    let rest = mine.join(within(actor, Permission::LocationsWrite)).sql(" FOR UPDATE");
    Select::<Warehouse>::new(rest).row(conn).await?.ok_or(Error::NotFound("warehouse"))
}

/// Adds a warehouse, as a location and as what it is.
pub async fn insert(mut conn: &Conn, row: &Warehouse) -> Result<()> {
    let (id, kind) = (LocationId(row.id.0), LocationKind::Warehouse);
    let location = Location { id, kind, seller_id: row.seller_id, created_at: row.created_at };
    locations::insert(conn, &location).await?;
    refused(diesel::insert_into(warehouses::table).values(row).execute(&mut conn).await)
}

/// Stores a changed warehouse.
pub async fn update(mut conn: &Conn, row: &Warehouse) -> Result<()> {
    refused(diesel::update(warehouses::table.find(row.id)).set(row).execute(&mut conn).await)
}

/// Removes a warehouse with its hours and service areas; a problem where something else refers to it.
pub async fn delete(mut conn: &Conn, id: WarehouseId) -> Result<()> {
    diesel::delete(warehouses::table.find(id)).execute(&mut conn).await?;
    locations::delete(conn, LocationId(id.0)).await
}

fn refused(outcome: QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("warehouses_name_key", || {
            Error::problem("NAME_TAKEN", "name", "another warehouse of this seller has this name")
        })
        .on_constraint("warehouses_gst_registration_fkey", || {
            let message = "the GST registration must be the seller's, for the state where the warehouse stands";
            Error::problem("REGISTRATION_MISMATCH", "gstRegistrationId", message)
        })
        .map(drop)
}
