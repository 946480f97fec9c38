//! Category rows and every query over them.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    id,
    kernel::{
        access::{Actor, Permission},
        card::Card,
        db::Conn,
        error::{Error, OnConstraint, Result},
        page::{self, Direction, Order, Page, PageArgs},
        slug::{self, SlugKind},
        sql::{Select, Sql},
    },
    load_by_id, load_children,
    schema::categories,
    text_enum,
};

id! {
    /// Identifies a category.
    CategoryId, "cat", "Category"
}

text_enum! {
    /// Whether shoppers see it.
    pub enum ShelfStatus {
        /// Shown.
        Active = "active",
        /// Taken off the storefront, kept for the record.
        Archived = "archived",
    }
}

/// A shelf of the shop; shelves nest.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = categories, treat_none_as_null = true)]
#[graphql(complex)]
pub struct Category {
    /// Global ID.
    pub id: CategoryId,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub parent_id: Option<CategoryId>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub path: Vec<CategoryId>,
    /// Name, unique among its siblings.
    pub name: String,
    /// Part of the storefront's address; a former slug still leads here.
    pub slug: String,
    /// Text for the category's page; may be empty.
    pub description: String,
    /// Order among siblings, smallest first.
    pub position: i32,
    /// Whether shoppers see it.
    pub status: ShelfStatus,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

load_by_id!(CategoryId => Category, categories);

/// What lists of products show of a category.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = categories)]
#[expect(missing_docs, reason = "see Category")]
pub struct CategoryCard {
    pub id: CategoryId,
    pub name: String,
    pub slug: String,
}

impl Card for CategoryCard {
    type Of = Category;
    const FIELDS: &'static [&'static str] = &["id", "name", "slug"];
}

impl From<CategoryCard> for Category {
    fn from(CategoryCard { id, name, slug }: CategoryCard) -> Self {
        Self {
            id,
            parent_id: None,
            path: Vec::new(),
            name,
            slug,
            description: String::new(),
            position: 0,
            status: ShelfStatus::Active,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }
}

load_children! {
    /// The shelves directly below.
    pub ChildrenOf(Option<CategoryId>) => Category, categories.parent_id, by (position, name, id)
}

/// Which field sorts a list of categories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum CategoryOrderField {
    /// Order among siblings.
    #[default]
    Position,
    /// Name.
    Name,
}

/// Shoppers see active shelves; staff of the catalogue see all.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.can(Permission::CatalogRead) { Sql::new("TRUE") } else { Sql::new("status = 'active'") }
}

/// Which categories a list shows.
#[derive(Clone, Debug, Default)]
pub struct CategoryFilter {
    /// Directly below this one; `Some(None)` for the roots.
    pub parent: Option<Option<CategoryId>>,
    /// Anywhere below this one, itself included.
    pub within: Option<CategoryId>,
    /// In this state.
    pub status: Option<ShelfStatus>,
}

/// A page of categories.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &CategoryFilter,
    (field, direction): (CategoryOrderField, Direction),
    args: &PageArgs,
    count: bool,
) -> Result<Page<Category>> {
    let mut all = vec![visible_to(actor)];
    match filter.parent {
        Some(Some(parent)) => all.push(Sql::new("parent_id = ").bind(parent)),
        Some(None) => all.push(Sql::new("parent_id IS NULL")),
        None => {}
    }
    if let Some(root) = filter.within {
        all.push(Sql::new("path @> ARRAY[").bind(root).sql("]"));
    }
    if let Some(status) = filter.status {
        all.push(Sql::new("status = ").bind(status.as_str()));
    }
    let (column, cast) = match field {
        CategoryOrderField::Position => ("position", "::int"),
        CategoryOrderField::Name => ("name", ""),
    };
    let key = |row: &Category| match field {
        CategoryOrderField::Position => (row.position.to_string(), row.id.0),
        CategoryOrderField::Name => (row.name.clone(), row.id.0),
    };
    let order = Order { column, cast, id: "id", direction };
    page::fetch(conn, "categories", Sql::all_of(all, " AND "), order, args, count, key).await
}

/// A visible category, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: CategoryId) -> Result<Category> {
    let rest = Sql::new("FROM categories WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<Category>::new(rest).row(conn).await?.ok_or(Error::NotFound("category"))
}

