//! One client's connection from `connection_init` to the close frame.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use async_graphql::{Request, ServerError};
use axum::extract::ws::Message;
use chrono::{DateTime, Utc};
use tokio::{
    sync::broadcast,
    time::{Instant, Interval, MissedTickBehavior},
};
use uuid::Uuid;

use super::{
    operations::{Operations, Outgoing},
    protocol::{self, Close, FromClient},
    wire::{Ready, Wire},
};
use crate::{
    http::{
        auth::{self, Authenticated, Caller},
        state::Http,
    },
    kernel::{
        access::{Actor, Principal},
        actor_cache::ACCOUNT_TOPIC,
        bus::Signal,
        error::Error,
    },
};

/// `connection_init` must come within this time.
const INIT_WITHIN: Duration = Duration::from_secs(10);
/// The server pings this often, so that proxies keep the connection and dead clients show.
const PING_EVERY: Duration = Duration::from_secs(25);
/// A client that was silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// A client that takes no message for so long is too slow.
const SLOW: Duration = Duration::from_secs(15);
/// An alarm is set anew after this time at the latest.
const LONGEST_ALARM: Duration = Duration::from_secs(3_600);
/// Replies (pongs, refusals) that wait for a client which asks faster than it reads.
const REPLIES: usize = 64;

/// What a session waits for.
enum Event {
    Wire(Ready),
    Answer(Outgoing),
    Account(Result<Signal, broadcast::error::RecvError>),
    Tick,
    Deadline,
    Slow,
    Stop,
}

/// Who the client proved to be.
struct Login {
    actor: Arc<Actor>,
    /// The token, its end and the account's events; nothing for strangers.
    token: Option<Token>,
}

struct Token {
    text: String,
    expires_at: DateTime<Utc>,
    changes: Option<broadcast::Receiver<Signal>>,
}

/// One socket's state.
pub struct Session {
    http: Http,
    caller: Caller,
    login: Option<Login>,
    operations: Operations,
    outbox: VecDeque<Outgoing>,
    heard: Instant,
    /// Since when the client takes nothing, while something waits.
    stuck: Instant,
    /// End of the time for `connection_init`, then of the token's.
    deadline: Option<Instant>,
    ping: Interval,
}

impl Session {
    /// A session before `connection_init`.
    pub fn new(http: Http, caller: Caller) -> Self {
        let now = Instant::now();
        let mut ping = tokio::time::interval_at(now + PING_EVERY, PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            operations: Operations::new(http.app.clone()),
            http,
            caller,
            login: None,
            outbox: VecDeque::new(),
            heard: now,
            stuck: now,
            deadline: Some(now + INIT_WITHIN),
            ping,
        }
    }

    /// Runs until one side ends it; `None` when the client is gone already.
    pub async fn run(mut self, wire: &mut Wire) -> Option<Close> {
        loop {
            let outcome = match self.next(wire).await {
                Event::Wire(Ready::Gone) => return None,
                Event::Wire(Ready::Goodbye) => {
                    wire.part().await;
                    return None;
                }
                Event::Wire(Ready::TooBig) => Err(Close::too_big()),
                Event::Wire(Ready::Room) => {
                    self.send_one(wire);
                    Ok(())
                }
                Event::Wire(Ready::Incoming(message)) => self.hear(message).await,
                Event::Answer(outgoing) => self.push(outgoing),
                Event::Account(signal) => self.account_changed(signal).await,
                Event::Tick => self.tick(),
                Event::Deadline if self.login.is_none() => Err(Close::init_timeout()),
                Event::Deadline => self.check_expiry(),
                Event::Slow => Err(Close::slow()),
                Event::Stop => Err(Close::restart()),
            };
            if let Err(close) = outcome {
                return Some(close);
            }
        }
    }

