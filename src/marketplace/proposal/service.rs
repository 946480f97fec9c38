//! What sellers do with proposals.

use uuid::Uuid;

use super::{
    approval::{approve_locked, explained},
    form::{self, ProposalChanges},
    model::{self, Proposal, ProposalId, ProposalStatus, ProposedVariant},
};
use crate::{
    app::App,
    catalog::category::model as categories,
    inventory::seller::model::{Seller, SellerId, SellerKind, SellerStatus},
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        db::Conn,
        error::{Error, Result, within},
    },
    marketplace::offer::{bulk::folded, model::write, service::require_seller},
};

/// Begins a proposal of a seller within the caller's scope, and hands it in where `submit` says so.
pub async fn create_proposal(
    app: &App,
    actor: &Actor,
    seller_id: SellerId,
    product: ProposalChanges,
    submit: bool,
) -> Result<Proposal> {
    require_seller(actor, seller_id)?;
    let now = app.clock.now();
    let row = within("product", form::fill(&form::blank(seller_id, now), product, now))?;
    let tx = app.db.begin().await?;
    let seller = write::hold_seller(&tx, seller_id).await?;
    within("product", check_against_catalog(&tx, &row).await)?;
    let row = Proposal { version: 1, ..row };
    within("product", model::insert(&tx, &row).await)?;
    record(app, &tx, actor, "productProposalCreate", None, &row).await?;
    let (tx, row) = match submit {
        true => {
            let outcome = submit_locked(app, &tx, actor, &seller, row.clone()).await;
            within("product", explained(app, tx, outcome, &row, &[]).await)?
        }
        false => (tx, row),
    };
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Pictures of a proposal that the caller may change: files that somebody of the seller's has uploaded.
pub async fn pictures_of(app: &App, actor: &Actor, id: ProposalId) -> Result<Vec<Uuid>> {
    let conn = app.db.write().await?;
    Ok(model::find(&conn, actor, Permission::OffersWrite, id).await?.picture_file_ids)
}

/// Changes a proposal that its seller has in hand.
pub async fn update_proposal(
    app: &App,
    actor: &Actor,
    id: ProposalId,
    expected_version: Option<i32>,
    changes: ProposalChanges,
) -> Result<Proposal> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let (_, before) = hold(&tx, actor, Permission::OffersWrite, id, expected_version).await?;
    require_open(&before)?;
    let after = within("set", form::fill(&before, changes, now))?;
    if after == before {
        return Ok(before);
    }
    within("set", check_against_catalog(&tx, &after).await)?;
    let after = store(app, &tx, actor, "productProposalUpdate", &before, after).await;
    let after = within("set", after)?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}

