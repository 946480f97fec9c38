//! Product rows and every query over them.

use std::collections::HashMap;

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use super::{
    along::{Along, ProductRow},
    filter::ProductWhere,
};
use crate::{
    catalog::{brand::model::BrandId, category::model::CategoryId},
    id,
    kernel::{
        access::{Actor, Permission},
        card::Card,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::Key,
        money::Minor,
        page::{self, Direction, Order, Page, PageArgs, Source, timestamp_key},
        slug::{self, SlugKind},
        sql::Sql,
    },
    load_by_id,
    schema::{product_texts, products},
    text_enum,
};

mod by_offer_price;
pub use by_offer_price::by_offer_price;

id! {
    /// Identifies a product.
    ProductId, "prd", "Product"
}

text_enum! {
    /// Where a product stands.
    pub enum ProductStatus {
        /// In the making; only staff see it.
        Draft = "draft",
        /// In the shop.
        Active = "active",
        /// Out of the shop for good, kept for the record.
        Archived = "archived",
    }
}

text_enum! {
    /// Dietary mark of food (Food Safety and Standards (Labelling and Display) Regulations, 2020).
    pub enum Dietary {
        /// Vegetarian: green dot.
        Veg = "veg",
        /// Not vegetarian: brown triangle.
        NonVeg = "non_veg",
        /// Contains egg and nothing else that is not vegetarian.
        Egg = "egg",
        /// Vegan.
        Vegan = "vegan",
    }
}

/// What is sold, in one or more pack sizes.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = products, treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented in the database")]
pub struct Product {
    /// Global ID.
    pub id: ProductId,
    #[graphql(skip)]
    pub category_id: Option<CategoryId>,
    #[graphql(skip)]
    pub brand_id: Option<BrandId>,
    /// Name.
    pub name: String,
    /// Part of the storefront's address; a former slug still leads here.
    pub slug: String,
    /// Where the product stands.
    pub status: ProductStatus,
    /// HSN code for GST; null only in drafts.
    pub hsn_code: Option<String>,
    /// Dietary mark; null for what is no food.
    pub dietary: Option<Dietary>,
    /// 14-digit FSSAI licence number of the maker or packer.
    pub fssai_license: Option<String>,
    /// Country where it was made or grown.
    pub country_of_origin: Option<String>,
    /// Days that it keeps from packing.
    pub shelf_life_days: Option<i32>,
    /// Words that help to find it.
    pub tags: Vec<String>,
    /// Address of the first picture, for lists.
    pub image_url: Option<String>,
    #[graphql(skip)]
    pub price_from_minor: Option<Minor>,
    #[graphql(skip)]
    pub price_to_minor: Option<Minor>,
    /// Number of pack sizes that can be bought.
    pub variant_count: i32,
    /// Sort weight, from sales.
    pub popularity: i32,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was first active.
    pub published_at: Option<DateTime<Utc>>,
}

load_by_id!(ProductId => Product, products);

impl Product {
    /// Whether it has what a product in the shop needs.
    pub fn is_complete(&self) -> bool {
        self.category_id.is_some() && self.hsn_code.is_some() && self.price_from_minor.is_some()
    }
}

/// What lists show of a product, and what sorts them.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = products)]
#[expect(missing_docs, reason = "see Product")]
pub struct ProductCard {
    pub id: ProductId,
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub name: String,
    pub slug: String,
    pub image_url: Option<String>,
    pub price_from_minor: Option<Minor>,
    pub price_to_minor: Option<Minor>,
    pub popularity: i32,
    pub created_at: DateTime<Utc>,
}

impl Card for ProductCard {
    type Of = Product;
    const FIELDS: &'static [&'static str] = &[
        "id",
        "name",
        "slug",
        "imageUrl",
        "price",
        "offerPrice",
        "sellerCount",
        "inStock",
        "category",
        "brand",
        "variants",
        "media",
        "description",
        "ingredients",
        "nutrition",
        "seoTitle",
        "seoDescription",
        "popularity",
        "createdAt",
    ];
}

