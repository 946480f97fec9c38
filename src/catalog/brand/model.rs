//! Brand rows and every query over them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    catalog::category::model::ShelfStatus,
    id,
    kernel::{
        access::{Actor, Permission},
        card::Card,
        db::Conn,
        error::{Error, OnConstraint, Result},
        page::{self, Direction, Order, Page, PageArgs},
        slug::{self, SlugKind},
        sql::{Select, Sql},
    },
    load_by_id,
    schema::brands,
};

id! {
    /// Identifies a brand.
    BrandId, "brd", "Brand"
}

/// A maker's mark.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = brands, treat_none_as_null = true)]
#[graphql(complex)]
pub struct Brand {
    /// Global ID.
    pub id: BrandId,
    /// Name, unique without regard to case.
    pub name: String,
    /// Part of the storefront's address; a former slug still leads here.
    pub slug: String,
    /// Text for the brand's page; may be empty.
    pub description: String,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub logo_file_id: Option<Uuid>,
    /// Whether shoppers see it.
    pub status: ShelfStatus,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

load_by_id!(BrandId => Brand, brands);

/// What lists of products show of a brand.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = brands)]
#[expect(missing_docs, reason = "see Brand")]
pub struct BrandCard {
    pub id: BrandId,
    pub name: String,
    pub slug: String,
}

impl Card for BrandCard {
    type Of = Brand;
    const FIELDS: &'static [&'static str] = &["id", "name", "slug"];
}

impl From<BrandCard> for Brand {
    fn from(BrandCard { id, name, slug }: BrandCard) -> Self {
        Self {
            id,
            name,
            slug,
            description: String::new(),
            logo_file_id: None,
            status: ShelfStatus::Active,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }
}

/// Shoppers see active brands; staff of the catalogue see all.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.can(Permission::CatalogRead) { Sql::new("TRUE") } else { Sql::new("status = 'active'") }
}

/// A page of brands by name, those whose name begins with `prefix` if one is given.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    prefix: Option<&str>,
    direction: Direction,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Brand>> {
    let starts =
        prefix.map_or_else(Sql::default, |prefix| Sql::new("starts_with(lower(name), lower(").bind(prefix).sql("))"));
    let condition = Sql::all_of([visible_to(actor), starts], " AND ");
    let order = Order { column: "name", cast: "", id: "id", direction };
    page::fetch(conn, "brands", condition, order, args, count, |row: &Brand| (row.name.clone(), row.id.0)).await
}

/// A visible brand, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: BrandId) -> Result<Brand> {
    let rest = Sql::new("FROM brands WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<Brand>::new(rest).row(conn).await?.ok_or(Error::NotFound("brand"))
}

/// The visible brand behind a slug, present or former.
pub async fn find_by_slug(conn: &Conn, actor: &Actor, slug: &str) -> Result<Brand> {
    let rest = Sql::new("FROM brands WHERE slug = ").bind(slug).sql(" AND ").join(visible_to(actor));
    if let Some(found) = Select::<Brand>::new(rest).row(conn).await? {
        return Ok(found);
    }
    match slug::follow_redirect(conn, SlugKind::Brand, slug).await? {
        Some(id) => find(conn, actor, BrandId(id)).await,
        None => Err(Error::NotFound("brand")),
    }
}

/// The brand with this name, without regard to case.
pub async fn find_by_name(conn: &Conn, name: &str) -> Result<Option<Brand>> {
    Select::<Brand>::new(Sql::new("FROM brands WHERE lower(name) = lower(").bind(name).sql(")")).row(conn).await
}

/// Locks a brand for a change.
pub async fn lock(mut conn: &Conn, id: BrandId) -> Result<Brand> {
    let row = brands::table.find(id).for_update().select(Brand::as_select()).first(&mut conn).await.optional()?;
    row.ok_or(Error::NotFound("brand"))
}

/// Adds a brand.
pub async fn insert(mut conn: &Conn, row: &Brand) -> Result<()> {
    taken(diesel::insert_into(brands::table).values(row).execute(&mut conn).await)
}

/// Stores a changed brand.
pub async fn update(mut conn: &Conn, row: &Brand) -> Result<()> {
    taken(diesel::update(brands::table.find(row.id)).set(row).execute(&mut conn).await)
}

fn taken(outcome: QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("brands_slug_key", || Error::problem("SLUG_TAKEN", "slug", "another brand has this slug"))
        .on_constraint("brands_name_key", || Error::problem("NAME_TAKEN", "name", "another brand has this name"))
        .map(drop)
}

/// Products whose search rows must follow a change of the brand's name.
pub async fn product_ids(mut conn: &Conn, id: BrandId) -> Result<Vec<Uuid>> {
    use crate::schema::products;
    Ok(products::table.filter(products::brand_id.eq(id.0)).select(products::id).load(&mut conn).await?)
}