    async fn next(&mut self, wire: &mut Wire) -> Event {
        let waiting = !self.outbox.is_empty();
        let changes = self.login.as_mut().and_then(|login| login.token.as_mut()?.changes.as_mut());
        tokio::select! {
            () = self.http.stop.cancelled() => Event::Stop,
            signal = heard(changes) => Event::Account(signal),
            ready = wire.ready(waiting) => Event::Wire(ready),
            outgoing = self.operations.next() => Event::Answer(outgoing),
            _ = self.ping.tick() => Event::Tick,
            () = at(self.deadline) => Event::Deadline,
            () = at(waiting.then_some(self.stuck + SLOW)) => Event::Slow,
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), Close> {
        self.heard = Instant::now();
        self.check_expiry()?;
        match message {
            Message::Text(text) => {
                let message = serde_json::from_str(&text)
                    .map_err(|error| Close::malformed(&format!("Invalid message received: {error}")))?;
                self.obey(message).await
            }
            Message::Binary(_) => Err(Close::malformed("Invalid message received: text expected")),
            _ => Ok(()),
        }
    }

    async fn obey(&mut self, message: FromClient) -> Result<(), Close> {
        match message {
            FromClient::ConnectionInit { payload } => {
                if self.login.is_some() {
                    return Err(Close::init_twice());
                }
                let token = payload.as_ref().map(token_of).transpose()?.flatten();
                self.log_in(token).await?;
                self.reply(protocol::ack())
            }
            FromClient::Ping { payload } => self.reply(protocol::pong(payload)),
            FromClient::Pong {} => Ok(()),
            FromClient::Subscribe { id, payload } => self.subscribe(id, Request::from(*payload)),
            FromClient::Complete { id } => {
                self.operations.cancel(&id);
                Ok(())
            }
        }
    }

    async fn log_in(&mut self, token: Option<String>) -> Result<(), Close> {
        let Some(text) = token else {
            self.deadline = None;
            let actor = auth::anonymous(&self.caller);
            self.login = Some(Login { actor, token: None });
            return Ok(());
        };
        let Authenticated { actor, .. } = authenticate(&self.http, &text, &self.caller).await?;
        // Listens before it looks again, so that no revocation falls between the two.
        let changes = self.changes_of(&actor);
        let Authenticated { actor, expires_at } = authenticate(&self.http, &text, &self.caller).await?;
        self.login = Some(Login { actor, token: Some(Token { text, expires_at, changes }) });
        self.check_expiry()
    }

    /// Events of the account, or of the partner's key.
    fn changes_of(&self, actor: &Actor) -> Option<broadcast::Receiver<Signal>> {
        let (Principal::Account { id, .. } | Principal::ApiKey { id }) = actor.principal else { return None };
        Some(self.http.app.bus.local().subscribe(&format!("{ACCOUNT_TOPIC}{id}")))
    }

    fn subscribe(&mut self, id: String, request: Request) -> Result<(), Close> {
        let login = self.login.as_ref().ok_or_else(Close::unauthorized)?;
        if self.operations.contains(&id) {
            return Err(Close::duplicate(&id));
        }
        let most = self.http.app.config.graphql.max_socket_operations;
        if self.operations.len() >= most {
            let mut error = ServerError::new(format!("at most {most} operations at once on one socket"), None);
            error.extensions.get_or_insert_default().set("code", "TOO_MANY_OPERATIONS");
            return self.reply(protocol::error(&id, &[error]));
        }
        let actor = Actor { request_id: Uuid::now_v7(), ..(*login.actor).clone() };
        self.operations.start(&self.http.graphql, id, request, Arc::new(actor));
        Ok(())
    }

    /// Something happened to the account, or events may have been lost: the token must still be worth the same.
    async fn account_changed(&mut self, signal: Result<Signal, broadcast::error::RecvError>) -> Result<(), Close> {
        let Some(Login { actor, token: Some(token) }) = &self.login else { return Ok(()) };
        let now = authenticate(&self.http, &token.text, &self.caller).await?;
        if !auth::same_rights(actor, &now.actor) {
            return Err(Close::forbidden("your rights have changed; reconnect"));
        }
        if matches!(signal, Err(broadcast::error::RecvError::Closed)) {
            let changes = self.changes_of(&now.actor);
            if let Some(token) = self.login.as_mut().and_then(|login| login.token.as_mut()) {
                token.changes = changes;
            }
        }
        Ok(())
    }

    /// Ends the session with its token, and sets the alarm for that moment.
    fn check_expiry(&mut self) -> Result<(), Close> {
        let Some(token) = self.login.as_ref().and_then(|login| login.token.as_ref()) else { return Ok(()) };
        match (token.expires_at - self.http.app.clock.now()).to_std() {
            Ok(left) if !left.is_zero() => {
                self.deadline = Some(Instant::now() + left.clamp(Duration::from_millis(1), LONGEST_ALARM));
                Ok(())
            }
            _ => Err(Close::forbidden("token expired")),
        }
    }

    fn tick(&mut self) -> Result<(), Close> {
        self.check_expiry()?;
        if self.heard.elapsed() >= SILENCE {
            return Err(Close::silent());
        }
        self.reply(Message::Ping(bytes::Bytes::new()))
    }

    fn reply(&mut self, message: Message) -> Result<(), Close> {
        self.push(Outgoing { message, resume: None })
    }

    fn push(&mut self, outgoing: Outgoing) -> Result<(), Close> {
        if self.outbox.is_empty() {
            self.stuck = Instant::now();
        } else if self.outbox.len() > self.http.app.config.graphql.max_socket_operations + REPLIES {
            return Err(Close::slow());
        }
        self.outbox.push_back(outgoing);
        Ok(())
    }

    fn send_one(&mut self, wire: &mut Wire) {
        self.stuck = Instant::now();
        let Some(Outgoing { message, resume }) = self.outbox.pop_front() else { return };
        match resume {
            None => wire.send(message),
            Some(waiting) if self.operations.is_current(&waiting) => {
                wire.send(message);
                self.operations.resume(waiting);
            }
            // Cancelled meanwhile: nothing more must come for it.
            Some(_) => {}
        }
    }
}

/// The token in the payload of `connection_init`: `authorization`, in any case, as in the HTTP header.
fn token_of(payload: &serde_json::Map<String, serde_json::Value>) -> Result<Option<String>, Close> {
    let value = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(|(_, value)| value);
    let text = match value {
        None | Some(serde_json::Value::Null) => return Ok(None),
        Some(serde_json::Value::String(text)) => text,
        Some(_) => return Err(Close::malformed("authorization must be a string")),
    };
    auth::bearer(text).map(|token| Some(token.to_owned())).map_err(|error| Close::forbidden(&error.to_string()))
}

async fn authenticate(http: &Http, token: &str, caller: &Caller) -> Result<Authenticated, Close> {
    auth::authenticate(&http.app, token, caller).await.map_err(|error| match error {
        Error::Unauthenticated(why) => Close::forbidden(&why),
        // The database is down: another try may succeed.
        _ => Close::restart(),
    })
}

async fn heard(changes: Option<&mut broadcast::Receiver<Signal>>) -> Result<Signal, broadcast::error::RecvError> {
    match changes {
        Some(changes) => changes.recv().await,
        None => std::future::pending().await,
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}
