//! Storefronts in the schema.

use std::time::Duration;

use async_graphql::Context;
use freshvilla_macros::edges;
use uuid::Uuid;

use super::model::Storefront;
use crate::{
    context::Ctx,
    kernel::error::Result,
    work::file::model::{FileId, NamedFile},
};

/// Life of a link to a picture.
const LINK_VALID: Duration = Duration::from_secs(300);

#[edges]
impl Storefront {
    /// Address of the logo for the next five minutes; null where there is none.
    async fn logo_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        link(ctx, self.logo_file_id).await
    }

    /// Address of the cover picture for the next five minutes; null where there is none.
    async fn cover_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        link(ctx, self.cover_file_id).await
    }
}

async fn link(ctx: &Context<'_>, file: Option<Uuid>) -> Result<Option<String>> {
    let Some(file) = file else { return Ok(None) };
    let Some(row) = ctx.load(NamedFile(FileId(file))).await? else { return Ok(None) };
    let link = ctx.app().storage.download_link(file, &row.name, &row.content_type, LINK_VALID).await?;
    Ok(Some(link.url))
}
