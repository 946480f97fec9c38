//! Address rows.

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::Sql,
    },
    schema::addresses::{self, dsl},
};

crate::id! {
    /// Identifies an address.
    AddressId, "adr", "Address"
}

crate::text_enum! {
    /// What kind of place an address is.
    pub enum AddressKind {
        /// Where the customer lives.
        Home = "home",
        /// Where the customer works.
        Work = "work",
        /// Anywhere else.
        Other = "other",
    }
}

crate::text_enum! {
    /// What an address can be the default for.
    pub enum AddressPurpose {
        /// Deliveries.
        Shipping = "shipping",
        /// Invoices.
        Billing = "billing",
    }
}

/// Where a customer has things sent or billed.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = addresses)]
pub struct Address {
    /// Global ID.
    pub id: AddressId,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub account_id: AccountId,
    /// What kind of place it is.
    pub kind: AddressKind,
    /// The customer's own name for it: `Mother's house`.
    pub label: String,
    /// Who receives deliveries.
    pub contact_name: String,
    /// Phone number of the receiver (E.164).
    pub phone: String,
    /// Another number (E.164).
    pub alternate_phone: Option<String>,
    /// House and street.
    pub line1: String,
    /// Area, building, floor.
    pub line2: String,
    /// Something nearby that is easy to find.
    pub landmark: String,
    /// City, town or village.
    pub city: String,
    /// GST code of the state; the postal code lies in it.
    pub state_code: String,
    /// Six digits.
    pub pincode: String,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub latitude: Option<BigDecimal>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub longitude: Option<BigDecimal>,
    /// What the courier should know.
    pub delivery_instructions: String,
    /// Whether deliveries go here unless another address is chosen.
    pub is_default_shipping: bool,
    /// Whether invoices go here unless another address is chosen.
    pub is_default_billing: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// What is written of an address.
#[derive(Clone, Debug, Insertable, AsChangeset)]
#[diesel(table_name = addresses, treat_none_as_null = true)]
#[expect(missing_docs, reason = "as in Address")]
pub struct AddressFields {
    pub kind: AddressKind,
    pub label: String,
    pub contact_name: String,
    pub phone: String,
    pub alternate_phone: Option<String>,
    pub line1: String,
    pub line2: String,
    pub landmark: String,
    pub city: String,
    pub state_code: String,
    pub pincode: String,
    pub latitude: Option<BigDecimal>,
    pub longitude: Option<BigDecimal>,
    pub delivery_instructions: String,
    pub updated_at: DateTime<Utc>,
}

/// Addresses that the caller may see: one's own, or all with `users.read` over the whole platform.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.scope(Permission::UsersRead).everything {
        return Sql::new("addresses.deleted_at IS NULL");
    }
    Sql::new("(addresses.deleted_at IS NULL AND addresses.account_id = ").bind(actor.account_id()).sql(")")
}

/// A page of an account's addresses, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    account: AccountId,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Address>> {
    let of_account = Sql::new("addresses.account_id = ").bind(account);
    let condition = Sql::all_of([of_account, visible_to(actor)], " AND ");
    let order =
        Order { column: "addresses.created_at", cast: "::timestamptz", id: "addresses.id", direction: Direction::Desc };
    let key = |row: &Address| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "addresses", condition, order, args, count, key).await
}

/// An address of this account, locked for a change.
pub async fn lock_own(mut conn: &Conn, account: AccountId, id: AddressId) -> Result<Address> {
    dsl::addresses
        .find(id)
        .filter(dsl::account_id.eq(account).and(dsl::deleted_at.is_null()))
        .for_update()
        .select(Address::as_select())
        .first(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("address"))
}

/// How many addresses an account has.
pub async fn count(mut conn: &Conn, account: AccountId) -> Result<i64> {
    let live = dsl::account_id.eq(account).and(dsl::deleted_at.is_null());
    Ok(dsl::addresses.filter(live).count().get_result(&mut conn).await?)
}

fn state_mismatch() -> Error {
    Error::problem("STATE_MISMATCH", "stateCode", "this postal code does not lie in that state")
}

/// Adds an address; `None` when the account has one with the same import key.
pub async fn insert(
    mut conn: &Conn,
    id: AddressId,
    account: AccountId,
    fields: &AddressFields,
    import_key: Option<&str>,
) -> Result<Option<Address>> {
    diesel::insert_into(dsl::addresses)
        .values((
            fields,
            dsl::id.eq(id),
            dsl::account_id.eq(account),
            dsl::import_key.eq(import_key),
            dsl::created_at.eq(fields.updated_at),
        ))
        .on_conflict((dsl::account_id, dsl::import_key))
        .filter_target(dsl::import_key.is_not_null())
        .do_nothing()
        .returning(Address::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
        .on_constraint("addresses_pincode_state_fkey", state_mismatch)
}

/// Stores a changed address.
pub async fn update(mut conn: &Conn, id: AddressId, fields: &AddressFields) -> Result<Address> {
    diesel::update(dsl::addresses.find(id))
        .set(fields)
        .returning(Address::as_returning())
        .get_result(&mut conn)
        .await
        .on_constraint("addresses_pincode_state_fkey", state_mismatch)
}

/// Hides an address.
pub async fn delete(mut conn: &Conn, id: AddressId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(dsl::addresses.find(id))
        .set((
            dsl::deleted_at.eq(now),
            dsl::updated_at.eq(now),
            dsl::is_default_shipping.eq(false),
            dsl::is_default_billing.eq(false),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Makes an address the account's only default for a purpose. The caller holds the account's row lock, so that two
/// requests take turns; the partial unique index holds the rule whatever happens.
pub async fn set_default(
    mut conn: &Conn,
    account: AccountId,
    id: AddressId,
    purpose: AddressPurpose,
    now: DateTime<Utc>,
) -> Result<Address> {
    let others = dsl::addresses.filter(dsl::account_id.eq(account).and(dsl::id.ne(id)));
    let own = dsl::addresses.find(id);
    match purpose {
        AddressPurpose::Shipping => {
            diesel::update(others.filter(dsl::is_default_shipping))
                .set((dsl::is_default_shipping.eq(false), dsl::updated_at.eq(now)))
                .execute(&mut conn)
                .await?;
            let own = diesel::update(own).set((dsl::is_default_shipping.eq(true), dsl::updated_at.eq(now)));
            Ok(own.returning(Address::as_returning()).get_result(&mut conn).await?)
        }
        AddressPurpose::Billing => {
            diesel::update(others.filter(dsl::is_default_billing))
                .set((dsl::is_default_billing.eq(false), dsl::updated_at.eq(now)))
                .execute(&mut conn)
                .await?;
            let own = diesel::update(own).set((dsl::is_default_billing.eq(true), dsl::updated_at.eq(now)));
            Ok(own.returning(Address::as_returning()).get_result(&mut conn).await?)
        }
    }
}
