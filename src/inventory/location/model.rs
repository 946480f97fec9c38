//! Location rows and every query over them.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    inventory::{seller::model::SellerId, store::model::FOR_SHOPPERS},
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, Result},
        loader::Key,
        sql::{Select, Sql},
    },
    schema::locations,
    text_enum,
};

id! {
    /// Identifies a location: the UUID is its store's or warehouse's.
    LocationId, "loc", "Location"
}

text_enum! {
    /// What a location is.
    pub enum LocationKind {
        /// A store.
        Store = "store",
        /// A warehouse.
        Warehouse = "warehouse",
    }
}

text_enum! {
    /// Whether a location works.
    pub enum LocationStatus {
        /// Takes goods in and gives them out.
        Active = "active",
        /// Closed for now.
        Inactive = "inactive",
        /// For now neither takes goods in nor gives any out.
        Maintenance = "maintenance",
        /// Closed for good; kept for the record.
        Terminated = "terminated",
    }
}

/// A place where stock lies: a store or a warehouse.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = locations)]
#[graphql(complex)]
pub struct Location {
    /// Global ID.
    pub id: LocationId,
    /// What it is.
    pub kind: LocationKind,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub seller_id: SellerId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Only what the caller may see.
impl Key for LocationId {
    type Value = Arc<Location>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rest = Sql::new("FROM locations WHERE id = ANY(").bind(ids).sql(") AND ").join(visible_to(actor));
        let rows = Select::<Location>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
    }
}

/// What must be known of a location before goods move there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Standing {
    /// The location.
    #[diesel(sql_type = SqlUuid)]
    pub id: LocationId,
    /// What it is.
    #[diesel(sql_type = Text)]
    pub kind: LocationKind,
    /// Whose it is.
    #[diesel(sql_type = SqlUuid)]
    pub seller_id: SellerId,
    /// Whether it works.
    #[diesel(sql_type = Text)]
    pub status: LocationStatus,
}

/// A location's status stands in the row of what it is.
const STANDINGS: &str = "SELECT locations.id, locations.kind, locations.seller_id, \
        coalesce(stores.status, warehouses.status) AS status \
    FROM locations LEFT JOIN stores ON stores.id = locations.id LEFT JOIN warehouses ON warehouses.id = locations.id \
    WHERE locations.id = ANY(";

/// The locations on which the caller has the permission: named stores and warehouses, and all of the sellers that are
/// named.
pub fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    if scope.everything {
        return Sql::new("TRUE");
    }
    Sql::new("(locations.kind = 'store' AND locations.id = ANY(")
        .bind(scope.stores)
        .sql(") OR locations.kind = 'warehouse' AND locations.id = ANY(")
        .bind(scope.warehouses)
        .sql(") OR locations.seller_id = ANY(")
        .bind(scope.distributors)
        .sql("))")
}

/// Everybody sees the stores that are for shoppers; other locations, those who work with their stock.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new("(EXISTS (SELECT FROM stores WHERE stores.id = locations.id AND ")
        .sql(FOR_SHOPPERS)
        .sql(") OR ")
        .join(within(actor, Permission::InventoryRead))
        .sql(")")
}

/// The standings of these locations, whoever asks; those that do not exist are left out.
pub async fn standings(mut conn: &Conn, ids: &[LocationId]) -> Result<Vec<Standing>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    Ok(Sql::new(STANDINGS).bind(ids).sql(")").load(&mut conn).await?)
}

/// The standing of a location on which the caller has the permission, or NOT_FOUND.
pub async fn standing(mut conn: &Conn, actor: &Actor, permission: Permission, id: LocationId) -> Result<Standing> {
    let mine = Sql::new(STANDINGS).bind(vec![id.0]).sql(") AND ").join(within(actor, permission));
    let rows: Vec<Standing> = mine.load(&mut conn).await?;
    rows.into_iter().next().ok_or(Error::NotFound("location"))
}

/// NOT_FOUND unless the caller has the permission on all of these locations.
pub async fn ensure_within(conn: &Conn, actor: &Actor, permission: Permission, ids: &[LocationId]) -> Result<()> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mine = Sql::new("SELECT id FROM locations WHERE id = ANY(").bind(wanted).sql(") AND ");
    let mine = mine.join(within(actor, permission)).ids(conn).await?;
    match ids.iter().all(|id| mine.contains(&id.0)) {
        true => Ok(()),
        false => Err(Error::NotFound("location")),
    }
}

