//! Batched loading for nested fields. The key's type picks the table: one blanket loader, one line per relation.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use super::{
    access::Actor,
    db::{Conn, Db},
    error::Result,
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

/// The loaders of one execution. Never kept longer: a second viewer or a second event must not see old rows.
///
/// The fields of an answer are polled one after the other in one task. A load therefore notes its key and lets the
/// others go first; whoever comes round again finds all keys together and fetches them. While keys of a type are being
/// fetched, others of the type wait, so that what drifted apart meets again. No timer, and the number of statements
/// does not depend on how busy the machine is.
pub struct Loaders {
    db: Db,
    actor: Arc<Actor>,
    cached: bool,
    shelves: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

/// Values on their way, shared by all who wait for one of them.
type Flight<K> = Shared<BoxFuture<'static, Result<Arc<HashMap<K, <K as Key>::Value>>>>>;

/// Everything about one type of key.
struct Shelf<K: Key> {
    known: HashMap<K, Option<K::Value>>,
    noted: HashSet<K>,
    flying: HashMap<K, Flight<K>>,
    /// The flight that started last.
    last: Option<Flight<K>>,
}

/// What is left for a load to do.
enum Boarding<K: Key> {
    /// Somebody else has brought the value meanwhile.
    Landed(Option<K::Value>),
    /// This flight brings it.
    On(Flight<K>),
    /// Another flight is in the air, after which the next one starts.
    After(Flight<K>),
}

impl<K: Key> Default for Shelf<K> {
    fn default() -> Self {
        Self { known: HashMap::new(), noted: HashSet::new(), flying: HashMap::new(), last: None }
    }
}

impl Loaders {
    /// Fresh loaders; they keep nothing in mutations, which must see their own writes.
    pub fn new(db: Db, actor: Arc<Actor>, cached: bool) -> Self {
        Self { db, actor, cached, shelves: Mutex::default() }
    }

    /// The value behind a key, batched with its neighbours.
    pub async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>> {
        if let Some(value) = self.with(|shelf: &mut Shelf<K>| shelf.look_up(&key)) {
            return Ok(value);
        }
        let flight = loop {
            self.let_others_go_first(&key).await;
            match self.board(&key) {
                Boarding::Landed(value) => return Ok(value),
                Boarding::On(flight) => break flight,
                // How it ends is the business of those who are on it.
                Boarding::After(flight) => drop(flight.await),
            }
        };
        let landed = flight.await;
        self.with(|shelf: &mut Shelf<K>| {
            shelf.flying.remove(&key);
            let value = landed?.get(&key).cloned();
            if self.cached {
                shelf.known.insert(key, value.clone());
            }
            Ok(value)
        })
    }

    /// Gives values that a list query fetched along the way, so that nested fields find them without a statement.
    pub fn prime<K: Key>(&self, values: impl IntoIterator<Item = (K, K::Value)>) {
        if self.cached {
            self.with(|shelf: &mut Shelf<K>| {
                shelf.known.extend(values.into_iter().map(|(key, value)| (key, Some(value))))
            });
        }
    }

    /// Comes back when everything else that is ready in this task has been polled and noted no more keys, or when
    /// somebody else has taken this one along. Tokio wakes who yields only after the task's turn, which keeps
    /// combinators from taking it for busy.
    async fn let_others_go_first<K: Key>(&self, key: &K) {
        let noted = || self.with(|shelf: &mut Shelf<K>| shelf.noted.contains(key).then_some(shelf.noted.len()));
        let mut before = noted();
        while before.is_some() {
            tokio::task::yield_now().await;
            let now = noted();
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// The flight that brings this key; it starts now, with all keys noted so far, if nothing is in the air.
    fn board<K: Key>(&self, key: &K) -> Boarding<K> {
        self.with(|shelf: &mut Shelf<K>| {
            if let Some(value) = shelf.known.get(key) {
                return Boarding::Landed(value.clone());
            }
            if let Some(flight) = shelf.flying.get(key) {
                return Boarding::On(flight.clone());
            }
            // A flight that it relied on may have landed while it let others go first.
            shelf.noted.insert(key.clone());
            if let Some(flight) = shelf.last.as_ref().filter(|flight| flight.peek().is_none()) {
                return Boarding::After(flight.clone());
            }
            let keys: Vec<K> = shelf.noted.drain().collect();
            let flight = self.start(keys.clone());
            shelf.flying.extend(keys.into_iter().map(|key| (key, flight.clone())));
            shelf.last = Some(flight.clone());
            Boarding::On(flight)
        })
    }

    fn start<K: Key>(&self, keys: Vec<K>) -> Flight<K> {
        let (db, actor) = (self.db.clone(), Arc::clone(&self.actor));
        let fetch = async move {
            let conn = db.read().await?;
            Ok(Arc::new(K::fetch(&conn, &actor, &keys).await?))
        };
        fetch.boxed().shared()
    }

    fn with<K: Key, T>(&self, work: impl FnOnce(&mut Shelf<K>) -> T) -> T {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let shelf = shelves.entry(TypeId::of::<K>()).or_insert_with(|| Box::new(Shelf::<K>::default()));
        match shelf.downcast_mut() {
            Some(shelf) => work(shelf),
            None => unreachable!("a shelf is found by the type of its keys"),
        }
    }
}

impl<K: Key> Shelf<K> {
    /// The value if it is here; else the key is noted.
    fn look_up(&mut self, key: &K) -> Option<Option<K::Value>> {
        if let Some(value) = self.known.get(key) {
            return Some(value.clone());
        }
        // What landed before this load began may be older than the last write of a mutation.
        if self.flying.get(key).is_some_and(|flight| flight.peek().is_some()) {
            self.flying.remove(key);
        }
        if !self.flying.contains_key(key) {
            self.noted.insert(key.clone());
        }
        None
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
