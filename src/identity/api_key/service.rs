//! Issuing, checking and revoking keys.

use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::model::{self, ApiKey, ApiKeyId, MARK, NewApiKey};
use crate::{
    app::App,
    identity::account::contact,
    kernel::{
        access::{Actor, Grant, Permission, Permissions, Principal, Scope, ScopeKind},
        actor_cache::{ACCOUNT_TOPIC, Credential, Known},
        audit::Change,
        error::{Error, Result},
        keyring::{random_token, token_hash},
        outbox::NewEvent,
    },
};

/// A key as asked for.
pub struct CreateApiKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub permissions: Permissions,
    /// What its permissions are over.
    pub scope_kind: ScopeKind,
    /// The named rows; empty for the platform.
    pub over: Vec<(ScopeKind, Uuid)>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Issues a key; the text is shown this once. Nobody issues a key that may do what they may not.
pub async fn create_api_key(app: &App, actor: &Actor, input: CreateApiKey) -> Result<(ApiKey, String)> {
    let now = app.clock.now();
    let name = contact::required_line("name", &input.name, 120)?;
    if input.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("expiresAt", "the end must be in the future"));
    }
    if input.permissions == Permissions::default() {
        return Err(Error::problem("REQUIRED", "permissions", "name at least one permission"));
    }
    let platform = input.scope_kind == ScopeKind::Platform;
    if platform != input.over.is_empty() || input.over.iter().any(|(kind, _)| *kind != input.scope_kind) {
        return Err(Error::invalid("scopeIds", "name rows of the scope's kind; none for the whole platform"));
    }
    let scope_ids: Vec<Uuid> = input.over.iter().map(|(_, id)| *id).collect();
    input.permissions.check_scope(input.scope_kind)?;
    let needed = input.permissions.with([Permission::ApiKeysWrite].into_iter().collect());
    let grant = Grant::new(needed, Scope::of(input.scope_kind, scope_ids.clone()));
    if !actor.covers(std::slice::from_ref(&grant)) {
        return Err(Error::problem("EXCEEDS_OWN_RIGHTS", "permissions", "you can pass on only rights that you have"));
    }
    let token = random_token()?;
    let (start, secret) = token.split_at_checked(10).ok_or_else(|| anyhow::anyhow!("random token too short"))?;
    let row = NewApiKey {
        id: ApiKeyId::new(),
        name,
        prefix: format!("{MARK}{start}"),
        secret_hash: token_hash(secret),
        permissions: input.permissions.iter().map(|p| p.as_str().to_owned()).collect(),
        scope_kind: input.scope_kind,
        scope_ids,
        created_by: actor.account_id(),
        expires_at: input.expires_at,
        created_at: now,
    };
    let tx = app.db.begin().await?;
    let key = model::insert(&tx, &row).await?;
    Change::new("apiKeyCreate", key.id, None, Some(&key))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok((key, format!("{MARK}{token}")))
}

/// Revokes a key that lies within the caller's rights.
pub async fn revoke_api_key(app: &App, actor: &Actor, id: ApiKeyId) -> Result<ApiKey> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, id).await?;
    if !actor.scope(Permission::ApiKeysWrite).covers(before.grant().scope()) {
        return Err(Error::NotFound("API key"));
    }
    if before.revoked_at.is_some() {
        return Ok(before);
    }
    let key = model::revoke(&tx, id, now).await?;
    Change::new("apiKeyRevoke", id, Some(&before), Some(&key))?.record(&tx, &app.clock, actor).await?;
    // A key is revoked once, so this is its topic's only event.
    let topic = format!("{ACCOUNT_TOPIC}{}", id.0);
    let payload = serde_json::json!({ "api_key": id.0 });
    let event = NewEvent {
        id: Uuid::now_v7(),
        topic,
        sequence: 1,
        kind: "api_key.revoked",
        payload,
        created_at: now,
        feed: None,
    };
    event.emit(&tx).await?;
    tx.commit().await?;
    app.actors.forget(id.0);
    app.committed();
    Ok(key)
}

const FOR_EVER: TimeDelta = TimeDelta::days(36_500);

/// The program behind a key, and until when the key is good.
pub async fn authenticate_key(app: &App, token: &str) -> Result<(Known, DateTime<Utc>)> {
    let now = app.clock.now();
    let credential = Credential::ApiKey(token_hash(token));
    let known = match app.actors.get(&credential, now) {
        Ok(known) => known,
        Err(generation) => {
            let known = read_key(app, token, now).await?;
            app.actors.store(credential, known.clone(), generation, now);
            known
        }
    };
    if known.expires_at <= now {
        return Err(not_valid());
    }
    let expires_at = known.expires_at;
    Ok((known, expires_at))
}

fn not_valid() -> Error {
    Error::Unauthenticated("the API key is not valid".to_owned())
}

async fn read_key(app: &App, token: &str, now: DateTime<Utc>) -> Result<Known> {
    let (prefix, secret) = token.split_at_checked(MARK.len() + 10).ok_or_else(not_valid)?;
    // From the primary: a replica may not know yet of a revocation.
    let conn = app.db.write().await?;
    let (key, hash) = model::by_prefix(&conn, prefix).await?.ok_or_else(not_valid)?;
    if !bool::from(token_hash(secret).ct_eq(&hash)) {
        return Err(not_valid());
    }
    model::touch(&conn, key.id, now).await?;
    Ok(Known {
        principal: Principal::ApiKey { id: key.id.0 },
        grants: vec![key.grant()].into(),
        expires_at: key.expires_at.unwrap_or(now + FOR_EVER),
    })
}
