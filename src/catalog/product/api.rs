//! Products in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Json, MaybeUndefined};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    along::Along,
    below::{Listing, Parent, ProductsBelow},
    bulk,
    filter::ProductWhere,
    model::{self, Dietary, Product, ProductId, ProductOrder, ProductStatus, ProductText, TextOf},
    service::{self, ProductChanges},
};
use crate::{
    catalog::{
        CatalogError,
        brand::model::{Brand, BrandCard, BrandId},
        category::model::{Category, CategoryCard, CategoryId, ShelfStatus},
        media::model::{MediaOf, ProductMedia},
        shelf::model::{Shelf, ShelfOf},
        tax::model::{GstRate, HsnCode, HsnKey, RateKey},
        variant::{
            api::ProductVariantInput,
            model::{self as variant, Variant, VariantsOf},
        },
    },
    connection,
    context::Ctx,
    kernel::{
        access::Permission,
        date::Date,
        error::{Error, Result, found},
        money::Money,
        page::PageArgs,
        sql::Sql,
    },
    payload,
};

connection!(ProductConnection, ProductEdge, Product);

impl ProductConnection {
    /// A page of products, with what the client selected below each fetched along.
    pub async fn fetch(ctx: &Context<'_>, filter: &ProductWhere, order: ProductOrder, args: &PageArgs) -> Result<Self> {
        let conn = ctx.app().db.read().await?;
        let along = Along::of(&ctx.selected(&["nodes", "edges.node"]));
        let counted = (ctx.wants("totalCount"), ctx.app().clock.now());
        let page = model::list(&conn, ctx.actor(), filter, (order, along), args, counted).await?;
        drop(conn);
        Ok(Self(page.map_all(|rows| along.settle(ctx.loaders(), rows))))
    }

    /// The same below a category or a brand, fetched together with the lists below its neighbours.
    pub async fn below(
        ctx: &Context<'_>,
        parent: Parent,
        filter: ProductWhere,
        order: ProductOrder,
        args: PageArgs,
    ) -> Result<Self> {
        let along = Along::of(&ctx.selected(&["nodes", "edges.node"]));
        let listing = Listing { filter, order, args, along, count: ctx.wants("totalCount") };
        let page = ctx.load(ProductsBelow(parent, listing, ctx.app().clock.now())).await?.unwrap_or_default();
        Ok(Self(page.map_all(|rows| along.settle(ctx.loaders(), rows))))
    }
}

/// Lowest and highest price among a product's pack sizes.
#[derive(Clone, Copy, Debug, PlainObject)]
pub struct PriceRange {
    /// Lowest maximum retail price.
    pub from: Money,
    /// Highest maximum retail price.
    pub to: Money,
}

#[edges]
impl Product {
    /// The shelf it stands on; null only in drafts.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Arc<Category>>> {
        match self.category_id {
            Some(id) => ctx.load_for::<CategoryCard, _>(id).await,
            None => Ok(None),
        }
    }

    /// Its maker's mark; null for loose goods.
    async fn brand(&self, ctx: &Context<'_>) -> Result<Option<Arc<Brand>>> {
        match self.brand_id {
            Some(id) => ctx.load_for::<BrandCard, _>(id).await,
            None => Ok(None),
        }
    }

    /// Lowest and highest maximum retail price, all taxes included; null while no variant has one.
    fn price(&self) -> Option<PriceRange> {
        let (from, to) = (self.price_from_minor?, self.price_to_minor?);
        Some(PriceRange { from: from.into(), to: to.into() })
    }

    /// Price of the cheapest offer of any of its pack sizes that can be bought now, all taxes included; null while none
    /// can.
    async fn offer_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(shelf(ctx, self.id).await?.map(|shelf| shelf.price_minor.into()))
    }

    /// Number of sellers with an offer that can be bought now.
    async fn seller_count(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(shelf(ctx, self.id).await?.map_or(0, |shelf| shelf.seller_count))
    }

    /// Whether one of these sellers has some where it can be sent from.
    async fn in_stock(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(shelf(ctx, self.id).await?.is_some_and(|shelf| shelf.in_stock))
    }

    /// Pack sizes in their order; archived ones only for staff.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<Variant>> {
        let all = ctx.load(VariantsOf(self.id)).await?.unwrap_or_default();
        let staff = ctx.actor().can(Permission::CatalogRead);
        Ok(all.iter().filter(|v| staff || v.status == ShelfStatus::Active).cloned().collect())
    }

    /// Pictures in their order.
    async fn media(&self, ctx: &Context<'_>) -> Result<Arc<Vec<ProductMedia>>> {
        Ok(ctx.load(MediaOf(self.id)).await?.unwrap_or_default())
    }

    /// Text for the product's page; may be empty.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(texts(ctx, self.id).await?.description.clone())
    }

    /// Ingredients as printed on the pack; may be empty.
    async fn ingredients(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(texts(ctx, self.id).await?.ingredients.clone())
    }

    /// Nutrients per 100 g or 100 ml, name to amount with unit.
    async fn nutrition(&self, ctx: &Context<'_>) -> Result<Json<serde_json::Value>> {
        Ok(Json(texts(ctx, self.id).await?.nutrition.clone()))
    }

    /// Title for search engines; the name where none is set.
    async fn seo_title(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(texts(ctx, self.id).await?.seo_title.clone().unwrap_or_else(|| self.name.clone()))
    }

    /// Description for search engines; null where none is set.
    async fn seo_description(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(texts(ctx, self.id).await?.seo_description.clone())
    }

    /// What the HSN code covers.
    async fn hsn(&self, ctx: &Context<'_>) -> Result<Option<HsnCode>> {
        match &self.hsn_code {
            Some(code) => ctx.load(HsnKey(code.clone())).await,
            None => Ok(None),
        }
    }

    /// The GST rate on a date of supply: the product's own, else the one of its HSN code; null when none is known.
    async fn gst_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Date of supply; today in India when left out")] on: Option<Date>,
    ) -> Result<Option<GstRate>> {
        let on = on.map_or_else(|| ctx.app().clock.today(), |date| date.0);
        ctx.load(RateKey { product: Some(self.id), hsn: self.hsn_code.clone(), on }).await
    }
}

