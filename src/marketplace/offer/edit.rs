//! What a change makes of an offer: every rule of an offer, in one place. Pure.

use chrono::{DateTime, Utc};

use super::{
    model::{Offer, OfferId, OfferStatus, PriceBreak, Whole},
    policy::Policy,
};
use crate::{
    catalog::variant::model::VariantId,
    inventory::seller::model::{Seller, SellerId, SellerStatus},
    kernel::{
        audit::Change,
        check::Checks,
        error::{Error, Result},
        money::Minor,
    },
};

/// Most price breaks for everybody, and for business customers.
const MAX_BREAKS: usize = 10;
/// Most packs that an order of one offer can be limited to, or start from.
const MAX_QUANTITY: i32 = 1_000_000;
/// Longest lead time: a year.
const MAX_LEAD_TIME_HOURS: i32 = 8_760;

/// A lower price from a quantity on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// From this quantity on.
    pub min_quantity: i32,
    /// Price of one pack.
    pub price: Minor,
}

/// Changes to an offer; what is `None` stays, `Some(None)` empties.
#[derive(Clone, Debug, Default)]
pub struct OfferChanges {
    /// The seller's stock keeping unit.
    pub sku: Option<String>,
    /// Price of one pack.
    pub price: Option<Minor>,
    /// The same for business customers.
    pub business_price: Option<Option<Minor>>,
    /// All price breaks.
    pub price_breaks: Option<Vec<Step>>,
    /// All price breaks for business customers.
    pub business_price_breaks: Option<Vec<Step>>,
    /// Fewest packs of one order.
    pub min_quantity: Option<i32>,
    /// Most packs of one order.
    pub max_quantity: Option<Option<i32>>,
    /// Packs are ordered in multiples of this.
    pub quantity_step: Option<i32>,
    /// Hours until the seller hands over.
    pub lead_time_hours: Option<i32>,
    /// Warn when so few packs are left.
    pub low_stock_threshold: Option<Option<i32>>,
    /// Not bought before.
    pub starts_at: Option<Option<DateTime<Utc>>>,
    /// Not bought from then on.
    pub ends_at: Option<Option<DateTime<Utc>>>,
    /// Where the seller wants it: live, paused, a draft again, or archived.
    pub status: Option<OfferStatus>,
}

/// What an edit goes by besides the offer itself.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The variant's maximum retail price.
    pub mrp: Option<Minor>,
    /// Whose offer it is.
    pub seller: &'a Seller,
    /// What needs review.
    pub policy: &'a Policy,
    /// The instant.
    pub now: DateTime<Utc>,
}

/// An offer before and after.
#[derive(Clone, Debug)]
pub struct Edit {
    /// As stored; `None` for a new one.
    pub before: Option<Whole>,
    /// As it shall be.
    pub after: Whole,
}

impl Edit {
    /// Whether there is anything to write.
    pub fn changes(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }

    /// Whether the price breaks are to be written.
    pub fn changes_breaks(&self) -> bool {
        self.before.as_ref().map_or(&[] as &[PriceBreak], |before| &before.breaks) != self.after.breaks
    }

    /// The record of it.
    pub fn change<'a>(&self, action: &'a str) -> Result<Change<'a, OfferId>> {
        Change::new(action, self.after.offer.id, self.before.as_ref(), Some(&self.after))
    }
}

impl Whole {
    /// An offer with nothing in it yet, not stored.
    pub fn blank(seller_id: SellerId, variant_id: VariantId, now: DateTime<Utc>) -> Self {
        let offer = Offer {
            id: OfferId::new(),
            seller_id,
            variant_id,
            sku: String::new(),
            price_minor: Minor::ZERO,
            business_price_minor: None,
            min_quantity: 1,
            max_quantity: None,
            quantity_step: 1,
            lead_time_hours: 0,
            low_stock_threshold: None,
            starts_at: None,
            ends_at: None,
            status: OfferStatus::Draft,
            submitted_at: None,
            approved_at: None,
            rejection_reason: None,
            version: 0,
            created_at: now,
            updated_at: now,
        };
        Self { offer, breaks: Vec::new() }
    }
}

