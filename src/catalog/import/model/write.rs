//! Writes a planned batch: one statement per table for new rows and one for changed rows, whatever the batch's size.
//!
//! Rows are touched in the order of their keys, so that parallel imports wait for each other instead of deadlocking.

use chrono::{DateTime, Utc};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{AttributeValue, ProductRow, VariantRow};
use crate::{
    catalog::import::plan::{Plan, ProductSlot, VariantSlot},
    kernel::{
        db::Conn,
        error::{Error, Result},
        sql::Sql,
    },
};

/// What a batch did to products, and which ones.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// New products.
    pub created: u64,
    /// Products that were changed in themselves or in their variants.
    pub updated: u64,
    /// Products that the file spoke of and that already were as it says.
    pub unchanged: u64,
    /// New variants.
    pub variants_created: u64,
    /// New and changed products.
    pub touched: Vec<Uuid>,
}

/// Prepares the transaction of a batch.
///
/// Its commit need not wait for the disk: progress is part of the same transaction, so a crash of the machine only
/// repeats work. And tables grow from nothing to millions under plans that were made when a sequential scan was the
/// cheapest way, those of foreign keys included; nothing but statistics that are collected a minute too late would
/// make PostgreSQL think again.
pub async fn prepare(mut conn: &Conn) -> Result<()> {
    Sql::new("SELECT set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true)")
        .execute(&mut conn)
        .await?;
    Sql::new("DISCARD PLANS").execute(&mut conn).await?;
    Ok(())
}