/// Hands a proposal in. Where the settings say so, it is approved at once.
pub async fn submit_proposal(
    app: &App,
    actor: &Actor,
    id: ProposalId,
    expected_version: Option<i32>,
) -> Result<Proposal> {
    let tx = app.db.begin().await?;
    let (seller, before) = hold(&tx, actor, Permission::OffersWrite, id, expected_version).await?;
    let outcome = submit_locked(app, &tx, actor, &seller, before.clone()).await;
    let (tx, row) = explained(app, tx, outcome, &before, &[]).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

async fn submit_locked(app: &App, conn: &Conn, actor: &Actor, seller: &Seller, before: Proposal) -> Result<Proposal> {
    let now = app.clock.now();
    require_open(&before)?;
    require_verified(seller)?;
    form::check_complete(&before, seller, now)?;
    check_against_catalog(conn, &before).await?;
    check_skus(conn, seller.id, &before.packs()?).await?;
    let after = Proposal { status: ProposalStatus::Submitted, submitted_at: Some(now), ..before.clone() };
    let after = store(app, conn, actor, "productProposalSubmit", &before, after).await?;
    match app.config.offers.proposal_approval.is_automatic(seller.kind == SellerKind::House) {
        true => approve_locked(app, conn, &Actor::system(), seller, after, &[]).await,
        false => Ok(after),
    }
}

/// Takes a proposal back for good.
pub async fn withdraw_proposal(app: &App, actor: &Actor, id: ProposalId) -> Result<Proposal> {
    let tx = app.db.begin().await?;
    let (_, before) = hold(&tx, actor, Permission::OffersWrite, id, None).await?;
    if !before.status.is_open() && before.status != ProposalStatus::Submitted {
        return Err(Error::problem("CONFLICT", "id", format!("this proposal is {} already", before.status)));
    }
    let after = Proposal { status: ProposalStatus::Withdrawn, ..before.clone() };
    let after = store(app, &tx, actor, "productProposalWithdraw", &before, after).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}

/// Locks the seller and then the proposal, if the caller has the permission for it and nobody changed it meanwhile.
pub async fn hold(
    conn: &Conn,
    actor: &Actor,
    permission: Permission,
    id: ProposalId,
    expected_version: Option<i32>,
) -> Result<(Seller, Proposal)> {
    let seen = model::find(conn, actor, permission, id).await?;
    let seller = write::hold_seller(conn, seen.seller_id).await?;
    let row = model::lock(conn, id).await?;
    if expected_version.is_some_and(|expected| expected != row.version) {
        let message = "the proposal was changed meanwhile; look at it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    Ok((seller, row))
}

fn require_verified(seller: &Seller) -> Result<()> {
    match seller.status {
        SellerStatus::Pending => {
            let message = "proposals are handed in once the seller is verified";
            Err(Error::problem("SELLER_NOT_VERIFIED", "id", message))
        }
        _ => Ok(()),
    }
}

fn require_open(row: &Proposal) -> Result<()> {
    let message = format!("this proposal is {}: it cannot be changed or handed in", row.status);
    match row.status.is_open() {
        true => Ok(()),
        false => Err(Error::problem("CONFLICT", "id", message.replace('_', " "))),
    }
}

/// Stores the next version with its record and its event.
pub async fn store(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    action: &str,
    before: &Proposal,
    after: Proposal,
) -> Result<Proposal> {
    let after = Proposal { version: before.version.saturating_add(1), updated_at: app.clock.now(), ..after };
    model::update(conn, &after).await?;
    record(app, conn, actor, action, Some(before), &after).await?;
    Ok(after)
}

async fn record(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    action: &str,
    before: Option<&Proposal>,
    after: &Proposal,
) -> Result<()> {
    model::event(after).emit(conn).await?;
    Change::new(action, after.id, before, Some(after))?.record(conn, &app.clock, actor).await
}

/// Nothing is proposed for a closed shelf, and nothing that the catalogue has already.
async fn check_against_catalog(conn: &Conn, row: &Proposal) -> Result<()> {
    if let Some(category) = row.category_id {
        categories::ensure_open(conn, category, "categoryId").await?;
    }
    check_barcodes(conn, &row.packs()?).await
}

/// The catalogue has none of these barcodes, but for packs that are linked to what it has.
pub async fn check_barcodes(conn: &Conn, variants: &[ProposedVariant]) -> Result<()> {
    let barcodes = variants.iter().filter(|own| own.variant_id.is_none()).filter_map(|own| own.barcode.clone());
    let barcodes = barcodes.collect();
    let known = model::variants_with(conn, barcodes).await?;
    let mut checks = Checks::default();
    for (at, own) in variants.iter().enumerate() {
        let Some(found) = own.barcode.as_ref().and_then(|barcode| known.get(barcode)) else { continue };
        let message = format!("the catalogue has this barcode: offer the variant {found}");
        checks.ensure(false, "BARCODE_TAKEN", &format!("variants.{at}.barcode"), message);
    }
    checks.finish()
}

/// The offers' SKUs are free.
async fn check_skus(conn: &Conn, seller: SellerId, variants: &[ProposedVariant]) -> Result<()> {
    let skus = variants.iter().map(|own| folded(&own.sku)).collect();
    let taken = write::lock_by_sku(conn, seller, skus).await?;
    let mut checks = Checks::default();
    for (at, own) in variants.iter().enumerate() {
        let free = !taken.iter().any(|whole| folded(&whole.offer.sku) == folded(&own.sku));
        checks.ensure(free, "SKU_TAKEN", &format!("variants.{at}.sku"), "another offer of this seller has this SKU");
    }
    checks.finish()
}
