//! Money taken at the door: rows, and every query over them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    identity::account::model::AccountId,
    kernel::{
        db::Conn,
        error::{Error, OnConstraint, Result},
        money::Minor,
    },
    load_children,
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

load_children! {
    /// What was collected for an intent, the first first.
    pub CollectionsOf(IntentId) => Collection, cod_collections.intent_id, by (collected_at, attempt_id)
}

/// Adds a collection.
pub async fn insert(mut conn: &Conn, row: &Collection) -> Result<()> {
    diesel::insert_into(cod_collections::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("cod_collections_collected_by_fkey", || {
            Error::problem("NOT_FOUND", "collectedBy", "there is no such account")
        })?;
    Ok(())
}
