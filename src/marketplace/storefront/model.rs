//! Storefront rows.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    inventory::seller::model::SellerId,
    kernel::{access::Actor, db::Conn, error::Result, loader::Key},
    schema::storefronts,
};

/// How a seller presents itself.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = storefronts, primary_key(seller_id), treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Storefront {
    #[graphql(skip)]
    pub seller_id: SellerId,
    /// What the seller says of itself, plain text; may be empty.
    pub description: String,
    /// Under which conditions goods are taken back, plain text; may be empty.
    pub return_policy: String,
    /// How goods are sent, plain text; may be empty.
    pub shipping_policy: String,
    #[graphql(skip)]
    pub logo_file_id: Option<Uuid>,
    #[graphql(skip)]
    pub cover_file_id: Option<Uuid>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Storefront {
    /// An empty one.
    pub fn new(seller_id: SellerId, now: DateTime<Utc>) -> Self {
        Self {
            seller_id,
            description: String::new(),
            return_policy: String::new(),
            shipping_policy: String::new(),
            logo_file_id: None,
            cover_file_id: None,
            updated_at: now,
        }
    }
}

/// The storefront of a seller that the caller sees.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StorefrontOf(pub SellerId);

impl Key for StorefrontOf {
    type Value = Arc<Storefront>;

    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let rows: Vec<Storefront> = storefronts::table
            .filter(storefronts::seller_id.eq_any(keys.iter().map(|key| key.0)))
            .select(Storefront::as_select())
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(|row| (StorefrontOf(row.seller_id), Arc::new(row))).collect())
    }
}

/// A seller's storefront.
pub async fn find(mut conn: &Conn, seller: SellerId) -> Result<Option<Storefront>> {
    Ok(storefronts::table.find(seller).select(Storefront::as_select()).first(&mut conn).await.optional()?)
}

/// Adds a storefront, or stores a changed one.
pub async fn put(mut conn: &Conn, row: &Storefront) -> Result<()> {
    diesel::insert_into(storefronts::table)
        .values(row)
        .on_conflict(storefronts::seller_id)
        .do_update()
        .set(row)
        .execute(&mut conn)
        .await?;
    Ok(())
}
