//! The offers among which the best one is chosen.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Offer, OfferId, PriceBreak, breaks_of, shelf::buyable};
use crate::{
    catalog::variant::model::VariantId,
    inventory::{seller::model::SellerId, serviceability::model::deliveries, stock::model as stock},
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        loader::Key,
        nested::groups,
        sql::{Select, Sql},
    },
    marketplace::offer::{
        ranking::{Ranked, rank},
        supply::Supplies,
    },
};

/// So many of a variant's buyable offers are compared: those in stock first, then the cheapest by their plain price. A
/// bound, so that a variant which thousands sell costs no more than any other.
pub const COMPARED: usize = 50;

/// What the shopper asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wish {
    /// Packs ordered.
    pub quantity: i32,
    /// For a business customer.
    pub business: bool,
    /// Where to; not known yet when `None`.
    pub pincode: Option<String>,
}

/// The key of a variant's buyable offers, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BestOffers {
    /// The variant.
    pub variant: VariantId,
    /// What the shopper asks for.
    pub wish: Wish,
    /// When, as in [`super::shelf::OffersFor`].
    pub at: DateTime<Utc>,
}

impl Key for BestOffers {
    type Value = Arc<Vec<Ranked>>;

    /// Four statements for each wish, however many variants.
    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let Some(at) = keys.iter().map(|key| key.at).max() else { return Ok(HashMap::new()) };
        let mut all = HashMap::with_capacity(keys.len());
        for group in groups(keys, |key| (key.wish.clone(), key.variant)) {
            let mut ranked = ranked(conn, &group.shared, group.own, at).await?;
            let found = |key: &&Self| ((*key).clone(), Arc::new(ranked.remove(&key.variant).unwrap_or_default()));
            all.extend(group.keys.iter().map(found));
        }
        Ok(all)
    }
}

async fn ranked(
    conn: &Conn,
    wish: &Wish,
    variants: Vec<VariantId>,
    at: DateTime<Utc>,
) -> Result<HashMap<VariantId, Vec<Ranked>>> {
    let deliveries = match &wish.pincode {
        Some(pincode) => Some(deliveries(conn, pincode, at).await?),
        None => None,
    };
    let offers = cheapest(conn, variants.iter().map(|id| id.0).collect(), wish.quantity, at).await?;
    let ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
    let breaks: Vec<PriceBreak> = breaks_of(conn, &ids).await?;
    let sellers: Vec<SellerId> = offers.iter().map(|offer| offer.seller_id).collect();
    let supplies = Supplies::new(stock::on_shelves(conn, &variants, &sellers).await?, deliveries);
    let mut of_variant: HashMap<VariantId, Vec<Offer>> = HashMap::new();
    for offer in offers {
        of_variant.entry(offer.variant_id).or_default().push(offer);
    }
    let rank = |(variant, offers)| (variant, rank(offers, &breaks, &supplies, (wish.quantity, wish.business)));
    Ok(of_variant.into_iter().map(rank).collect())
}

/// The buyable offers of each variant: those whose seller has so many first, then the cheapest.
async fn cheapest(conn: &Conn, mut variants: Vec<Uuid>, quantity: i32, at: DateTime<Utc>) -> Result<Vec<Offer>> {
    variants.sort_unstable();
    variants.dedup();
    let rest = Sql::new("FROM unnest(")
        .bind(variants)
        .sql(") AS wanted(id) CROSS JOIN LATERAL (SELECT * FROM offers WHERE offers.variant_id = wanted.id AND ");
    let rest = rest
        .join(buyable(at))
        .sql(
            " ORDER BY EXISTS (SELECT FROM stock_items WHERE stock_items.variant_id = offers.variant_id \
             AND stock_items.seller_id = offers.seller_id AND stock_items.available >= ",
        )
        .bind(quantity)
        .sql(") DESC, offers.price_minor, offers.id LIMIT ")
        .number(COMPARED);
    Select::<Offer>::new(rest.sql(") AS offers")).rows(conn).await
}
