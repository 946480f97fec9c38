//! Batched loading for nested fields. The key's type picks the table: one blanket loader, one line per relation.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};

use super::{
    access::Actor,
    db::{Conn, Db},
    error::{Error, Result},
    telemetry::OperationMeter,
};

/// A key that knows how to fetch its values for many keys in one statement.
pub trait Key: Clone + Eq + Hash + Send + Sync + 'static {
    /// What is behind one key; cheap to clone.
    type Value: Clone + Send + Sync + 'static;

    /// Fetches all keys at once; a key without a row is left out. Visibility is the query's own business.
    fn fetch(
        conn: &Conn,
        actor: &Actor,
        keys: &[Self],
    ) -> impl Future<Output = Result<HashMap<Self, Self::Value>>> + Send;
}

/// The blanket loader.
pub struct Batch {
    db: Db,
    actor: Arc<Actor>,
}

impl<K: Key> Loader<K> for Batch {
    type Value = K::Value;
    type Error = Error;

    async fn load(&self, keys: &[K]) -> Result<HashMap<K, Self::Value>> {
        let conn = self.db.read().await?;
        K::fetch(&conn, &self.actor, keys).await
    }
}

/// The loaders of one execution. Never kept longer: a second viewer or a second event must not see old rows.
pub struct Loaders(DataLoader<Batch, HashMapCache>);

impl Loaders {
    /// Fresh loaders; without a cache in mutations, which must see their own writes.
    pub fn new(db: Db, actor: Arc<Actor>, cached: bool) -> Self {
        let meter = OperationMeter::current();
        let spawn = move |work: futures_util::future::BoxFuture<'static, ()>| {
            let meter = meter.clone();
            #[expect(clippy::disallowed_methods, reason = "lives no longer than the operation that awaits it")]
            tokio::spawn(async move {
                match meter {
                    Some(meter) => meter.measure(work).await,
                    None => work.await,
                }
            });
        };
        let loader = DataLoader::with_cache(Batch { db, actor }, spawn, HashMapCache::default());
        loader.enable_all_cache(cached);
        Self(loader)
    }

    /// The value behind a key, batched with its neighbours.
    pub async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>> {
        self.0.load_one(key).await
    }

    /// Gives values that a list query fetched along the way, so that nested fields find them without a statement.
    pub async fn prime<K: Key>(&self, values: impl IntoIterator<Item = (K, K::Value)>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.0.feed_many(values).await;
        }
    }
}

/// `load_by_id!(CategoryId => Category, categories)`: rows by primary key, as `Arc<Category>`.
#[macro_export]
macro_rules! load_by_id {
    ($id:ty => $row:ty, $table:ident) => {
        impl $crate::kernel::loader::Key for $id {
            type Value = ::std::sync::Arc<$row>;
            async fn fetch(
                mut conn: &$crate::kernel::db::Conn,
                _actor: &$crate::kernel::access::Actor,
                keys: &[Self],
            ) -> $crate::kernel::error::Result<::std::collections::HashMap<Self, Self::Value>> {
                use ::diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
                let rows: Vec<$row> = ::diesel_async::RunQueryDsl::load(
                    $crate::schema::$table::table
                        .filter($crate::schema::$table::id.eq_any(keys))
                        .select(<$row>::as_select()),
                    &mut conn,
                )
                .await?;
                Ok(rows.into_iter().map(|row| (row.id, ::std::sync::Arc::new(row))).collect())
            }
        }
    };
}

/// `load_children!(pub VariantsOf(ProductId) => Variant, product_variants.product_id, by (position, id))`: child rows
/// of a parent in a fixed order, as `Arc<Vec<Variant>>`; a parent without children has an empty list.
#[macro_export]
macro_rules! load_children {
    ($(#[$doc:meta])* $vis:vis $key:ident($parent:ty) => $row:ty, $table:ident . $column:ident, by $order:tt) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        $vis struct $key(pub $parent);

        impl $crate::kernel::loader::Key for $key {
            type Value = ::std::sync::Arc<Vec<$row>>;
            async fn fetch(
                mut conn: &$crate::kernel::db::Conn,
                _actor: &$crate::kernel::access::Actor,
                keys: &[Self],
            ) -> $crate::kernel::error::Result<::std::collections::HashMap<Self, Self::Value>> {
                use ::diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
                use $crate::schema::$table::dsl::*;
                let parents = keys.iter().map(|key| key.0);
                let rows: Vec<$row> = ::diesel_async::RunQueryDsl::load(
                    $table.filter($column.eq_any(parents)).order($order).select(<$row>::as_select()),
                    &mut conn,
                )
                .await?;
                Ok($crate::kernel::loader::group(keys, rows, |key| key.0, |row| row.$column))
            }
        }
    };
}

/// Deals rows out to their parents' keys, keeping the rows' order.
pub fn group<K: Key, P: Eq + Hash, R>(
    keys: &[K],
    rows: Vec<R>,
    parent_of_key: impl Fn(&K) -> P,
    parent_of_row: impl Fn(&R) -> P,
) -> HashMap<K, Arc<Vec<R>>> {
    let mut by_parent: HashMap<P, Vec<R>> = HashMap::with_capacity(keys.len());
    for row in rows {
        by_parent.entry(parent_of_row(&row)).or_default().push(row);
    }
    keys.iter().map(|key| (key.clone(), Arc::new(by_parent.remove(&parent_of_key(key)).unwrap_or_default()))).collect()
}
