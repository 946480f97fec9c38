//! The condition that products can be bought, what is shown of it, and the summary.

use std::collections::HashMap;

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    catalog::product::model::ProductId,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        id,
        loader::Key,
        money::{Minor, MoneyInput},
        sql::Sql,
    },
};

/// Which offers a product must have: one that can be bought, and for which all of this holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ProductOffersWhere {
    /// Of one of these sellers, at most 100.
    #[graphql(validator(max_items = 100))]
    pub seller_ids: Option<Vec<ID>>,
    /// Whether its seller has some where it can be sent from (true), or none (false).
    pub in_stock: Option<bool>,
    /// The cheapest of these offers costs at least this.
    pub price_min: Option<MoneyInput>,
    /// The cheapest of these offers costs at most this.
    pub price_max: Option<MoneyInput>,
}

/// Prefix of sellers' IDs; the catalogue knows no more of them.
pub const SELLER: &str = "sel";

/// That an offer's seller has some of it where it can be sent from.
const IN_STOCK: &str = "EXISTS (SELECT FROM sendable_stock WHERE sendable_stock.variant_id = offers.variant_id \
    AND sendable_stock.seller_id = offers.seller_id)";

impl ProductOffersWhere {
    /// The condition on `product`, an ID column, as of an instant. The offers are asked only about what the summary leaves.
    pub fn condition(&self, product: &'static str, at: DateTime<Utc>) -> Result<Sql> {
        self.among_shelves(product, Some(self.exactly("product_shelves.product_id", at)?))
    }

    /// The condition of what is counted: by the summary, where that says as much.
    pub fn counted(&self, product: &'static str, at: DateTime<Utc>) -> Result<Sql> {
        if self.summary_suffices() { self.among_shelves(product, None) } else { self.condition(product, at) }
    }

    /// By the offers themselves: costs some ten microseconds for each product that it is asked of.
    pub fn exactly(&self, product: &'static str, at: DateTime<Utc>) -> Result<Sql> {
        Ok(Sql::new("is_offered(")
            .sql(product)
            .sql(", ")
            .bind(at)
            .sql(", ")
            .bind(self.sellers()?)
            .sql(", ")
            .bind(self.in_stock)
            .sql(", ")
            .bind(amount(self.price_min.as_ref())?)
            .sql(", ")
            .bind(amount(self.price_max.as_ref())?)
            .sql(")"))
    }

    /// By the summary of the offers, which follows them within a second, and whatever else is asked of those.
    fn among_shelves(&self, product: &'static str, asked: Option<Sql>) -> Result<Sql> {
        let (min, max) = (amount(self.price_min.as_ref())?, amount(self.price_max.as_ref())?);
        let found = Sql::all_of([self.summary(self.sellers()?, min, max)].into_iter().chain(asked), " AND ");
        let among = Sql::new(product).sql(" IN (SELECT product_shelves.product_id FROM product_shelves WHERE ");
        let among = among.join(found).sql(")");
        // Combinations are many, and each text would stay prepared. How many goods a seller has decides on the plan.
        Ok(if self.given() > 1 || self.seller_ids.is_some() { among.uncached() } else { among })
    }

    /// Whether the summary says exactly which products have such an offer.
    pub fn summary_suffices(&self) -> bool {
        self.given() <= 1 && self.in_stock != Some(false)
    }

    fn given(&self) -> usize {
        let priced = self.price_min.is_some() || self.price_max.is_some();
        [self.seller_ids.is_some(), self.in_stock.is_some(), priced].into_iter().filter(|given| *given).count()
    }

