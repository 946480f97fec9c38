//! What the handlers of one server share.

use std::{ops::Deref, sync::Arc};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::cors::Origins;
use crate::{app::App, graphql::GraphQl};

/// Handle to one server's parts; cheap to clone.
#[derive(Clone)]
pub struct Http(Arc<Parts>);

/// The parts, reached by deref from [`Http`].
pub struct Parts {
    /// The application.
    pub app: App,
    /// The GraphQL engine.
    pub graphql: GraphQl,
    /// Origins that browsers may call from.
    pub origins: Origins,
    /// Open WebSockets; a stop waits for their closing handshakes.
    pub sockets: TaskTracker,
    /// Cancelled when this server stops.
    pub stop: CancellationToken,
}

impl Http {
    /// The parts of a server that stops with the application.
    pub fn new(app: App, graphql: GraphQl) -> Self {
        let origins = Origins::new(&app.config.http.cors_origins);
        let stop = app.stop.child_token();
        Self(Arc::new(Parts { app, graphql, origins, sockets: TaskTracker::new(), stop }))
    }
}

impl Deref for Http {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}
