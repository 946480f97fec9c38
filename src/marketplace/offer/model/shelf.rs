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

/// The offers that can be bought at this instant, as a source named `offers`: live, within their window, of an active
/// seller, for an active variant of an active product, and not above the maximum retail price. A variant whose MRP was
/// lowered takes its dearer offers off the shelf by this; they stay live and come back with a lower price.
///
/// The condition is the database's function `buyable_offers`, which the catalogue's lists use, too; PostgreSQL plans it
/// as a part of the statement.
pub fn buyable_offers(at: DateTime<Utc>) -> Sql {
    Sql::new("buyable_offers(").bind(at).sql(") AS offers")
}

/// The same as a condition on `offers`.
fn buyable(at: DateTime<Utc>) -> Sql {
    Sql::new("EXISTS (SELECT FROM buyable_offers(").bind(at).sql(") AS shelf WHERE shelf.id = offers.id)")
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
            let counted = count.then(|| buyable(at));
            let nested = Nested { from: "offers", tie, condition: buyable(at), order, args: &args, counted };
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
        let ids = keys.iter().map(|key| key.offer.0).collect();
        let buyable: HashSet<Uuid> = of_these(conn, ids, at).await?.into_iter().collect();
        Ok(keys.iter().map(|key| (*key, buyable.contains(&key.offer.0))).collect())
    }
}

/// Those of the offers that can be bought.
pub async fn of_these(conn: &Conn, ids: Vec<Uuid>, at: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let from = Sql::new("SELECT offers.id FROM ").join(buyable_offers(at));
    from.sql(" WHERE offers.id = ANY(").bind(ids).sql(")").ids(conn).await
}
