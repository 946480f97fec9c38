//! HSN codes and GST rates in bulk.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    catalog::import::kinds::gst_rates::RateEntry,
    kernel::{db::Conn, error::Result, sql::Sql},
};

#[derive(QueryableByName)]
struct HsnRow {
    #[diesel(sql_type = sql_types::Text)]
    code: String,
    #[diesel(sql_type = sql_types::Text)]
    description: String,
}

#[derive(QueryableByName)]
struct CodeRow {
    #[diesel(sql_type = sql_types::Text)]
    code: String,
}

/// Every known code: about 22,000 short texts.
pub async fn hsn_codes(mut conn: &Conn) -> Result<HashSet<Box<str>>> {
    let rows: Vec<CodeRow> = Sql::new("SELECT code FROM hsn_codes").load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| row.code.into_boxed_str()).collect())
}

/// Descriptions of these codes.
pub async fn hsn_descriptions(mut conn: &Conn, codes: Vec<String>) -> Result<HashMap<String, String>> {
    let rows: Vec<HsnRow> = Sql::new("SELECT code, description FROM hsn_codes WHERE code = ANY(")
        .bind(codes)
        .sql(")")
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.description)).collect())
}

/// Writes codes, sorted by the caller.
pub async fn write_hsn(mut conn: &Conn, rows: Vec<(String, String)>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let (codes, descriptions): (Vec<String>, Vec<String>) = rows.into_iter().unzip();
    Sql::new("INSERT INTO hsn_codes (code, description) SELECT * FROM unnest(")
        .bind(codes)
        .sql(", ")
        .bind(descriptions)
        .sql(") ON CONFLICT (code) DO UPDATE SET description = excluded.description")
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// A rate on record.
#[derive(Clone, Copy, Debug)]
pub struct StoredRate {
    /// GST in basis points.
    pub rate_bp: i32,
    /// Cess in basis points.
    pub cess_bp: i32,
    /// Not stored yet: another row of the batch has it.
    pub of_this_batch: bool,
}

#[derive(QueryableByName)]
struct RateRow {
    #[diesel(sql_type = sql_types::Text)]
    hsn_prefix: String,
    #[diesel(sql_type = sql_types::Date)]
    valid_from: NaiveDate,
    #[diesel(sql_type = sql_types::Integer)]
    rate_bp: i32,
    #[diesel(sql_type = sql_types::Integer)]
    cess_bp: i32,
}

/// Rates of these prefixes.
pub async fn rates(mut conn: &Conn, codes: Vec<String>) -> Result<HashMap<(String, NaiveDate), StoredRate>> {
    let rows: Vec<RateRow> =
        Sql::new("SELECT hsn_prefix, valid_from, rate_bp, cess_bp FROM gst_rates WHERE hsn_prefix = ANY(")
            .bind(codes)
            .sql(")")
            .load(&mut conn)
            .await?;
    let rate = |row: RateRow| {
        let rate = StoredRate { rate_bp: row.rate_bp, cess_bp: row.cess_bp, of_this_batch: false };
        ((row.hsn_prefix, row.valid_from), rate)
    };
    Ok(rows.into_iter().map(rate).collect())
}

/// Adds rates.
pub async fn insert_rates(mut conn: &Conn, now: DateTime<Utc>, entries: &[&RateEntry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let mut entries = entries.to_vec();
    entries.sort_by(|a, b| (&a.hsn, a.valid_from).cmp(&(&b.hsn, b.valid_from)));
    Sql::new(
        "INSERT INTO gst_rates (id, hsn_prefix, rate_bp, cess_bp, valid_from, source, created_at) \
         SELECT u.id, u.hsn, u.rate, u.cess, u.valid_from::date, u.source, ",
    )
    .bind(now)
    .sql(" FROM unnest(")
    .bind(entries.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .sql(", ")
    .bind(entries.iter().map(|entry| entry.hsn.clone()).collect::<Vec<_>>())
    .sql(", ")
    .bind(entries.iter().map(|entry| entry.rate_bp).collect::<Vec<_>>())
    .sql(", ")
    .bind(entries.iter().map(|entry| entry.cess_bp).collect::<Vec<_>>())
    .sql(", ")
    .bind(entries.iter().map(|entry| entry.valid_from.to_string()).collect::<Vec<_>>())
    .sql(", ")
    .bind(entries.iter().map(|entry| entry.source.clone()).collect::<Vec<_>>())
    .sql(") u(id, hsn, rate, cess, valid_from, source)")
    .execute(&mut conn)
    .await?;
    Ok(())
}