/// The offer after the changes; the same version where nothing changes.
pub fn edit(before: &Whole, changes: OfferChanges, terms: &Terms<'_>) -> Result<Whole> {
    if before.offer.status == OfferStatus::Archived {
        return Err(Error::conflict("this offer is archived; make a new one"));
    }
    // A price that was right when it was set may stay although the MRP was lowered since; it is just not buyable.
    let priced = changes.price.is_some() || changes.status == Some(OfferStatus::Live);
    let wish = changes.status;
    let mut checks = Checks::default();
    let mut after = apply(&mut checks, before.clone(), changes);
    check_prices(&mut checks, &after, terms.mrp.filter(|_| priced));
    checks.ensure(!priced || terms.mrp.is_some(), "PRICE_ABOVE_MRP", "price", "the variant has no MRP yet");
    check_terms(&mut checks, &after.offer);
    checks.finish()?;
    if terms.policy.reviews(before, &after) {
        after.offer.approved_at = None;
    }
    after.offer = placed(after.offer, wish, terms)?;
    if after != *before {
        after.offer.version = before.offer.version.saturating_add(1);
        after.offer.updated_at = terms.now;
    }
    Ok(after)
}

fn apply(checks: &mut Checks, mut whole: Whole, changes: OfferChanges) -> Whole {
    let offer = &mut whole.offer;
    if let Some(sku) = changes.sku {
        offer.sku = checks.text("sku", &sku, 1, 64);
        let printable = offer.sku.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        checks.ensure(printable, "INVALID", "sku", "a SKU has letters, digits and signs of ASCII only");
    }
    offer.price_minor = changes.price.unwrap_or(offer.price_minor);
    offer.business_price_minor = changes.business_price.unwrap_or(offer.business_price_minor);
    offer.min_quantity = changes.min_quantity.unwrap_or(offer.min_quantity);
    offer.max_quantity = changes.max_quantity.unwrap_or(offer.max_quantity);
    offer.quantity_step = changes.quantity_step.unwrap_or(offer.quantity_step);
    offer.lead_time_hours = changes.lead_time_hours.unwrap_or(offer.lead_time_hours);
    offer.low_stock_threshold = changes.low_stock_threshold.unwrap_or(offer.low_stock_threshold);
    offer.starts_at = changes.starts_at.unwrap_or(offer.starts_at);
    offer.ends_at = changes.ends_at.unwrap_or(offer.ends_at);
    for (for_business, steps) in [(false, changes.price_breaks), (true, changes.business_price_breaks)] {
        if let Some(steps) = steps {
            whole.replace_breaks(for_business, steps);
        }
    }
    whole
}

impl Whole {
    /// The breaks of one kind, by rising quantity.
    pub fn breaks_for(&self, business: bool) -> impl Iterator<Item = &PriceBreak> {
        self.breaks.iter().filter(move |step| step.for_business == business)
    }

    fn replace_breaks(&mut self, for_business: bool, steps: Vec<Step>) {
        self.breaks.retain(|step| step.for_business != for_business);
        let offer_id = self.offer.id;
        self.breaks.extend(steps.into_iter().map(|Step { min_quantity, price }| PriceBreak {
            offer_id,
            for_business,
            min_quantity,
            price_minor: price,
        }));
        self.breaks.sort_by_key(|step| (step.for_business, step.min_quantity));
    }
}

fn check_prices(checks: &mut Checks, whole: &Whole, mrp: Option<Minor>) {
    let offer = &whole.offer;
    let price = offer.price_minor;
    checks.ensure(price > Minor::ZERO, "INVALID", "price", "a price is more than zero");
    let dearer = "the price is above the maximum retail price";
    checks.ensure(mrp.is_none_or(|mrp| price <= mrp), "PRICE_ABOVE_MRP", "price", dearer);
    let business = offer.business_price_minor;
    checks.ensure(
        business.is_none_or(|business| business > Minor::ZERO && business <= price),
        "INVALID",
        "businessPrice",
        "a business price is more than zero and not above the price",
    );
    for (for_business, path, from) in
        [(false, "priceBreaks", price), (true, "businessPriceBreaks", business.unwrap_or(price))]
    {
        let message = "larger quantities cost less: quantities from 2 and above the least order, each once, each with a \
                       lower price than the one before";
        checks.ensure(falls(whole, for_business, from), "INVALID", path, message);
        let few = whole.breaks_for(for_business).count() <= MAX_BREAKS;
        checks.ensure(few, "INVALID", path, format!("at most {MAX_BREAKS} price breaks"));
    }
}