impl From<ProductCard> for Product {
    fn from(card: ProductCard) -> Self {
        Self {
            id: card.id,
            category_id: card.category_id,
            brand_id: card.brand_id,
            name: card.name,
            slug: card.slug,
            status: ProductStatus::Active,
            hsn_code: None,
            dietary: None,
            fssai_license: None,
            country_of_origin: None,
            shelf_life_days: None,
            tags: Vec::new(),
            image_url: card.image_url,
            price_from_minor: card.price_from_minor,
            price_to_minor: card.price_to_minor,
            variant_count: 0,
            popularity: card.popularity,
            version: 0,
            created_at: card.created_at,
            updated_at: card.created_at,
            published_at: None,
        }
    }
}

/// A product's long texts; lists never read them.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = product_texts, treat_none_as_null = true)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct ProductText {
    pub product_id: ProductId,
    pub description: String,
    pub ingredients: String,
    pub nutrition: serde_json::Value,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
}

impl ProductText {
    /// Empty texts.
    pub fn empty(product_id: ProductId) -> Self {
        let nutrition = serde_json::Value::Object(serde_json::Map::new());
        let (description, ingredients) = (String::new(), String::new());
        Self { product_id, description, ingredients, nutrition, seo_title: None, seo_description: None }
    }
}

/// The key of a product's texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextOf(pub ProductId);

impl Key for TextOf {
    type Value = std::sync::Arc<ProductText>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<ProductId> = keys.iter().map(|key| key.0).collect();
        Ok(texts_of(conn, &ids).await?.into_iter().map(|(id, row)| (TextOf(id), row.into())).collect())
    }
}

/// Which field sorts a list of products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum ProductOrderField {
    /// When it was made.
    #[default]
    CreatedAt,
    /// Name.
    Name,
    /// Lowest maximum retail price; drafts without one come first.
    Price,
    /// Price of the cheapest offer that can be bought; products without one are left out. A new price counts for the
    /// order after a moment.
    OfferPrice,
    /// Popularity.
    Popularity,
}

/// How a list of products is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, InputObject)]
pub struct ProductOrder {
    /// By which field.
    #[graphql(default)]
    pub field: ProductOrderField,
    /// Which way.
    #[graphql(default_with = "Direction::Desc")]
    pub direction: Direction,
}

impl Default for ProductOrder {
    fn default() -> Self {
        Self { field: ProductOrderField::CreatedAt, direction: Direction::Desc }
    }
}

impl ProductOrder {
    /// Shoppers' lists hold active products only, whose price is never NULL and whose index needs the bare column.
    pub fn order(self, staff: bool) -> Order {
        let (column, cast) = match self.field {
            ProductOrderField::CreatedAt => ("products.created_at", "::timestamptz"),
            ProductOrderField::Name => ("products.name", ""),
            ProductOrderField::Price if staff => ("coalesce(products.price_from_minor, 0)", "::bigint"),
            ProductOrderField::Price => ("products.price_from_minor", "::bigint"),
            ProductOrderField::OfferPrice => ("product_shelves.price_minor", "::bigint"),
            ProductOrderField::Popularity => ("products.popularity", "::int"),
        };
        Order { column, cast, id: "products.id", direction: self.direction }
    }

    /// A row's sort value as text, and its ID.
    pub fn key(self, row: &Product) -> (String, Uuid) {
        let sort = match self.field {
            ProductOrderField::CreatedAt => timestamp_key(row.created_at),
            ProductOrderField::Name => row.name.clone(),
            ProductOrderField::Price => row.price_from_minor.unwrap_or_default().0.to_string(),
            // Not in the row: see `by_offer_price`.
            ProductOrderField::OfferPrice => String::new(),
            ProductOrderField::Popularity => row.popularity.to_string(),
        };
        (sort, row.id.0)
    }
}

/// Shoppers see active products; staff of the catalogue see all.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.can(Permission::CatalogRead) { Sql::new("TRUE") } else { Sql::new("products.status = 'active'") }
}

