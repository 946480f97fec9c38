//! The messages of `graphql-transport-ws` (PROTOCOL.md of the npm package graphql-ws), and the codes that end it.

use async_graphql::{Request, Response, ServerError, Value};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use serde::{Deserialize, Serialize};

use crate::http::answer::Wire;

/// Name of the subprotocol.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromClient {
    /// The first message; may bring the access token.
    ConnectionInit {
        /// `{"authorization": "Bearer …"}`, the name in any case.
        payload: Option<serde_json::Map<String, serde_json::Value>>,
    },
    /// Are you there?
    Ping {
        /// Comes back with the pong.
        payload: Option<serde_json::Value>,
    },
    /// I am here.
    Pong {},
    /// Starts an operation.
    Subscribe {
        /// The client's name for it.
        id: String,
        /// The operation.
        payload: Box<Subscribe>,
    },
    /// Ends an operation early.
    Complete {
        /// The operation's name.
        id: String,
    },
}

/// An operation to start.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscribe {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<async_graphql::Variables>,
    extensions: Option<std::collections::HashMap<String, Value>>,
}

impl From<Subscribe> for Request {
    fn from(payload: Subscribe) -> Self {
        let mut request = Self::new(payload.query.unwrap_or_default());
        request.operation_name = payload.operation_name;
        request.variables = payload.variables.unwrap_or_default();
        *request.extensions = payload.extensions.unwrap_or_default();
        request
    }
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum FromServer<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<serde_json::Value>,
    },
    Next {
        id: &'a str,
        payload: Wire<'a>,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

impl From<FromServer<'_>> for Message {
    fn from(message: FromServer<'_>) -> Self {
        Self::Text(Utf8Bytes::from(serde_json::to_string(&message).unwrap_or_default()))
    }
}

/// The caller is accepted.
pub fn ack() -> Message {
    FromServer::ConnectionAck.into()
}

/// Answers a ping.
pub fn pong(payload: Option<serde_json::Value>) -> Message {
    FromServer::Pong { payload }.into()
}

/// One answer of an operation.
pub fn next(id: &str, answer: &Response) -> Message {
    FromServer::Next { id, payload: Wire::from(answer) }.into()
}

/// The operation was refused; nothing more will come for it.
pub fn error(id: &str, errors: &[ServerError]) -> Message {
    FromServer::Error { id, payload: errors }.into()
}

/// The operation has ended.
pub fn complete(id: &str) -> Message {
    FromServer::Complete { id }.into()
}

/// Why the server closes a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// Close code.
    pub code: u16,
    /// For a person, and for clients that log.
    pub reason: String,
}

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// The server stops; another will answer.
    pub fn restart() -> Self {
        Self::new(1012, "the server restarts; reconnect and resume from your last cursor")
    }

    /// A message over the size limit.
    pub fn too_big() -> Self {
        Self::new(1009, "message too big")
    }

    /// A message that is none of the protocol's.
    pub fn malformed(why: &str) -> Self {
        Self::new(4400, why)
    }

    /// An operation before the acknowledgement.
    pub fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// The access token is not valid, or no longer.
    pub fn forbidden(why: &str) -> Self {
        Self::new(4403, why)
    }

    /// None of the offered subprotocols is ours.
    pub fn subprotocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    /// No `connection_init` in time.
    pub fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// Two operations of one name.
    pub fn duplicate(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// A second `connection_init`.
    pub fn init_twice() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// The client does not read what it asked for.
    pub fn slow() -> Self {
        Self::new(4430, "too slow; resume from your last cursor")
    }

    /// The client no longer answers pings.
    pub fn silent() -> Self {
        Self::new(4499, "no answer to pings")
    }
}

impl From<Close> for CloseFrame {
    fn from(close: Close) -> Self {
        // A control frame carries at most 123 bytes of reason.
        let end = close.reason.floor_char_boundary(123);
        Self { code: close.code, reason: Utf8Bytes::from(close.reason.get(..end).unwrap_or_default()) }
    }
}
