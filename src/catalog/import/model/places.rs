//! Postal codes in bulk.

use std::collections::HashMap;

use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;

use crate::{
    catalog::import::kinds::pincodes::PincodeEntry,
    kernel::{db::Conn, error::Result, sql::Sql},
};

/// A stored postal code.
#[derive(Debug, QueryableByName)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct StoredPincode {
    #[diesel(sql_type = sql_types::Text)]
    pub code: String,
    #[diesel(sql_type = sql_types::Text)]
    pub state_code: String,
    #[diesel(sql_type = sql_types::Text)]
    pub place: String,
    #[diesel(sql_type = sql_types::Text)]
    pub taluk: String,
    #[diesel(sql_type = sql_types::Array<sql_types::Text>)]
    pub districts: Vec<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Double>)]
    pub latitude: Option<f64>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Double>)]
    pub longitude: Option<f64>,
}

impl StoredPincode {
    /// Whether it already is as the entry says.
    pub fn says(&self, entry: &PincodeEntry) -> bool {
        let centre = entry.centre.as_ref().is_none_or(|(latitude, longitude)| {
            latitude.parse().ok() == self.latitude && longitude.parse().ok() == self.longitude
        });
        centre && (&self.place, &self.taluk, &self.districts) == (&entry.place, &entry.taluk, &entry.districts)
    }
}

/// The stored rows of these codes, by code and state.
pub async fn pincodes(mut conn: &Conn, codes: Vec<String>) -> Result<HashMap<(String, String), StoredPincode>> {
    let rows: Vec<StoredPincode> = Sql::new(
        "SELECT code, state_code, place, taluk, districts, latitude, longitude FROM pincodes WHERE code = ANY(",
    )
    .bind(codes)
    .sql(")")
    .load(&mut conn)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.code.clone(), row.state_code.clone()), row)).collect())
}
