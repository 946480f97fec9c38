//! A proposal becomes a product with offers.

use super::{
    form::{new_variant, offer_of, product_of},
    model::{self, Proposal, ProposalStatus, ProposedVariant},
    review::tell,
    service::{check_barcodes, store},
};
use crate::{
    app::App,
    catalog::{
        brand,
        media::model::{self as media, MediaId, ProductMedia},
        product::{self, model::ProductId},
        variant::{
            self,
            model::{Variant, VariantId},
        },
    },
    inventory::seller::model::Seller,
    kernel::{
        access::Actor,
        audit,
        check::Checks,
        db::{Conn, Tx},
        error::{Error, Result, within},
    },
    marketplace::offer::{
        edit::Edit,
        model::write::{self, LiveOffers},
    },
};

/// A proposed pack that is in the catalogue already.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Which pack, from 0.
    pub position: usize,
    /// The variant that it is.
    pub variant_id: VariantId,
}

/// Makes the product, its pack sizes and the offers in the running transaction; the seller and the proposal are locked.
pub async fn approve_locked(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    seller: &Seller,
    before: Proposal,
    links: &[Link],
) -> Result<Proposal> {
    let now = app.clock.now();
    if before.status != ProposalStatus::Submitted {
        return Err(Error::problem("CONFLICT", "id", "this proposal does not wait for review"));
    }
    let mut variants = before.packs()?;
    let linked = link(conn, &mut variants, links).await?;
    check_barcodes(conn, &variants).await?;
    let product = match linked {
        Some(product) => {
            add_packs(app, conn, actor, product, &mut variants).await?;
            product
        }
        None => add_product(app, conn, actor, &before, &mut variants).await?,
    };
    offer(app, conn, actor, seller, &variants).await?;
    let after = Proposal {
        status: ProposalStatus::Approved,
        variants: serde_json::to_value(variants)?,
        product_id: Some(product),
        reason: String::new(),
        remarks: serde_json::json!([]),
        decided_at: Some(now),
        ..before.clone()
    };
    let after = store(app, conn, actor, "productProposalApprove", &before, after).await?;
    tell(app, conn, &after, seller).await?;
    Ok(after)
}

/// Passes on what an approval came to. Where it was refused because the catalogue got a barcode at the same moment, that
/// barcode is named: its variant's SKU is made of it, and the database finds the SKU first. Asked when the transaction is
/// over.
pub async fn explained<T>(app: &App, tx: Tx, outcome: Result<T>, form: &Proposal, links: &[Link]) -> Result<(Tx, T)> {
    let error = match outcome {
        Ok(value) => return Ok((tx, value)),
        Err(error) => error,
    };
    drop(tx);
    if error.code() == "SKU_TAKEN" {
        let mut variants = form.packs()?;
        for (at, own) in variants.iter_mut().enumerate() {
            own.variant_id = links.iter().find(|link| link.position == at).map(|link| link.variant_id);
        }
        check_barcodes(&*app.db.write().await?, &variants).await?;
    }
    Err(error)
}

/// Notes the variants that the reviewer chose; they are packs of one product, which is the answer.
async fn link(conn: &Conn, variants: &mut [ProposedVariant], links: &[Link]) -> Result<Option<ProductId>> {
    let mut product = None;
    for (at, link) in links.iter().enumerate() {
        let path = |field: &str| format!("links.{at}.{field}");
        let missing = || Error::problem("NOT_FOUND", &path("position"), "the proposal has no such pack");
        let own = variants.get_mut(link.position).ok_or_else(missing)?;
        let found = variant::model::product_of(conn, link.variant_id).await;
        let found = found.map_err(|error| match error {
            Error::NotFound(_) => Error::problem("NOT_FOUND", &path("variantId"), "there is no such variant"),
            other => other,
        })?;
        if product.is_some_and(|product| product != found) {
            return Err(Error::invalid(&path("variantId"), "the packs of a proposal belong to one product"));
        }
        own.variant_id = Some(link.variant_id);
        product = Some(found);
    }
    Ok(product)
}

async fn add_product(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    form: &Proposal,
    variants: &mut [ProposedVariant],
) -> Result<ProductId> {
    let mut form = form.clone();
    if let Some(name) = &form.brand_name {
        form.brand_id = Some(brand::service::find_or_add(app, conn, actor, name).await?);
    }
    let mut new = product_of(&form, variants, app.clock.now())?;
    if model::has_slug(conn, &new.product.slug).await? {
        // Sellers do not choose slugs, and many goods have the same name.
        new.product.slug = format!("{}-{}", new.product.slug, new.product.id.0.simple());
    }
    for (own, row) in variants.iter_mut().zip(&new.variants) {
        own.variant_id = Some(row.id);
    }
    let id = product::service::add_product(app, conn, actor, new).await?.id;
    for (position, file) in (0_i32..).zip(&form.picture_file_ids) {
        let row = ProductMedia {
            id: MediaId::new(),
            product_id: id,
            file_id: Some(*file),
            url: None,
            alt: form.name.clone(),
            position,
            created_at: app.clock.now(),
        };
        media::insert(conn, &row).await?;
    }
    Ok(id)
}

/// Adds the packs that the catalogue does not have to a product that it has.
async fn add_packs(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    id: ProductId,
    variants: &mut [ProposedVariant],
) -> Result<()> {
    let now = app.clock.now();
    product::model::lock(conn, id).await?;
    let mut checks = Checks::default();
    let (mut rows, mut position): (Vec<Variant>, i32) = (Vec::new(), variant::model::next_position(conn, id).await?);
    for (at, own) in variants.iter_mut().enumerate().filter(|(_, own)| own.variant_id.is_none()) {
        let built =
            variant::service::build(&mut checks, &format!("variants.{at}"), id, position, new_variant(own), now);
        own.variant_id = built.as_ref().map(|row| row.id);
        rows.extend(built);
        position = position.saturating_add(1);
    }
    checks.finish()?;
    if rows.is_empty() {
        return Ok(());
    }
    variant::model::insert(conn, &rows).await?;
    variant::service::settle(conn, id, now).await?;
    let changes = rows.iter().map(|row| audit::Change::new("productProposalApprove", row.id, None, Some(row)));
    audit::record_all(changes.collect::<Result<Vec<_>>>()?, conn, &app.clock, actor).await
}

/// Puts the offers of all packs on sale.
async fn offer(app: &App, conn: &Conn, actor: &Actor, seller: &Seller, variants: &[ProposedVariant]) -> Result<()> {
    let now = app.clock.now();
    let ids: Vec<_> = variants.iter().filter_map(|own| own.variant_id).map(|id| id.0).collect();
    let known = write::hold_variants(conn, ids.clone()).await?;
    let mut live = LiveOffers::find(conn, vec![seller.id.0], ids).await?;
    let mut edits = Vec::with_capacity(variants.len());
    for (at, own) in variants.iter().enumerate() {
        let Some(id) = own.variant_id else { continue };
        let mrp = known.get(&id).and_then(|row| row.mrp_minor);
        let offer = offer_of(own, id, mrp, seller, now).and_then(|after| {
            live.admit(&after.offer)?;
            Ok(Edit { before: None, after })
        });
        edits.push(within("variants", within(&at.to_string(), offer))?);
    }
    write::save(conn, &edits).await?;
    let changes = edits.iter().map(|edit| edit.change("productProposalApprove")).collect::<Result<Vec<_>>>()?;
    audit::record_all(changes, conn, &app.clock, actor).await
}
