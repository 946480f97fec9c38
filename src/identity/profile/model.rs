//! Profile rows.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    identity::account::model::AccountId,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        keyring::random_below,
        loader::Key,
    },
    schema::customer_profiles::{self, dsl},
};

/// What the shop knows of a customer beyond the account.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = customer_profiles)]
pub struct CustomerProfile {
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub account_id: AccountId,
    /// What the customer quotes to support: `FVC-` and eight characters.
    pub customer_number: String,
    /// Language of the customer (BCP 47 tag such as `en` or `hi`).
    pub language: String,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub date_of_birth: Option<NaiveDate>,
    /// Name of the customer's business.
    pub business_name: Option<String>,
    /// GST number of the customer's business, for B2B invoices.
    pub gstin: Option<String>,
    /// When the customer agreed to marketing; null without consent.
    pub marketing_consent_at: Option<DateTime<Utc>>,
    /// When the profile was changed last.
    pub updated_at: DateTime<Utc>,
}

/// A new profile row.
#[derive(Insertable)]
#[diesel(table_name = customer_profiles)]
#[expect(missing_docs, reason = "as in CustomerProfile")]
pub struct NewProfile {
    pub account_id: AccountId,
    pub customer_number: String,
    pub language: String,
    pub marketing_consent_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl NewProfile {
    /// A profile with a fresh customer number.
    pub fn of(
        account_id: AccountId,
        language: String,
        marketing_consent_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let customer_number = customer_number()?;
        Ok(Self { account_id, customer_number, language, marketing_consent_at, created_at: now, updated_at: now })
    }
}

/// `FVC-` and eight random characters that are not mistaken for one another: a counter would tell everybody how many
/// customers there are, and be a bottleneck.
fn customer_number() -> Result<String> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut number = String::from("FVC-");
    for _ in 0..8 {
        let at = random_below(32)? as usize;
        number.push(char::from(LETTERS.get(at).copied().unwrap_or(b'0')));
    }
    Ok(number)
}

const NUMBER_TRIES: usize = 5;

/// Adds a profile; another number is drawn if this one is taken.
pub async fn insert(mut conn: &Conn, mut row: NewProfile) -> Result<()> {
    for _ in 0..NUMBER_TRIES {
        let inserted = diesel::insert_into(dsl::customer_profiles)
            .values(&row)
            .on_conflict(dsl::customer_number)
            .do_nothing()
            .execute(&mut conn)
            .await?;
        if inserted == 1 {
            return Ok(());
        }
        row.customer_number = customer_number()?;
    }
    Err(Error::internal(anyhow::anyhow!("no free customer number in {NUMBER_TRIES} draws")))
}

/// A profile, locked for a change.
pub async fn lock(mut conn: &Conn, account: AccountId) -> Result<CustomerProfile> {
    dsl::customer_profiles
        .find(account)
        .for_update()
        .select(CustomerProfile::as_select())
        .first(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("customer profile"))
}

/// Stores a changed profile.
pub async fn update(mut conn: &Conn, row: &CustomerProfile) -> Result<CustomerProfile> {
    Ok(diesel::update(dsl::customer_profiles.find(row.account_id))
        .set((
            dsl::language.eq(&row.language),
            dsl::date_of_birth.eq(row.date_of_birth),
            dsl::business_name.eq(&row.business_name),
            dsl::gstin.eq(&row.gstin),
            dsl::marketing_consent_at.eq(row.marketing_consent_at),
            dsl::updated_at.eq(row.updated_at),
        ))
        .returning(CustomerProfile::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// The profile of an account, reached from accounts that the caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProfileOf(pub AccountId);

impl Key for ProfileOf {
    type Value = Arc<CustomerProfile>;
    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let rows: Vec<CustomerProfile> = dsl::customer_profiles
            .filter(dsl::account_id.eq_any(keys.iter().map(|key| key.0)))
            .select(CustomerProfile::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(|row| (ProfileOf(row.account_id), Arc::new(row))).collect())
    }
}