/// The standing of a location on which the caller has the permission, or NOT_FOUND. Until the transaction ends nobody
/// closes it for good; others may hold it, too.
pub async fn hold(conn: &Conn, actor: &Actor, permission: Permission, id: LocationId) -> Result<Standing> {
    locked(conn, id, within(actor, permission).sql(" FOR KEY SHARE")).await
}

/// A location as files name it.
#[derive(Clone, Debug, QueryableByName)]
pub struct NamedPlace {
    /// The location.
    #[diesel(sql_type = SqlUuid)]
    pub id: LocationId,
    /// What it is.
    #[diesel(sql_type = Text)]
    pub kind: LocationKind,
    /// Whether it works.
    #[diesel(sql_type = Text)]
    pub status: LocationStatus,
    /// A store's code, a warehouse's name.
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// The locations of a seller on which the caller has the permission, in the order of their IDs. Until the transaction
/// ends nobody closes them for good; others may hold them, too.
pub async fn hold_named(
    mut conn: &Conn,
    actor: &Actor,
    permission: Permission,
    seller: SellerId,
) -> Result<Vec<NamedPlace>> {
    let mine = Sql::new("SELECT id FROM locations WHERE seller_id = ").bind(seller).sql(" AND ");
    let held = mine.join(within(actor, permission)).sql(" ORDER BY id FOR KEY SHARE").ids(conn).await?;
    // Only now: who closed one of them meanwhile changed its status.
    let places = Sql::new("SELECT id, 'store' AS kind, status, code AS name FROM stores WHERE id = ANY(")
        .bind(held.clone())
        .sql(") UNION ALL SELECT id, 'warehouse' AS kind, status, name FROM warehouses WHERE id = ANY(")
        .bind(held)
        .sql(") ORDER BY id");
    Ok(places.load(&mut conn).await?)
}

/// Locks a location within the caller's scope for changes to what hangs on it; goods go on moving there meanwhile. A
/// problem at `locationId` if it is closed for good.
pub async fn lock_to_edit(conn: &Conn, actor: &Actor, id: LocationId) -> Result<Standing> {
    let mine = within(actor, Permission::LocationsWrite);
    let standing = locked(conn, id, mine.sql(" FOR NO KEY UPDATE")).await?;
    match standing.status {
        LocationStatus::Terminated => Err(Error::problem("CONFLICT", "locationId", "this location is closed for good")),
        _ => Ok(standing),
    }
}

/// Locks a location that is to be closed for good: waits for goods that are moving there. A problem at `status` if stock
/// lies there.
pub async fn lock_to_close(conn: &Conn, id: LocationId) -> Result<Standing> {
    let standing = locked(conn, id, Sql::new("TRUE FOR UPDATE")).await?;
    let stock = Sql::new("1 FROM stock_items WHERE available + reserved + damaged > 0 AND location_id = ").bind(id);
    match stock.exists(conn).await? {
        true => Err(Error::problem("LOCATION_IN_USE", "status", "stock lies there; move it or write it off first")),
        false => Ok(standing),
    }
}

/// The status is read after the lock was granted: who held it may have changed that.
async fn locked(conn: &Conn, id: LocationId, rest: Sql) -> Result<Standing> {
    let missing = || Error::NotFound("location");
    let found = Sql::new("SELECT id FROM locations WHERE id = ").bind(id).sql(" AND ").join(rest).ids(conn).await?;
    let id = found.into_iter().next().map(LocationId).ok_or_else(missing)?;
    standings(conn, &[id]).await?.into_iter().next().ok_or_else(missing)
}

/// Adds a location; the row of what it is follows in the same transaction.
pub async fn insert(mut conn: &Conn, row: &Location) -> Result<()> {
    diesel::insert_into(locations::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Removes a location that nothing refers to; a problem where something does. The row of what it is went before.
pub async fn delete(mut conn: &Conn, id: LocationId) -> Result<()> {
    match diesel::delete(locations::table.find(id)).execute(&mut conn).await {
        Err(DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _)) => {
            let message = "goods or papers refer to this location; close it for good instead";
            Err(Error::problem("LOCATION_IN_USE", "id", message))
        }
        outcome => Ok(outcome.map(drop)?),
    }
}

/// The locations of a seller, in the order in which they were made.
pub async fn of_seller(mut conn: &Conn, seller: SellerId) -> Result<Vec<LocationId>> {
    let rows = locations::table.filter(locations::seller_id.eq(seller)).order(locations::id).select(locations::id);
    Ok(rows.load(&mut conn).await?)
}