    /// What the summary must say of a product with such an offer; more products may have it.
    fn summary(&self, sellers: Option<Vec<Uuid>>, min: Option<i64>, max: Option<i64>) -> Sql {
        // Who was suspended a moment ago may still be in it.
        let selling = match sellers {
            Some(ids) => Sql::new("product_shelves.seller_ids && ")
                .bind(ids.clone())
                .sql(" AND EXISTS (SELECT FROM sellers WHERE status = 'active' AND id = ANY(")
                .bind(ids)
                .sql("))"),
            None => Sql::new(
                "NOT product_shelves.seller_ids <@ ARRAY(SELECT id FROM sellers WHERE status IN ('suspended', 'closed'))",
            ),
        };
        let mut parts = vec![Sql::new("product_shelves.price_minor IS NOT NULL"), selling];
        parts.extend((self.in_stock == Some(true)).then(|| Sql::new("product_shelves.in_stock")));
        parts.extend(max.map(|most| Sql::new("product_shelves.price_minor <= ").bind(most)));
        // The cheapest of some offers may cost more than the cheapest of all.
        let of_all = self.seller_ids.is_none() && self.in_stock.is_none();
        let least = min.filter(|_| of_all);
        parts.extend(least.map(|least| Sql::new("product_shelves.price_minor >= ").bind(least)));
        Sql::all_of(parts, " AND ")
    }

    fn sellers(&self) -> Result<Option<Vec<Uuid>>> {
        let read = |id: &ID| {
            let uuid = id::decode(id).filter(|(prefix, _)| prefix == SELLER).map(|(_, uuid)| uuid);
            uuid.ok_or_else(|| Error::BadInput("sellerIds: expected the ID of a Seller (sel_…)".to_owned()))
        };
        self.seller_ids.as_ref().map(|ids| ids.iter().map(read).collect()).transpose()
    }
}

fn amount(money: Option<&MoneyInput>) -> Result<Option<i64>> {
    let read = |money: &MoneyInput| money.minor().map(|minor| minor.0).map_err(Error::BadInput);
    money.map(read).transpose()
}

/// What of a product can be bought.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Shelf {
    #[diesel(sql_type = sql_types::Uuid)]
    product_id: ProductId,
    /// Price of the cheapest buyable offer.
    #[diesel(sql_type = sql_types::BigInt)]
    pub price_minor: Minor,
    /// Sellers with a buyable offer.
    #[diesel(sql_type = sql_types::Integer)]
    pub seller_count: i32,
    /// Whether one of them has some where it can be sent from.
    #[diesel(sql_type = sql_types::Bool)]
    pub in_stock: bool,
}

/// The key of what of a product can be bought; nothing where nothing can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShelfOf {
    /// The product.
    pub product: ProductId,
    /// When; neighbours in one answer are fetched together, as of the latest of them.
    pub at: DateTime<Utc>,
}

impl Key for ShelfOf {
    type Value = Shelf;

    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Shelf>> {
        let Some(at) = keys.iter().map(|key| key.at).max() else { return Ok(HashMap::new()) };
        let ids: Vec<Uuid> = keys.iter().map(|key| key.product.0).collect();
        let statement = Sql::new(
            "SELECT product_variants.product_id, min(offers.price_minor) AS price_minor, \
             count(DISTINCT offers.seller_id)::int AS seller_count, bool_or(",
        );
        let statement = statement
            .sql(IN_STOCK)
            .sql(") AS in_stock FROM product_variants JOIN buyable_offers(")
            .bind(at)
            .sql(") AS offers ON offers.variant_id = product_variants.id WHERE product_variants.product_id = ANY(");
        let rows: Vec<Shelf> = statement.bind(ids).sql(") GROUP BY 1").load(&mut conn).await?;
        let found: HashMap<ProductId, Shelf> = rows.into_iter().map(|row| (row.product_id, row)).collect();
        Ok(keys.iter().filter_map(|key| Some((*key, *found.get(&key.product)?))).collect())
    }
}

#[derive(QueryableByName)]
struct ShelfPrice {
    #[diesel(sql_type = sql_types::Uuid)]
    product_id: Uuid,
    #[diesel(sql_type = sql_types::BigInt)]
    price_minor: i64,
}

