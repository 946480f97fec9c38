//! What a resolver reaches for: the application, the caller, the loaders.

use std::sync::Arc;

use async_graphql::{Context, SelectionField};

use crate::{
    app::App,
    kernel::{
        access::Actor,
        card::{Card, CardOf},
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
    /// The value behind a key, or its card where the client selected no more than that below the current field.
    fn load_for<C: Card, K: Key>(&self, key: K) -> impl Future<Output = Result<Option<K::Value>>> + Send;
    /// Whether the client selected this field below the current one (dotted: `nodes.category`).
    fn wants(&self, field: &str) -> bool;
    /// What the client selected where these ways lead to (dotted: `nodes`; nothing is the current field).
    fn selected(&self, ways: &[&str]) -> Selected<'_>;
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

    async fn load_for<C: Card, K: Key>(&self, key: K) -> Result<Option<K::Value>> {
        match self.selected(&[""]).only(C::FIELDS) {
            true => self.load(CardOf(key)).await,
            false => self.load(key).await,
        }
    }

    fn wants(&self, field: &str) -> bool {
        field.split('.').fold(self.look_ahead(), |at, name| at.field(name)).exists()
    }

    fn selected(&self, ways: &[&str]) -> Selected<'_> {
        let here = Selected(self.field().selection_set().collect());
        let follow =
            |way: &&str| way.split('.').filter(|name| !name.is_empty()).fold(here.clone(), |at, name| at.below(name));
        Selected(ways.iter().flat_map(|way| follow(way).0).collect())
    }
}

/// Fields that a client selected, fragments spread.
#[derive(Clone)]
pub struct Selected<'a>(Vec<SelectionField<'a>>);

impl<'a> Selected<'a> {
    /// Whether one of these fields was selected.
    pub fn any(&self, names: &[&str]) -> bool {
        self.0.iter().any(|field| names.contains(&field.name()))
    }

    /// Whether no other fields than these were selected.
    pub fn only(&self, names: &[&str]) -> bool {
        self.0.iter().all(|field| field.name() == "__typename" || names.contains(&field.name()))
    }

    /// What was selected below the fields of this name.
    #[must_use]
    pub fn below(&self, name: &str) -> Self {
        let named = self.0.iter().filter(|field| field.name() == name);
        Self(named.flat_map(SelectionField::selection_set).collect())
    }
}
