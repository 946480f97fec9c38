//! What the catalogue's staff do with variants.

use chrono::{DateTime, Utc};

use super::{
    gtin,
    model::{self, Variant, VariantId},
    pack,
};
use crate::{
    app::App,
    catalog::{
        category::model::ShelfStatus,
        product::model::{self as product, ProductId},
        search,
    },
    kernel::{access::Actor, audit::Change, check::Checks, db::Conn, error::Result, money::Minor},
};

/// A new variant.
#[derive(Clone, Debug)]
pub struct NewVariant {
    /// Stock keeping unit.
    pub sku: String,
    /// Barcode.
    pub barcode: Option<String>,
    /// Pack size as people write it: "500 g".
    pub pack: String,
    /// Name; the pack size when left out.
    pub name: Option<String>,
    /// Maximum retail price with all taxes.
    pub mrp: Option<Minor>,
}

/// Changes to a variant; what is `None` stays, `Some(None)` empties.
#[derive(Clone, Debug, Default)]
pub struct VariantChanges {
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// Barcode.
    pub barcode: Option<Option<String>>,
    /// Pack size.
    pub pack: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Maximum retail price.
    pub mrp: Option<Minor>,
    /// State.
    pub status: Option<ShelfStatus>,
    /// Order among the product's variants.
    pub position: Option<i32>,
}

/// Checks a new variant and makes its row; `at` is the input path for problems.
pub fn build(
    checks: &mut Checks,
    at: &str,
    product: ProductId,
    position: i32,
    new: NewVariant,
    now: DateTime<Utc>,
) -> Option<Variant> {
    let path = |field: &str| if at.is_empty() { field.to_owned() } else { format!("{at}.{field}") };
    let sku = checks.text(&path("sku"), &new.sku, 1, 64);
    let barcode = new.barcode.filter(|text| !text.trim().is_empty());
    let barcode = barcode.map(|text| checks.parse("BARCODE_INVALID", &path("barcode"), gtin::parse(&text)));
    let pack = checks.parse("INVALID", &path("pack"), pack::parse(&new.pack))?;
    checks.ensure(new.mrp.is_none_or(|mrp| mrp > Minor::ZERO), "INVALID", &path("mrp"), "a price is more than zero");
    let name = new.name.unwrap_or_else(|| pack::label(pack.unit, &pack.size));
    let name = checks.text(&path("name"), &name, 1, 120);
    Some(Variant {
        id: VariantId::new(),
        product_id: product,
        sku,
        barcode: barcode.flatten(),
        name,
        unit: pack.unit,
        pack_size: pack.size,
        mrp_minor: new.mrp,
        status: ShelfStatus::Active,
        position,
        created_at: now,
        updated_at: now,
    })
}

/// Adds a variant to a product.
pub async fn create_variant(app: &App, actor: &Actor, product: ProductId, new: NewVariant) -> Result<Variant> {
    let tx = app.db.begin().await?;
    product::lock(&tx, product).await?;
    let position = model::next_position(&tx, product).await?;
    let mut checks = Checks::default();
    let row = build(&mut checks, "", product, position, new, app.clock.now());
    checks.finish()?;
    let row = row.ok_or_else(|| crate::kernel::error::Error::invalid("pack", "a pack size is required"))?;
    model::insert(&tx, std::slice::from_ref(&row)).await?;
    settle(&tx, product, app.clock.now()).await?;
    Change::new("productVariantCreate", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes a variant.
pub async fn update_variant(app: &App, actor: &Actor, id: VariantId, changes: VariantChanges) -> Result<Variant> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let product = model::product_of(&tx, id).await?;
    product::lock(&tx, product).await?;
    let before = model::lock(&tx, id).await?;
    let mut checks = Checks::default();
    let mut after = apply(&mut checks, before.clone(), changes);
    checks.finish()?;
    after.updated_at = now;
    model::update(&tx, &after).await?;
    settle(&tx, product, now).await?;
    Change::new("productVariantUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

fn apply(checks: &mut Checks, mut row: Variant, changes: VariantChanges) -> Variant {
    if let Some(sku) = changes.sku {
        row.sku = checks.text("sku", &sku, 1, 64);
    }
    match changes.barcode {
        Some(Some(text)) => row.barcode = checks.parse("BARCODE_INVALID", "barcode", gtin::parse(&text)),
        Some(None) => row.barcode = None,
        None => {}
    }
    let label_followed = row.name == pack::label(row.unit, &row.pack_size);
    if let Some(text) = changes.pack
        && let Some(pack) = checks.parse("INVALID", "pack", pack::parse(&text))
    {
        (row.unit, row.pack_size) = (pack.unit, pack.size);
        if label_followed {
            row.name = pack::label(row.unit, &row.pack_size);
        }
    }
    if let Some(name) = changes.name {
        row.name = checks.text("name", &name, 1, 120);
    }
    if let Some(mrp) = changes.mrp {
        checks.ensure(mrp > Minor::ZERO, "INVALID", "mrp", "a price is more than zero");
        row.mrp_minor = Some(mrp);
    }
    row.status = changes.status.unwrap_or(row.status);
    row.position = changes.position.unwrap_or(row.position);
    row
}

/// Brings the product's price range and search row in line with its variants. The database refuses an active product
/// that is left without a price.
pub async fn settle(conn: &Conn, product: ProductId, now: DateTime<Utc>) -> Result<()> {
    product::recompute_summary(conn, &[product.0], now).await?;
    search::model::refresh(conn, &[product.0]).await
}
