//! Offers of the demo shop: FreshVilla sells everything, the demo distributor every third pack, some of them cheaper, so
//! that a newcomer sees several offers for one pack. A platform commission rule shows what the distributor pays.

use uuid::Uuid;

use super::{
    edit::{Edit, OfferChanges, Step, Terms, edit},
    model::{OfferStatus, Whole, lookup, write},
    policy::Policy,
};
use crate::{
    app::App,
    catalog::variant::model::{Variant, VariantId},
    config::OfferApproval,
    inventory::{location::model as locations, seller::model::SellerId, stock::demo::fill},
    kernel::{access::Actor, error::Result, money::Minor, page::PageArgs},
    marketplace::commission::{
        model::{self as rules, CommissionRuleWhere},
        service::{NewRule, create_rule},
    },
};

/// Variants whose offers go into one transaction.
const BATCH: usize = 1_000;

/// Adds the offers of FreshVilla and of the demo distributor that are not there yet, and the platform's commission;
/// answers how many offers it added.
pub async fn seed_offers(app: &App, house: Uuid, distributor: Uuid) -> Result<usize> {
    let made = sell(app, SellerId(house), "FV", |_| true).await?;
    let made = made + sell(app, SellerId(distributor), "NH", |at| at.is_multiple_of(3)).await?;
    let filter = CommissionRuleWhere::default();
    let known = rules::list(&*app.db.write().await?, &Actor::system(), &filter, &PageArgs::first(1), false).await?;
    if known.items.is_empty() {
        let rule = NewRule {
            category_id: None,
            seller_id: None,
            offer_id: None,
            rate_bp: 1_500,
            fixed: Minor::ZERO,
            least: None,
            most: None,
            valid_from: None,
            valid_to: None,
            note: "What distributors pay unless a rule says otherwise".to_owned(),
        };
        create_rule(app, &Actor::system(), rule).await?;
    }
    Ok(made)
}

async fn sell(app: &App, seller: SellerId, prefix: &str, takes: fn(usize) -> bool) -> Result<usize> {
    let policy = Policy { approval: OfferApproval::Automatic, reviewed: Vec::new() };
    let (mut after, mut seen, mut made) = (VariantId(Uuid::nil()), 0, 0);
    loop {
        let now = app.clock.now();
        let tx = app.db.begin().await?;
        let seller = write::hold_seller(&tx, seller).await?;
        let variants = lookup::priced_after(&tx, after, BATCH).await?;
        let Some(last) = variants.last() else { return Ok(made) };
        after = last.id;
        let sku = |variant: &Variant| format!("{prefix}-{}", variant.sku.chars().take(60).collect::<String>());
        let chosen: Vec<(usize, &Variant)> = (seen..).zip(&variants).filter(|(at, _)| takes(*at)).collect();
        seen += variants.len();
        let skus = chosen.iter().map(|(_, variant)| sku(variant).to_ascii_lowercase()).collect();
        let known = write::lock_by_sku(&tx, seller.id, skus).await?;
        let is_new = |variant: &Variant| !known.iter().any(|whole| whole.offer.variant_id == variant.id);
        let mut edits = Vec::with_capacity(chosen.len());
        for (at, variant) in chosen.into_iter().filter(|(_, variant)| is_new(variant)) {
            let terms = Terms { mrp: variant.mrp_minor, seller: &seller, policy: &policy, now };
            let blank = Whole::blank(seller.id, variant.id, now);
            let changes = OfferChanges { sku: Some(sku(variant)), ..terms_of(at, variant, prefix) };
            edits.push(Edit { before: None, after: edit(&blank, changes, &terms)? });
        }
        write::save(&tx, &edits).await?;
        tx.commit().await?;
        made += edits.len();
    }
}

/// Terms that differ from pack to pack: 0 to 14 % off the MRP, and for some packs less for larger quantities.
fn terms_of(at: usize, variant: &Variant, prefix: &str) -> OfferChanges {
    let mrp = variant.mrp_minor.unwrap_or_default();
    let off = |percent: usize| {
        let cut = i64::try_from(percent).unwrap_or(0);
        Minor((mrp.0 * (100 - cut) / 100).max(1))
    };
    let percent = (at * 7 + usize::from(prefix == "NH") * 4) % 15;
    let (price, lower) = (off(percent), off(percent + 5));
    let breaks = vec![Step { min_quantity: 12, price: lower }];
    OfferChanges {
        price: Some(price),
        price_breaks: (at.is_multiple_of(5) && lower < price).then_some(breaks),
        business_price: at.is_multiple_of(4).then_some(Some(lower)),
        lead_time_hours: Some(if at.is_multiple_of(2) { 4 } else { 24 }),
        status: Some(OfferStatus::Live),
        ..OfferChanges::default()
    }
}

/// Lays what the two sell onto the shelves of all their locations, once; answers how many stock items that makes.
pub async fn seed_stock(app: &App, house: Uuid, distributor: Uuid) -> Result<usize> {
    let mut items = 0;
    for seller in [house, distributor].map(SellerId) {
        let conn = app.db.write().await?;
        let (places, offered) = (locations::of_seller(&conn, seller).await?, lookup::offered_by(&conn, seller).await?);
        drop(conn);
        for place in places {
            items += fill(app, place, &offered).await?;
        }
    }
    Ok(items)
}
