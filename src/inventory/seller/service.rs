//! What the back office does with sellers.

use super::model::{self, Seller, SellerId, SellerKind, SellerStatus};
use crate::{
    app::App,
    inventory::registration::{gstin, model as registrations},
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        error::{Error, Result},
        id::EntityId,
        slug::{self, SlugKind},
    },
};

/// A new seller of FreshVilla's own.
#[derive(Clone, Debug, Default)]
pub struct NewSeller {
    /// Name.
    pub name: String,
    /// Slug; made from the name when left out.
    pub slug: Option<String>,
    /// Permanent account number.
    pub pan: Option<String>,
}

/// Changes to a seller; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SellerChanges {
    /// Name.
    pub name: Option<String>,
    /// Slug.
    pub slug: Option<String>,
    /// Permanent account number.
    pub pan: Option<String>,
    /// State.
    pub status: Option<SellerStatus>,
}

/// Adds a seller of FreshVilla's own; distributors come by registration.
pub async fn create_seller(app: &App, actor: &Actor, new: NewSeller) -> Result<Seller> {
    let (id, now) = (SellerId::new(), app.clock.now());
    let mut checks = Checks::default();
    let name = checks.line("name", &new.name, 1, 120);
    let slug = checks.parse("INVALID", "slug", slug::choose(new.slug.as_deref(), &name, id.0));
    let pan = new.pan.and_then(|pan| checks.parse("PAN_INVALID", "pan", gstin::parse_pan(&pan)));
    checks.finish()?;
    let (kind, status) = (SellerKind::House, SellerStatus::Active);
    let slug = slug.unwrap_or_default();
    let row = Seller { id, kind, name, slug, status, pan, created_at: now, updated_at: now };
    let tx = app.db.begin().await?;
    model::insert(&tx, &row).await?;
    Change::new("sellerCreate", id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes a seller. A new slug leaves a redirect; a closed seller stays closed. Whether a distributor sells follows from
/// its application.
pub async fn update_seller(app: &App, actor: &Actor, id: SellerId, changes: SellerChanges) -> Result<Seller> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, id).await?;
    if before.status == SellerStatus::Closed {
        return Err(Error::problem("CONFLICT", "id", "this seller is closed for good"));
    }
    let by_application = before.kind == SellerKind::Distributor || changes.status == Some(SellerStatus::Pending);
    if by_application && changes.status.is_some_and(|status| status != before.status) {
        let message = "whether a distributor sells is decided on its application";
        return Err(Error::problem("CONFLICT", "status", message));
    }
    let mut after = Seller { updated_at: now, ..before.clone() };
    let mut checks = Checks::default();
    if let Some(name) = changes.name {
        after.name = checks.line("name", &name, 1, 120);
    }
    if let Some(given) = changes.slug {
        let slug = slug::choose(Some(&given), &after.name, id.0);
        after.slug = checks.parse("INVALID", "slug", slug).unwrap_or_default();
    }
    if let Some(pan) = changes.pan {
        after.pan = checks.parse("PAN_INVALID", "pan", gstin::parse_pan(&pan));
    }
    checks.finish()?;
    after.status = changes.status.unwrap_or(after.status);
    if after.pan != before.pan && registrations::any_active(&tx, id).await? {
        let message = "the seller's GST registrations carry the present PAN; cancel them first";
        return Err(Error::problem("PAN_MISMATCH", "pan", message));
    }
    if after.slug != before.slug {
        slug::leave_redirect(&tx, SlugKind::Seller, &before.slug, id.uuid(), now).await?;
    }
    model::update(&tx, &after).await?;
    Change::new("sellerUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}
