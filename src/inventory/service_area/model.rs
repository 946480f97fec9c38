//! Rows of service areas and every query over them.

use std::collections::HashSet;

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    inventory::location::model::{self as locations, LocationId},
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        money::Minor,
        page::{self, Direction, Order, Page, PageArgs},
        sql::{Select, Sql},
    },
    schema::{pincodes, service_areas},
};

id! {
    /// Identifies a service area.
    ServiceAreaId, "sva", "ServiceArea"
}

/// A postal code to which a location delivers, and on which terms.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = service_areas)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct ServiceArea {
    /// Global ID.
    pub id: ServiceAreaId,
    #[graphql(skip)]
    pub location_id: LocationId,
    /// The postal code.
    pub pincode: String,
    #[graphql(skip)]
    pub delivery_fee_minor: Minor,
    #[graphql(skip)]
    pub free_delivery_threshold_minor: Option<Minor>,
    #[graphql(skip)]
    pub minimum_order_minor: Minor,
    /// Minutes from order to door, while open.
    pub promised_minutes: i32,
    /// Which of several areas of a postal code is tried first: 1 before 2.
    pub priority: i32,
    #[graphql(skip)]
    pub weekly: Option<Vec<i32>>,
    /// Whether the location delivers there at present.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which service areas a list shows: those of a location, or in a postal code.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceAreaWhere {
    /// Of this location.
    pub location_id: Option<LocationId>,
    /// In this postal code.
    pub pincode: Option<String>,
    /// Where the location delivers at present, or does not.
    pub active: Option<bool>,
}

impl ServiceAreaWhere {
    /// Without a location or a postal code there may be a million, few of which the caller sees.
    fn condition(&self) -> Result<Sql> {
        if self.location_id.is_none() && self.pincode.is_none() {
            return Err(Error::BadInput("name a location or a postal code".to_owned()));
        }
        let mut parts = Vec::new();
        if let Some(location) = self.location_id {
            parts.push(Sql::new("location_id = ").bind(location));
        }
        if let Some(pincode) = &self.pincode {
            parts.push(Sql::new("pincode = ").bind(pincode.as_str()));
        }
        if let Some(active) = self.active {
            parts.push(Sql::new("active = ").bind(active));
        }
        Ok(Sql::all_of(parts, " AND "))
    }
}

/// What a list of service areas is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum ServiceAreaOrderField {
    /// Their postal codes.
    #[default]
    Pincode,
    /// Their priorities.
    Priority,
    /// Minutes from order to door.
    PromisedMinutes,
}

/// How a list of service areas is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ServiceAreaOrder {
    /// By which field.
    #[graphql(default)]
    pub field: ServiceAreaOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: Direction,
}

/// Everybody sees where the stores that are for shoppers deliver; all areas of a location, those who work there.
pub fn visible_to(actor: &Actor) -> Sql {
    let of_location = |which: Sql| {
        Sql::new("EXISTS (SELECT FROM locations WHERE locations.id = service_areas.location_id AND ")
            .join(which)
            .sql(")")
    };
    Sql::new("(service_areas.active AND ")
        .join(of_location(locations::visible_to(actor)))
        .sql(" OR ")
        .join(of_location(locations::within(actor, Permission::InventoryRead)))
        .sql(")")
}

/// A page of service areas.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &ServiceAreaWhere,
    order: ServiceAreaOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<ServiceArea>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()?], " AND ");
    let (column, cast, key): (_, _, fn(&ServiceArea) -> String) = match order.field {
        ServiceAreaOrderField::Pincode => ("pincode", "", |row| row.pincode.clone()),
        ServiceAreaOrderField::Priority => ("priority", "::int", |row| row.priority.to_string()),
        ServiceAreaOrderField::PromisedMinutes => ("promised_minutes", "::int", |row| row.promised_minutes.to_string()),
    };
    let order = Order { column, cast, id: "id", direction: order.direction };
    page::fetch(conn, "service_areas", condition, order, args, count, |row| (key(row), row.id.0)).await
}

/// The areas that a location has among these postal codes.
pub async fn of_location(conn: &Conn, location: LocationId, codes: &[String]) -> Result<Vec<ServiceArea>> {
    let rest = Sql::new("FROM service_areas WHERE location_id = ").bind(location);
    Select::<ServiceArea>::new(rest.sql(" AND pincode = ANY(").bind(codes.to_vec()).sql(")")).rows(conn).await
}

/// Those of the postal codes that exist.
pub async fn existing_pincodes(mut conn: &Conn, codes: &[String]) -> Result<HashSet<String>> {
    let found: Vec<String> =
        pincodes::table.filter(pincodes::code.eq_any(codes)).select(pincodes::code).load(&mut conn).await?;
    Ok(found.into_iter().collect())
}

/// Adds areas, or replaces those that the location has for the same postal codes. The caller has locked the location.
pub async fn put(mut conn: &Conn, rows: &[ServiceArea]) -> Result<()> {
    use service_areas::dsl;
    diesel::insert_into(dsl::service_areas)
        .values(rows)
        .on_conflict((dsl::location_id, dsl::pincode))
        .do_update()
        .set((
            dsl::delivery_fee_minor.eq(excluded(dsl::delivery_fee_minor)),
            dsl::free_delivery_threshold_minor.eq(excluded(dsl::free_delivery_threshold_minor)),
            dsl::minimum_order_minor.eq(excluded(dsl::minimum_order_minor)),
            dsl::promised_minutes.eq(excluded(dsl::promised_minutes)),
            dsl::priority.eq(excluded(dsl::priority)),
            dsl::weekly.eq(excluded(dsl::weekly)),
            dsl::active.eq(excluded(dsl::active)),
            dsl::updated_at.eq(excluded(dsl::updated_at)),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Removes areas.
pub async fn delete(mut conn: &Conn, ids: &[Uuid]) -> Result<()> {
    diesel::delete(service_areas::table.filter(service_areas::id.eq_any(ids))).execute(&mut conn).await?;
    Ok(())
}
