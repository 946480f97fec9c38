//! Money taken at the door: rows, and every query over them.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    identity::account::model::AccountId,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::Key,
        money::Minor,
    },
    payments::{attempt::model::AttemptId, intent::model::IntentId},
    schema::cod_collections,
    text_enum,
};

text_enum! {
    /// How money is taken at the door.
    pub enum CodCollectionMode {
        /// In cash, in whole rupees.
        Cash = "cash",
        /// By UPI.
        UpiOnDelivery = "upi_on_delivery",
    }
}

/// Money taken on delivery.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = cod_collections)]
#[graphql(name = "CodCollection", complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Collection {
    #[graphql(skip)]
    pub attempt_id: AttemptId,
    #[graphql(skip)]
    pub intent_id: IntentId,
    /// How it was taken.
    pub mode: CodCollectionMode,
    #[graphql(skip)]
    pub due_minor: Minor,
    #[graphql(skip)]
    pub collected_minor: Minor,
    #[graphql(skip)]
    pub rounding_minor: Minor,
    #[graphql(skip)]
    pub collected_by: AccountId,
    /// When.
    pub collected_at: DateTime<Utc>,
}

/// The key of what was collected for an intent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollectionOf(pub IntentId);

impl Key for CollectionOf {
    type Value = Arc<Collection>;

    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let intents: Vec<IntentId> = keys.iter().map(|key| key.0).collect();
        let rows = cod_collections::table.filter(cod_collections::intent_id.eq_any(intents));
        let rows: Vec<Collection> = rows.select(Collection::as_select()).load(&mut conn).await?;
        Ok(rows.into_iter().map(|row| (Self(row.intent_id), Arc::new(row))).collect())
    }
}

/// Adds a collection.
pub async fn insert(mut conn: &Conn, row: &Collection) -> Result<()> {
    diesel::insert_into(cod_collections::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("cod_collections_intent_id_key", || Error::conflict("the money was collected already"))
        .on_constraint("cod_collections_collected_by_fkey", || {
            Error::problem("NOT_FOUND", "collectedBy", "there is no such account")
        })?;
    Ok(())
}
