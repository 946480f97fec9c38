//! Rows of GST registrations and every query over them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    inventory::seller::model::{self as sellers, SellerId},
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::{Key, group},
        page::{self, Direction, Order, Page, PageArgs},
        sql::{Select, Sql},
    },
    schema::gst_registrations,
    text_enum,
};

id! {
    /// Identifies a GST registration.
    GstRegistrationId, "gsr", "GstRegistration"
}

text_enum! {
    /// How the holder of a registration pays tax.
    pub enum GstScheme {
        /// Charges tax on its invoices and deducts what it paid.
        Regular = "regular",
        /// Pays a share of its turnover and charges no tax (CGST Act, section 10).
        Composition = "composition",
    }
}

text_enum! {
    /// Turnover in the preceding year; decides how many digits of the HSN code an invoice shows (notification 78/2020,
    /// central tax).
    pub enum TurnoverBand {
        /// Up to Rs 5 crore: four digits.
        UpTo5Crore = "up_to_5_crore",
        /// Above Rs 5 crore: six digits.
        Above5Crore = "above_5_crore",
    }
}

text_enum! {
    /// Whether a registration is in force.
    pub enum RegistrationStatus {
        /// In force.
        Active = "active",
        /// Cancelled; kept for the record.
        Cancelled = "cancelled",
    }
}

/// A seller's GST registration in a state.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = gst_registrations)]
#[graphql(complex)]
pub struct GstRegistration {
    /// Global ID.
    pub id: GstRegistrationId,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "see the database's comment")]
    pub seller_id: SellerId,
    /// Goods and services tax identification number.
    pub gstin: String,
    /// The holder's permanent account number: characters 3 to 12 of the GSTIN.
    pub pan: String,
    /// GST code of the state: the first two digits of the GSTIN.
    pub state_code: String,
    /// The holder's name as registered.
    pub legal_name: String,
    /// Name of the business; may be empty.
    pub trade_name: String,
    /// How the holder pays tax.
    pub scheme: GstScheme,
    /// Turnover in the preceding year.
    pub turnover_band: TurnoverBand,
    /// Whether it is in force.
    pub status: RegistrationStatus,
    /// When it was entered here.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The key of a seller's registrations, those that the caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RegistrationsOf(pub SellerId);

impl Key for RegistrationsOf {
    type Value = Arc<Vec<GstRegistration>>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rest = Sql::new("FROM gst_registrations WHERE seller_id = ANY(").bind(ids).sql(") AND ");
        let rest = rest.join(visible_to(actor)).sql(" ORDER BY seller_id, gstin, id");
        let rows = Select::<GstRegistration>::new(rest).rows(conn).await?;
        Ok(group(keys, rows, |key| key.0, |row| row.seller_id))
    }
}

/// Which registrations a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct GstRegistrationWhere {
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// With this number.
    pub gstin: Option<String>,
    /// In this state: its GST code.
    pub state_code: Option<String>,
    /// In force or not.
    pub status: Option<RegistrationStatus>,
}

impl GstRegistrationWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("seller_id = ").bind(seller));
        }
        if let Some(gstin) = &self.gstin {
            parts.push(Sql::new("gstin = ").bind(gstin.trim().to_ascii_uppercase()));
        }
        if let Some(state) = &self.state_code {
            parts.push(Sql::new("state_code = ").bind(state.as_str()));
        }
        if let Some(status) = self.status {
            parts.push(Sql::new("status = ").bind(status.as_str()));
        }
        Sql::all_of(parts, " AND ")
    }
}

/// A seller's papers are for the seller and the back office.
pub fn visible_to(actor: &Actor) -> Sql {
    sellers::within_reach(actor, "seller_id")
}

/// A page of registrations by number.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &GstRegistrationWhere,
    args: &PageArgs,
    count: bool,
) -> Result<Page<GstRegistration>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "gstin", cast: "", id: "id", direction: Direction::Asc };
    let key = |row: &GstRegistration| (row.gstin.clone(), row.id.0);
    page::fetch(conn, "gst_registrations", condition, order, args, count, key).await
}

/// Locks a registration for a change.
pub async fn lock(mut conn: &Conn, id: GstRegistrationId) -> Result<GstRegistration> {
    let row = gst_registrations::table.find(id).for_update().select(GstRegistration::as_select());
    row.first(&mut conn).await.optional()?.ok_or(Error::NotFound("GST registration"))
}

/// The seller's active registration for a state; the oldest, where there are several.
pub async fn active_in(conn: &Conn, seller: SellerId, state_code: &str) -> Result<Option<GstRegistration>> {
    let rest = Sql::new("FROM gst_registrations WHERE status = 'active' AND seller_id = ").bind(seller);
    let rest = rest.sql(" AND state_code = ").bind(state_code).sql(" ORDER BY id LIMIT 1");
    Select::<GstRegistration>::new(rest).row(conn).await
}

/// Whether the seller has an active registration.
pub async fn any_active(conn: &Conn, seller: SellerId) -> Result<bool> {
    Sql::new("1 FROM gst_registrations WHERE status = 'active' AND seller_id = ").bind(seller).exists(conn).await
}

/// Whether the seller has an active registration with this number.
pub async fn holds(conn: &Conn, seller: SellerId, gstin: &str) -> Result<bool> {
    let active = Sql::new("1 FROM gst_registrations WHERE status = 'active' AND seller_id = ").bind(seller);
    active.sql(" AND gstin = ").bind(gstin).exists(conn).await
}

/// Makes sure that a registration for a location is in force until the transaction ends.
pub async fn hold_active(conn: &Conn, id: GstRegistrationId) -> Result<()> {
    let held = Sql::new("SELECT id FROM gst_registrations WHERE status = 'active' AND id = ").bind(id);
    match held.sql(" FOR SHARE").ids(conn).await?.is_empty() {
        true => {
            Err(Error::problem("REGISTRATION_MISMATCH", "gstRegistrationId", "there is no such registration in force"))
        }
        false => Ok(()),
    }
}

/// Whether a location that is not closed for good works under it.
pub async fn in_use(conn: &Conn, id: GstRegistrationId) -> Result<bool> {
    Sql::new("1 FROM stores WHERE status <> 'terminated' AND gst_registration_id = ")
        .bind(id)
        .sql(" UNION ALL SELECT 1 FROM warehouses WHERE status <> 'terminated' AND gst_registration_id = ")
        .bind(id)
        .exists(conn)
        .await
}

/// Adds a registration.
pub async fn insert(mut conn: &Conn, row: &GstRegistration) -> Result<()> {
    refused(diesel::insert_into(gst_registrations::table).values(row).execute(&mut conn).await)
}

/// Stores a changed registration.
pub async fn update(mut conn: &Conn, row: &GstRegistration) -> Result<()> {
    refused(diesel::update(gst_registrations::table.find(row.id)).set(row).execute(&mut conn).await)
}

fn refused(outcome: QueryResult<usize>) -> Result<()> {
    outcome
        .on_constraint("gst_registrations_gstin_key", || {
            Error::problem("GSTIN_TAKEN", "gstin", "another active registration has this GSTIN")
        })
        .on_constraint("gst_registrations_state_code_fkey", || {
            Error::problem("GSTIN_INVALID", "gstin", "no state has the code that this GSTIN begins with")
        })
        .map(drop)
}
