//! Variants that offers are made for.

use crate::{
    catalog::variant::model::{Variant, VariantId},
    kernel::{
        db::Conn,
        error::Result,
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
