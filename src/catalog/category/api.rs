//! Categories in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, Category, CategoryFilter, CategoryId, CategoryOrderField, ChildrenOf, ShelfStatus},
    service::{self, CategoryChanges, NewCategory},
};
use crate::{
    catalog::{
        CatalogError,
        product::{api::ProductConnection, below::Parent, filter::ProductWhere, model as product},
    },
    connection,
    context::Ctx,
    kernel::{
        access::Permission,
        error::{Result, found},
        page::{Direction, PageArgs},
    },
    payload,
};

connection!(CategoryConnection, CategoryEdge, Category);

#[edges]
impl Category {
    /// The shelf above; null for a root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Arc<Category>>> {
        match self.parent_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The shelves directly below, in their order; archived ones only for staff.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let all = ctx.load(ChildrenOf(Some(self.id))).await?.unwrap_or_default();
        let staff = ctx.actor().can(Permission::CatalogRead);
        Ok(all.iter().filter(|c| staff || c.status == ShelfStatus::Active).cloned().collect())
    }

    /// The way from the root to this category, both included.
    async fn breadcrumbs(&self, ctx: &Context<'_>) -> Result<Vec<Arc<Category>>> {
        let loads = self.path.iter().map(|id| ctx.load(*id));
        let found = futures_util::future::try_join_all(loads).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The products on this shelf and all below it.
    #[graphql(complexity = 5)]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them", name = "where")] filter: Option<ProductWhere>,
        #[graphql(desc = "In which order; newest first when left out")] order_by: Option<product::ProductOrder>,
        page: PageArgs,
    ) -> Result<ProductConnection> {
        let filter = filter.unwrap_or_default();
        ProductConnection::below(ctx, Parent::Category(self.id), filter, order_by.unwrap_or_default(), page).await
    }
}

/// Which categories a list shows.
#[derive(Debug, Default, InputObject)]
pub struct CategoryWhere {
    /// Only those without a parent (true).
    roots: Option<bool>,
    /// Directly below this one.
    parent_id: Option<CategoryId>,
    /// Anywhere below this one, itself included.
    within: Option<CategoryId>,
    /// In this state.
    status: Option<ShelfStatus>,
}

impl From<CategoryWhere> for CategoryFilter {
    fn from(filter: CategoryWhere) -> Self {
        let roots = (filter.roots == Some(true)).then_some(None);
        Self { parent: filter.parent_id.map(Some).or(roots), within: filter.within, status: filter.status }
    }
}

/// How a list of categories is sorted.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct CategoryOrder {
    /// By which field.
    #[graphql(default)]
    field: CategoryOrderField,
    /// Which way.
    #[graphql(default)]
    direction: Direction,
}

/// Queries over categories.
#[derive(Default)]
pub struct CategoryQuery;

#[query]
impl CategoryQuery {
    /// A category by its slug, present or former (then its `slug` differs from the one asked for); null when there is
    /// none.
    #[access(Public)]
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slug of its page")] slug: String,
    ) -> Result<Option<Category>> {
        found(model::find_by_slug(&*ctx.app().db.read().await?, ctx.actor(), &slug).await)
    }

    /// Categories; shoppers see the active ones.
    #[access(Public)]
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which categories", name = "where")] filter: Option<CategoryWhere>,
        #[graphql(desc = "In which order")] order_by: Option<CategoryOrder>,
        page: PageArgs,
    ) -> Result<CategoryConnection> {
        let filter = filter.unwrap_or_default().into();
        let order = order_by.unwrap_or_default();
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let order = (order.field, order.direction);
        Ok(CategoryConnection(model::list(&conn, ctx.actor(), &filter, order, &page, count).await?))
    }
}

/// A new category.
#[derive(InputObject)]
pub struct CategoryCreateInput {
    /// The shelf above; a root when left out.
    parent_id: Option<CategoryId>,
    /// Name, unique among its siblings; 1 to 120 characters.
    name: String,
    /// Slug; made from the name when left out.
    slug: Option<String>,
    /// Text for the category's page.
    #[graphql(default)]
    description: String,
    /// Order among siblings, smallest first.
    #[graphql(default)]
    position: i32,
}

/// Changes to a category; what is left out stays.
#[derive(InputObject)]
pub struct CategoryUpdateInput {
    /// The category.
    id: CategoryId,
    /// Name, unique among its siblings.
    name: Option<String>,
    /// Slug; the former one keeps leading to the page.
    slug: Option<String>,
    /// Text for the category's page.
    description: Option<String>,
    /// Order among siblings.
    position: Option<i32>,
    /// Archive it or bring it back.
    status: Option<ShelfStatus>,
}

/// A category's new place.
#[derive(InputObject)]
pub struct CategoryMoveInput {
    /// The category, which moves with everything below it.
    id: CategoryId,
    /// The shelf above; to the root when null.
    parent_id: Option<CategoryId>,
    /// Order among its new siblings; unchanged when left out.
    position: Option<i32>,
}

payload! { /// What categoryCreate answers.
CategoryCreatePayload { /// The new category.
category: Category } CatalogError }

payload! { /// What categoryUpdate answers.
CategoryUpdatePayload { /// The changed category.
category: Category } CatalogError }

payload! { /// What categoryMove answers.
CategoryMovePayload { /// The moved category.
category: Category } CatalogError }

/// Changes to categories.
#[derive(Default)]
pub struct CategoryMutation;

#[mutation]
impl CategoryMutation {
    /// Adds a category.
    #[access(Can(Permission::CatalogWrite))]
    async fn category_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new category")] input: CategoryCreateInput,
    ) -> Result<CategoryCreatePayload> {
        let CategoryCreateInput { parent_id, name, slug, description, position } = input;
        let new = NewCategory { parent_id, name, slug, description, position };
        CategoryCreatePayload::from(service::create_category(ctx.app(), ctx.actor(), new).await)
    }

    /// Changes a category's name, slug, text, order or state.
    #[access(Can(Permission::CatalogWrite))]
    async fn category_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: CategoryUpdateInput,
    ) -> Result<CategoryUpdatePayload> {
        let CategoryUpdateInput { id, name, slug, description, position, status } = input;
        let changes = CategoryChanges { name, slug, description, position, status };
        CategoryUpdatePayload::from(service::update_category(ctx.app(), ctx.actor(), id, changes).await)
    }

    /// Moves a category with everything below it.
    #[access(Can(Permission::CatalogWrite))]
    async fn category_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new place")] input: CategoryMoveInput,
    ) -> Result<CategoryMovePayload> {
        let CategoryMoveInput { id, parent_id, position } = input;
        CategoryMovePayload::from(service::move_category(ctx.app(), ctx.actor(), id, parent_id, position).await)
    }
}
