//! Pictures in the schema.

use std::time::Duration;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{edges, mutation};

use super::{
    model::{MediaId, ProductMedia},
    service,
};
use crate::{
    catalog::{
        CatalogError,
        product::model::{Product, ProductId},
    },
    context::Ctx,
    kernel::{access::Permission, error::Result},
    payload,
    work::file::model::{FileId, NamedFile},
};

/// Life of a link to a picture.
const LINK_VALID: Duration = Duration::from_secs(300);

#[edges]
impl ProductMedia {
    /// Address of an uploaded picture for the next five minutes; null where `url` has one.
    async fn file_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some(file) = self.file_id else { return Ok(None) };
        let Some(row) = ctx.load(NamedFile(FileId(file))).await? else { return Ok(None) };
        let link = ctx.app().storage.download_link(file, &row.name, &row.content_type, LINK_VALID).await?;
        Ok(Some(link.url))
    }
}

/// A new picture.
#[derive(InputObject)]
pub struct ProductMediaAddInput {
    /// The product.
    product_id: ProductId,
    /// Address of the picture, https or http.
    url: String,
    /// What it shows, for those who cannot see it.
    #[graphql(default)]
    alt: String,
}

/// Names the picture to take away.
#[derive(InputObject)]
pub struct ProductMediaRemoveInput {
    /// The picture.
    id: MediaId,
}

/// A product's pictures in their new order.
#[derive(InputObject)]
pub struct ProductMediaReorderInput {
    /// The product.
    product_id: ProductId,
    /// Every one of its pictures, once.
    media_ids: Vec<MediaId>,
}

payload! { /// What productMediaAdd answers.
ProductMediaAddPayload { /// The product with its new picture.
product: Product } CatalogError }

payload! { /// What productMediaRemove answers.
ProductMediaRemovePayload { /// The product without the picture.
product: Product } CatalogError }

payload! { /// What productMediaReorder answers.
ProductMediaReorderPayload { /// The product with its pictures in order.
product: Product } CatalogError }

/// Changes to pictures.
#[derive(Default)]
pub struct MediaMutation;

#[mutation]
impl MediaMutation {
    /// Adds a picture behind the others.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_media_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new picture")] input: ProductMediaAddInput,
    ) -> Result<ProductMediaAddPayload> {
        let ProductMediaAddInput { product_id, url, alt } = input;
        ProductMediaAddPayload::from(service::add_media(ctx.app(), ctx.actor(), product_id, &url, &alt).await)
    }

    /// Takes a picture away.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_media_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The picture")] input: ProductMediaRemoveInput,
    ) -> Result<ProductMediaRemovePayload> {
        ProductMediaRemovePayload::from(service::remove_media(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Puts a product's pictures in order; the first one stands in lists.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_media_reorder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new order")] input: ProductMediaReorderInput,
    ) -> Result<ProductMediaReorderPayload> {
        let outcome = service::reorder_media(ctx.app(), ctx.actor(), input.product_id, input.media_ids);
        ProductMediaReorderPayload::from(outcome.await)
    }
}
