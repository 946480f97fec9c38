//! The platform's decisions about offers that wait for them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    edit::Edit,
    model::{
        self, Offer, OfferId, OfferStatus, Whole,
        write::{self, LiveOffers},
    },
};
use crate::{
    app::App,
    kernel::{
        access::Actor,
        audit,
        check::Checks,
        error::{Error, Problem, Result},
        money::Minor,
    },
};

/// Most offers in one decision.
pub const MAX_REVIEWED: usize = 500;

/// What the platform decides.
#[derive(Clone, Debug)]
pub enum Decision {
    /// The offers go live.
    Approve,
    /// The offers are refused, for this reason.
    Reject(String),
}

/// What a decision did to one offer.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The offer asked for.
    pub id: OfferId,
    /// The offer as decided.
    pub offer: Option<Offer>,
    /// Why it was left as it was.
    pub problems: Vec<Problem>,
}

/// Decides about offers that wait for review; each is decided or left alone for itself. As many statements for one as
/// for all.
pub async fn review_offers(app: &App, actor: &Actor, ids: Vec<OfferId>, decision: Decision) -> Result<Vec<Reviewed>> {
    if ids.len() > MAX_REVIEWED {
        return Err(Error::invalid("ids", format!("at most {MAX_REVIEWED} offers at once")));
    }
    let decision = checked(decision)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let rows = model::by_ids(&tx, &ids).await?;
    let sellers: Vec<_> = rows.iter().map(|row| row.seller_id.0).collect();
    let variants: Vec<_> = rows.iter().map(|row| row.variant_id.0).collect();
    write::hold_sellers(&tx, sellers.clone()).await?;
    let locked = write::lock(&tx, &ids).await?;
    let prices = write::hold_variants(&tx, variants.clone()).await?;
    let mut live = LiveOffers::find(&tx, sellers, variants).await?;
    let mut outcomes = HashMap::with_capacity(locked.len());
    for before in locked {
        let id = before.offer.id;
        let mrp = prices.get(&before.offer.variant_id).and_then(|row| row.mrp_minor);
        let decided = decide(&before, &decision, mrp, now).and_then(|after| {
            live.admit(&after.offer)?;
            Ok(Edit { before: Some(before), after })
        });
        outcomes.insert(id, decided);
    }
    let edits: Vec<Edit> = outcomes.values().filter_map(|outcome| outcome.as_ref().ok()).cloned().collect();
    write::save(&tx, &edits).await?;
    let changes = edits.iter().map(|edit| edit.change("offerReview")).collect::<Result<Vec<_>>>()?;
    audit::record_all(changes, &tx, &app.clock, actor).await?;
    tx.commit().await?;
    ids.into_iter().map(|id| reviewed(id, outcomes.get(&id))).collect()
}

fn checked(decision: Decision) -> Result<Decision> {
    let Decision::Reject(reason) = decision else { return Ok(decision) };
    let mut checks = Checks::default();
    let reason = checks.text("reason", &reason, 1, 1_000);
    checks.finish()?;
    Ok(Decision::Reject(reason))
}

/// The offer as decided. Pure.
fn decide(before: &Whole, decision: &Decision, mrp: Option<Minor>, now: DateTime<Utc>) -> Result<Whole> {
    if before.offer.status != OfferStatus::PendingReview {
        return Err(Error::conflict("this offer does not wait for review"));
    }
    let mut after = before.clone();
    let offer = &mut after.offer;
    match decision {
        Decision::Approve => {
            if mrp.is_none_or(|mrp| offer.price_minor > mrp) {
                let message = "the price is above the maximum retail price";
                return Err(Error::problem("PRICE_ABOVE_MRP", "", message));
            }
            (offer.status, offer.approved_at) = (OfferStatus::Live, Some(now));
        }
        Decision::Reject(reason) => {
            (offer.status, offer.rejection_reason) = (OfferStatus::Rejected, Some(reason.clone()));
        }
    }
    offer.version = offer.version.saturating_add(1);
    offer.updated_at = now;
    Ok(after)
}

fn reviewed(id: OfferId, outcome: Option<&Result<Edit>>) -> Result<Reviewed> {
    match outcome {
        Some(Ok(edit)) => Ok(Reviewed { id, offer: Some(edit.after.offer.clone()), problems: Vec::new() }),
        Some(Err(Error::Rejected(problems))) => Ok(Reviewed { id, offer: None, problems: problems.clone() }),
        Some(Err(other)) => Err(other.clone()),
        None => {
            let problem = Problem::new("NOT_FOUND", "", "there is no such offer");
            Ok(Reviewed { id, offer: None, problems: vec![problem] })
        }
    }
}
