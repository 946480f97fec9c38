//! What checkout reads besides cart and shop, and how it writes an order.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    rows::{AddressRow, LineRow, LineTermsRow, OrderRow, PartRow, PartTermsRow},
    split::{Part, Snapshot, Split},
};
use crate::{
    catalog::variant::model::VariantId,
    identity::{
        account::model::AccountId,
        address::model::{Address, AddressId},
    },
    kernel::{
        db::Conn,
        error::{Error, OnConstraint, Result},
        money::Minor,
        sql::{Select, Sql},
    },
};

/// An address of the buyer's own, which nobody edits until the transaction ends.
pub async fn hold_address(conn: &Conn, account: AccountId, id: AddressId) -> Result<Address> {
    let rest = Sql::new("FROM addresses WHERE deleted_at IS NULL AND id = ").bind(id).sql(" AND account_id = ");
    let missing = || Error::problem("NOT_FOUND", "addressId", "there is no such address");
    Select::<Address>::new(rest.bind(account).sql(" FOR SHARE")).row(conn).await?.ok_or_else(missing)
}

/// Who buys, and a number for the order.
#[derive(Debug, QueryableByName)]
pub struct Buyer {
    /// Mail address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// Name of the buyer's business.
    #[diesel(sql_type = Nullable<Text>)]
    pub business_name: Option<String>,
    /// The business's GST number.
    #[diesel(sql_type = Nullable<Text>)]
    pub gstin: Option<String>,
    /// Whether the address lies in a union territory without a legislature.
    #[diesel(sql_type = Bool)]
    pub without_legislature: bool,
    /// The first of the drawn numbers that no order has; `None` where all are taken.
    #[diesel(sql_type = Nullable<Text>)]
    pub number: Option<String>,
}

/// Reads the buyer, the state of the address, and which of the drawn numbers is free.
pub async fn buyer(mut conn: &Conn, account: AccountId, state: &str, drawn: Vec<String>) -> Result<Buyer> {
    let statement = Sql::new(
        "SELECT accounts.email, customer_profiles.business_name, customer_profiles.gstin, \
         states.is_union_territory AND NOT states.has_legislature AS without_legislature, \
         (SELECT min(drawn.number) FROM unnest(",
    )
    .bind(drawn)
    .sql(
        ") AS drawn(number) WHERE NOT EXISTS (SELECT FROM orders WHERE orders.number = drawn.number)) AS number \
         FROM accounts JOIN states ON states.gst_code = ",
    )
    .bind(state)
    .sql(" LEFT JOIN customer_profiles ON customer_profiles.account_id = accounts.id WHERE accounts.id = ")
    .bind(account);
    let rows: Vec<Buyer> = statement.load(&mut conn).await?;
    rows.into_iter().next().ok_or(Error::NotFound("account"))
}

#[derive(QueryableByName)]
struct Copied {
    #[diesel(sql_type = SqlUuid)]
    id: VariantId,
    #[diesel(sql_type = Text)]
    product_name: String,
    #[diesel(sql_type = Text)]
    variant_name: String,
    #[diesel(sql_type = Text)]
    sku: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    mrp_minor: Option<Minor>,
}

/// What an order copies of these variants.
pub async fn snapshots(mut conn: &Conn, variants: &[VariantId]) -> Result<HashMap<VariantId, Snapshot>> {
    let ids: Vec<Uuid> = variants.iter().map(|id| id.0).collect();
    let statement = Sql::new(
        "SELECT product_variants.id, products.name AS product_name, product_variants.name AS variant_name, \
         product_variants.sku, product_variants.mrp_minor FROM product_variants \
         JOIN products ON products.id = product_variants.product_id WHERE product_variants.id = ANY(",
    );
    let rows: Vec<Copied> = statement.bind(ids).sql(")").load(&mut conn).await?;
    let snapshot = |row: Copied| {
        let Copied { id, product_name, variant_name, sku, mrp_minor } = row;
        (id, Snapshot { product_name, variant_name, sku, mrp_minor })
    };
    Ok(rows.into_iter().map(snapshot).collect())
}

/// Writes a new order with everything that hangs on it, in two statements: the order with its parts, then the lines.
pub async fn insert(mut conn: &Conn, order: &OrderRow, address: &Address, split: &Split) -> Result<()> {
    let drawn_twice = || Error::conflict("please try again");
    let parts: Vec<&PartRow> = split.parts.iter().map(|part| &part.row).collect();
    let terms: Vec<&PartTermsRow> = split.parts.iter().map(|part| &part.terms).collect();
    Sql::new("WITH whole AS (INSERT INTO orders SELECT * FROM jsonb_populate_record(NULL::orders, ")
        .bind(serde_json::to_value(order)?)
        .sql(
            ")), door AS (INSERT INTO order_addresses SELECT * FROM jsonb_populate_record(NULL::order_addresses, ",
        )
        .bind(serde_json::to_value(AddressRow::new(order, address))?)
        .sql(
            ")), coupons AS (INSERT INTO order_discounts SELECT * FROM jsonb_populate_recordset(NULL::order_discounts, ",
        )
        .bind(serde_json::to_value(&split.discounts)?)
        .sql(")), parts AS (INSERT INTO sub_orders SELECT * FROM jsonb_populate_recordset(NULL::sub_orders, ")
        .bind(serde_json::to_value(parts)?)
        .sql(")) INSERT INTO sub_order_terms SELECT * FROM jsonb_populate_recordset(NULL::sub_order_terms, ")
        .bind(serde_json::to_value(terms)?)
        .sql(")")
        .execute(&mut conn)
        .await
        .on_constraint("orders_number_key", drawn_twice)?;
    let (lines, terms): (Vec<&LineRow>, Vec<&LineTermsRow>) =
        split.parts.iter().flat_map(|part: &Part| part.lines.iter().map(|(line, terms)| (line, terms))).unzip();
    Sql::new("WITH lines AS (INSERT INTO order_lines SELECT * FROM jsonb_populate_recordset(NULL::order_lines, ")
        .bind(serde_json::to_value(lines)?)
        .sql(")) INSERT INTO order_line_terms SELECT * FROM jsonb_populate_recordset(NULL::order_line_terms, ")
        .bind(serde_json::to_value(terms)?)
        .sql(")")
        .execute(&mut conn)
        .await?;
    Ok(())
}
