//! Variants that offers are made for.

use std::collections::HashMap;

use diesel_async::RunQueryDsl;

use crate::{
    catalog::variant::model::{Variant, VariantId},
    inventory::seller::model::SellerId,
    kernel::{
        db::Conn,
        error::Result,
        money::Minor,
        sql::{Select, Sql},
    },
};

/// Active variants of active products with one of these SKUs or barcodes.
pub async fn variants_on_shelf(conn: &Conn, skus: Vec<String>, barcodes: Vec<String>) -> Result<Vec<Variant>> {
    let rest = Sql::new("FROM product_variants WHERE (sku = ANY(").bind(skus).sql(") OR barcode = ANY(").bind(barcodes);
    let rest = rest.sql(
        ")) AND status = 'active' AND EXISTS (SELECT FROM products WHERE products.id = product_variants.product_id \
         AND products.status = 'active')",
    );
    Select::<Variant>::new(rest).rows(conn).await
}

/// Active variants of active products with a maximum retail price, in the order of their IDs, behind one of them.
pub async fn priced_after(conn: &Conn, after: VariantId, limit: usize) -> Result<Vec<Variant>> {
    let rest = Sql::new("FROM product_variants WHERE id > ").bind(after).sql(
        " AND mrp_minor IS NOT NULL AND status = 'active' AND EXISTS (SELECT FROM products \
         WHERE products.id = product_variants.product_id AND products.status = 'active') ORDER BY id LIMIT ",
    );
    Select::<Variant>::new(rest.number(limit)).rows(conn).await
}

/// What a seller offers: its variants with their maximum retail prices, in the order of their IDs.
pub async fn offered_by(mut conn: &Conn, seller: SellerId) -> Result<Vec<(VariantId, Minor)>> {
    let statement = Sql::new(
        "SELECT product_variants.id, product_variants.mrp_minor FROM offers \
         JOIN product_variants ON product_variants.id = offers.variant_id \
         WHERE product_variants.mrp_minor IS NOT NULL AND offers.status <> 'archived' AND offers.seller_id = ",
    );
    let rows: Vec<Offered> = statement.bind(seller).sql(" ORDER BY 1").load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.mrp_minor)).collect())
}

#[derive(diesel::QueryableByName)]
struct Sold {
    #[diesel(sql_type = diesel::sql_types::Text)]
    sku: String,
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    variant_id: VariantId,
}

/// What a seller offers under these SKUs, which are in lower case; archived offers are left out.
pub async fn variants_by_sku(
    mut conn: &Conn,
    seller: SellerId,
    skus: Vec<String>,
) -> Result<HashMap<String, VariantId>> {
    let statement =
        Sql::new("SELECT lower(sku) AS sku, variant_id FROM offers WHERE status <> 'archived' AND seller_id = ");
    let statement = statement.bind(seller).sql(" AND lower(sku) = ANY(").bind(skus).sql(")");
    let rows: Vec<Sold> = statement.load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.sku, row.variant_id)).collect())
}

#[derive(diesel::QueryableByName)]
struct Offered {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: VariantId,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    mrp_minor: Minor,
}
