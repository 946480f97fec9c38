//! Login, tokens and sessions in the schema.

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    log_in::{self, LogIn},
    model::{self, Session, SessionId},
    service::{self, Tokens},
};
use crate::{
    connection,
    context::Ctx,
    identity::{
        account::model::{Account, AccountId},
        challenge::model::{Challenge, ChallengeId},
        error::IdentityError,
    },
    kernel::{access::Principal, error::Result, page::PageArgs, payload::settle},
    payload,
};

/// A login: tokens, and whom they stand for.
#[derive(PlainObject)]
pub struct Login {
    /// Bearer token for the `Authorization` header and for `connection_init`. Short-lived.
    access_token: String,
    /// Exchange it with `sessionRefresh` for the next pair. It works once: using it again ends the session.
    refresh_token: String,
    /// When the access token expires.
    expires_at: DateTime<Utc>,
    /// The session that the tokens belong to.
    session: Session,
    /// Who signed in.
    account: Account,
}

impl From<Tokens> for Login {
    fn from(tokens: Tokens) -> Self {
        let Tokens { access_token, refresh_token, expires_at, session, account } = tokens;
        Self { access_token, refresh_token, expires_at, session, account }
    }
}

#[edges]
impl Session {
    /// Whether this very request belongs to the session.
    async fn current(&self, ctx: &Context<'_>) -> bool {
        matches!(ctx.actor().principal, Principal::Account { session, .. } if session == self.id.0)
    }
}

connection!(SessionConnection, SessionEdge, Session);

/// Queries over the caller's sessions.
#[derive(Default)]
pub struct SessionQuery;

#[query]
impl SessionQuery {
    /// The devices on which the caller is signed in, last used first.
    #[access(SignedIn)]
    async fn sessions(&self, ctx: &Context<'_>, page: PageArgs) -> Result<SessionConnection> {
        let account = AccountId(ctx.actor().require_account()?);
        let conn = ctx.app().db.write().await?;
        let count = ctx.wants("totalCount");
        Ok(SessionConnection(model::list(&conn, account, ctx.app().clock.now(), &page, count).await?))
    }
}

/// Who signs in.
#[derive(InputObject)]
pub struct SessionCreateInput {
    /// E-mail address, in any case.
    email: String,
    /// Password.
    #[graphql(secret)]
    password: String,
    /// What the client calls itself, for the list of sessions: `Firefox on Linux`. At most 200 characters.
    device: Option<String>,
}

/// The code that was sent by mail.
#[derive(InputObject)]
pub struct SessionConfirmInput {
    /// The challenge that `sessionCreate` answered.
    challenge_id: ChallengeId,
    /// The six digits from the mail.
    #[graphql(secret)]
    code: String,
}

/// The refresh token to exchange.
#[derive(InputObject)]
pub struct SessionRefreshInput {
    /// The refresh token of the latest login or refresh.
    #[graphql(secret)]
    refresh_token: String,
    /// What the client calls itself from now on; left out, the name stays.
    device: Option<String>,
}

/// Which session to end.
#[derive(InputObject)]
pub struct SessionRevokeInput {
    /// One of the caller's sessions; left out, the present one.
    id: Option<SessionId>,
}

/// Which sessions to end.
#[derive(InputObject)]
pub struct SessionRevokeAllInput {
    /// Whether the present session stays; false by default.
    #[graphql(default)]
    keep_current: bool,
}

/// What sessionCreate answers: a login, or a challenge to be answered with `sessionConfirm`.
#[derive(PlainObject)]
pub struct SessionCreatePayload {
    /// The login; null while a code is needed.
    login: Option<Login>,
    /// The code that was sent by mail because wrong passwords were tried before; null when none is needed.
    challenge: Option<Challenge>,
    /// What the user can mend; empty on success.
    errors: Vec<IdentityError>,
}

impl SessionCreatePayload {
    fn from(outcome: Result<LogIn>) -> Result<Self> {
        let (done, problems) = settle(outcome)?;
        let errors = problems.into_iter().map(Into::into).collect();
        Ok(match done {
            Some(LogIn::Done(tokens)) => Self { login: Some((*tokens).into()), challenge: None, errors },
            Some(LogIn::CodeNeeded(challenge)) => Self { login: None, challenge: Some(challenge), errors },
            None => Self { login: None, challenge: None, errors },
        })
    }
}

payload! { /// What sessionConfirm answers.
SessionConfirmPayload { /// The login.
login: Login } IdentityError }

payload! { /// What sessionRefresh answers.
SessionRefreshPayload { /// The next pair of tokens.
login: Login } IdentityError }

payload! { /// What sessionRevoke answers.
SessionRevokePayload { /// The session that has ended.
session: Session } IdentityError }

payload! { /// What sessionRevokeAll answers.
SessionRevokeAllPayload { /// The sessions that have ended.
sessions: Vec<Session> } IdentityError }

/// Login and logout.
#[derive(Default)]
pub struct SessionMutation;

#[mutation]
impl SessionMutation {
    /// Signs in with e-mail and password. The answer does not tell whether the address has an account. After several
    /// wrong passwords in a row the address is locked for a while, and the next login also needs a code from a mail.
    #[access(Public)]
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who signs in")] input: SessionCreateInput,
    ) -> Result<SessionCreatePayload> {
        let SessionCreateInput { email, password, device } = input;
        let login = log_in::log_in(ctx.app(), ctx.actor(), &email, password, device.as_deref());
        SessionCreatePayload::from(Box::pin(login).await)
    }

    /// Finishes a login with the code from the mail. Five tries per code.
    #[access(Public)]
    async fn session_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Challenge and code")] input: SessionConfirmInput,
    ) -> Result<SessionConfirmPayload> {
        let login = log_in::confirm_log_in(ctx.app(), ctx.actor(), input.challenge_id, &input.code);
        SessionConfirmPayload::from(Box::pin(login).await.map(Login::from))
    }

    /// Exchanges a refresh token for the next pair of tokens. A token works once; whoever uses it a second time, even
    /// at the same moment, ends the session, because the token may have been stolen.
    #[access(Public)]
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token")] input: SessionRefreshInput,
    ) -> Result<SessionRefreshPayload> {
        let SessionRefreshInput { refresh_token, device } = input;
        let tokens = service::refresh_session(ctx.app(), ctx.actor(), &refresh_token, device.as_deref()).await;
        SessionRefreshPayload::from(tokens.map(Login::from))
    }

    /// Signs out: ends the present session, or another one of the caller's.
    #[access(SignedIn)]
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which session")] input: SessionRevokeInput,
    ) -> Result<SessionRevokePayload> {
        SessionRevokePayload::from(service::revoke_session(ctx.app(), ctx.actor(), input.id).await)
    }

    /// Signs out everywhere.
    #[access(SignedIn)]
    async fn session_revoke_all(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sessions")] input: SessionRevokeAllInput,
    ) -> Result<SessionRevokeAllPayload> {
        let ended = service::revoke_all_sessions(ctx.app(), ctx.actor(), input.keep_current).await;
        SessionRevokeAllPayload::from(ended)
    }
}
