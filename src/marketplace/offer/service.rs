//! What sellers do with single offers.

use super::{
    edit::{Edit, OfferChanges, Terms, edit},
    model::{
        self, Offer, OfferId, Whole,
        write::{self, LiveOffers},
    },
    policy::Policy,
};
use crate::{
    app::App,
    catalog::variant::{
        gtin,
        model::{self as variants, Variant, VariantId},
    },
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        db::{Conn, Tx},
        error::{Error, Result, found, within},
        sql::Sql,
    },
};

/// A new offer.
#[derive(Clone, Debug)]
pub struct NewOffer {
    /// Whose.
    pub seller_id: SellerId,
    /// For which variant.
    pub variant: VariantChoice,
    /// Its terms.
    pub terms: OfferChanges,
}

/// How a variant is named.
#[derive(Clone, Debug)]
pub enum VariantChoice {
    /// By its ID.
    Id(VariantId),
    /// By the barcode on the pack.
    Barcode(String),
}

/// Refused as not found where the caller may not change the seller's offers.
pub fn require_seller(actor: &Actor, seller: SellerId) -> Result<()> {
    match model::may(actor, Permission::OffersWrite, seller) {
        true => Ok(()),
        false => Err(Error::problem("NOT_FOUND", "sellerId", "there is no such seller")),
    }
}

/// Adds an offer of a seller within the caller's scope.
pub async fn create_offer(app: &App, actor: &Actor, new: NewOffer) -> Result<Offer> {
    require_seller(actor, new.seller_id)?;
    let (policy, now) = (Policy::of(app), app.clock.now());
    let tx = app.db.begin().await?;
    let seller = write::hold_seller(&tx, new.seller_id).await?;
    let variant = choose(&tx, actor, new.variant).await?;
    let blank = Whole::blank(seller.id, variant.id, now);
    let mrp = write::hold_variants(&tx, vec![variant.id.0]).await?.remove(&variant.id).and_then(|row| row.mrp_minor);
    let terms = Terms { mrp, seller: &seller, policy: &policy, now };
    let after = within("offer", edit(&blank, new.terms, &terms))?;
    within("offer", store(app, actor, tx, "offerCreate", Edit { before: None, after }).await)
}

/// The variant, if shoppers or the catalogue's staff see it.
async fn choose(conn: &Conn, actor: &Actor, choice: VariantChoice) -> Result<Variant> {
    let (which, path) = match choice {
        VariantChoice::Id(id) => (Sql::new("product_variants.id = ").bind(id), "variantId"),
        VariantChoice::Barcode(text) => {
            let digits = gtin::parse(&text).map_err(|message| Error::invalid("barcode", message))?;
            (Sql::new("product_variants.barcode = ").bind(digits), "barcode")
        }
    };
    let variant = found(variants::find_by(conn, actor, which).await)?;
    variant.ok_or_else(|| Error::problem("NOT_FOUND", path, "the catalogue has no such variant"))
}

/// Changes an offer within the caller's scope.
pub async fn update_offer(
    app: &App,
    actor: &Actor,
    id: OfferId,
    expected_version: Option<i32>,
    changes: OfferChanges,
) -> Result<Offer> {
    let (policy, now) = (Policy::of(app), app.clock.now());
    let tx = app.db.begin().await?;
    let seller_id = model::find(&tx, actor, Permission::OffersWrite, id).await?.seller_id;
    let seller = write::hold_seller(&tx, seller_id).await?;
    let before = write::lock(&tx, &[id]).await?.pop().ok_or(Error::NotFound("offer"))?;
    if expected_version.is_some_and(|expected| expected != before.offer.version) {
        let message = "the offer was changed meanwhile; look at it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    let variant = before.offer.variant_id;
    let mrp = write::hold_variants(&tx, vec![variant.0]).await?.remove(&variant).and_then(|row| row.mrp_minor);
    let after = within("set", edit(&before, changes, &Terms { mrp, seller: &seller, policy: &policy, now }))?;
    within("set", store(app, actor, tx, "offerUpdate", Edit { before: Some(before), after }).await)
}

async fn store(app: &App, actor: &Actor, tx: Tx, action: &str, edit: Edit) -> Result<Offer> {
    if edit.changes() {
        let Offer { seller_id, variant_id, .. } = edit.after.offer;
        LiveOffers::find(&tx, vec![seller_id.0], vec![variant_id.0]).await?.admit(&edit.after.offer)?;
        write::save(&tx, std::slice::from_ref(&edit)).await?;
        edit.change(action)?.record(&tx, &app.clock, actor).await?;
        tx.commit().await?;
    }
    Ok(edit.after.offer)
}
