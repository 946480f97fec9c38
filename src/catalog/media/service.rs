//! What the catalogue's staff do with pictures.

use super::model::{self, MediaId, ProductMedia};
use crate::{
    app::App,
    catalog::product::model::{self as product, Product, ProductId},
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        error::{Error, Result},
    },
};

/// Most pictures of a product.
const MAX_MEDIA: usize = 50;

/// Adds a picture by its address, behind the others.
pub async fn add_media(app: &App, actor: &Actor, owner: ProductId, url: &str, alt: &str) -> Result<Product> {
    let mut checks = Checks::default();
    let url = checks.text("url", url, 8, 2_000);
    let web = url.starts_with("https://") || url.starts_with("http://");
    checks.ensure(web, "INVALID", "url", "an address begins with https:// or http://");
    let alt = checks.text("alt", alt, 0, 300);
    checks.finish()?;
    let tx = app.db.begin().await?;
    product::lock(&tx, owner).await?;
    let present = model::of_product(&tx, owner).await?;
    if present.len() >= MAX_MEDIA {
        return Err(Error::invalid("url", format!("a product has at most {MAX_MEDIA} pictures")));
    }
    let row = ProductMedia {
        id: MediaId::new(),
        product_id: owner,
        file_id: None,
        url: Some(url),
        alt,
        position: present.last().map_or(0, |last| last.position.saturating_add(1)),
        created_at: app.clock.now(),
    };
    model::insert(&tx, &row).await?;
    model::settle(&tx, owner, app.clock.now()).await?;
    Change::new("productMediaAdd", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    let product = product::lock(&tx, owner).await?;
    tx.commit().await?;
    Ok(product)
}

/// Takes a picture away.
pub async fn remove_media(app: &App, actor: &Actor, id: MediaId) -> Result<Product> {
    let tx = app.db.begin().await?;
    let row = model::find(&tx, id).await?;
    product::lock(&tx, row.product_id).await?;
    model::delete(&tx, id).await?;
    model::settle(&tx, row.product_id, app.clock.now()).await?;
    Change::new("productMediaRemove", id, Some(&row), None)?.record(&tx, &app.clock, actor).await?;
    let product = product::lock(&tx, row.product_id).await?;
    tx.commit().await?;
    Ok(product)
}

/// Puts a product's pictures in this order; every one must be named once.
pub async fn reorder_media(app: &App, actor: &Actor, owner: ProductId, ids: Vec<MediaId>) -> Result<Product> {
    let tx = app.db.begin().await?;
    product::lock(&tx, owner).await?;
    let before: Vec<MediaId> = model::of_product(&tx, owner).await?.iter().map(|row| row.id).collect();
    let mut sorted = (before.clone(), ids.clone());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    if sorted.0 != sorted.1 {
        return Err(Error::invalid("mediaIds", "name every picture of the product exactly once"));
    }
    model::reorder(&tx, &ids).await?;
    model::settle(&tx, owner, app.clock.now()).await?;
    let (before, after) = (serde_json::json!({ "media": before }), serde_json::json!({ "media": ids }));
    Change::new("productMediaReorder", owner, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    let product = product::lock(&tx, owner).await?;
    tx.commit().await?;
    Ok(product)
}
