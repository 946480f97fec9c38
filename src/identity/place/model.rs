//! State and postal code rows.

use std::{collections::HashMap, sync::Arc};

use bigdecimal::BigDecimal;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        loader::Key,
        page::{self, Direction, Order, Page, PageArgs},
        sql::{Select, Sql},
    },
    schema::{pincodes, states},
};

crate::id! {
    /// Identifies a postal code within a state.
    PincodeId, "pin", "Pincode"
}

/// A state or union territory of India.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, Insertable, PlainObject)]
#[diesel(table_name = states)]
pub struct State {
    /// First two digits of a GSTIN registered there: `07`.
    #[graphql(name = "code")]
    pub gst_code: String,
    /// Two letters, as on number plates: `DL`.
    pub alpha: String,
    /// Name.
    pub name: String,
    /// Whether it is a union territory.
    pub is_union_territory: bool,
    /// Whether it has a legislature; without one, UTGST takes the place of SGST.
    pub has_legislature: bool,
    /// Whether the code is no longer given out; old documents still carry it.
    pub retired: bool,
    /// Other spellings and codes found in data.
    pub aliases: Vec<String>,
}

/// A postal code. One that crosses a state border has an entry for each state.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = pincodes)]
pub struct Pincode {
    /// Global ID.
    pub id: PincodeId,
    /// Six digits.
    pub code: String,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub state_code: String,
    /// First post office of the code.
    pub place: String,
    /// Taluk (sub-district) of that post office.
    pub taluk: String,
    /// Districts that the code touches in this state.
    pub districts: Vec<String>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub latitude: Option<BigDecimal>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub longitude: Option<BigDecimal>,
}

/// Every state, by GST code.
pub async fn all_states(mut conn: &Conn) -> Result<Vec<State>> {
    Ok(states::table.order(states::gst_code).select(State::as_select()).load(&mut conn).await?)
}

/// The states of a postal code; none when it does not exist.
pub async fn of_code(conn: &Conn, code: &str) -> Result<Vec<Pincode>> {
    Select::<Pincode>::new(Sql::new("FROM pincodes WHERE code = ").bind(code).sql(" ORDER BY state_code"))
        .rows(conn)
        .await
}

/// A page of the postal codes that begin with these digits, in order.
pub async fn list(
    conn: &Conn,
    prefix: &str,
    state: Option<&str>,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Pincode>> {
    let mut all = Vec::new();
    if !prefix.is_empty() {
        // A range, so that the statement is the same for every prefix and the index on (code, id) serves it.
        let last = format!("{prefix:9<6}");
        all.push(Sql::new("code BETWEEN ").bind(prefix).sql(" AND ").bind(last));
    }
    if let Some(state) = state {
        all.push(Sql::new("state_code = ").bind(state));
    }
    let order = Order { column: "code", cast: "::text", id: "id", direction: Direction::Asc };
    let key = |row: &Pincode| (row.code.clone(), row.id.0);
    page::fetch(conn, "pincodes", Sql::all_of(all, " AND "), order, args, count, key).await
}

/// Adds states, or corrects those that exist.
pub async fn put_states(mut conn: &Conn, rows: &[State]) -> Result<usize> {
    use diesel::upsert::excluded;
    Ok(diesel::insert_into(states::table)
        .values(rows)
        .on_conflict(states::gst_code)
        .do_update()
        .set((
            states::alpha.eq(excluded(states::alpha)),
            states::name.eq(excluded(states::name)),
            states::is_union_territory.eq(excluded(states::is_union_territory)),
            states::has_legislature.eq(excluded(states::has_legislature)),
            states::retired.eq(excluded(states::retired)),
            states::aliases.eq(excluded(states::aliases)),
        ))
        .execute(&mut conn)
        .await?)
}

/// Columns of many postal codes.
#[derive(Default)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct PincodeColumns {
    pub ids: Vec<uuid::Uuid>,
    pub codes: Vec<String>,
    pub states: Vec<String>,
    pub places: Vec<String>,
    pub taluks: Vec<String>,
    /// Joined by `|`.
    pub districts: Vec<String>,
    pub latitudes: Vec<Option<String>>,
    pub longitudes: Vec<Option<String>>,
}

/// Adds postal codes, or corrects those that exist; a known centre stays where the new data has none.
pub async fn put_pincodes(mut conn: &Conn, columns: PincodeColumns) -> Result<usize> {
    let statement = Sql::new(
        "INSERT INTO pincodes AS p (id, code, state_code, place, taluk, districts, latitude, longitude) \
         SELECT id, code, state, place, taluk, string_to_array(districts, '|'), latitude::numeric, longitude::numeric \
         FROM unnest(",
    )
    .bind(columns.ids)
    .sql(", ")
    .bind(columns.codes)
    .sql(", ")
    .bind(columns.states)
    .sql(", ")
    .bind(columns.places)
    .sql(", ")
    .bind(columns.taluks)
    .sql(", ")
    .bind(columns.districts)
    .sql(", ")
    .bind(columns.latitudes)
    .sql(", ")
    .bind(columns.longitudes)
    .sql(
        ") AS t(id, code, state, place, taluk, districts, latitude, longitude) \
         ON CONFLICT (code, state_code) DO UPDATE SET place = EXCLUDED.place, taluk = EXCLUDED.taluk, \
         districts = EXCLUDED.districts, latitude = coalesce(EXCLUDED.latitude, p.latitude), \
         longitude = coalesce(EXCLUDED.longitude, p.longitude)",
    );
    Ok(statement.execute(&mut conn).await?)
}

/// A state by its GST code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StateKey(pub String);

impl Key for StateKey {
    type Value = Arc<State>;
    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let codes: Vec<&str> = keys.iter().map(|key| key.0.as_str()).collect();
        let rows: Vec<State> =
            states::table.filter(states::gst_code.eq_any(codes)).select(State::as_select()).load(&mut conn).await?;
        Ok(rows.into_iter().map(|row| (StateKey(row.gst_code.clone()), Arc::new(row))).collect())
    }
}
