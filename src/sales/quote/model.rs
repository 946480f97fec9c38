//! What decides the tax of a delivery: where it goes to, and where its origin is registered.

use diesel::{
    prelude::*,
    sql_types::{Bool, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    inventory::location::model::LocationId,
    kernel::{db::Conn, error::Result, sql::Sql},
};

/// A state in which a postal code lies.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Destination {
    /// Its GST code.
    #[diesel(sql_type = Text)]
    pub state_code: String,
    /// Whether it is a union territory without a legislature.
    #[diesel(sql_type = Bool)]
    pub without_legislature: bool,
}

/// The states of a postal code, by their codes; none when there is no such postal code.
pub async fn destinations(mut conn: &Conn, pincode: &str) -> Result<Vec<Destination>> {
    let statement = Sql::new(
        "SELECT pincodes.state_code, states.is_union_territory AND NOT states.has_legislature AS without_legislature \
         FROM pincodes JOIN states ON states.gst_code = pincodes.state_code WHERE pincodes.code = ",
    );
    Ok(statement.bind(pincode).sql(" ORDER BY pincodes.state_code").load(&mut conn).await?)
}

/// The tax standing of a location.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Origin {
    /// The location.
    #[diesel(sql_type = SqlUuid)]
    pub location_id: LocationId,
    /// GST code of the state where it stands, for which its registration is.
    #[diesel(sql_type = Text)]
    pub state_code: String,
    /// Whether its registration is in force, and of the kind that charges tax.
    #[diesel(sql_type = Bool)]
    pub charges_tax: bool,
}

/// The tax standings of these locations.
pub async fn origins(mut conn: &Conn, locations: &[LocationId]) -> Result<Vec<Origin>> {
    let ids: Vec<Uuid> = locations.iter().map(|id| id.0).collect();
    let statement = Sql::new(
        "SELECT place.id AS location_id, place.state_code, EXISTS (SELECT FROM gst_registrations \
            WHERE gst_registrations.id = place.gst_registration_id AND gst_registrations.status = 'active' \
            AND gst_registrations.scheme = 'regular') AS charges_tax \
         FROM (SELECT id, state_code, gst_registration_id FROM stores UNION ALL \
            SELECT id, state_code, gst_registration_id FROM warehouses) AS place WHERE place.id = ANY(",
    );
    Ok(statement.bind(ids).sql(")").load(&mut conn).await?)
}
