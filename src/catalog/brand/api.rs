//! Brands in the schema.

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation, query};

use super::{
    model::{self, Brand, BrandId},
    service::{self, BrandChanges},
};
use crate::{
    catalog::{
        CatalogError,
        category::model::ShelfStatus,
        product::{api::ProductConnection, below::Parent, filter::ProductWhere, model::ProductOrder},
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

connection!(BrandConnection, BrandEdge, Brand);

#[edges]
impl Brand {
    /// The brand's products.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them", name = "where")] filter: Option<ProductWhere>,
        #[graphql(desc = "In which order; newest first when left out")] order_by: Option<ProductOrder>,
        page: PageArgs,
    ) -> Result<ProductConnection> {
        let filter = filter.unwrap_or_default();
        ProductConnection::below(ctx, Parent::Brand(self.id), filter, order_by.unwrap_or_default(), page).await
    }
}

/// Which brands a list shows.
#[derive(Debug, Default, InputObject)]
pub struct BrandWhere {
    /// Whose name begins so, without regard to case.
    name_starts_with: Option<String>,
}

/// Queries over brands.
#[derive(Default)]
pub struct BrandQuery;

#[query]
impl BrandQuery {
    /// A brand by its slug, present or former; null when there is none.
    #[access(Public)]
    async fn brand(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slug of its page")] slug: String,
    ) -> Result<Option<Brand>> {
        found(model::find_by_slug(&*ctx.app().db.read().await?, ctx.actor(), &slug).await)
    }

    /// Brands by name; shoppers see the active ones.
    #[access(Public)]
    async fn brands(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which brands", name = "where")] filter: Option<BrandWhere>,
        #[graphql(desc = "Names upwards or downwards", default)] direction: Direction,
        page: PageArgs,
    ) -> Result<BrandConnection> {
        let prefix = filter.unwrap_or_default().name_starts_with;
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let page = model::list(&conn, ctx.actor(), prefix.as_deref(), direction, &page, count).await?;
        Ok(BrandConnection(page))
    }
}

/// A new brand.
#[derive(InputObject)]
pub struct BrandCreateInput {
    /// Name, unique without regard to case; 1 to 120 characters.
    name: String,
    /// Slug; made from the name when left out.
    slug: Option<String>,
    /// Text for the brand's page.
    description: Option<String>,
}

/// Changes to a brand; what is left out stays.
#[derive(InputObject)]
pub struct BrandUpdateInput {
    /// The brand.
    id: BrandId,
    /// Name.
    name: Option<String>,
    /// Slug; the former one keeps leading to the page.
    slug: Option<String>,
    /// Text for the brand's page.
    description: Option<String>,
    /// Archive it or bring it back.
    status: Option<ShelfStatus>,
}

payload! { /// What brandCreate answers.
BrandCreatePayload { /// The new brand.
brand: Brand } CatalogError }

payload! { /// What brandUpdate answers.
BrandUpdatePayload { /// The changed brand.
brand: Brand } CatalogError }

/// Changes to brands.
#[derive(Default)]
pub struct BrandMutation;

#[mutation]
impl BrandMutation {
    /// Adds a brand.
    #[access(Can(Permission::CatalogWrite))]
    async fn brand_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new brand")] input: BrandCreateInput,
    ) -> Result<BrandCreatePayload> {
        let BrandCreateInput { name, slug, description } = input;
        let new = BrandChanges { name: Some(name), slug, description, status: None };
        BrandCreatePayload::from(service::create_brand(ctx.app(), ctx.actor(), new).await)
    }

    /// Changes a brand's name, slug, text or state.
    #[access(Can(Permission::CatalogWrite))]
    async fn brand_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: BrandUpdateInput,
    ) -> Result<BrandUpdatePayload> {
        let BrandUpdateInput { id, name, slug, description, status } = input;
        let changes = BrandChanges { name, slug, description, status };
        BrandUpdatePayload::from(service::update_brand(ctx.app(), ctx.actor(), id, changes).await)
    }
}