async fn texts(ctx: &Context<'_>, id: ProductId) -> Result<Arc<ProductText>> {
    Ok(ctx.load(TextOf(id)).await?.unwrap_or_else(|| Arc::new(ProductText::empty(id))))
}

async fn shelf(ctx: &Context<'_>, product: ProductId) -> Result<Option<Shelf>> {
    ctx.load(ShelfOf { product, at: ctx.app().clock.now() }).await
}

/// Queries over products.
#[derive(Default)]
pub struct ProductQuery;

#[query]
impl ProductQuery {
    /// A product by its slug, present or former (then its `slug` differs from the one asked for); null when there is
    /// none.
    #[access(Public)]
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The slug of its page")] slug: String,
    ) -> Result<Option<Product>> {
        let conn = ctx.app().db.read().await?;
        let along = Along::of(&ctx.selected(&[""]));
        let row = found(model::find_by_slug(&conn, ctx.actor(), &slug, along).await)?;
        drop(conn);
        Ok(along.settle(ctx.loaders(), Vec::from_iter(row)).pop())
    }

    /// Products; shoppers see the active ones.
    #[access(Public)]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which products", name = "where")] filter: Option<ProductWhere>,
        #[graphql(desc = "In which order; newest first when left out")] order_by: Option<ProductOrder>,
        page: PageArgs,
    ) -> Result<ProductConnection> {
        ProductConnection::fetch(ctx, &filter.unwrap_or_default(), order_by.unwrap_or_default(), &page).await
    }

    /// A variant by its SKU or barcode; null when there is none.
    #[access(Public)]
    async fn product_variant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Stock keeping unit; or give `barcode`")] sku: Option<String>,
        #[graphql(desc = "GTIN; or give `sku`")] barcode: Option<String>,
    ) -> Result<Option<Variant>> {
        let which = match (sku, barcode) {
            (Some(sku), None) => Sql::new("product_variants.sku = ").bind(sku),
            (None, Some(barcode)) => Sql::new("product_variants.barcode = ").bind(barcode),
            _ => return Err(Error::BadInput("give `sku` or `barcode`".to_owned())),
        };
        found(variant::find_by(&*ctx.app().db.read().await?, ctx.actor(), which).await)
    }
}

/// A product's fields. What is left out stays as it is, or empty in a new product; null empties.
#[derive(Default, InputObject)]
pub struct ProductFieldsInput {
    /// Name, 1 to 300 characters; required for a new product.
    name: Option<String>,
    /// Slug; made from the name for a new product. A former slug keeps leading to the page.
    slug: Option<String>,
    /// Shelf.
    category_id: MaybeUndefined<CategoryId>,
    /// Maker's mark.
    brand_id: MaybeUndefined<BrandId>,
    /// Where it stands; a new product is a draft when left out.
    status: Option<ProductStatus>,
    /// HSN code, 2 to 8 digits.
    hsn_code: MaybeUndefined<String>,
    /// Dietary mark.
    dietary: MaybeUndefined<Dietary>,
    /// FSSAI licence number, 14 digits.
    fssai_license: MaybeUndefined<String>,
    /// Country where it was made or grown.
    country_of_origin: MaybeUndefined<String>,
    /// Days that it keeps from packing.
    shelf_life_days: MaybeUndefined<i32>,
    /// Words that help to find it, at most 30.
    tags: Option<Vec<String>>,
    /// Text for its page, at most 20,000 characters.
    description: Option<String>,
    /// Ingredients as printed on the pack.
    ingredients: Option<String>,
    /// Title for search engines.
    seo_title: MaybeUndefined<String>,
    /// Description for search engines.
    seo_description: MaybeUndefined<String>,
}

