//! What shoppers may buy: the one condition, and what is fetched by it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Offer, OfferId};
use crate::{
    catalog::variant::model::VariantId,
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        loader::Key,
        nested::{Nested, groups},
        page::{Direction, Order, Page, PageArgs, Source},
        sql::{Select, Sql},
    },
};

/// Whether an offer can be bought at this instant: live, within its window, of an active seller, for an active variant
/// of an active product, and not above the maximum retail price. A variant whose MRP was lowered takes its dearer
/// offers off the shelf by this; they stay live and come back with a lower price.
pub fn buyable(at: DateTime<Utc>) -> Sql {
    Sql::new("offers.status = 'live' AND (offers.starts_at IS NULL OR offers.starts_at <= ")
        .bind(at)
        .sql(") AND (offers.ends_at IS NULL OR offers.ends_at > ")
        .bind(at)
        .sql(
            ") AND EXISTS (SELECT FROM sellers WHERE sellers.id = offers.seller_id AND sellers.status = 'active') \
             AND EXISTS (SELECT FROM product_variants JOIN products ON products.id = product_variants.product_id \
             WHERE product_variants.id = offers.variant_id AND product_variants.status = 'active' \
             AND products.status = 'active' AND offers.price_minor <= product_variants.mrp_minor)",
        )
}

/// The key of a page of a variant's buyable offers, cheapest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OffersFor {
    /// The variant.
    pub variant: VariantId,
    /// Which page.
    pub args: PageArgs,
    /// Whether the list is counted.
    pub count: bool,
    /// When; neighbours in one answer are fetched together, as of the latest of them.
    pub at: DateTime<Utc>,
}

impl Key for OffersFor {
    type Value = Page<Offer>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Page<Offer>>> {
        let Some(at) = keys.iter().map(|key| key.at).max() else { return Ok(HashMap::new()) };
        let mut pages = HashMap::with_capacity(keys.len());
        for group in groups(keys, |key| ((key.args.clone(), key.count), key.variant.0)) {
            let (args, count) = group.shared;
            let order =
                Order { column: "offers.price_minor", cast: "::bigint", id: "offers.id", direction: Direction::Asc };
            let tie = "offers.variant_id = parent.id";
            let nested = Nested { from: "offers", tie, condition: buyable(at), order, args: &args, count };
            let key = |row: &Offer| (row.price_minor.0.to_string(), row.id.0);
            let found = nested.fetch(conn, &Alone, group.own, key).await?;
            pages.extend(group.keys.into_iter().cloned().zip(found));
        }
        Ok(pages)
    }
}

/// Offers without neighbours.
struct Alone;

impl Source for Alone {
    type Row = Offer;

    fn joins(&self) -> Sql {
        Sql::default()
    }

    async fn rows(&self, conn: &Conn, rest: Sql) -> Result<Vec<Offer>> {
        Select::<Offer>::new(rest).rows(conn).await
    }
}

/// The key of whether an offer can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IsBuyable {
    /// The offer.
    pub offer: OfferId,
    /// When, as in [`OffersFor`].
    pub at: DateTime<Utc>,
}

impl Key for IsBuyable {
    type Value = bool;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, bool>> {
        let Some(at) = keys.iter().map(|key| key.at).max() else { return Ok(HashMap::new()) };
        let ids: Vec<Uuid> = keys.iter().map(|key| key.offer.0).collect();
        let which = Sql::new("SELECT offers.id FROM offers WHERE offers.id = ANY(").bind(ids).sql(") AND ");
        let buyable: HashSet<Uuid> = which.join(buyable(at)).ids(conn).await?.into_iter().collect();
        Ok(keys.iter().map(|key| (*key, buyable.contains(&key.offer.0))).collect())
    }
}