/// Writes what the plan changes.
pub async fn write(conn: &Conn, plan: &Plan, now: DateTime<Utc>) -> Result<Written> {
    let spoken_of = plan.products.iter().filter(|slot| slot.spoken_of()).count();
    let mut slots: Vec<&ProductSlot> = plan.products.iter().filter(|slot| slot.spoken_of() && slot.changes()).collect();
    slots.sort_by(|a, b| (&a.after.import_key, a.after.id).cmp(&(&b.after.import_key, b.after.id)));
    let (new, changed): (Vec<&ProductSlot>, Vec<&ProductSlot>) = slots.iter().partition(|slot| slot.before.is_none());
    insert_products(conn, &new, now).await?;
    update_products(conn, &changed, now).await?;
    write_texts(conn, &slots).await?;
    let mut variants: Vec<&VariantSlot> = plan.variants.iter().collect();
    variants.sort_by(|a, b| a.after.sku.cmp(&b.after.sku));
    let (new_variants, old_variants): (Vec<&VariantSlot>, Vec<&VariantSlot>) =
        variants.iter().partition(|slot| slot.before.is_none());
    let changed_variants: Vec<&VariantSlot> = old_variants.into_iter().filter(|slot| slot.changes()).collect();
    insert_variants(conn, &new_variants, now).await?;
    update_variants(conn, &changed_variants).await?;
    write_attributes(conn, &variants).await?;
    insert_media(conn, &slots, now).await?;
    Ok(Written {
        created: count(new.len()),
        updated: count(changed.len()),
        unchanged: count(spoken_of - slots.len()),
        variants_created: count(new_variants.len()),
        touched: slots.iter().map(|slot| slot.after.id).collect(),
    })
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// One column of many rows.
fn column<'a, R: 'a, V>(rows: &[&'a R], value: impl Fn(&'a R) -> V) -> Vec<V> {
    rows.iter().map(|row| value(row)).collect()
}

/// Tags never hold the separator: control characters are taken out of every line of text.
const TAG_SEPARATOR: &str = "\u{1f}";

/// The columns that inserts and updates share, as `unnest` arguments.
fn product_columns(rows: &[&ProductRow]) -> Sql {
    Sql::new(" unnest(")
        .bind(column(rows, |row| row.id))
        .sql(", ")
        .bind(column(rows, |row| row.category_id))
        .sql(", ")
        .bind(column(rows, |row| row.brand_id))
        .sql(", ")
        .bind(column(rows, |row| row.import_key.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.name.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.slug.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.status.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.hsn_code.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.dietary.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.fssai_license.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.country_of_origin.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.shelf_life_days))
        .sql(", ")
        .bind(column(rows, |row| row.tags.join(TAG_SEPARATOR)))
        .sql(", ")
        .bind(column(rows, |row| row.image_url.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.price_from_minor))
        .sql(", ")
        .bind(column(rows, |row| row.price_to_minor))
        .sql(", ")
        .bind(column(rows, |row| row.variant_count))
        .sql(", ")
        .bind(column(rows, |row| row.version))
        .sql(
            ") u(id, category_id, brand_id, import_key, name, slug, status, hsn_code, dietary, fssai_license, \
             country_of_origin, shelf_life_days, tags, image_url, price_from_minor, price_to_minor, variant_count, \
             version)",
        )
}

async fn insert_products(mut conn: &Conn, slots: &[&ProductSlot], now: DateTime<Utc>) -> Result<()> {
    if slots.is_empty() {
        return Ok(());
    }
    let rows: Vec<&ProductRow> = slots.iter().map(|slot| &slot.after).collect();
    Sql::new(
        "INSERT INTO products (id, category_id, brand_id, import_key, name, slug, status, hsn_code, dietary, \
         fssai_license, country_of_origin, shelf_life_days, tags, image_url, price_from_minor, price_to_minor, \
         variant_count, version, created_at, updated_at, published_at) \
         SELECT id, category_id, brand_id, import_key, name, slug, status, hsn_code, dietary, fssai_license, \
         country_of_origin, shelf_life_days, string_to_array(tags, E'\\x1f'), image_url, price_from_minor, \
         price_to_minor, variant_count, version, ",
    )
    .bind(now)
    .sql(", ")
    .bind(now)
    .sql(", CASE WHEN status = 'active' THEN ")
    .bind(now)
    .sql(" END FROM")
    .join(product_columns(&rows))
    .execute(&mut conn)
    .await?;
    Ok(())
}

async fn update_products(mut conn: &Conn, slots: &[&ProductSlot], now: DateTime<Utc>) -> Result<()> {
    if slots.is_empty() {
        return Ok(());
    }
    let rows: Vec<&ProductRow> = slots.iter().map(|slot| &slot.after).collect();
    Sql::new("SELECT FROM products WHERE id = ANY(")
        .bind(column(&rows, |row| row.id))
        .sql(") ORDER BY id FOR NO KEY UPDATE")
        .execute(&mut conn)
        .await?;
    let updated = Sql::new(
        "UPDATE products p SET category_id = u.category_id, brand_id = u.brand_id, import_key = u.import_key, \
         name = u.name, status = u.status, hsn_code = u.hsn_code, dietary = u.dietary, \
         fssai_license = u.fssai_license, country_of_origin = u.country_of_origin, \
         shelf_life_days = u.shelf_life_days, tags = string_to_array(u.tags, E'\\x1f'), image_url = u.image_url, \
         price_from_minor = u.price_from_minor, price_to_minor = u.price_to_minor, variant_count = u.variant_count, \
         version = p.version + 1, published_at = CASE WHEN u.status = 'active' THEN coalesce(p.published_at, ",
    )
    .bind(now)
    .sql(") ELSE p.published_at END, updated_at = ")
    .bind(now)
    .sql(" FROM")
    .join(product_columns(&rows))
    // Somebody else's write since the look-up makes the version differ; the batch is then planned again.
    .sql(" WHERE p.id = u.id AND p.version = u.version")
    .execute(&mut conn)
    .await?;
    expect_all(updated, rows.len())
}

fn expect_all(updated: usize, wanted: usize) -> Result<()> {
    if updated == wanted { Ok(()) } else { Err(Error::conflict("rows were changed during the import")) }
}

async fn write_texts(mut conn: &Conn, slots: &[&ProductSlot]) -> Result<()> {
    let changed = slots.iter().filter(|slot| slot.texts_before != slot.texts);
    let rows: Vec<_> = changed.map(|slot| &slot.texts).collect();
    if rows.is_empty() {
        return Ok(());
    }
    Sql::new("INSERT INTO product_texts (product_id, description, ingredients, nutrition) SELECT * FROM unnest(")
        .bind(column(&rows, |row| row.product_id))
        .sql(", ")
        .bind(column(&rows, |row| row.description.clone()))
        .sql(", ")
        .bind(column(&rows, |row| row.ingredients.clone()))
        .sql(", ")
        .bind(column(&rows, |row| row.nutrition.clone()))
        .sql(
            ") ON CONFLICT (product_id) DO UPDATE SET description = excluded.description, \
             ingredients = excluded.ingredients, nutrition = excluded.nutrition",
        )
        .execute(&mut conn)
        .await?;
    Ok(())
}

fn variant_columns(rows: &[&VariantRow]) -> Sql {
    Sql::new(" unnest(")
        .bind(column(rows, |row| row.id))
        .sql(", ")
        .bind(column(rows, |row| row.product_id))
        .sql(", ")
        .bind(column(rows, |row| row.sku.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.barcode.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.name.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.unit.clone()))
        .sql(", ")
        .bind(column(rows, |row| row.pack_size.to_plain_string()))
        .sql(", ")
        .bind(column(rows, |row| row.mrp_minor))
        .sql(", ")
        .bind(column(rows, |row| row.position))
}

async fn insert_variants(mut conn: &Conn, slots: &[&VariantSlot], now: DateTime<Utc>) -> Result<()> {
    if slots.is_empty() {
        return Ok(());
    }
    let rows: Vec<&VariantRow> = slots.iter().map(|slot| &slot.after).collect();
    Sql::new(
        "INSERT INTO product_variants (id, product_id, sku, barcode, name, unit, pack_size, mrp_minor, status, \
         position, created_at, updated_at) \
         SELECT id, product_id, sku, barcode, name, unit, pack_size::numeric, mrp_minor, 'active', position, ",
    )
    .bind(now)
    .sql(", ")
    .bind(now)
    .sql(" FROM")
    .join(variant_columns(&rows))
    .sql(") u(id, product_id, sku, barcode, name, unit, pack_size, mrp_minor, position)")
    .execute(&mut conn)
    .await?;
    Ok(())
}

async fn update_variants(mut conn: &Conn, slots: &[&VariantSlot]) -> Result<()> {
    if slots.is_empty() {
        return Ok(());
    }
    let rows: Vec<&VariantRow> = slots.iter().map(|slot| &slot.after).collect();
    let stored = slots.iter().map(|slot| slot.before.as_ref().map_or(slot.after.updated_at, |row| row.updated_at));
    let updated = Sql::new(
        "UPDATE product_variants v SET barcode = u.barcode, name = u.name, unit = u.unit, \
         pack_size = u.pack_size::numeric, mrp_minor = u.mrp_minor, updated_at = u.updated_at FROM",
    )
    .join(variant_columns(&rows))
    .sql(", ")
    .bind(column(&rows, |row| row.updated_at))
    .sql(", ")
    .bind(stored.collect::<Vec<_>>())
    .sql(
        ") u(id, product_id, sku, barcode, name, unit, pack_size, mrp_minor, position, updated_at, stored_at) \
         WHERE v.id = u.id AND v.updated_at = u.stored_at",
    )
    .execute(&mut conn)
    .await?;
    expect_all(updated, rows.len())
}

async fn write_attributes(mut conn: &Conn, slots: &[&VariantSlot]) -> Result<()> {
    let values: Vec<(Uuid, Uuid, &AttributeValue)> = slots
        .iter()
        .flat_map(|slot| slot.attributes.iter().map(|(attribute, value)| (slot.after.id, *attribute, value)))
        .collect();
    if values.is_empty() {
        return Ok(());
    }
    let numbers = values.iter().map(|(_, _, value)| value.number.as_ref().map(bigdecimal::BigDecimal::to_plain_string));
    let booleans = values.iter().map(|(_, _, value)| value.boolean.map(|yes| yes.to_string()));
    Sql::new(
        "INSERT INTO variant_attributes (variant_id, attribute_id, text_value, number_value, boolean_value) \
         SELECT u.variant, u.attribute, u.text, u.number::numeric, u.boolean::boolean FROM unnest(",
    )
    .bind(values.iter().map(|(variant, _, _)| *variant).collect::<Vec<_>>())
    .sql(", ")
    .bind(values.iter().map(|(_, attribute, _)| *attribute).collect::<Vec<_>>())
    .sql(", ")
    .bind(values.iter().map(|(_, _, value)| value.text.clone()).collect::<Vec<_>>())
    .sql(", ")
    .bind(numbers.collect::<Vec<_>>())
    .sql(", ")
    .bind(booleans.collect::<Vec<_>>())
    .sql(
        ") u(variant, attribute, text, number, boolean) ON CONFLICT (variant_id, attribute_id) DO UPDATE SET \
         text_value = excluded.text_value, number_value = excluded.number_value, \
         boolean_value = excluded.boolean_value",
    )
    .execute(&mut conn)
    .await?;
    Ok(())
}

async fn insert_media(mut conn: &Conn, slots: &[&ProductSlot], now: DateTime<Utc>) -> Result<()> {
    let media: Vec<(&ProductSlot, i32, &String)> =
        slots.iter().flat_map(|slot| (0..).zip(&slot.media).map(|(n, url)| (*slot, n, url))).collect();
    if media.is_empty() {
        return Ok(());
    }
    Sql::new(
        "INSERT INTO product_media (id, product_id, url, alt, position, created_at) \
         SELECT u.id, u.product, u.url, u.alt, u.n + coalesce(m.next, 0), ",
    )
    .bind(now)
    .sql(" FROM unnest(")
    .bind(media.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .sql(", ")
    .bind(media.iter().map(|(slot, _, _)| slot.after.id).collect::<Vec<_>>())
    .sql(", ")
    .bind(media.iter().map(|(_, _, url)| (*url).clone()).collect::<Vec<_>>())
    .sql(", ")
    .bind(media.iter().map(|(slot, _, _)| slot.after.name.clone()).collect::<Vec<_>>())
    .sql(", ")
    .bind(media.iter().map(|(_, n, _)| *n).collect::<Vec<_>>())
    .sql(
        ") u(id, product, url, alt, n) LEFT JOIN LATERAL (SELECT max(position) + 1 AS next FROM product_media m \
         WHERE m.product_id = u.product) m ON true ON CONFLICT DO NOTHING",
    )
    .execute(&mut conn)
    .await?;
    Ok(())
}
