//! What is printed of sub-orders: queries.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::Result,
        money::Minor,
        sql::Sql,
    },
    sales::order::model::part::{self, SubOrderId},
};

/// A sub-order on paper.
#[derive(Clone, Debug, QueryableByName)]
#[expect(missing_docs, reason = "named as what they are")]
pub struct Sheet {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub number: String,
    #[diesel(sql_type = Text)]
    pub seller: String,
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Text)]
    pub place_address: String,
    #[diesel(sql_type = Text)]
    pub contact_name: String,
    #[diesel(sql_type = Text)]
    pub phone: String,
    #[diesel(sql_type = Text)]
    pub address: String,
    #[diesel(sql_type = Text)]
    pub city: String,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Text)]
    pub pincode: String,
    #[diesel(sql_type = Text)]
    pub instructions: String,
    #[diesel(sql_type = Timestamptz)]
    pub promised_at: DateTime<Utc>,
    /// What is to be taken at the door; nothing where it is paid otherwise, or was taken.
    #[diesel(sql_type = BigInt)]
    pub to_collect: Minor,
}

/// A line on paper.
#[derive(Clone, Debug, QueryableByName)]
#[expect(missing_docs, reason = "named as what they are")]
pub struct Item {
    #[diesel(sql_type = SqlUuid)]
    pub sub_order_id: Uuid,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub pack: String,
    #[diesel(sql_type = Text)]
    pub sku: String,
    /// Packs that are, or are to be, sent.
    #[diesel(sql_type = Integer)]
    pub quantity: i32,
    /// Packs that were cancelled.
    #[diesel(sql_type = Integer)]
    pub cancelled: i32,
}

/// A package on paper.
#[derive(Clone, Debug, QueryableByName)]
#[expect(missing_docs, reason = "named as what they are")]
pub struct Parcel {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub sub_order_id: Uuid,
    #[diesel(sql_type = Integer)]
    pub number: i32,
    #[diesel(sql_type = Nullable<Integer>)]
    pub weight_grams: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub carrier: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub tracking_number: Option<String>,
}

/// Which of these sub-orders the caller may print.
pub async fn printable(mut conn: &Conn, actor: &Actor, ids: &[SubOrderId]) -> Result<usize> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mine = Sql::new("SELECT count(*) AS n FROM sub_orders WHERE sub_orders.id = ANY(")
        .bind(uuids(ids))
        .sql(") AND ")
        .join(part::within(actor, Permission::OrdersRead));
    let counted: Counted = mine.get_result(&mut conn).await?;
    Ok(usize::try_from(counted.n).unwrap_or_default())
}

/// The sub-orders, in the order of their numbers.
pub async fn sheets(mut conn: &Conn, ids: &[SubOrderId]) -> Result<Vec<Sheet>> {
    let statement = Sql::new(
        "SELECT sub_orders.id, sub_orders.number, sellers.name AS seller, place.name AS place, \
            concat_ws(', ', place.line1, nullif(place.line2, ''), place.city || ' ' || place.pincode) AS place_address, \
            address.contact_name, address.phone, \
            concat_ws(', ', address.line1, nullif(address.line2, ''), nullif(address.landmark, '')) AS address, \
            address.city, coalesce(states.name, address.state_code) AS state, address.pincode, \
            address.delivery_instructions AS instructions, sub_orders.promised_at, \
            CASE WHEN intent.method = 'cod' AND coalesce(fulfilments.collected_minor, 0) = 0 \
                THEN least(sub_orders.total_minor - sub_orders.refunded_minor, \
                    intent.amount_minor - intent.waived_minor - intent.captured_minor) ELSE 0 END AS to_collect \
         FROM sub_orders JOIN orders ON orders.id = sub_orders.order_id \
         JOIN payment_intents AS intent ON intent.id = orders.payment_intent_id \
         JOIN order_addresses AS address ON address.order_id = orders.id \
         JOIN sellers ON sellers.id = sub_orders.seller_id \
         JOIN (SELECT id, name, line1, line2, city, pincode FROM stores UNION ALL \
            SELECT id, name, line1, line2, city, pincode FROM warehouses) AS place ON place.id = sub_orders.location_id \
         LEFT JOIN states ON states.gst_code = address.state_code \
         LEFT JOIN fulfilments ON fulfilments.sub_order_id = sub_orders.id \
         WHERE sub_orders.status <> 'cancelled' AND sub_orders.id = ANY(",
    );
    Ok(statement.bind(uuids(ids)).sql(") ORDER BY sub_orders.number").load(&mut conn).await?)
}

/// Their lines, by the seller's SKU.
pub async fn items(mut conn: &Conn, ids: &[SubOrderId]) -> Result<Vec<Item>> {
    let statement = Sql::new(
        "SELECT sub_order_id, product_name AS product, variant_name AS pack, seller_sku AS sku, \
            quantity - quantity_cancelled AS quantity, quantity_cancelled AS cancelled \
         FROM order_lines WHERE sub_order_id = ANY(",
    );
    Ok(statement.bind(uuids(ids)).sql(") ORDER BY seller_sku, id").load(&mut conn).await?)
}

/// Their packages, by number.
pub async fn parcels(mut conn: &Conn, ids: &[SubOrderId]) -> Result<Vec<Parcel>> {
    let statement = Sql::new(
        "SELECT id, sub_order_id, number, weight_grams, carrier, tracking_number FROM packages \
         WHERE status <> 'cancelled' AND sub_order_id = ANY(",
    );
    Ok(statement.bind(uuids(ids)).sql(") ORDER BY sub_order_id, number").load(&mut conn).await?)
}

fn uuids(ids: &[SubOrderId]) -> Vec<Uuid> {
    ids.iter().map(|id| id.0).collect()
}
