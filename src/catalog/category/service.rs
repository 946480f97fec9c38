//! What the catalogue's staff do with categories.

use super::model::{self, Category, CategoryId, ShelfStatus};
use crate::{
    app::App,
    catalog::search,
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

/// A new category.
#[derive(Clone, Debug)]
pub struct NewCategory {
    /// Shelf above; a root when left out.
    pub parent_id: Option<CategoryId>,
    /// Name.
    pub name: String,
    /// Slug; made from the name when left out.
    pub slug: Option<String>,
    /// Text for its page.
    pub description: String,
    /// Order among siblings.
    pub position: i32,
}

/// Changes to a category; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct CategoryChanges {
    /// Name.
    pub name: Option<String>,
    /// Slug.
    pub slug: Option<String>,
    /// Text for its page.
    pub description: Option<String>,
    /// Order among siblings.
    pub position: Option<i32>,
    /// State.
    pub status: Option<ShelfStatus>,
}

/// Adds a category.
pub async fn create_category(app: &App, actor: &Actor, new: NewCategory) -> Result<Category> {
    let id = CategoryId::new();
    let mut checks = Checks::default();
    let name = checks.text("name", &new.name, 1, 120);
    let description = checks.text("description", &new.description, 0, 10_000);
    let slug = checks.parse("INVALID", "slug", slug::choose(new.slug.as_deref(), &name, id.0));
    checks.finish()?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let mut path = above(&tx, new.parent_id).await?;
    path.push(id);
    if path.len() > 8 {
        return Err(too_deep());
    }
    let row = Category {
        id,
        parent_id: new.parent_id,
        path,
        name,
        slug: slug.unwrap_or_default(),
        description,
        position: new.position,
        status: ShelfStatus::Active,
        created_at: now,
        updated_at: now,
    };
    model::insert(&tx, &row).await?;
    Change::new("categoryCreate", id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// The path of the shelf above, locked against moves; empty for a root.
async fn above(conn: &Conn, parent: Option<CategoryId>) -> Result<Vec<CategoryId>> {
    let Some(parent) = parent else { return Ok(Vec::new()) };
    let locked = model::lock(conn, &[parent]).await.map_err(|error| match error {
        Error::NotFound(_) => Error::problem("NOT_FOUND", "parentId", "there is no such category"),
        other => other,
    })?;
    model::ensure_open(conn, parent, "parentId").await?;
    Ok(locked.into_iter().flat_map(|category| category.path).collect())
}

fn too_deep() -> Error {
    Error::problem("CATEGORY_TOO_DEEP", "parentId", "categories nest at most eight levels deep")
}

/// Changes a category. A new slug leaves a redirect; archiving needs it to be empty of active things.
pub async fn update_category(app: &App, actor: &Actor, id: CategoryId, changes: CategoryChanges) -> Result<Category> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, &[id]).await?.pop().ok_or(Error::NotFound("category"))?;
    let mut after = before.clone();
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
    after.position = changes.position.unwrap_or(after.position);
    after.status = changes.status.unwrap_or(after.status);
    after.updated_at = now;
    if after.status == ShelfStatus::Archived
        && before.status == ShelfStatus::Active
        && model::holds_active(&tx, id).await?
    {
        let message = "move or archive the active products and categories inside first";
        return Err(Error::problem("CATEGORY_NOT_EMPTY", "status", message));
    }
    if after.slug != before.slug {
        slug::leave_redirect(&tx, SlugKind::Category, &before.slug, id.uuid(), now).await?;
    }
    model::update(&tx, &after).await?;
    if after.name != before.name {
        search::model::refresh_later(app, &tx, &model::product_ids_within(&tx, id).await?).await?;
    }
    Change::new("categoryUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}

/// Moves a category with everything below it under another parent, or to the root.
pub async fn move_category(
    app: &App,
    actor: &Actor,
    id: CategoryId,
    parent: Option<CategoryId>,
    position: Option<i32>,
) -> Result<Category> {
    let tx = app.db.begin().await?;
    let ids: Vec<CategoryId> = std::iter::once(id).chain(parent).collect();
    let locked = model::lock(&tx, &ids).await?;
    let before = locked.first().cloned().ok_or(Error::NotFound("category"))?;
    let mut path = above(&tx, parent).await?;
    if path.contains(&id) {
        return Err(Error::problem("CATEGORY_CYCLE", "parentId", "a category cannot move below itself"));
    }
    path.push(id);
    model::rewrite_paths(&tx, &before, &path).await?;
    let after = Category {
        parent_id: parent,
        path,
        position: position.unwrap_or(before.position),
        updated_at: app.clock.now(),
        ..before.clone()
    };
    model::update(&tx, &after).await?;
    search::model::refresh_later(app, &tx, &model::product_ids_within(&tx, id).await?).await?;
    Change::new("categoryMove", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}
