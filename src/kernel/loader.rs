//! Batched loading for nested fields. The key's type picks the table: one blanket loader, one line per relation.

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared, join_all},
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
/// others go first; whoever comes round again finds all keys together, and fetches them: one statement for each type
/// of key, all at the same time. The next wave leaves when this one has landed, so that what drifted apart meets again.
/// No timer, and the number of statements depends neither on how busy the machine is nor on which one was fastest.
pub struct Loaders {
    db: Db,
    actor: Arc<Actor>,
    cached: bool,
    harbour: Mutex<Harbour>,
}

/// All keys of an execution, and what is on its way for them.
#[derive(Default)]
struct Harbour {
    shelves: HashMap<TypeId, Box<dyn AnyShelf>>,
    /// How many keys were ever noted.
    noted: usize,
    /// The flights that started last.
    wave: Option<Wave>,
}

/// Values on their way, shared by all who wait for one of them.
type Flight<K> = Shared<BoxFuture<'static, Result<Arc<HashMap<K, <K as Key>::Value>>>>>;

/// Flights that started together; it ends when all have landed, however they ended.
type Wave = Shared<BoxFuture<'static, ()>>;

/// Everything about one type of key.
struct Shelf<K: Key> {
    known: HashMap<K, Option<K::Value>>,
    noted: HashSet<K>,
    flying: HashMap<K, Flight<K>>,
}

/// A shelf whose type of key does not matter.
trait AnyShelf: Send {
    /// Sends for the noted keys, if there are any; the answer ends when they are here.
    fn depart(&mut self, db: &Db, actor: &Arc<Actor>) -> Option<BoxFuture<'static, ()>>;

    fn as_any(&mut self) -> &mut dyn Any;
}

/// What is left for a load to do.
enum Boarding<K: Key> {
    /// The value is here.
    Landed(Option<K::Value>),
    /// This flight brings it.
    On(Flight<K>),
    /// Others are in the air, after which the next ones start.
    After(Wave),
}

impl<K: Key> Default for Shelf<K> {
    fn default() -> Self {
        Self { known: HashMap::new(), noted: HashSet::new(), flying: HashMap::new() }
    }
}

impl Loaders {
    /// Fresh loaders; they keep nothing in mutations, which must see their own writes.
    pub fn new(db: Db, actor: Arc<Actor>, cached: bool) -> Self {
        Self { db, actor, cached, harbour: Mutex::default() }
    }

    /// The value behind a key, batched with its neighbours.
    pub async fn load<K: Key>(&self, key: K) -> Result<Option<K::Value>> {
        if let Some(value) = self.harbour().look_up(&key) {
            return Ok(value);
        }
        let flight = loop {
            self.let_others_go_first(&key).await;
            match self.board(&key) {
                Boarding::Landed(value) => return Ok(value),
                Boarding::On(flight) => break flight,
                Boarding::After(wave) => wave.await,
            }
        };
        let landed = flight.await;
        let mut harbour = self.harbour();
        let shelf = harbour.shelf::<K>();
        shelf.flying.remove(&key);
        let value = landed?.get(&key).cloned();
        if self.cached {
            shelf.known.insert(key, value.clone());
        }
        Ok(value)
    }

    /// Gives values that a list query fetched along the way, so that nested fields find them without a statement.
    pub fn prime<K: Key>(&self, values: impl IntoIterator<Item = (K, K::Value)>) {
        if self.cached {
            let values = values.into_iter().map(|(key, value)| (key, Some(value)));
            self.harbour().shelf::<K>().known.extend(values);
        }
    }

    /// Comes back when everything else that is ready in this task has been polled and noted no more keys, or when
    /// somebody else has sent for this one. Tokio wakes who yields only after the task's turn, which keeps combinators
    /// from taking it for busy.
    async fn let_others_go_first<K: Key>(&self, key: &K) {
        let noted = || {
            let mut harbour = self.harbour();
            harbour.shelf::<K>().noted.contains(key).then_some(harbour.noted)
        };
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

    /// The flight that brings this key; if nothing is in the air it starts now, and so does one for every other type of
    /// key.
    fn board<K: Key>(&self, key: &K) -> Boarding<K> {
        let mut harbour = self.harbour();
        let shelf = harbour.shelf::<K>();
        if let Some(value) = shelf.known.get(key) {
            return Boarding::Landed(value.clone());
        }
        if let Some(flight) = shelf.flying.get(key) {
            return Boarding::On(flight.clone());
        }
        // A flight that it relied on may have landed while it let others go first.
        shelf.noted.insert(key.clone());
        if let Some(wave) = harbour.wave.as_ref().filter(|wave| wave.peek().is_none()) {
            return Boarding::After(wave.clone());
        }
        harbour.depart(&self.db, &self.actor);
        match harbour.shelf::<K>().flying.get(key) {
            Some(flight) => Boarding::On(flight.clone()),
            None => unreachable!("a noted key departs"),
        }
    }

    fn harbour(&self) -> MutexGuard<'_, Harbour> {
        self.harbour.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Harbour {
    fn shelf<K: Key>(&mut self) -> &mut Shelf<K> {
        let shelf = self.shelves.entry(TypeId::of::<K>()).or_insert_with(|| Box::new(Shelf::<K>::default()));
        match shelf.as_any().downcast_mut() {
            Some(shelf) => shelf,
            None => unreachable!("a shelf is found by the type of its keys"),
        }
    }

    /// The value if it is here; else the key is noted, unless it is on its way.
    fn look_up<K: Key>(&mut self, key: &K) -> Option<Option<K::Value>> {
        let shelf = self.shelf::<K>();
        if let Some(value) = shelf.known.get(key) {
            return Some(value.clone());
        }
        // What landed before this load began may be older than the last write of a mutation.
        if shelf.flying.get(key).is_some_and(|flight| flight.peek().is_some()) {
            shelf.flying.remove(key);
        }
        if !shelf.flying.contains_key(key) && shelf.noted.insert(key.clone()) {
            self.noted += 1;
        }
        None
    }

    /// Sends for all noted keys.
    fn depart(&mut self, db: &Db, actor: &Arc<Actor>) {
        let flights = self.shelves.values_mut().filter_map(|shelf| shelf.depart(db, actor));
        self.wave = Some(join_all(flights).map(|_| ()).boxed().shared());
    }
}

impl<K: Key> AnyShelf for Shelf<K> {
    fn depart(&mut self, db: &Db, actor: &Arc<Actor>) -> Option<BoxFuture<'static, ()>> {
        if self.noted.is_empty() {
            return None;
        }
        let keys: Vec<K> = self.noted.drain().collect();
        let flight = fetch(db.clone(), Arc::clone(actor), keys.clone()).boxed().shared();
        self.flying.extend(keys.into_iter().map(|key| (key, flight.clone())));
        Some(flight.map(|_| ()).boxed())
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

async fn fetch<K: Key>(db: Db, actor: Arc<Actor>, keys: Vec<K>) -> Result<Arc<HashMap<K, K::Value>>> {
    let conn = db.read().await?;
    Ok(Arc::new(K::fetch(&conn, &actor, &keys).await?))
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