/// The prices by which lists are sorted; products of which nothing can be bought are left out.
pub async fn sort_prices(mut conn: &Conn, ids: Vec<Uuid>) -> Result<HashMap<Uuid, i64>> {
    let statement = Sql::new(
        "SELECT product_id, price_minor FROM product_shelves WHERE price_minor IS NOT NULL AND product_id = ANY(",
    );
    let rows: Vec<ShelfPrice> = statement.bind(ids).sql(")").load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, row.price_minor)).collect())
}

/// Brings the summary in line with the offers: of up to `limit` products that were queued, and of those whose windows
/// open or close. Answers how many were looked at. One node at a time; another one finds nothing to do.
pub async fn refresh(conn: &Conn, at: DateTime<Utc>, limit: usize) -> Result<usize> {
    let turn = Sql::new("FROM (SELECT pg_try_advisory_xact_lock(hashtext('product_shelves')) AS mine) turn WHERE mine");
    if !turn.exists(conn).await? {
        return Ok(0);
    }
    // A statement of its own: the next one has to see what was written before these rows were.
    let taken = Sql::new(
        "WITH taken AS (DELETE FROM product_shelf_queue WHERE id IN (SELECT id FROM product_shelf_queue ORDER BY id LIMIT ",
    )
    .number(limit)
    .sql(
        ") RETURNING product_id) SELECT DISTINCT product_id AS id FROM taken UNION SELECT * FROM \
         (SELECT product_id FROM product_shelves WHERE changes_at <= ",
    );
    let ids = taken.bind(at).sql(" ORDER BY changes_at LIMIT ").number(limit).sql(") due").ids(conn).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let count = ids.len();
    summarize(conn, ids, at).await?;
    Ok(count)
}

async fn summarize(mut conn: &Conn, ids: Vec<Uuid>, at: DateTime<Utc>) -> Result<()> {
    Sql::new("DELETE FROM product_shelves USING unnest(")
        .bind(ids.clone())
        .sql(
            ") AS stale(id) WHERE product_id = stale.id AND NOT EXISTS (SELECT FROM offers JOIN product_variants \
         ON product_variants.id = offers.variant_id WHERE product_variants.product_id = stale.id \
         AND offers.status = 'live')",
        )
        .execute(&mut conn)
        .await?;
    Sql::new(
        "INSERT INTO product_shelves (product_id, price_minor, seller_ids, in_stock, changes_at) \
         SELECT stale.id, shelf.price_minor, coalesce(shelf.seller_ids, '{}'), coalesce(shelf.in_stock, FALSE), \
         live.changes_at FROM unnest(",
    )
    .bind(ids)
    .sql(
        ") AS stale(id) JOIN products ON products.id = stale.id JOIN LATERAL (SELECT min(instant) AS changes_at, \
         count(*) AS n FROM offers JOIN product_variants ON product_variants.id = offers.variant_id \
         LEFT JOIN LATERAL (VALUES (offers.starts_at), (offers.ends_at)) AS bounds(instant) ON instant > ",
    )
    .bind(at)
    .sql(
        " WHERE product_variants.product_id = stale.id AND offers.status = 'live') live ON live.n > 0 \
         LEFT JOIN LATERAL (SELECT min(offers.price_minor) AS price_minor, \
         array_agg(DISTINCT offers.seller_id) AS seller_ids, bool_or(",
    )
    .sql(IN_STOCK)
    .sql(") AS in_stock FROM product_variants JOIN buyable_offers(")
    .bind(at)
    .sql(
        ") AS offers ON offers.variant_id = product_variants.id WHERE product_variants.product_id = stale.id) shelf \
         ON TRUE ON CONFLICT (product_id) DO UPDATE SET price_minor = excluded.price_minor, \
         seller_ids = excluded.seller_ids, in_stock = excluded.in_stock, changes_at = excluded.changes_at",
    )
    .execute(&mut conn)
    .await?;
    Ok(())
}
