//! GraphQL over WebSocket by `graphql-transport-ws`: `/graphql/ws`.
//!
//! One task per socket. Nothing is buffered without bound: an operation is asked for its next answer when the last
//! one was taken, and a client that takes nothing is sent away with the advice to resume. A socket ends with the
//! token that opened it, and when its session is revoked or its account's rights change.

mod operations;
mod protocol;
mod session;
mod wire;

use axum::{
    body::Body,
    extract::{Extension, State, WebSocketUpgrade},
};
use http::{HeaderMap, Response, StatusCode};

use self::{
    protocol::{Close, SUBPROTOCOL},
    session::Session,
    wire::Wire,
};
use super::{answer, auth::Caller, state::Http};

/// Per socket and direction. Most messages are smaller; axum's default would take 136 KB for each idle client.
const BUFFER: usize = 4 * 1024;

/// Opens a socket.
pub async fn open(
    State(http): State<Http>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response<Body> {
    if !http.origins.allows_socket(&headers) {
        return answer::refusal(StatusCode::FORBIDDEN, "FORBIDDEN", "this origin may not open a socket");
    }
    let most = http.app.config.http.max_body_bytes;
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(most)
        .max_frame_size(most)
        .protocols([SUBPROTOCOL]);
    let agreed = upgrade.selected_protocol().is_some();
    let open = http.sockets.token();
    upgrade.on_upgrade(move |socket| async move {
        let _open = open;
        let mut wire = Wire::new(socket);
        if !agreed {
            return wire.close(Close::subprotocol()).await;
        }
        metrics::gauge!("freshvilla_sockets").increment(1.0);
        let close = Session::new(http, caller).run(&mut wire).await;
        if let Some(close) = close {
            tracing::debug!(code = close.code, reason = close.reason, "socket closed");
            wire.close(close).await;
        }
        metrics::gauge!("freshvilla_sockets").decrement(1.0);
    })
}
