//! What the catalogue's staff do with products.

use super::model::{self, Dietary, Product, ProductId, ProductStatus, ProductText};
use crate::{
    app::App,
    catalog::{
        brand::model::BrandId,
        category::model::CategoryId,
        search,
        slug::{self, SlugKind},
        variant::{self, service::NewVariant},
    },
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        error::{Error, Problem, Result},
        id::EntityId,
    },
};

/// A product's own fields, for a new one or as changes; what is `None` stays, `Some(None)` empties.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "named as in the row")]
pub struct ProductChanges {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub category_id: Option<Option<CategoryId>>,
    pub brand_id: Option<Option<BrandId>>,
    pub status: Option<ProductStatus>,
    pub hsn_code: Option<Option<String>>,
    pub dietary: Option<Option<Dietary>>,
    pub fssai_license: Option<Option<String>>,
    pub country_of_origin: Option<Option<String>>,
    pub shelf_life_days: Option<Option<i32>>,
    pub tags: Option<Vec<String>>,
    pub description: Option<String>,
    pub ingredients: Option<String>,
    pub seo_title: Option<Option<String>>,
    pub seo_description: Option<Option<String>>,
}

/// Adds a product with its first variants.
pub async fn create_product(
    app: &App,
    actor: &Actor,
    fields: ProductChanges,
    variants: Vec<NewVariant>,
) -> Result<Product> {
    let fields = ProductChanges { name: Some(fields.name.unwrap_or_default()), ..fields };
    let (id, now) = (ProductId::new(), app.clock.now());
    let mut checks = Checks::default();
    let wanted = fields.status.unwrap_or(ProductStatus::Draft);
    let texts = apply_texts(&mut checks, ProductText::empty(id), &fields);
    let mut row = apply(&mut checks, blank(id, now), fields);
    if row.slug.is_empty() {
        row.slug = slug::choose(None, &row.name, id.0).unwrap_or_default();
    }
    let rows: Vec<_> = (0_i32..)
        .zip(variants)
        .filter_map(|(at, new)| variant::service::build(&mut checks, &format!("variants.{at}"), id, at, new, now))
        .collect();
    checks.finish()?;
    row.status = ProductStatus::Draft;
    let tx = app.db.begin().await?;
    model::insert(&tx, &row).await?;
    model::save_texts(&tx, &texts).await?;
    variant::model::insert(&tx, &rows).await?;
    variant::service::settle(&tx, id, now).await?;
    let mut row = model::lock(&tx, id).await?;
    if wanted != ProductStatus::Draft {
        row = publish(row, wanted, now);
        model::update(&tx, &row).await?;
        search::model::refresh(&tx, &[id.0]).await?;
    }
    Change::new("productCreate", id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

fn blank(id: ProductId, now: chrono::DateTime<chrono::Utc>) -> Product {
    Product {
        id,
        category_id: None,
        brand_id: None,
        name: String::new(),
        slug: String::new(),
        status: ProductStatus::Draft,
        hsn_code: None,
        dietary: None,
        fssai_license: None,
        country_of_origin: None,
        shelf_life_days: None,
        tags: Vec::new(),
        image_url: None,
        price_from_minor: None,
        price_to_minor: None,
        variant_count: 0,
        popularity: 0,
        version: 1,
        created_at: now,
        updated_at: now,
        published_at: None,
    }
}

fn publish(mut row: Product, status: ProductStatus, now: chrono::DateTime<chrono::Utc>) -> Product {
    row.status = status;
    if status == ProductStatus::Active {
        row.published_at = row.published_at.or(Some(now));
    }
    row
}

/// Changes a product. `expected_version` guards what the client has not seen; a new slug leaves a redirect.
pub async fn update_product(
    app: &App,
    actor: &Actor,
    id: ProductId,
    expected_version: Option<i32>,
    changes: ProductChanges,
) -> Result<Product> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, id).await?;
    if expected_version.is_some_and(|version| version != before.version) {
        let message = format!("the product is at version {}: read it again", before.version);
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    let texts_before = model::texts(&tx, id).await?;
    let mut checks = Checks::default();
    let texts = apply_texts(&mut checks, texts_before.clone(), &changes);
    let status = changes.status.unwrap_or(before.status);
    let mut after = publish(apply(&mut checks, before.clone(), changes), status, now);
    checks.finish()?;
    after.version = before.version.saturating_add(1);
    after.updated_at = now;
    if after.slug != before.slug {
        slug::leave_redirect(&tx, SlugKind::Product, &before.slug, id.uuid(), now).await?;
    }
    model::update(&tx, &after).await?;
    model::save_texts(&tx, &texts).await?;
    search::model::refresh(&tx, &[id.0]).await?;
    let (before, after_texts) = ((&before, &texts_before), (&after, &texts));
    Change::new("productUpdate", id, Some(&before), Some(&after_texts))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

/// What a bulk edit did to one product.
#[derive(Clone, Debug)]
pub struct BulkResult {
    /// The product asked for.
    pub id: ProductId,
    /// The changed product.
    pub product: Option<Product>,
    /// Why it was not changed.
    pub problems: Vec<Problem>,
}

/// Most products in one bulk edit.
pub const MAX_BULK: usize = 500;

/// Applies the same changes to many products, each in a transaction of its own: one that fails stops no other.
pub async fn bulk_update_products(
    app: &App,
    actor: &Actor,
    ids: Vec<ProductId>,
    changes: ProductChanges,
) -> Result<Vec<BulkResult>> {
    if ids.len() > MAX_BULK {
        return Err(Error::invalid("ids", format!("at most {MAX_BULK} products at once")));
    }
    let one_only = changes.slug.is_some() && ids.len() > 1;
    if one_only {
        return Err(Error::invalid("set.slug", "products cannot share a slug"));
    }
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let outcome = update_product(app, actor, id, None, changes.clone()).await;
        let (product, problems) = crate::kernel::payload::settle(outcome)?;
        results.push(BulkResult { id, product, problems });
    }
    Ok(results)
}

fn apply(checks: &mut Checks, mut row: Product, changes: ProductChanges) -> Product {
    if let Some(name) = changes.name {
        row.name = checks.text("name", &name, 1, 300);
    }
    if let Some(given) = changes.slug {
        row.slug = checks.parse("INVALID", "slug", slug::choose(Some(&given), &row.name, row.id.0)).unwrap_or_default();
    }
    row.category_id = changes.category_id.unwrap_or(row.category_id);
    row.brand_id = changes.brand_id.unwrap_or(row.brand_id);
    row.dietary = changes.dietary.unwrap_or(row.dietary);
    row.shelf_life_days = changes.shelf_life_days.unwrap_or(row.shelf_life_days);
    checks.ensure(
        row.shelf_life_days.is_none_or(|d| d > 0),
        "INVALID",
        "shelfLifeDays",
        "a shelf life is 1 day or more",
    );
    if let Some(hsn) = changes.hsn_code {
        let good = |code: &String| (2..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
        checks.ensure(hsn.as_ref().is_none_or(good), "INVALID", "hsnCode", "an HSN code has 2 to 8 digits");
        row.hsn_code = hsn;
    }
    if let Some(license) = changes.fssai_license {
        let good = |code: &String| code.len() == 14 && code.bytes().all(|b| b.is_ascii_digit());
        checks.ensure(license.as_ref().is_none_or(good), "INVALID", "fssaiLicense", "an FSSAI licence has 14 digits");
        row.fssai_license = license;
    }
    if let Some(country) = changes.country_of_origin {
        row.country_of_origin = country.map(|text| checks.text("countryOfOrigin", &text, 1, 80));
    }
    if let Some(tags) = changes.tags {
        checks.ensure(tags.len() <= 30, "INVALID", "tags", "at most 30 tags");
        row.tags = tags.iter().map(|tag| checks.text("tags", tag, 1, 60)).collect();
    }
    row
}

fn apply_texts(checks: &mut Checks, mut texts: ProductText, changes: &ProductChanges) -> ProductText {
    if let Some(text) = &changes.description {
        texts.description = checks.text("description", text, 0, 20_000);
    }
    if let Some(text) = &changes.ingredients {
        texts.ingredients = checks.text("ingredients", text, 0, 10_000);
    }
    if let Some(text) = &changes.seo_title {
        texts.seo_title = text.as_ref().map(|text| checks.text("seoTitle", text, 0, 120));
    }
    if let Some(text) = &changes.seo_description {
        texts.seo_description = text.as_ref().map(|text| checks.text("seoDescription", text, 0, 320));
    }
    texts
}
