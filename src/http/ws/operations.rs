//! The operations of one socket. Each has at most one answer on its way: it is asked for the next one when the last
//! has been taken by the connection, so a slow client holds up its own operations and no memory.
//!
//! An answer is made in a task of its own. Whatever the socket is waiting for, its operations go on and give back
//! their database connections.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Request, Response, parser::types::OperationType};
use axum::extract::ws::Message;
use futures_util::{
    StreamExt,
    future::{AbortHandle, Abortable},
    stream::{BoxStream, FuturesUnordered},
};
use tokio_util::task::AbortOnDropHandle;

use super::protocol;
use crate::{app::App, graphql::GraphQl, http::answer, kernel::access::Actor};

/// An operation between two answers.
pub struct Waiting {
    serial: u64,
    id: String,
    live: bool,
    first: bool,
    answers: BoxStream<'static, Response>,
}

/// An answer, or the end.
struct Step {
    waiting: Waiting,
    answer: Option<Response>,
}

/// What is to be sent for an operation, and the operation, to be resumed once it was sent.
pub struct Outgoing {
    /// The message.
    pub message: Message,
    /// The operation, unless this ended it.
    pub resume: Option<Waiting>,
}

/// All running operations of a socket.
pub struct Operations {
    app: App,
    /// By the client's name: a number that no other operation has, and the handle that ends it.
    named: HashMap<String, (u64, AbortHandle)>,
    running: FuturesUnordered<Abortable<AbortOnDropHandle<Step>>>,
    serial: u64,
}

impl Operations {
    /// None yet.
    pub fn new(app: App) -> Self {
        Self { app, named: HashMap::new(), running: FuturesUnordered::new(), serial: 0 }
    }

    /// Whether the name is taken.
    pub fn contains(&self, id: &str) -> bool {
        self.named.contains_key(id)
    }

    /// How many run.
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Starts an operation.
    pub fn start(&mut self, graphql: &GraphQl, id: String, mut request: Request, actor: Arc<Actor>) {
        let live = graphql.operation_type(&mut request) == Some(OperationType::Subscription);
        let answers = graphql.execute_stream(request, actor).boxed();
        self.serial += 1;
        count(1);
        self.resume(Waiting { serial: self.serial, id, live, first: true, answers });
    }

    /// Asks an operation for its next answer.
    pub fn resume(&mut self, waiting: Waiting) {
        let (handle, registration) = AbortHandle::new_pair();
        self.named.insert(waiting.id.clone(), (waiting.serial, handle));
        let task = AbortOnDropHandle::new(self.app.spawn(step(waiting)));
        self.running.push(Abortable::new(task, registration));
    }

    /// Ends an operation at the client's wish.
    pub fn cancel(&mut self, id: &str) {
        if let Some((_, handle)) = self.named.remove(id) {
            handle.abort();
            count(-1);
        }
    }

    /// Whether an operation that is being resumed was not cancelled meanwhile.
    pub fn is_current(&self, waiting: &Waiting) -> bool {
        self.named.get(&waiting.id).is_some_and(|(serial, _)| *serial == waiting.serial)
    }

    /// What is to be sent next; waits for ever while nothing runs. Cancel-safe.
    pub async fn next(&mut self) -> Outgoing {
        loop {
            match self.running.next().await {
                Some(Ok(Ok(step))) if self.is_current(&step.waiting) => return self.outgoing(step),
                Some(Ok(Err(end))) if end.is_panic() => std::panic::resume_unwind(end.into_panic()),
                // Cancelled.
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    }

    fn outgoing(&mut self, step: Step) -> Outgoing {
        let Step { mut waiting, answer } = step;
        let id = waiting.id.as_str();
        let Some(answer) = answer else {
            let message = protocol::complete(id);
            self.end(&waiting);
            return Outgoing { message, resume: None };
        };
        // A subscription that fails before its first event never began.
        let refused = waiting.live && waiting.first && answer.data == async_graphql::Value::Null && answer.is_err();
        if refused || answer::is_request_error(&answer) {
            let message = protocol::error(id, &answer.errors);
            self.end(&waiting);
            return Outgoing { message, resume: None };
        }
        let message = protocol::next(id, &answer);
        waiting.first = false;
        Outgoing { message, resume: Some(waiting) }
    }

    fn end(&mut self, waiting: &Waiting) {
        if self.named.remove(&waiting.id).is_some() {
            count(-1);
        }
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        count(-i32::try_from(self.named.len()).unwrap_or(i32::MAX));
    }
}

/// Keeps the gauge of operations that run on sockets.
fn count(change: i32) {
    metrics::gauge!("freshvilla_socket_operations").increment(f64::from(change));
}

async fn step(mut waiting: Waiting) -> Step {
    let answer = waiting.answers.next().await;
    Step { waiting, answer }
}
