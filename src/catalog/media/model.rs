//! Rows of product pictures and every query over them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    catalog::product::model::ProductId,
    id,
    kernel::{
        db::Conn,
        error::{Error, OnConstraint, Result},
        sql::Sql,
    },
    load_children,
    schema::product_media,
};

id! {
    /// Identifies a picture of a product.
    MediaId, "med", "ProductMedia"
}

/// A picture of a product.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = product_media)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented in the database")]
pub struct ProductMedia {
    /// Global ID.
    pub id: MediaId,
    #[graphql(skip)]
    pub product_id: ProductId,
    #[graphql(skip)]
    pub file_id: Option<Uuid>,
    /// Address of the picture; null for one that was uploaded.
    pub url: Option<String>,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// Order, smallest first.
    pub position: i32,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

load_children! {
    /// A product's pictures.
    pub MediaOf(ProductId) => ProductMedia, product_media.product_id, by (position, id)
}

/// Adds a picture at the end.
pub async fn insert(mut conn: &Conn, row: &ProductMedia) -> Result<()> {
    let taken = || Error::problem("CONFLICT", "url", "the product has this picture already");
    diesel::insert_into(product_media::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("product_media_url_key", taken)?;
    Ok(())
}

/// A picture's row.
pub async fn find(mut conn: &Conn, id: MediaId) -> Result<ProductMedia> {
    let row = product_media::table.find(id).select(ProductMedia::as_select()).first(&mut conn).await.optional()?;
    row.ok_or(Error::NotFound("picture"))
}

/// A product's pictures in order.
pub async fn of_product(mut conn: &Conn, product: ProductId) -> Result<Vec<ProductMedia>> {
    Ok(product_media::table
        .filter(product_media::product_id.eq(product))
        .order((product_media::position, product_media::id))
        .select(ProductMedia::as_select())
        .load(&mut conn)
        .await?)
}

/// Takes a picture away.
pub async fn delete(mut conn: &Conn, id: MediaId) -> Result<()> {
    diesel::delete(product_media::table.find(id)).execute(&mut conn).await?;
    Ok(())
}

/// Numbers a product's pictures in this order.
pub async fn reorder(mut conn: &Conn, ids: &[MediaId]) -> Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    Sql::new("UPDATE product_media SET position = o.n - 1 FROM unnest(")
        .bind(ids)
        .sql(") WITH ORDINALITY AS o(id, n) WHERE product_media.id = o.id")
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Keeps the first picture's address on the product, for lists.
pub async fn settle(mut conn: &Conn, product: ProductId, now: DateTime<Utc>) -> Result<()> {
    Sql::new(
        "UPDATE products SET image_url = (SELECT url FROM product_media WHERE product_id = products.id \
         AND url IS NOT NULL ORDER BY position, id LIMIT 1), version = version + 1, updated_at = ",
    )
    .bind(now)
    .sql(" WHERE id = ")
    .bind(product)
    .execute(&mut conn)
    .await?;
    Ok(())
}
