//! What of an offer needs the platform's approval.

use super::model::{Offer, Whole};
use crate::{
    app::App,
    config::{OfferApproval, ReviewedField},
    inventory::seller::model::SellerKind,
};

/// The settings about reviews.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whose offers are approved at once.
    pub approval: OfferApproval,
    /// Which changes to an approved offer need approval again.
    pub reviewed: Vec<ReviewedField>,
}

impl Policy {
    /// As set.
    pub fn of(app: &App) -> Self {
        let offers = &app.config.offers;
        Self { approval: offers.offer_approval, reviewed: offers.offer_reviewed_fields.clone() }
    }

    /// What a reviewer goes by who approves what they look at.
    pub fn approving() -> Self {
        Self { approval: OfferApproval::Automatic, reviewed: Vec::new() }
    }

    /// Whether a seller's offers are approved without anybody looking.
    pub fn is_automatic(&self, seller: SellerKind) -> bool {
        self.approval.is_automatic(seller == SellerKind::House)
    }

    /// Whether something changes that needs approval.
    pub fn reviews(&self, before: &Whole, after: &Whole) -> bool {
        self.reviewed.iter().any(|field| differs(*field, before, after))
    }
}

fn differs(field: ReviewedField, before: &Whole, after: &Whole) -> bool {
    let quantities = |offer: &Offer| (offer.min_quantity, offer.max_quantity, offer.quantity_step);
    let (old, new) = (&before.offer, &after.offer);
    match field {
        ReviewedField::Sku => old.sku != new.sku,
        ReviewedField::Price => {
            old.price_minor != new.price_minor || !before.breaks_for(false).eq(after.breaks_for(false))
        }
        ReviewedField::BusinessPrice => {
            let price = old.business_price_minor != new.business_price_minor;
            price || !before.breaks_for(true).eq(after.breaks_for(true))
        }
        ReviewedField::Quantities => quantities(old) != quantities(new),
        ReviewedField::LeadTime => old.lead_time_hours != new.lead_time_hours,
        ReviewedField::Window => (old.starts_at, old.ends_at) != (new.starts_at, new.ends_at),
    }
}