fn change<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

impl From<ProductFieldsInput> for ProductChanges {
    fn from(input: ProductFieldsInput) -> Self {
        Self {
            name: input.name,
            slug: input.slug,
            category_id: change(input.category_id),
            brand_id: change(input.brand_id),
            status: input.status,
            hsn_code: change(input.hsn_code),
            dietary: change(input.dietary),
            fssai_license: change(input.fssai_license),
            country_of_origin: change(input.country_of_origin),
            shelf_life_days: change(input.shelf_life_days),
            tags: input.tags,
            description: input.description,
            ingredients: input.ingredients,
            seo_title: change(input.seo_title),
            seo_description: change(input.seo_description),
        }
    }
}

/// A new product.
#[derive(InputObject)]
pub struct ProductCreateInput {
    /// Its fields.
    product: ProductFieldsInput,
    /// Its pack sizes, at most 100.
    #[graphql(default)]
    variants: Vec<ProductVariantInput>,
}

/// Changes to a product.
#[derive(InputObject)]
pub struct ProductUpdateInput {
    /// The product.
    id: ProductId,
    /// The `version` that the client read; the change is refused when the product has moved on.
    expected_version: Option<i32>,
    /// What changes.
    set: ProductFieldsInput,
}

/// Names the product to archive.
#[derive(InputObject)]
pub struct ProductArchiveInput {
    /// The product.
    id: ProductId,
}

/// The same changes to many products.
#[derive(InputObject)]
pub struct ProductBulkUpdateInput {
    /// The products, at most 500.
    ids: Vec<ProductId>,
    /// What changes in each.
    set: ProductFieldsInput,
}

/// What a bulk edit did to one product.
#[derive(PlainObject)]
pub struct ProductBulkResult {
    /// The product asked for.
    id: ProductId,
    /// The changed product; null when it was refused.
    product: Option<Product>,
    /// Why it was refused; empty on success.
    errors: Vec<CatalogError>,
}

payload! { /// What productCreate answers.
ProductCreatePayload { /// The new product.
product: Product } CatalogError }

payload! { /// What productUpdate answers.
ProductUpdatePayload { /// The changed product.
product: Product } CatalogError }

payload! { /// What productArchive answers.
ProductArchivePayload { /// The archived product.
product: Product } CatalogError }

payload! { /// What productBulkUpdate answers.
ProductBulkUpdatePayload { /// One result per product asked for, in their order.
results: Vec<ProductBulkResult> } CatalogError }

/// Changes to products.
#[derive(Default)]
pub struct ProductMutation;

#[mutation]
impl ProductMutation {
    /// Adds a product with its first pack sizes.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new product")] input: ProductCreateInput,
    ) -> Result<ProductCreatePayload> {
        let outcome = async {
            if input.variants.len() > 100 {
                return Err(Error::invalid("variants", "at most 100 variants at once"));
            }
            let variants = input.variants.into_iter().enumerate();
            let variants = variants.map(|(at, v)| v.read(&format!("variants.{at}."))).collect::<Result<_>>()?;
            service::create_product(ctx.app(), ctx.actor(), input.product.into(), variants).await
        };
        ProductCreatePayload::from(outcome.await)
    }

    /// Changes a product.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: ProductUpdateInput,
    ) -> Result<ProductUpdatePayload> {
        let ProductUpdateInput { id, expected_version, set } = input;
        let outcome = service::update_product(ctx.app(), ctx.actor(), id, expected_version, set.into()).await;
        ProductUpdatePayload::from(outcome)
    }

    /// Takes a product out of the shop for good; it stays readable for the record. `productUpdate` brings it back.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product")] input: ProductArchiveInput,
    ) -> Result<ProductArchivePayload> {
        let changes = ProductChanges { status: Some(ProductStatus::Archived), ..ProductChanges::default() };
        ProductArchivePayload::from(service::update_product(ctx.app(), ctx.actor(), input.id, None, changes).await)
    }

    /// Applies the same changes to many products; each succeeds or fails for itself.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The products and the changes")] input: ProductBulkUpdateInput,
    ) -> Result<ProductBulkUpdatePayload> {
        let results = bulk::bulk_update_products(ctx.app(), ctx.actor(), input.ids, input.set.into()).await;
        ProductBulkUpdatePayload::from(results.map(|results| {
            let result = |r: bulk::BulkResult| {
                let errors = r.problems.into_iter().map(Into::into).collect();
                ProductBulkResult { id: r.id, product: r.product, errors }
            };
            results.into_iter().map(result).collect()
        }))
    }
}
