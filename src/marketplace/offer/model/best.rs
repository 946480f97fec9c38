//! The offers among which the best one is chosen.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Offer, OfferId, PriceBreak, breaks_of, shelf::buyable};
use crate::{
    catalog::variant::model::VariantId,
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        loader::Key,
        sql::{Select, Sql},
    },
    marketplace::offer::ranking::{Ranked, rank},
};

/// So many of a variant's buyable offers are compared: the cheapest by their plain price. A bound, so that a variant which
/// thousands sell costs no more than any other.
pub const COMPARED: usize = 50;

/// The key of a variant's buyable offers, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BestOffers {
    /// The variant.
    pub variant: VariantId,
    /// Packs ordered.
    pub quantity: i32,
    /// For a business customer.
    pub business: bool,
    /// When, as in [`super::shelf::OffersFor`].
    pub at: DateTime<Utc>,
}

impl Key for BestOffers {
    type Value = Arc<Vec<Ranked>>;

    /// Two statements, however many variants.
    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let Some(at) = keys.iter().map(|key| key.at).max() else { return Ok(HashMap::new()) };
        let offers = cheapest(conn, keys.iter().map(|key| key.variant.0).collect(), at).await?;
        let ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
        let breaks = breaks_of(conn, &ids).await?;
        let mut of_variant: HashMap<VariantId, (Vec<Offer>, Vec<PriceBreak>)> = HashMap::new();
        let variants: HashMap<OfferId, VariantId> = offers.iter().map(|offer| (offer.id, offer.variant_id)).collect();
        for offer in offers {
            of_variant.entry(offer.variant_id).or_default().0.push(offer);
        }
        for step in breaks {
            if let Some(variant) = variants.get(&step.offer_id) {
                of_variant.entry(*variant).or_default().1.push(step);
            }
        }
        let ranked = |key: &Self| {
            let (offers, breaks) = of_variant.get(&key.variant).cloned().unwrap_or_default();
            (*key, Arc::new(rank(offers, &breaks, key.quantity, key.business)))
        };
        Ok(keys.iter().map(ranked).collect())
    }
}

/// The cheapest buyable offers of each variant.
async fn cheapest(conn: &Conn, mut variants: Vec<Uuid>, at: DateTime<Utc>) -> Result<Vec<Offer>> {
    variants.sort_unstable();
    variants.dedup();
    let rest = Sql::new("FROM unnest(")
        .bind(variants)
        .sql(") AS wanted(id) CROSS JOIN LATERAL (SELECT * FROM offers WHERE offers.variant_id = wanted.id AND ");
    let rest = rest.join(buyable(at)).sql(" ORDER BY offers.price_minor, offers.id LIMIT ").number(COMPARED);
    Select::<Offer>::new(rest.sql(") AS offers")).rows(conn).await
}
