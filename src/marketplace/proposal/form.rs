//! What is in a proposal, and what the catalogue and the offers' rules say to it. Pure.

use chrono::{DateTime, Utc};

use super::model::{Proposal, ProposalId, ProposalStatus, ProposedVariant};
use crate::{
    catalog::{
        brand::model::BrandId,
        product::{
            model::ProductStatus,
            service::{NewProduct, ProductChanges, build_product},
        },
        variant::{gtin, model::VariantId, service::NewVariant},
    },
    inventory::seller::model::{Seller, SellerId},
    kernel::{
        check::Checks,
        error::{Result, within},
        money::Minor,
    },
    marketplace::offer::{
        edit::{OfferChanges, Terms, edit},
        model::{OfferStatus, Whole},
        policy::Policy,
    },
};

/// Most pack sizes of a proposal.
const MAX_VARIANTS: usize = 20;
/// Most pictures of a proposal.
pub const MAX_PICTURES: usize = 10;

/// Changes to a proposal; what is `None` stays, `Some(None)` empties.
#[derive(Clone, Debug, Default)]
pub struct ProposalChanges {
    /// The product's own fields, as in the catalogue; state, slug, tags and texts for search engines are the reviewer's.
    pub product: ProductChanges,
    /// A brand of the catalogue.
    pub brand_id: Option<Option<BrandId>>,
    /// Name of a brand that the catalogue does not have.
    pub brand_name: Option<Option<String>>,
    /// All pack sizes.
    pub variants: Option<Vec<ProposedVariant>>,
    /// All pictures, files of the caller's.
    pub pictures: Option<Vec<uuid::Uuid>>,
}

/// A proposal with nothing in it, not stored.
pub fn blank(seller_id: SellerId, now: DateTime<Utc>) -> Proposal {
    Proposal {
        id: ProposalId::new(),
        seller_id,
        name: String::new(),
        brand_id: None,
        brand_name: None,
        category_id: None,
        hsn_code: None,
        description: String::new(),
        ingredients: String::new(),
        dietary: None,
        fssai_license: None,
        country_of_origin: None,
        shelf_life_days: None,
        variants: serde_json::json!([]),
        picture_file_ids: Vec::new(),
        status: ProposalStatus::Draft,
        reason: String::new(),
        remarks: serde_json::json!([]),
        product_id: None,
        submitted_at: None,
        decided_at: None,
        version: 0,
        created_at: now,
        updated_at: now,
    }
}

/// The proposal after the changes, with every problem of its form.
pub fn fill(before: &Proposal, changes: ProposalChanges, now: DateTime<Utc>) -> Result<Proposal> {
    let ProposalChanges { product, brand_id, brand_name, variants, pictures } = changes;
    let mut checks = Checks::default();
    let mut after = before.clone();
    after.name = product.name.unwrap_or(after.name);
    after.category_id = product.category_id.unwrap_or(after.category_id);
    after.hsn_code = product.hsn_code.unwrap_or(after.hsn_code);
    after.description = product.description.unwrap_or(after.description);
    after.ingredients = product.ingredients.unwrap_or(after.ingredients);
    after.dietary = product.dietary.unwrap_or(after.dietary);
    after.fssai_license = product.fssai_license.unwrap_or(after.fssai_license);
    after.country_of_origin = product.country_of_origin.unwrap_or(after.country_of_origin);
    after.shelf_life_days = product.shelf_life_days.unwrap_or(after.shelf_life_days);
    after.brand_id = brand_id.unwrap_or(after.brand_id);
    if let Some(name) = brand_name {
        after.brand_name = name.map(|name| checks.line("brandName", &name, 1, 120));
    }
    let once = after.brand_id.is_none() || after.brand_name.is_none();
    checks.ensure(once, "INVALID", "brandName", "choose a brand or name one, not both");
    if let Some(pictures) = pictures {
        let few = pictures.len() <= MAX_PICTURES;
        checks.ensure(few, "INVALID", "pictureFileIds", format!("at most {MAX_PICTURES} pictures"));
        after.picture_file_ids = pictures;
    }
    let variants = variants.map_or_else(|| after.packs(), Ok)?;
    let few = variants.len() <= MAX_VARIANTS;
    checks.ensure(few, "INVALID", "variants", format!("at most {MAX_VARIANTS} pack sizes"));
    let built = checks.take(product_of(&after, &variants, now))?;
    if let Some(NewProduct { product, texts, variants: rows, .. }) = built {
        (after.name, after.description, after.ingredients) = (product.name, texts.description, texts.ingredients);
        after.country_of_origin = product.country_of_origin;
        let checked = |(mut own, row): (ProposedVariant, &crate::catalog::variant::model::Variant)| {
            own.barcode.clone_from(&row.barcode);
            own
        };
        let kept: Vec<ProposedVariant> = variants.into_iter().zip(&rows).map(checked).collect();
        twice(&mut checks, &kept);
        after.variants = serde_json::to_value(kept)?;
    }
    checks.finish()?;
    Ok(after)
}

