//! One socket, read and written by one task without a lock or a channel between the two directions.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::ws::{Message, WebSocket};
use futures_util::{Sink, StreamExt};

use super::protocol::Close;

/// A client has this long to take the last messages and answer the close frame.
const FAREWELL: Duration = Duration::from_secs(5);

/// What the socket is ready for.
pub enum Ready {
    /// A message came.
    Incoming(Message),
    /// The next message can be sent.
    Room,
    /// The client broke the message size limit.
    TooBig,
    /// The client said goodbye; it is to be answered.
    Goodbye,
    /// The connection is gone.
    Gone,
}

/// The socket, and whether something waits to be flushed.
pub struct Wire {
    socket: WebSocket,
    unflushed: bool,
}

impl Wire {
    /// Over an open socket.
    pub fn new(socket: WebSocket) -> Self {
        Self { socket, unflushed: false }
    }

    /// Waits for a message, or with `sending` for room to send one. Cancel-safe.
    pub async fn ready(&mut self, sending: bool) -> Ready {
        std::future::poll_fn(|cx| self.poll(sending, cx)).await
    }

    fn poll(&mut self, sending: bool, cx: &mut Context<'_>) -> Poll<Ready> {
        if let Poll::Ready(message) = self.socket.poll_next_unpin(cx) {
            return Poll::Ready(match message {
                Some(Ok(Message::Close(_))) => Ready::Goodbye,
                None => Ready::Gone,
                Some(Ok(message)) => Ready::Incoming(message),
                Some(Err(error)) if is_too_big(&error) => Ready::TooBig,
                Some(Err(_)) => Ready::Gone,
            });
        }
        let socket = Pin::new(&mut self.socket);
        if sending {
            return socket.poll_ready(cx).map(|outcome| if outcome.is_ok() { Ready::Room } else { Ready::Gone });
        }
        if self.unflushed {
            match socket.poll_flush(cx) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(_)) => return Poll::Ready(Ready::Gone),
                Poll::Pending => {}
            }
        }
        Poll::Pending
    }

    /// Sends a message after [`Ready::Room`]; flushed when nothing else is to be sent.
    pub fn send(&mut self, message: Message) {
        self.unflushed = true;
        // A failure shows at the next poll.
        let _ = Pin::new(&mut self.socket).start_send(message);
    }

    /// Says why and goes.
    pub async fn close(mut self, close: Close) {
        if let Ok(Ok(())) = tokio::time::timeout(FAREWELL, self.socket.send(Message::Close(Some(close.into())))).await {
            self.part().await;
        }
    }

    /// Sends what is due, the answer to a close frame among it, until the connection ends (RFC 6455, 5.5.1).
    pub async fn part(&mut self) {
        let farewell = async { while let Some(Ok(_)) = self.socket.next().await {} };
        let _ = tokio::time::timeout(FAREWELL, farewell).await;
    }
}

/// By its text: the error's type belongs to whichever version of tungstenite axum uses. A test holds on to it.
fn is_too_big(error: &axum::Error) -> bool {
    error.to_string().starts_with("Space limit exceeded")
}
