//! What the catalogue's staff do with products.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::model::{self, Dietary, Product, ProductId, ProductStatus, ProductText};
use crate::{
    app::App,
    catalog::{
        brand::model::BrandId,
        category::{self, model::CategoryId},
        search,
        variant::{self, model::Variant, service::NewVariant},
    },
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        db::Conn,
        error::{Error, Result},
        id::EntityId,
        slug::{self, SlugKind},
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

/// A new product that was checked and is not stored yet.
#[derive(Clone, Debug)]
pub struct NewProduct {
    /// The product, a draft.
    pub product: Product,
    /// Its long texts.
    pub texts: ProductText,
    /// Its first variants.
    pub variants: Vec<Variant>,
    /// Where it shall stand.
    pub status: ProductStatus,
}

/// Adds a product with its first variants.
pub async fn create_product(
    app: &App,
    actor: &Actor,
    fields: ProductChanges,
    variants: Vec<NewVariant>,
) -> Result<Product> {
    let new = build_product(fields, variants, app.clock.now())?;
    let tx = app.db.begin().await?;
    let row = add_product(app, &tx, actor, new).await?;
    tx.commit().await?;
    Ok(row)
}

/// Checks a new product and its first variants, and makes their rows. Pure.
pub fn build_product(fields: ProductChanges, variants: Vec<NewVariant>, now: DateTime<Utc>) -> Result<NewProduct> {
    let fields = ProductChanges { name: Some(fields.name.unwrap_or_default()), ..fields };
    let id = ProductId::new();
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
    Ok(NewProduct { product: row, texts, variants: rows, status: wanted })
}

/// Stores a new product in the running transaction.
pub async fn add_product(app: &App, conn: &Conn, actor: &Actor, new: NewProduct) -> Result<Product> {
    let NewProduct { product, texts, variants, status } = new;
    let (id, now) = (product.id, app.clock.now());
    ensure_open(conn, product.category_id).await?;
    model::insert(conn, &product).await?;
    model::save_texts(conn, &texts).await?;
    variant::model::insert(conn, &variants).await?;
    variant::service::settle(conn, id, now).await?;
    let mut row = model::lock(conn, id).await?;
    if status != ProductStatus::Draft {
        row = publish(row, status, now);
        model::update(conn, &row).await?;
        search::model::refresh(conn, &[id.0]).await?;
    }
    Change::new("productCreate", id, None, Some(&row))?.record(conn, &app.clock, actor).await?;
    Ok(row)
}

fn blank(id: ProductId, now: DateTime<Utc>) -> Product {
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

fn publish(mut row: Product, status: ProductStatus, now: DateTime<Utc>) -> Product {
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
    ensure_open(&tx, changes.category_id.flatten()).await?;
    let texts = model::texts(&tx, id).await?;
    let edit = Edit::of(Whole { product: before, texts }, changes, now)?;
    if edit.after.product.slug != edit.before.product.slug {
        slug::leave_redirect(&tx, SlugKind::Product, &edit.before.product.slug, id.uuid(), now).await?;
    }
    model::update(&tx, &edit.after.product).await?;
    model::save_texts(&tx, &edit.after.texts).await?;
    search::model::refresh(&tx, &[id.0]).await?;
    edit.change("productUpdate")?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(edit.after.product)
}

/// Nothing is put onto a closed shelf; what stands there may stay.
pub(super) async fn ensure_open(conn: &Conn, category: Option<CategoryId>) -> Result<()> {
    match category {
        Some(category) => category::model::ensure_open(conn, category, "categoryId").await,
        None => Ok(()),
    }
}

/// A product with its long texts, as the audit log shows it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) product: Product,
    #[serde(flatten)]
    pub(super) texts: ProductText,
}

/// A product before and after the changes.
pub(super) struct Edit {
    pub(super) before: Whole,
    pub(super) after: Whole,
}

impl Edit {
    /// The next version; problems with the changes, or with what they would leave in the shop.
    pub(super) fn of(before: Whole, changes: ProductChanges, now: DateTime<Utc>) -> Result<Self> {
        let mut checks = Checks::default();
        let texts = apply_texts(&mut checks, before.texts.clone(), &changes);
        let status = changes.status.unwrap_or(before.product.status);
        let mut product = publish(apply(&mut checks, before.product.clone(), changes), status, now);
        checks.finish()?;
        if product.status == ProductStatus::Active && !product.is_complete() {
            return Err(model::incomplete());
        }
        product.version = before.product.version.saturating_add(1);
        product.updated_at = now;
        Ok(Self { before, after: Whole { product, texts } })
    }

    pub(super) fn change(&self, action: &'static str) -> Result<Change<'static, ProductId>> {
        Change::new(action, self.before.product.id, Some(&self.before), Some(&self.after))
    }
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