/// A page of products.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &ProductWhere,
    (order, along): (ProductOrder, Along),
    args: &PageArgs,
    (count, at): (bool, DateTime<Utc>),
) -> Result<Page<ProductRow>> {
    let conditions = conditions(actor, filter, (count, at))?;
    if order.field == ProductOrderField::OfferPrice {
        let one_list = ("TRUE", vec![Uuid::nil()]);
        let pages = by_offer_price(conn, one_list, conditions, (order, along), args).await?;
        return Ok(pages.into_iter().next().unwrap_or_default());
    }
    let staff = actor.can(Permission::CatalogRead);
    let (condition, counted) = conditions;
    let (from, key) = (("products", condition), |(row, ..): &ProductRow| order.key(row));
    page::fetch_from(conn, &along, from, order.order(staff), args, counted, key).await
}

/// The condition of a list, and that of what is counted of it, where it is.
pub fn conditions(
    actor: &Actor,
    filter: &ProductWhere,
    (count, at): (bool, DateTime<Utc>),
) -> Result<(Sql, Option<Sql>)> {
    let visible = |condition| Sql::all_of([visible_to(actor), condition], " AND ");
    let counted = count.then(|| filter.counted(at)).transpose()?;
    Ok((visible(filter.condition(at)?), counted.map(visible)))
}

/// The visible product behind a slug, present or former, with its neighbours.
pub async fn find_by_slug(conn: &Conn, actor: &Actor, slug: &str, along: Along) -> Result<ProductRow> {
    if let Some(found) = find_where(conn, actor, Sql::new("products.slug = ").bind(slug), along).await? {
        return Ok(found);
    }
    let found = match slug::follow_redirect(conn, SlugKind::Product, slug).await? {
        Some(id) => find_where(conn, actor, Sql::new("products.id = ").bind(id), along).await?,
        None => None,
    };
    found.ok_or(Error::NotFound("product"))
}

async fn find_where(conn: &Conn, actor: &Actor, which: Sql, along: Along) -> Result<Option<ProductRow>> {
    let visible = visible_to(actor);
    let from = Sql::new("FROM products").join(along.joins());
    let rows = along.rows(conn, from.sql(" WHERE ").join(which).sql(" AND ").join(visible)).await?;
    Ok(rows.into_iter().next())
}

/// Locks a product for a change.
pub async fn lock(conn: &Conn, id: ProductId) -> Result<Product> {
    lock_all(conn, &[id]).await?.pop().ok_or(Error::NotFound("product"))
}

/// Locks products in ID order; missing ones are left out.
pub async fn lock_all(mut conn: &Conn, ids: &[ProductId]) -> Result<Vec<Product>> {
    Ok(products::table
        .filter(products::id.eq_any(ids))
        .order(products::id)
        .for_update()
        .select(Product::as_select())
        .load(&mut conn)
        .await?)
}

/// A product's texts, or empty ones.
pub async fn texts(mut conn: &Conn, id: ProductId) -> Result<ProductText> {
    let row = product_texts::table.find(id).select(ProductText::as_select()).first(&mut conn).await.optional()?;
    Ok(row.unwrap_or_else(|| ProductText::empty(id)))
}

/// Adds a product.
pub async fn insert(mut conn: &Conn, row: &Product) -> Result<()> {
    refused(diesel::insert_into(products::table).values(row).execute(&mut conn).await)
}

/// Stores a changed product.
pub async fn update(mut conn: &Conn, row: &Product) -> Result<()> {
    refused(diesel::update(products::table.find(row.id)).set(row).execute(&mut conn).await)
}

