//! What a resolver reaches for: the application, the caller, the loaders.

use std::sync::Arc;

use async_graphql::Context;

use crate::{
    app::App,
    kernel::{
        access::Actor,
        error::Result,
        loader::{Key, Loaders},
    },
};

/// Shorthands on the GraphQL context.
pub trait Ctx {
    /// The application.
    fn app(&self) -> &App;
    /// The caller.
    fn actor(&self) -> &Arc<Actor>;
    /// The loaders of this execution.
    fn loaders(&self) -> &Loaders;
    /// The value behind a key, batched with its neighbours.
    fn load<K: Key>(&self, key: K) -> impl Future<Output = Result<Option<K::Value>>> + Send;
    /// Whether the client selected this field below the current one (dotted: `nodes.category`).
    fn wants(&self, field: &str) -> bool;
}

impl Ctx for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked()
    }

    fn actor(&self) -> &Arc<Actor> {
        self.data_unchecked()
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked()
    }

    async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>> {
        self.loaders().load(key).await
    }

    fn wants(&self, field: &str) -> bool {
        field.split('.').fold(self.look_ahead(), |at, name| at.field(name)).exists()
    }
}
