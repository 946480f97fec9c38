//! From a bearer token to the caller.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{self, SessionId, USE_GRAIN};
use crate::{
    app::App,
    identity::{account::model::may_sign_in, api_key, role},
    kernel::{
        access::{Actor, Principal},
        actor_cache::{Credential, Known},
        error::{Error, Result},
    },
};

/// Who a token proves, and until when.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The caller with their rights.
    pub actor: Actor,
    /// When the token stops being valid.
    pub expires_at: DateTime<Utc>,
}

/// Checks an access token, or a partner's API key (`fvk_…`); UNAUTHENTICATED when it is forged, expired or revoked.
/// The rights are at most a few seconds old, and current on every node that heard of their change.
pub async fn authenticate(app: &App, token: &str, request_id: Uuid) -> Result<Authenticated> {
    if token.starts_with(api_key::model::MARK) {
        let (known, expires_at) = api_key::service::authenticate_key(app, token).await?;
        return Ok(Authenticated { actor: Actor::new(known.principal, known.grants, request_id), expires_at });
    }
    let now = app.clock.now();
    let claims = app.keys.verify(token, now)?;
    let credential = Credential::Session(claims.sid);
    let known = match app.actors.get(&credential, now) {
        Ok(known) => known,
        Err(generation) => {
            let known = read_session(app, claims.sid, now).await?;
            app.actors.store(credential, known.clone(), generation, now);
            known
        }
    };
    let same_account = matches!(known.principal, Principal::Account { id, .. } if id == claims.sub);
    if !same_account || known.expires_at <= now {
        return Err(ended());
    }
    let token_end = DateTime::from_timestamp(claims.exp, 0).unwrap_or(now);
    let actor = Actor::new(known.principal, known.grants, request_id);
    Ok(Authenticated { actor, expires_at: token_end.min(known.expires_at) })
}

async fn read_session(app: &App, id: Uuid, now: DateTime<Utc>) -> Result<Known> {
    // From the primary: a replica may not know yet of a login or a revocation.
    let conn = app.db.write().await?;
    let holder = model::holder(&conn, id).await?.ok_or_else(ended)?;
    if !may_sign_in(holder.status, holder.employee_status) {
        return Err(ended());
    }
    let grants = role::model::grants_of(&conn, holder.account_id).await?;
    if holder.last_used_at < now - USE_GRAIN {
        model::touch(&conn, SessionId(id), now).await?;
    }
    let principal = Principal::Account { id: holder.account_id.0, kind: holder.kind, session: id };
    Ok(Known { principal, grants: grants.into(), expires_at: holder.expires_at })
}

fn ended() -> Error {
    Error::Unauthenticated("the session has ended; please log in again".to_owned())
}