/// Whether quantities rise strictly and prices fall strictly, beginning with the offer's own.
fn falls(whole: &Whole, for_business: bool, price: Minor) -> bool {
    let mut last = (whole.offer.min_quantity.max(1), price);
    whole.breaks_for(for_business).all(|step| {
        let next = (step.min_quantity, step.price_minor);
        let falls = next.0 > last.0 && next.1 < last.1 && next.1 > Minor::ZERO;
        last = next;
        falls
    })
}

fn check_terms(checks: &mut Checks, offer: &Offer) {
    let quantity = 1..=MAX_QUANTITY;
    let step = offer.quantity_step;
    let fits = |count: i32| quantity.contains(&count) && step > 0 && count % step == 0;
    checks.ensure(quantity.contains(&step), "INVALID", "quantityStep", "a multiple is 1 to 1,000,000");
    let message = "a least quantity is 1 to 1,000,000 and a multiple of quantityStep";
    checks.ensure(fits(offer.min_quantity), "INVALID", "minQuantity", message);
    checks.ensure(
        offer.max_quantity.is_none_or(|most| fits(most) && most >= offer.min_quantity),
        "INVALID",
        "maxQuantity",
        "a largest quantity is not below the least one, at most 1,000,000 and a multiple of quantityStep",
    );
    let lead_time = (0..=MAX_LEAD_TIME_HOURS).contains(&offer.lead_time_hours);
    checks.ensure(lead_time, "INVALID", "leadTimeHours", "a lead time is 0 to 8,760 hours");
    let threshold = offer.low_stock_threshold.is_none_or(|count| (0..=MAX_QUANTITY).contains(&count));
    checks.ensure(threshold, "INVALID", "lowStockThreshold", "a threshold is 0 to 1,000,000");
    let ordered = offer.starts_at.zip(offer.ends_at).is_none_or(|(from, to)| to > from);
    checks.ensure(ordered, "INVALID", "endsAt", "the window ends after it starts");
}

/// The offer where its seller wants it, as far as it is for the seller to say. What wants to be live and is not
/// approved waits for review, or is approved at once where the policy says so.
fn placed(mut offer: Offer, wish: Option<OfferStatus>, terms: &Terms<'_>) -> Result<Offer> {
    use OfferStatus::{Archived, Draft, Live, Paused, PendingReview, Rejected};
    let refused = |message: &str| Err(Error::problem("CONFLICT", "status", message));
    let target = match (offer.status, wish) {
        (Live | PendingReview, None) => Live,
        (now, None) => now,
        (_, Some(Live)) => Live,
        (_, Some(Archived)) => Archived,
        (Live | Paused, Some(Paused)) => Paused,
        (PendingReview | Rejected | Draft, Some(Draft)) => Draft,
        (_, Some(Paused)) => return refused("only a live offer is paused"),
        (_, Some(Draft)) => return refused("an offer that was on sale is paused or archived, not a draft again"),
        (_, Some(PendingReview | Rejected)) => return refused("the platform decides that"),
    };
    let stood = offer.status;
    offer.status = target;
    if target == Live {
        if offer.approved_at.is_none() && terms.policy.is_automatic(terms.seller.kind) {
            offer.approved_at = Some(terms.now);
        }
        if offer.approved_at.is_none() {
            offer.status = PendingReview;
            // Who changes a waiting offer keeps their place in the queue.
            offer.submitted_at = offer.submitted_at.filter(|_| stood == PendingReview).or(Some(terms.now));
        }
    }
    let moves_on = offer.status != stood && matches!(offer.status, Live | PendingReview);
    if moves_on && terms.seller.status == SellerStatus::Pending {
        let message = "until the seller is verified, its offers go neither to review nor on sale";
        return Err(Error::problem("SELLER_NOT_VERIFIED", "status", message));
    }
    if offer.status != Rejected {
        offer.rejection_reason = None;
    }
    Ok(offer)
}