/// Stores changed products.
pub async fn update_all(mut conn: &Conn, rows: impl Iterator<Item = &Product>) -> Result<()> {
    use products::dsl;
    let rows: Vec<&Product> = rows.collect();
    let written = diesel::insert_into(products::table)
        .values(rows)
        .on_conflict(dsl::id)
        .do_update()
        .set((
            dsl::category_id.eq(excluded(dsl::category_id)),
            dsl::brand_id.eq(excluded(dsl::brand_id)),
            dsl::name.eq(excluded(dsl::name)),
            dsl::status.eq(excluded(dsl::status)),
            dsl::hsn_code.eq(excluded(dsl::hsn_code)),
            dsl::dietary.eq(excluded(dsl::dietary)),
            dsl::fssai_license.eq(excluded(dsl::fssai_license)),
            dsl::country_of_origin.eq(excluded(dsl::country_of_origin)),
            dsl::shelf_life_days.eq(excluded(dsl::shelf_life_days)),
            dsl::tags.eq(excluded(dsl::tags)),
            dsl::version.eq(excluded(dsl::version)),
            dsl::updated_at.eq(excluded(dsl::updated_at)),
            dsl::published_at.eq(excluded(dsl::published_at)),
        ))
        .execute(&mut conn)
        .await;
    refused(written)
}

/// The texts of these products; those without any are left out.
pub async fn texts_of(mut conn: &Conn, ids: &[ProductId]) -> Result<HashMap<ProductId, ProductText>> {
    let rows: Vec<ProductText> = product_texts::table
        .filter(product_texts::product_id.eq_any(ids))
        .select(ProductText::as_select())
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row)).collect())
}

/// Stores the texts of many products.
pub async fn save_all_texts(mut conn: &Conn, rows: impl Iterator<Item = &ProductText>) -> Result<()> {
    use product_texts::dsl;
    let rows: Vec<&ProductText> = rows.collect();
    diesel::insert_into(product_texts::table)
        .values(rows)
        .on_conflict(dsl::product_id)
        .do_update()
        .set((
            dsl::description.eq(excluded(dsl::description)),
            dsl::ingredients.eq(excluded(dsl::ingredients)),
            dsl::seo_title.eq(excluded(dsl::seo_title)),
            dsl::seo_description.eq(excluded(dsl::seo_description)),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Stores a product's texts.
pub async fn save_texts(mut conn: &Conn, texts: &ProductText) -> Result<()> {
    diesel::insert_into(product_texts::table)
        .values(texts)
        .on_conflict(product_texts::product_id)
        .do_update()
        .set(texts)
        .execute(&mut conn)
        .await?;
    Ok(())
}

fn refused(outcome: QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("products_slug_key", || Error::problem("SLUG_TAKEN", "slug", "another product has this slug"))
        .on_constraint("products_category_id_fkey", || {
            Error::problem("NOT_FOUND", "categoryId", "there is no such category")
        })
        .on_constraint("products_brand_id_fkey", || Error::problem("NOT_FOUND", "brandId", "there is no such brand"))
        .on_constraint("products_hsn_code_fkey", || Error::problem("NOT_FOUND", "hsnCode", "there is no such HSN code"))
        .on_constraint("products_active_complete_check", incomplete)
        .map(drop)
}

/// Why a product cannot be in the shop.
pub fn incomplete() -> Error {
    let message = "an active product needs a category, an HSN code and a variant with a price";
    Error::problem("PRODUCT_INCOMPLETE", "status", message)
}

/// Recomputes price range and number of variants from the active variants.
pub async fn recompute_summary(mut conn: &Conn, ids: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    Sql::new(
        "UPDATE products SET price_from_minor = v.low, price_to_minor = v.high, variant_count = v.n, \
         version = version + 1, updated_at = ",
    )
    .bind(now)
    .sql(
        " FROM (SELECT p.id, min(v.mrp_minor) AS low, max(v.mrp_minor) AS high, count(v.id)::int AS n FROM products p \
         LEFT JOIN product_variants v ON v.product_id = p.id AND v.status = 'active' WHERE p.id = ANY(",
    )
    .bind(ids.to_vec())
    .sql(
        ") GROUP BY p.id) v WHERE products.id = v.id AND (products.price_from_minor, products.price_to_minor, \
         products.variant_count) IS DISTINCT FROM (v.low, v.high, v.n)",
    )
    .execute(&mut conn)
    .await
    .on_constraint("products_active_complete_check", incomplete)?;
    Ok(())
}
