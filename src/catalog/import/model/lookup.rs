//! What the catalogue already holds of a batch.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{AttributeValue, ProductRow, TextsRow, VariantRow};
use crate::{
    catalog::import::entry::Entry,
    kernel::{
        db::Conn,
        error::Result,
        slug::slugify,
        sql::{Select, Sql},
    },
};

/// The stored rows that a batch may touch.
#[derive(Debug, Default)]
pub struct Known {
    /// By import key, SKU or barcode.
    pub products: Vec<ProductRow>,
    /// Every variant of these products.
    pub variants: Vec<VariantRow>,
    /// Their texts.
    pub texts: HashMap<Uuid, TextsRow>,
    /// Values by variant and attribute.
    pub attributes: HashMap<(Uuid, Uuid), AttributeValue>,
    /// Addresses of their pictures, with the highest position of each product.
    pub media: HashSet<(Uuid, String)>,
    /// Slugs of other products that this batch would like to use.
    pub taken_slugs: HashSet<String>,
}

/// Looks a batch up: three statements when everything is new, seven at most.
pub async fn known(conn: &Conn, entries: &[Entry]) -> Result<Known> {
    let matched = variants_of(conn, entries).await?;
    let product_ids: HashSet<Uuid> = matched.iter().map(|variant| variant.product_id).collect();
    let keys: HashSet<String> = entries.iter().filter_map(|entry| entry.key.clone()).collect();
    let products = products_of(conn, keys.into_iter().collect(), product_ids.into_iter().collect()).await?;
    let mut known = Known { products, ..Known::default() };
    if !known.products.is_empty() {
        let ids: Vec<Uuid> = known.products.iter().map(|product| product.id).collect();
        known.variants = siblings(conn, ids.clone()).await?;
        known.texts = texts(conn, ids.clone()).await?;
        if entries.iter().any(|entry| !entry.attributes.is_empty()) {
            known.attributes = attributes(conn, known.variants.iter().map(|variant| variant.id).collect()).await?;
        }
        if entries.iter().any(|entry| entry.image.is_some()) {
            known.media = media(conn, ids).await?;
        }
    }
    known.taken_slugs = taken_slugs(conn, entries).await?;
    Ok(known)
}

async fn variants_of(conn: &Conn, entries: &[Entry]) -> Result<Vec<VariantRow>> {
    let skus: Vec<String> = entries.iter().map(|entry| entry.sku.clone()).collect();
    let barcodes: Vec<String> = entries.iter().filter_map(|entry| entry.barcode.clone()).collect();
    let rest = Sql::new("FROM product_variants WHERE id IN (SELECT id FROM product_variants WHERE sku = ANY(")
        .bind(skus)
        .sql(") UNION SELECT id FROM product_variants WHERE barcode = ANY(")
        .bind(barcodes)
        .sql("))");
    Select::<VariantRow>::new(rest).rows(conn).await
}

async fn products_of(conn: &Conn, keys: Vec<String>, ids: Vec<Uuid>) -> Result<Vec<ProductRow>> {
    let rest = Sql::new("FROM products WHERE id IN (SELECT id FROM products WHERE import_key = ANY(")
        .bind(keys)
        .sql(") UNION SELECT unnest(")
        .bind(ids)
        .sql("))");
    Select::<ProductRow>::new(rest).rows(conn).await
}

async fn siblings(conn: &Conn, products: Vec<Uuid>) -> Result<Vec<VariantRow>> {
    let rest = Sql::new("FROM product_variants WHERE product_id = ANY(").bind(products).sql(")");
    Select::<VariantRow>::new(rest).rows(conn).await
}

async fn texts(conn: &Conn, products: Vec<Uuid>) -> Result<HashMap<Uuid, TextsRow>> {
    let rest = Sql::new("FROM product_texts WHERE product_id = ANY(").bind(products).sql(")");
    let rows = Select::<TextsRow>::new(rest).rows(conn).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row)).collect())
}

#[derive(QueryableByName)]
struct ValueRow {
    #[diesel(sql_type = sql_types::Uuid)]
    variant_id: Uuid,
    #[diesel(sql_type = sql_types::Uuid)]
    attribute_id: Uuid,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    text_value: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Numeric>)]
    number_value: Option<BigDecimal>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Bool>)]
    boolean_value: Option<bool>,
}

async fn attributes(mut conn: &Conn, variants: Vec<Uuid>) -> Result<HashMap<(Uuid, Uuid), AttributeValue>> {
    let rows: Vec<ValueRow> = Sql::new(
        "SELECT variant_id, attribute_id, text_value, number_value, boolean_value FROM variant_attributes \
         WHERE variant_id = ANY(",
    )
    .bind(variants)
    .sql(")")
    .load(&mut conn)
    .await?;
    let value = |row: ValueRow| {
        let value = AttributeValue { text: row.text_value, number: row.number_value, boolean: row.boolean_value };
        ((row.variant_id, row.attribute_id), value)
    };
    Ok(rows.into_iter().map(value).collect())
}

#[derive(QueryableByName)]
struct MediumRow {
    #[diesel(sql_type = sql_types::Uuid)]
    product_id: Uuid,
    #[diesel(sql_type = sql_types::Text)]
    url: String,
}

async fn media(mut conn: &Conn, products: Vec<Uuid>) -> Result<HashSet<(Uuid, String)>> {
    let rows: Vec<MediumRow> =
        Sql::new("SELECT product_id, url FROM product_media WHERE url IS NOT NULL AND product_id = ANY(")
            .bind(products)
            .sql(")")
            .load(&mut conn)
            .await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.url)).collect())
}

/// Loads the `slug` column.
#[derive(QueryableByName)]
pub(super) struct SlugRow {
    #[diesel(sql_type = sql_types::Text)]
    pub slug: String,
}

async fn taken_slugs(mut conn: &Conn, entries: &[Entry]) -> Result<HashSet<String>> {
    let wanted: HashSet<String> = entries.iter().filter_map(|entry| entry.name.as_deref()).map(slugify).collect();
    let wanted: Vec<String> = wanted.into_iter().collect();
    let rows: Vec<SlugRow> = Sql::new("SELECT slug FROM products WHERE slug = ANY(")
        .bind(wanted.clone())
        .sql(") UNION ALL SELECT slug FROM slug_redirects WHERE kind = 'product' AND slug = ANY(")
        .bind(wanted)
        .sql(")")
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.slug).collect())
}
