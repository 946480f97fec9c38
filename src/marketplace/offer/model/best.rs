//! The offers among which the best one is chosen.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Offer, OfferId, PriceBreak, breaks_of, shelf::buyable_offers};
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
        supply::{Delivery, Supplies},
    },
};

/// So many of a variant's buyable offers are compared, the best ones by what decides first: whether the quantity fits,
/// whether the goods are where they can be sent from, whether that is open, and the cost with delivery. A bound, so that
/// a variant which thousands sell costs no more than any other; only ties are cut.
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

    /// One statement for each postal code and three for each wish, however many variants.
    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let Some(at) = keys.iter().map(|key| key.at).max() else { return Ok(HashMap::new()) };
        let mut all = HashMap::with_capacity(keys.len());
        for same_place in groups(keys, |key| (key.wish.pincode.clone(), key.clone())) {
            let deliveries = match &same_place.shared {
                Some(pincode) => Some(deliveries(conn, pincode, at).await?),
                None => None,
            };
            for group in groups(&same_place.own, |key| (key.wish.clone(), key.variant)) {
                let mut ranked = ranked(conn, &group.shared, group.own, deliveries.as_deref(), at).await?;
                let found = |key: &&Self| ((*key).clone(), Arc::new(ranked.remove(&key.variant).unwrap_or_default()));
                all.extend(group.keys.iter().map(found));
            }
        }
        Ok(all)
    }
}

async fn ranked(
    conn: &Conn,
    wish: &Wish,
    variants: Vec<VariantId>,
    deliveries: Option<&[Delivery]>,
    at: DateTime<Utc>,
) -> Result<HashMap<VariantId, Vec<Ranked>>> {
    let offers = candidates(conn, variants.iter().map(|id| id.0).collect(), wish, deliveries, at).await?;
    let ids: Vec<OfferId> = offers.iter().map(|offer| offer.id).collect();
    let breaks: Vec<PriceBreak> = breaks_of(conn, &ids).await?;
    let sellers: Vec<SellerId> = offers.iter().map(|offer| offer.seller_id).collect();
    let shelves = stock::on_shelves(conn, &variants, &sellers).await?;
    let supplies = Supplies::new(shelves, deliveries.map(<[Delivery]>::to_vec));
    let mut of_variant: HashMap<VariantId, Vec<Offer>> = HashMap::new();
    for offer in offers {
        of_variant.entry(offer.variant_id).or_default().push(offer);
    }
    let rank = |(variant, offers)| (variant, rank(offers, &breaks, &supplies, (wish.quantity, wish.business)));
    Ok(of_variant.into_iter().map(rank).collect())
}

/// The buyable offers of each variant that can be the best: in the order in which [`rank`] prefers them, as far as
/// obstacles, opening and cost go.
async fn candidates(
    conn: &Conn,
    mut variants: Vec<Uuid>,
    wish: &Wish,
    deliveries: Option<&[Delivery]>,
    at: DateTime<Utc>,
) -> Result<Vec<Offer>> {
    variants.sort_unstable();
    variants.dedup();
    let rest = Sql::new("FROM unnest(")
        .bind(variants)
        .sql(
            ") AS wanted(id) CROSS JOIN LATERAL (SELECT * FROM (SELECT DISTINCT ON (offers.id) offers.*, \
             supply.closed, ",
        )
        .bind(wish.quantity)
        .sql(" BETWEEN offers.min_quantity AND coalesce(offers.max_quantity, 2147483647) AND ")
        .bind(wish.quantity)
        .sql(
            " % offers.quantity_step = 0 AS takes, priced.value + CASE WHEN priced.value >= supply.free_from THEN 0 \
             ELSE coalesce(supply.fee, 0) END AS cost FROM ",
        )
        .join(buyable_offers(at))
        .sql(" CROSS JOIN LATERAL (SELECT ")
        .join(unit_price(wish))
        .sql("::numeric * ")
        .bind(wish.quantity)
        .sql(" AS value) priced LEFT JOIN (")
        .join(supply(deliveries))
        .sql(" WHERE stock_items.variant_id = wanted.id AND stock_items.available >= ")
        .bind(wish.quantity)
        .sql(
            ") supply ON supply.seller_id = offers.seller_id WHERE offers.variant_id = wanted.id \
             ORDER BY offers.id, supply.closed, cost) judged \
             ORDER BY takes DESC, closed NULLS LAST, cost, id LIMIT ",
        )
        .number(COMPARED);
    Select::<Offer>::new(rest.sql(") AS offers")).rows(conn).await
}

/// What the shopper pays for a pack, as [`crate::marketplace::offer::pricing::unit_price`] has it.
fn unit_price(wish: &Wish) -> Sql {
    let price = match wish.business {
        false => Sql::new("least(offers.price_minor"),
        true => Sql::new("least(offers.price_minor, offers.business_price_minor"),
    };
    if wish.quantity < 2 {
        return price.sql(")");
    }
    let broken = price.sql(
        ", (SELECT min(step.price_minor) FROM offer_price_breaks step WHERE step.offer_id = offers.id AND \
         step.min_quantity <= ",
    );
    broken.bind(wish.quantity).sql(if wish.business { "))" } else { " AND NOT step.for_business))" })
}

/// `SELECT … FROM …` of stock with what it costs to bring it, where it can be sent from: the locations that deliver, or
/// all that work where no postal code is known.
fn supply(deliveries: Option<&[Delivery]>) -> Sql {
    let Some(deliveries) = deliveries else {
        return Sql::new(
            "SELECT stock_items.seller_id, FALSE AS closed, 0::bigint AS fee, 0::bigint AS free_from FROM stock_items \
             JOIN (SELECT id FROM stores WHERE status = 'active' UNION ALL SELECT id FROM warehouses \
             WHERE status = 'active') AS place ON place.id = stock_items.location_id",
        );
    };
    let column = |of: fn(&Delivery) -> i64| deliveries.iter().map(of).collect::<Vec<_>>();
    let free_from: Vec<_> = deliveries.iter().map(|one| one.free_delivery_threshold.map(|value| value.0)).collect();
    Sql::new("SELECT stock_items.seller_id, near.closed, near.fee, near.free_from FROM stock_items JOIN unnest(")
        .bind(deliveries.iter().map(|one| one.location_id.0).collect::<Vec<_>>())
        .sql(", ")
        .bind(deliveries.iter().map(|one| !one.open).collect::<Vec<_>>())
        .sql(", ")
        .bind(column(|one| one.delivery_fee.0))
        .sql(", ")
        .bind(free_from)
        .sql(") AS near(location_id, closed, fee, free_from) ON near.location_id = stock_items.location_id")
}
