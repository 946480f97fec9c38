//! Prices and states of many offers at once, named by their SKUs.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    edit::{Edit, OfferChanges, Terms, edit},
    model::{
        self, Offer, OfferId, OfferStatus, Whole,
        write::{self, LiveOffers},
    },
    policy::Policy,
    service::require_seller,
};
use crate::{
    app::App,
    inventory::seller::model::SellerId,
    kernel::{
        access::Actor,
        audit,
        error::{Error, Problem, Result},
        idempotency::{self, Outcome},
        money::Minor,
    },
};

/// Most offers in one call.
pub const MAX_BULK: usize = 1_000;

/// What shall become of one offer; what is `None` stays.
#[derive(Clone, Debug, Serialize)]
pub struct BulkChange {
    /// The seller's SKU, without regard to case.
    pub sku: String,
    /// Price of one pack.
    pub price: Option<Minor>,
    /// The same for business customers; `Some(None)` for none.
    pub business_price: Option<Option<Minor>>,
    /// Where the seller wants it.
    pub status: Option<OfferStatus>,
    /// Only if the offer still has this version.
    pub expected_version: Option<i32>,
    /// Only if the offer still has this price.
    pub expected_price: Option<Minor>,
}

/// What a call did to one of the offers.
#[derive(Clone, Debug)]
pub struct BulkResult {
    /// The SKU asked for.
    pub sku: String,
    /// The offer.
    pub offer: Option<Offer>,
    /// Why it was not changed.
    pub problems: Vec<StoredProblem>,
}

/// A problem as it is kept with the idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredProblem {
    /// For programs.
    pub code: String,
    /// For people.
    pub message: String,
    /// Which field of the row.
    pub path: Vec<String>,
}

impl From<Problem> for StoredProblem {
    fn from(Problem { code, message, path }: Problem) -> Self {
        Self { code: code.to_owned(), message, path }
    }
}

/// A row's outcome as it is kept with the idempotency key.
#[derive(Serialize, Deserialize)]
struct Stored {
    sku: String,
    offer: Option<OfferId>,
    problems: Vec<StoredProblem>,
}

/// Changes offers of one seller; each row succeeds or fails for itself. As many statements for one as for all. A
/// repeated call changes nothing and answers what the first one did, with the offers as they are now.
pub async fn bulk_update_offers(
    app: &App,
    actor: &Actor,
    seller_id: SellerId,
    rows: Vec<BulkChange>,
    idempotency_key: &str,
) -> Result<Vec<BulkResult>> {
    require_seller(actor, seller_id)?;
    if rows.len() > MAX_BULK {
        return Err(Error::invalid("rows", format!("at most {MAX_BULK} offers at once")));
    }
    let (policy, now) = (Policy::of(app), app.clock.now());
    let tx = app.db.begin().await?;
    let request = (seller_id, &rows);
    let claim = match idempotency::claim(&tx, &app.clock, actor, "offerBulkUpdate", idempotency_key, &request).await? {
        Outcome::First(claim) => claim,
        Outcome::Repeated::<Vec<Stored>>(stored) => {
            let offers = model::by_ids(&tx, &ids(&stored)).await?;
            return Ok(results(stored, offers));
        }
    };
    let seller = write::hold_seller(&tx, seller_id).await?;
    let skus = rows.iter().map(|row| folded(&row.sku)).collect();
    let before = write::lock_by_sku(&tx, seller_id, skus).await?;
    let variants: Vec<_> = before.iter().map(|whole| whole.offer.variant_id.0).collect();
    let prices = write::hold_variants(&tx, variants.clone()).await?;
    let mut live = LiveOffers::find(&tx, vec![seller_id.0], variants).await?;
    let mut waiting: HashMap<String, Whole> =
        before.into_iter().map(|whole| (folded(&whole.offer.sku), whole)).collect();
    let (mut edits, mut stored) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        let sku = row.sku.clone();
        let outcome = take(&mut waiting, &row).and_then(|before| {
            let mrp = prices.get(&before.offer.variant_id).and_then(|variant| variant.mrp_minor);
            let after = edit(&before, row.into(), &Terms { mrp, seller: &seller, policy: &policy, now })?;
            live.admit(&after.offer)?;
            Ok(Edit { before: Some(before), after })
        });
        stored.push(match outcome {
            Ok(edit) => {
                let offer = Some(edit.after.offer.id);
                edits.push(edit);
                Stored { sku, offer, problems: Vec::new() }
            }
            Err(Error::Rejected(problems)) => {
                Stored { sku, offer: None, problems: problems.into_iter().map(Into::into).collect() }
            }
            Err(other) => return Err(other),
        });
    }
    write::save(&tx, &edits).await?;
    let changed = edits.iter().filter(|edit| edit.changes());
    let changes = changed.map(|edit| edit.change("offerBulkUpdate")).collect::<Result<Vec<_>>>()?;
    audit::record_all(changes, &tx, &app.clock, actor).await?;
    claim.store(&tx, &stored).await?;
    tx.commit().await?;
    Ok(results(stored, edits.into_iter().map(|edit| edit.after.offer).collect()))
}

/// SKUs are ASCII, and compared without regard to case.
pub fn folded(sku: &str) -> String {
    sku.trim().to_ascii_lowercase()
}

/// The row's offer as it was, if it is there, not yet taken by another row, and as the caller expects.
fn take(waiting: &mut HashMap<String, Whole>, row: &BulkChange) -> Result<Whole> {
    let missing =
        || Error::problem("NOT_FOUND", "sku", "no offer of this seller has this SKU, or an earlier row has it");
    let whole = waiting.remove(&folded(&row.sku)).ok_or_else(missing)?;
    if row.expected_version.is_some_and(|expected| expected != whole.offer.version) {
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", "the offer was changed meanwhile"));
    }
    if row.expected_price.is_some_and(|expected| expected != whole.offer.price_minor) {
        let message = format!("the price is {} now", whole.offer.price_minor);
        return Err(Error::problem("VERSION_CONFLICT", "expectedPrice", message));
    }
    Ok(whole)
}

impl From<BulkChange> for OfferChanges {
    fn from(row: BulkChange) -> Self {
        Self { price: row.price, business_price: row.business_price, status: row.status, ..Self::default() }
    }
}

fn ids(stored: &[Stored]) -> Vec<OfferId> {
    stored.iter().filter_map(|row| row.offer).collect()
}

fn results(stored: Vec<Stored>, offers: Vec<Offer>) -> Vec<BulkResult> {
    let mut offers: HashMap<OfferId, Offer> = offers.into_iter().map(|offer| (offer.id, offer)).collect();
    let result =
        |Stored { sku, offer, problems }| BulkResult { sku, offer: offer.and_then(|id| offers.remove(&id)), problems };
    stored.into_iter().map(result).collect()
}
