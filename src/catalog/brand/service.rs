//! What the catalogue's staff do with brands.

use super::model::{self, Brand, BrandId};
use crate::{
    app::App,
    catalog::{category::model::ShelfStatus, search},
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        db::Conn,
        error::Result,
        id::EntityId,
        slug::{self, SlugKind},
    },
};

/// Changes to a brand, or a new one's fields; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct BrandChanges {
    /// Name.
    pub name: Option<String>,
    /// Slug; made from the name for a new brand when left out.
    pub slug: Option<String>,
    /// Text for its page.
    pub description: Option<String>,
    /// State.
    pub status: Option<ShelfStatus>,
}

/// Adds a brand.
pub async fn create_brand(app: &App, actor: &Actor, new: BrandChanges) -> Result<Brand> {
    let tx = app.db.begin().await?;
    let row = add_brand(app, &tx, actor, new).await?;
    tx.commit().await?;
    Ok(row)
}

/// The brand with this name, without regard to case; added in the running transaction where there is none.
pub async fn find_or_add(app: &App, conn: &Conn, actor: &Actor, name: &str) -> Result<BrandId> {
    match model::find_by_name(conn, name).await? {
        Some(row) => Ok(row.id),
        None => {
            Ok(add_brand(app, conn, actor, BrandChanges { name: Some(name.to_owned()), ..BrandChanges::default() })
                .await?
                .id)
        }
    }
}

async fn add_brand(app: &App, conn: &Conn, actor: &Actor, new: BrandChanges) -> Result<Brand> {
    let id = BrandId::new();
    let now = app.clock.now();
    let mut checks = Checks::default();
    let name = checks.text("name", &new.name.unwrap_or_default(), 1, 120);
    let description = checks.text("description", &new.description.unwrap_or_default(), 0, 10_000);
    let slug = checks.parse("INVALID", "slug", slug::choose(new.slug.as_deref(), &name, id.0));
    checks.finish()?;
    let row = Brand {
        id,
        name,
        slug: slug.unwrap_or_default(),
        description,
        logo_file_id: None,
        status: ShelfStatus::Active,
        created_at: now,
        updated_at: now,
    };
    model::insert(conn, &row).await?;
    Change::new("brandCreate", id, None, Some(&row))?.record(conn, &app.clock, actor).await?;
    Ok(row)
}

/// Changes a brand. A new slug leaves a redirect.
pub async fn update_brand(app: &App, actor: &Actor, id: BrandId, changes: BrandChanges) -> Result<Brand> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, id).await?;
    let mut after = Brand { updated_at: now, ..before.clone() };
    let mut checks = Checks::default();
    if let Some(name) = changes.name {
        after.name = checks.text("name", &name, 1, 120);
    }
    if let Some(given) = changes.slug {
        let slug = slug::choose(Some(&given), &after.name, id.0);
        after.slug = checks.parse("INVALID", "slug", slug).unwrap_or_default();
    }
    if let Some(description) = changes.description {
        after.description = checks.text("description", &description, 0, 10_000);
    }
    checks.finish()?;
    after.status = changes.status.unwrap_or(after.status);
    if after.slug != before.slug {
        slug::leave_redirect(&tx, SlugKind::Brand, &before.slug, id.uuid(), now).await?;
    }
    model::update(&tx, &after).await?;
    if after.name != before.name {
        search::model::refresh_later(app, &tx, &model::product_ids(&tx, id).await?).await?;
    }
    Change::new("brandUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}