fn twice(checks: &mut Checks, variants: &[ProposedVariant]) {
    for (at, own) in variants.iter().enumerate() {
        let earlier = || variants.iter().take(at);
        let barcode = own.barcode.is_some() && earlier().any(|other| other.barcode == own.barcode);
        checks.ensure(!barcode, "BARCODE_TAKEN", &format!("variants.{at}.barcode"), "another pack has this barcode");
        let sku = own.sku.trim();
        let sku = !sku.is_empty() && earlier().any(|other| other.sku.trim().eq_ignore_ascii_case(sku));
        checks.ensure(!sku, "SKU_TAKEN", &format!("variants.{at}.sku"), "another pack has this SKU");
    }
}

/// What the catalogue makes of the form: a product in the shop with these pack sizes, not stored.
pub fn product_of(form: &Proposal, variants: &[ProposedVariant], now: DateTime<Utc>) -> Result<NewProduct> {
    let fields = ProductChanges {
        name: Some(form.name.clone()),
        category_id: Some(form.category_id),
        brand_id: Some(form.brand_id),
        status: Some(ProductStatus::Active),
        hsn_code: Some(form.hsn_code.clone()),
        dietary: Some(form.dietary),
        fssai_license: Some(form.fssai_license.clone()),
        country_of_origin: Some(form.country_of_origin.clone()),
        shelf_life_days: Some(form.shelf_life_days),
        description: Some(form.description.clone()),
        ingredients: Some(form.ingredients.clone()),
        ..ProductChanges::default()
    };
    build_product(fields, variants.iter().map(new_variant).collect(), now)
}

/// A pack size for the catalogue. Its SKU is the barcode, where it has one.
pub fn new_variant(own: &ProposedVariant) -> NewVariant {
    let barcode = own.barcode.as_deref().and_then(|text| gtin::parse(text).ok());
    let sku = barcode.unwrap_or_else(|| format!("FV-{}", VariantId::new().0.simple()));
    NewVariant { sku, barcode: own.barcode.clone(), pack: own.pack.clone(), name: own.name.clone(), mrp: own.mrp }
}

/// What a proposal lacks to be handed in; problems with its offers among it.
pub fn check_complete(form: &Proposal, seller: &Seller, now: DateTime<Utc>) -> Result<()> {
    let variants = form.packs()?;
    let mut checks = Checks::default();
    checks.ensure(form.category_id.is_some(), "REQUIRED", "categoryId", "a category is required");
    checks.ensure(form.hsn_code.is_some(), "REQUIRED", "hsnCode", "an HSN code is required");
    checks.ensure(!variants.is_empty(), "REQUIRED", "variants", "a product has at least one pack size");
    for (at, own) in variants.iter().enumerate() {
        checks.ensure(own.mrp.is_some(), "REQUIRED", &format!("variants.{at}.mrp"), "an MRP is required");
        let offer = offer_of(own, VariantId::new(), own.mrp, seller, now);
        checks.take(within("variants", within(&at.to_string(), offer)))?;
    }
    checks.finish()
}

/// The offer for a proposed pack, live: whoever approves the proposal approves it.
pub fn offer_of(
    own: &ProposedVariant,
    variant_id: VariantId,
    mrp: Option<Minor>,
    seller: &Seller,
    now: DateTime<Utc>,
) -> Result<Whole> {
    let changes = OfferChanges {
        sku: Some(own.sku.clone()),
        price: Some(own.price.unwrap_or_default()),
        status: Some(OfferStatus::Live),
        ..OfferChanges::default()
    };
    let policy = Policy::approving();
    edit(&Whole::blank(seller.id, variant_id, now), changes, &Terms { mrp, seller, policy: &policy, now })
}
