//! API key rows.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Grant, Permission, Scope, ScopeKind},
        db::Conn,
        error::{Error, Result},
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::Sql,
    },
    schema::api_keys::{self, dsl},
};

crate::id! {
    /// Identifies an API key.
    ApiKeyId, "key", "ApiKey"
}

/// What every key begins with, so that leaked ones are found by scanners.
pub const MARK: &str = "fvk_";
/// How exact `last_used_at` is.
pub const USE_GRAIN: TimeDelta = TimeDelta::minutes(5);

/// A key of a partner's program.
#[derive(Clone, Debug, Serialize, Queryable, Selectable, PlainObject)]
#[graphql(complex)]
#[diesel(table_name = api_keys)]
pub struct ApiKey {
    /// Global ID.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// How the key begins, to recognise it by.
    pub prefix: String,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub permissions: Vec<String>,
    /// What the permissions are over.
    pub scope_kind: ScopeKind,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub scope_ids: Vec<Uuid>,
    #[graphql(skip)]
    #[expect(missing_docs, reason = "columns are documented in the database")]
    pub created_by: Option<AccountId>,
    /// When it stops working; null for never.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to five minutes.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ApiKey {
    /// Whether it is neither revoked nor expired.
    pub fn works_at(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }

    /// What the key may do. Text that this version of the program does not know grants nothing.
    pub fn grant(&self) -> Grant {
        let permissions = self.permissions.iter().filter_map(|text| Permission::from_str(text).ok()).collect();
        Grant::new(permissions, Scope::of(self.scope_kind, self.scope_ids.clone()))
    }
}

/// A new key row.
#[derive(Insertable)]
#[diesel(table_name = api_keys)]
#[expect(missing_docs, reason = "as in ApiKey")]
pub struct NewApiKey {
    pub id: ApiKeyId,
    pub name: String,
    pub prefix: String,
    pub secret_hash: Vec<u8>,
    pub permissions: Vec<String>,
    pub scope_kind: ScopeKind,
    pub scope_ids: Vec<Uuid>,
    pub created_by: Option<Uuid>,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// Adds a key.
pub async fn insert(mut conn: &Conn, row: &NewApiKey) -> Result<ApiKey> {
    Ok(diesel::insert_into(dsl::api_keys).values(row).returning(ApiKey::as_returning()).get_result(&mut conn).await?)
}

/// A key that was not revoked, with the hash of its secret, by how it begins.
pub async fn by_prefix(mut conn: &Conn, prefix: &str) -> Result<Option<(ApiKey, Vec<u8>)>> {
    Ok(dsl::api_keys
        .filter(dsl::prefix.eq(prefix).and(dsl::revoked_at.is_null()))
        .select((ApiKey::as_select(), dsl::secret_hash))
        .first(&mut conn)
        .await
        .optional()?)
}

/// A key, whether it works or not.
pub async fn by_id(mut conn: &Conn, id: ApiKeyId) -> Result<Option<ApiKey>> {
    Ok(dsl::api_keys.find(id).select(ApiKey::as_select()).first(&mut conn).await.optional()?)
}

/// A key, locked for a change.
pub async fn lock(mut conn: &Conn, id: ApiKeyId) -> Result<ApiKey> {
    dsl::api_keys
        .find(id)
        .for_update()
        .select(ApiKey::as_select())
        .first(&mut conn)
        .await
        .optional()?
        .ok_or(Error::NotFound("API key"))
}

/// Revokes a key.
pub async fn revoke(mut conn: &Conn, id: ApiKeyId, now: DateTime<Utc>) -> Result<ApiKey> {
    Ok(diesel::update(dsl::api_keys.find(id))
        .set(dsl::revoked_at.eq(now))
        .returning(ApiKey::as_returning())
        .get_result(&mut conn)
        .await?)
}

/// Notes a use.
pub async fn touch(mut conn: &Conn, id: ApiKeyId, now: DateTime<Utc>) -> Result<()> {
    let stale = dsl::last_used_at.is_null().or(dsl::last_used_at.lt(now - USE_GRAIN));
    diesel::update(dsl::api_keys.find(id)).filter(stale).set(dsl::last_used_at.eq(now)).execute(&mut conn).await?;
    Ok(())
}

/// Keys whose rows all lie within the caller's right to issue keys.
pub fn visible_to(actor: &Actor) -> Sql {
    let scope = actor.scope(Permission::ApiKeysWrite);
    if scope.everything {
        return Sql::new("TRUE");
    }
    let named = [ScopeKind::Store, ScopeKind::Warehouse, ScopeKind::Distributor, ScopeKind::Inbox];
    let within = named.into_iter().map(|kind| {
        let ids = scope.ids(kind).to_vec();
        Sql::new("(scope_kind = ").bind(kind.as_str()).sql(" AND scope_ids <@ ").bind(ids).sql(")")
    });
    Sql::all_of(within, " OR ")
}

/// A page of keys, newest first.
pub async fn list(conn: &Conn, actor: &Actor, args: &PageArgs, count: bool) -> Result<Page<ApiKey>> {
    let order = Order { column: "created_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &ApiKey| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "api_keys", visible_to(actor), order, args, count, key).await
}