/// The visible category behind a slug, present or former.
pub async fn find_by_slug(conn: &Conn, actor: &Actor, slug: &str) -> Result<Category> {
    let rest = Sql::new("FROM categories WHERE slug = ").bind(slug).sql(" AND ").join(visible_to(actor));
    if let Some(found) = Select::<Category>::new(rest).row(conn).await? {
        return Ok(found);
    }
    match slug::follow_redirect(conn, SlugKind::Category, slug).await? {
        Some(id) => find(conn, actor, CategoryId(id)).await,
        None => Err(Error::NotFound("category")),
    }
}

/// Locks categories in ID order and answers them in the order asked for.
pub async fn lock(mut conn: &Conn, ids: &[CategoryId]) -> Result<Vec<Category>> {
    let rows: Vec<Category> = categories::table
        .filter(categories::id.eq_any(ids))
        .order(categories::id)
        .for_update()
        .select(Category::as_select())
        .load(&mut conn)
        .await?;
    ids.iter().map(|id| rows.iter().find(|row| row.id == *id).cloned().ok_or(Error::NotFound("category"))).collect()
}

/// Adds a category.
pub async fn insert(mut conn: &Conn, row: &Category) -> Result<()> {
    taken(diesel::insert_into(categories::table).values(row).execute(&mut conn).await)?;
    Ok(())
}

/// INVALID at `field` when the category is archived: nothing new goes onto a closed shelf. The lock keeps it from being
/// closed until the end of the transaction; a missing category is the foreign key's business.
pub async fn ensure_open(mut conn: &Conn, id: CategoryId, field: &'static str) -> Result<()> {
    let row = categories::table.find(id).for_share().select(categories::status);
    let status: Option<ShelfStatus> = row.first(&mut conn).await.optional()?;
    match status {
        Some(ShelfStatus::Archived) => Err(Error::invalid(field, "the category is archived")),
        _ => Ok(()),
    }
}

/// Stores a changed category.
pub async fn update(mut conn: &Conn, row: &Category) -> Result<()> {
    taken(diesel::update(categories::table.find(row.id)).set(row).execute(&mut conn).await)?;
    Ok(())
}

fn taken(outcome: QueryResult<usize>) -> Result<usize> {
    outcome
        .on_constraint("categories_slug_key", || Error::problem("SLUG_TAKEN", "slug", "another category has this slug"))
        .on_constraint("categories_sibling_name_key", || {
            Error::problem("NAME_TAKEN", "name", "a category beside it has this name")
        })
}

/// Gives a branch its new ancestors: `branch` moves with everything below it to `new_path`.
pub async fn rewrite_paths(mut conn: &Conn, branch: &Category, new_path: &[CategoryId]) -> Result<()> {
    let depth = i32::try_from(branch.path.len()).unwrap_or(i32::MAX);
    let new_path: Vec<uuid::Uuid> = new_path.iter().map(|id| id.0).collect();
    Sql::new("UPDATE categories SET path = ")
        .bind(new_path)
        .sql(" || path[(")
        .bind(depth)
        .sql(" + 1):] WHERE path @> ARRAY[")
        .bind(branch.id)
        .sql("]")
        .execute(&mut conn)
        .await
        .on_constraint("categories_path_check", || {
            Error::problem("CATEGORY_TOO_DEEP", "parentId", "categories nest at most eight levels deep")
        })?;
    Ok(())
}

/// Products whose search rows must follow a change of this branch.
pub async fn product_ids_within(conn: &Conn, id: CategoryId) -> Result<Vec<uuid::Uuid>> {
    Sql::new("SELECT p.id FROM products p JOIN categories c ON c.id = p.category_id WHERE c.path @> ARRAY[")
        .bind(id)
        .sql("]")
        .ids(conn)
        .await
}

/// Whether an active product or category is directly inside.
pub async fn holds_active(conn: &Conn, id: CategoryId) -> Result<bool> {
    Sql::new("FROM categories WHERE parent_id = ")
        .bind(id)
        .sql(" AND status = 'active' UNION ALL SELECT FROM products WHERE category_id = ")
        .bind(id)
        .sql(" AND status = 'active'")
        .exists(conn)
        .await
}
