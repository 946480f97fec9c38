//! Seller rows and every query over them.

use std::collections::HashSet;

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result, found},
        page::{self, Direction, Order, Page, PageArgs},
        slug::{self, SlugKind},
        sql::{Select, Sql},
    },
    load_by_id,
    schema::sellers,
    text_enum,
};

id! {
    /// Identifies a seller.
    SellerId, "sel", "Seller"
}

text_enum! {
    /// Whose business a seller is.
    pub enum SellerKind {
        /// FreshVilla's own.
        House = "house",
        /// A distributor's, who pays commission.
        Distributor = "distributor",
    }
}

text_enum! {
    /// Whether a seller sells.
    pub enum SellerStatus {
        /// A distributor that was not verified yet: sells nothing.
        Pending = "pending",
        /// Sells.
        Active = "active",
        /// Sells nothing for now.
        Suspended = "suspended",
        /// Has left for good; kept for the record.
        Closed = "closed",
    }
}

/// Who sells: FreshVilla itself or a distributor.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = sellers, treat_none_as_null = true)]
#[graphql(complex)]
pub struct Seller {
    /// Global ID.
    pub id: SellerId,
    /// Whose business it is.
    pub kind: SellerKind,
    /// Name, unique without regard to case.
    pub name: String,
    /// Part of the storefront's address; a former slug still leads here.
    pub slug: String,
    /// Whether it sells.
    pub status: SellerStatus,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub pan: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

load_by_id!(SellerId => Seller, sellers);

/// Which sellers a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SellerWhere {
    /// Whose name begins so, without regard to case.
    pub name_starts_with: Option<String>,
    /// Of this kind.
    pub kind: Option<SellerKind>,
    /// In this state.
    pub status: Option<SellerStatus>,
}

impl SellerWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(start) = &self.name_starts_with {
            parts.push(Sql::new("starts_with(lower(name), lower(").bind(start.as_str()).sql("))"));
        }
        if let Some(kind) = self.kind {
            parts.push(Sql::new("kind = ").bind(kind.as_str()));
        }
        if let Some(status) = self.status {
            parts.push(Sql::new("status = ").bind(status.as_str()));
        }
        Sql::all_of(parts, " AND ")
    }
}

/// The sellers whose papers the caller may see, as a condition on `column`.
pub fn within_reach(actor: &Actor, column: &'static str) -> Sql {
    let scope = actor.scope(Permission::SellersRead);
    match scope.everything {
        true => Sql::new("TRUE"),
        false => Sql::new(column).sql(" = ANY(").bind(scope.distributors).sql(")"),
    }
}

/// Everybody sees who sells; a seller that does not, those who may see its papers.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new("(status = 'active' OR ").join(within_reach(actor, "id")).sql(")")
}

/// A page of sellers by name.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &SellerWhere,
    direction: Direction,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Seller>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "name", cast: "", id: "id", direction };
    page::fetch(conn, "sellers", condition, order, args, count, |row: &Seller| (row.name.clone(), row.id.0)).await
}

/// A visible seller, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: SellerId) -> Result<Seller> {
    let rest = Sql::new("FROM sellers WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<Seller>::new(rest).row(conn).await?.ok_or(Error::NotFound("seller"))
}

/// The visible seller behind a slug, present or former.
pub async fn find_by_slug(conn: &Conn, actor: &Actor, slug: &str) -> Result<Seller> {
    let rest = Sql::new("FROM sellers WHERE slug = ").bind(slug).sql(" AND ").join(visible_to(actor));
    if let Some(found) = Select::<Seller>::new(rest).row(conn).await? {
        return Ok(found);
    }
    match slug::follow_redirect(conn, SlugKind::Seller, slug).await? {
        Some(id) => find(conn, actor, SellerId(id)).await,
        None => Err(Error::NotFound("seller")),
    }
}

/// Locks a seller for a change.
pub async fn lock(mut conn: &Conn, id: SellerId) -> Result<Seller> {
    let row = sellers::table.find(id).for_update().select(Seller::as_select()).first(&mut conn).await.optional()?;
    row.ok_or(Error::NotFound("seller"))
}

/// Locks a seller for something that is entered under it: a problem at `sellerId` where there is none, or it has left.
pub async fn lock_open(conn: &Conn, id: SellerId) -> Result<Seller> {
    match found(lock(conn, id).await)? {
        None => Err(Error::problem("NOT_FOUND", "sellerId", "there is no such seller")),
        Some(seller) if seller.status == SellerStatus::Closed => {
            Err(Error::problem("CONFLICT", "sellerId", "this seller is closed for good"))
        }
        Some(seller) => Ok(seller),
    }
}

/// The same for a place to sell from: one that was not verified has none, unless the platform opens it.
pub async fn lock_admitted(conn: &Conn, actor: &Actor, id: SellerId) -> Result<Seller> {
    let seller = lock_open(conn, id).await?;
    if seller.status == SellerStatus::Pending && !actor.scope(Permission::LocationsWrite).everything {
        return Err(Error::problem("SELLER_NOT_VERIFIED", "sellerId", "this seller was not verified yet"));
    }
    Ok(seller)
}

/// Those of these sellers that are FreshVilla itself.
pub async fn own_among(conn: &Conn, ids: &[SellerId]) -> Result<HashSet<SellerId>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let own = Sql::new("SELECT id FROM sellers WHERE kind = 'house' AND id = ANY(").bind(ids).sql(")");
    Ok(own.ids(conn).await?.into_iter().map(SellerId).collect())
}

/// Adds a seller.
pub async fn insert(mut conn: &Conn, row: &Seller) -> Result<()> {
    refused(diesel::insert_into(sellers::table).values(row).execute(&mut conn).await)
}

/// Stores a changed seller.
pub async fn update(mut conn: &Conn, row: &Seller) -> Result<()> {
    refused(diesel::update(sellers::table.find(row.id)).set(row).execute(&mut conn).await)
}

fn refused(outcome: QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("sellers_slug_key", || Error::problem("SLUG_TAKEN", "slug", "another seller has this slug"))
        .on_constraint("sellers_name_key", || Error::problem("NAME_TAKEN", "name", "another seller has this name"))
        .map(drop)
}
