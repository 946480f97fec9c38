//! HSN codes, GST rates, and the rate that holds for a product on a date.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    catalog::product::model::ProductId,
    id,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::Key,
        money::BasisPoints,
        page::{self, Direction, Order, Page, PageArgs},
        sql::{Select, Sql},
    },
    schema::{gst_rates, hsn_codes},
};

id! {
    /// Identifies a dated GST rate.
    GstRateId, "gst", "GstRate"
}

/// A code of the Harmonised System of Nomenclature (goods) or of the service accounting codes.
#[derive(Clone, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = hsn_codes)]
pub struct HsnCode {
    /// 2 to 8 digits.
    pub code: String,
    /// What it covers, from the GST portal's list.
    pub description: String,
}

/// A GST rate from a date on.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = gst_rates)]
#[graphql(complex)]
pub struct GstRate {
    /// Global ID.
    pub id: GstRateId,
    /// HSN code or its beginning that the rate is for; null for a product's own rate.
    pub hsn_prefix: Option<String>,
    /// Product that the rate is for; null for a prefix.
    pub product_id: Option<ProductId>,
    /// GST (CGST + SGST, or IGST) in basis points: 500 is 5 %.
    #[graphql(skip)]
    pub rate_bp: BasisPoints,
    /// Compensation cess in basis points.
    #[graphql(skip)]
    pub cess_bp: BasisPoints,
    /// First date of supply with this rate.
    #[graphql(skip)]
    pub valid_from: NaiveDate,
    /// Notification that set it.
    pub source: String,
    /// Who entered it.
    #[graphql(skip)]
    pub created_by: Option<Uuid>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
}

/// The key of an HSN code's row.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HsnKey(pub String);

impl Key for HsnKey {
    type Value = HsnCode;

    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, HsnCode>> {
        let rows: Vec<HsnCode> = hsn_codes::table
            .filter(hsn_codes::code.eq_any(keys.iter().map(|key| &key.0)))
            .select(HsnCode::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(|row| (HsnKey(row.code.clone()), row)).collect())
    }
}

/// Which rate holds for this product with this HSN code on this date?
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RateKey {
    /// Product, whose own rate comes before any prefix.
    pub product: Option<ProductId>,
    /// Its HSN code.
    pub hsn: Option<String>,
    /// Date of supply.
    pub on: NaiveDate,
}

impl Key for RateKey {
    type Value = GstRate;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, GstRate>> {
        let codes: Vec<&str> = keys.iter().filter_map(|key| key.hsn.as_deref()).collect();
        let products: Vec<Uuid> = keys.iter().filter_map(|key| key.product.map(|id| id.0)).collect();
        let rates = candidates(conn, &codes, products).await?;
        Ok(keys.iter().filter_map(|key| Some((key.clone(), in_force(&rates, key)?.clone()))).collect())
    }
}

/// Every rate that one of the codes or products could take, of any date.
async fn candidates(conn: &Conn, codes: &[&str], products: Vec<Uuid>) -> Result<Vec<GstRate>> {
    let mut prefixes: Vec<String> =
        codes.iter().flat_map(|code| (2..=code.len()).filter_map(|n| code.get(..n)).map(str::to_owned)).collect();
    prefixes.sort_unstable();
    prefixes.dedup();
    let rest = Sql::new("FROM gst_rates WHERE hsn_prefix = ANY(")
        .bind(prefixes)
        .sql(") OR product_id = ANY(")
        .bind(products)
        .sql(")");
    Select::<GstRate>::new(rest).rows(conn).await
}

/// A product's own rate before any prefix, a longer prefix before a shorter, then the latest that has begun.
fn in_force<'a>(rates: &'a [GstRate], key: &RateKey) -> Option<&'a GstRate> {
    rates
        .iter()
        .filter(|rate| rate.valid_from <= key.on)
        .filter(|rate| match (&rate.hsn_prefix, rate.product_id) {
            (Some(prefix), _) => key.hsn.as_ref().is_some_and(|hsn| hsn.starts_with(prefix)),
            (None, id) => id.is_some() && id == key.product,
        })
        .max_by_key(|rate| (rate.product_id.is_some(), rate.hsn_prefix.as_ref().map(String::len), rate.valid_from))
}

/// A page of rates, latest first; those of one HSN code's prefixes if it is given.
pub async fn list(conn: &Conn, hsn: Option<&str>, args: &PageArgs, count: bool) -> Result<Page<GstRate>> {
    let condition = match hsn {
        Some(hsn) => Sql::new("starts_with(").bind(hsn).sql(", hsn_prefix)"),
        None => Sql::new("TRUE"),
    };
    let order = Order { column: "valid_from", cast: "::date", id: "id", direction: Direction::Desc };
    let key = |row: &GstRate| (row.valid_from.to_string(), row.id.0);
    page::fetch(conn, "gst_rates", condition, order, args, count, key).await
}

/// HSN codes that begin so or are described so, shortest first.
pub async fn search_hsn(conn: &Conn, term: &str, limit: i64) -> Result<Vec<HsnCode>> {
    let digits = term.chars().all(|c| c.is_ascii_digit());
    let condition = if digits {
        Sql::new("starts_with(code, ").bind(term).sql(")")
    } else {
        let pattern = format!("%{}%", term.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        Sql::new("description ILIKE ").bind(pattern)
    };
    let rest = Sql::new("FROM hsn_codes WHERE ").join(condition).sql(" ORDER BY length(code), code LIMIT ").bind(limit);
    Select::<HsnCode>::new(rest).rows(conn).await
}

/// Adds a rate.
pub async fn insert(mut conn: &Conn, row: &GstRate) -> Result<()> {
    let exists = || Error::problem("RATE_EXISTS", "validFrom", "there is a rate from this date already");
    diesel::insert_into(gst_rates::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("gst_rates_hsn_valid_from_key", exists)
        .on_constraint("gst_rates_product_valid_from_key", exists)
        .on_constraint("gst_rates_product_id_fkey", || {
            Error::problem("NOT_FOUND", "productId", "there is no such product")
        })?;
    Ok(())
}
