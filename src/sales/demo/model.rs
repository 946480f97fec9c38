//! What a shopper of the demo can choose from.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use crate::{
    identity::account::model::AccountId,
    kernel::{db::Conn, error::Result, money::Minor, sql::Sql},
    marketplace::offer::model::OfferId,
    sales::order::model::OrderId,
};

/// Something to order.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Goods {
    /// The offer.
    #[diesel(sql_type = SqlUuid)]
    pub id: OfferId,
    /// Price of a pack.
    #[diesel(sql_type = BigInt)]
    pub price_minor: Minor,
}

/// Goods that most shelves hold enough of.
const CHOICE: usize = 240;
/// Pieces that are left at the location at least.
const LEFT: i32 = 25;
/// Prices of everyday goods, in paise.
const PRICES: (Minor, Minor) = (Minor(3_000), Minor(40_000));

/// What can be brought to a postal code, in an order that is the same in every database: by the sellers' SKUs without
/// their prefix, so that the sellers take turns.
pub async fn goods(mut conn: &Conn, pincode: &str, now: DateTime<Utc>) -> Result<Vec<Goods>> {
    let statement = Sql::new("SELECT offers.id, offers.price_minor FROM buyable_offers(").bind(now).sql(
        ") AS offers WHERE offers.min_quantity = 1 AND offers.quantity_step = 1 AND EXISTS (SELECT FROM stock_items \
         JOIN service_areas ON service_areas.location_id = stock_items.location_id \
         WHERE stock_items.variant_id = offers.variant_id AND stock_items.seller_id = offers.seller_id \
         AND service_areas.active AND service_areas.pincode = ",
    );
    let statement = statement.bind(pincode.to_owned()).sql(" AND stock_items.available >= ").bind(LEFT);
    let statement = statement.sql(") AND offers.price_minor BETWEEN ").bind(PRICES.0.0).sql(" AND ").bind(PRICES.1.0);
    let statement = statement.sql(" ORDER BY substr(offers.sku, 4), offers.sku LIMIT ").number(CHOICE);
    Ok(statement.load(&mut conn).await?)
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = SqlUuid)]
    id: OrderId,
}

/// An order that an account made within a minute of the instant: a load that was cut off made it before.
pub async fn made_at(mut conn: &Conn, account: AccountId, at: DateTime<Utc>) -> Result<Option<OrderId>> {
    let statement = Sql::new("SELECT id FROM orders WHERE account_id = ").bind(account).sql(" AND created_at >= ");
    let statement = statement.bind(at - TimeDelta::seconds(1)).sql(" AND created_at < ");
    let rows: Vec<Made> = statement.bind(at + TimeDelta::minutes(1)).sql(" LIMIT 1").load(&mut conn).await?;
    Ok(rows.into_iter().next().map(|row| row.id))
}
