//! Variant rows and every query over them.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    catalog::{category::model::ShelfStatus, product::model::ProductId},
    id,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        money::Minor,
        sql::{Select, Sql},
    },
    load_by_id, load_children,
    schema::product_variants,
    text_enum,
};

id! {
    /// Identifies a variant.
    VariantId, "var", "ProductVariant"
}

text_enum! {
    /// What a pack's size counts.
    pub enum Unit {
        /// Pieces.
        Piece = "piece",
        /// Grams.
        Weight = "weight",
        /// Millilitres.
        Volume = "volume",
    }
}

/// A pack size of a product: the thing with a barcode.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = product_variants, treat_none_as_null = true)]
#[graphql(name = "ProductVariant", complex)]
pub struct Variant {
    /// Global ID.
    pub id: VariantId,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the edge `product`")]
    pub product_id: ProductId,
    /// Stock keeping unit, unique in the catalogue.
    pub sku: String,
    /// GTIN-8, -12, -13 or -14.
    pub barcode: Option<String>,
    /// Name of the pack, for example "500 g".
    pub name: String,
    /// What the pack's size counts.
    pub unit: Unit,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub pack_size: BigDecimal,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub mrp_minor: Option<Minor>,
    /// Whether it can be bought.
    pub status: ShelfStatus,
    /// Order among the product's variants, smallest first.
    pub position: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

load_by_id!(VariantId => Variant, product_variants);
load_children! {
    /// A product's variants.
    pub VariantsOf(ProductId) => Variant, product_variants.product_id, by (position, id)
}

/// Shoppers see active variants of active products; staff of the catalogue see all.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.can(Permission::CatalogRead) {
        return Sql::new("TRUE");
    }
    Sql::new(
        "product_variants.status = 'active' AND EXISTS (SELECT FROM products \
         WHERE products.id = product_variants.product_id AND products.status = 'active')",
    )
}

/// A visible variant by ID, SKU or barcode.
pub async fn find_by(conn: &Conn, actor: &Actor, which: Sql) -> Result<Variant> {
    let rest = Sql::new("FROM product_variants WHERE ").join(which).sql(" AND ").join(visible_to(actor));
    Select::<Variant>::new(rest).row(conn).await?.ok_or(Error::NotFound("variant"))
}

/// Locks a variant for a change. Its product is to be locked first.
pub async fn lock(mut conn: &Conn, id: VariantId) -> Result<Variant> {
    let row =
        product_variants::table.find(id).for_update().select(Variant::as_select()).first(&mut conn).await.optional()?;
    row.ok_or(Error::NotFound("variant"))
}

/// The product of a variant, to be locked before the variant.
pub async fn product_of(mut conn: &Conn, id: VariantId) -> Result<ProductId> {
    let product = product_variants::table.find(id).select(product_variants::product_id).first(&mut conn).await;
    product.optional()?.ok_or(Error::NotFound("variant"))
}

/// Adds variants.
pub async fn insert(mut conn: &Conn, rows: &[Variant]) -> Result<()> {
    taken(diesel::insert_into(product_variants::table).values(rows).execute(&mut conn).await)
}

/// Stores a changed variant.
pub async fn update(mut conn: &Conn, row: &Variant) -> Result<()> {
    taken(diesel::update(product_variants::table.find(row.id)).set(row).execute(&mut conn).await)
}

fn taken(outcome: QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("product_variants_sku_key", || {
            Error::problem("SKU_TAKEN", "sku", "another variant has this SKU")
        })
        .on_constraint("product_variants_barcode_key", || {
            Error::problem("BARCODE_TAKEN", "barcode", "another variant has this barcode")
        })
        .map(drop)
}

/// Highest position among a product's variants plus one.
pub async fn next_position(mut conn: &Conn, product: ProductId) -> Result<i32> {
    let last: Option<i32> = product_variants::table
        .filter(product_variants::product_id.eq(product))
        .select(diesel::dsl::max(product_variants::position))
        .first(&mut conn)
        .await?;
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

/// Those of the variants that exist, whatever their state.
pub async fn existing(mut conn: &Conn, ids: &[VariantId]) -> Result<Vec<VariantId>> {
    let rows = product_variants::table.filter(product_variants::id.eq_any(ids)).select(product_variants::id);
    Ok(rows.load(&mut conn).await?)
}

/// Those of the SKUs that exist, whatever the variant's state.
pub async fn by_skus(mut conn: &Conn, skus: &[String]) -> Result<HashMap<String, VariantId>> {
    let rows = product_variants::table.filter(product_variants::sku.eq_any(skus));
    let rows: Vec<(String, VariantId)> =
        rows.select((product_variants::sku, product_variants::id)).load(&mut conn).await?;
    Ok(rows.into_iter().collect())
}
