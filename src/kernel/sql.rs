//! Hand-written SQL that diesel still types, binds and caches.
//!
//! Diesel's own `sql_query` and `sql()` are prepared anew on every call. A [`Sql`] is cached by its text, so build
//! it from few distinct texts: constants joined by conditions, values always bound.
//! [`Select`] adds the typed column list of a row struct in front: `Select::<Product>::new(" FROM products WHERE …")`.

use std::{
    any::TypeId,
    collections::HashMap,
    marker::PhantomData,
    sync::{LazyLock, PoisonError, RwLock},
};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName, Selectable,
    deserialize::FromSqlRow,
    expression::{Expression, QueryMetadata},
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    query_dsl::CompatibleType,
    result::QueryResult,
    sql_types::{
        Array, BigInt, Binary, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Untyped, Uuid as SqlUuid,
    },
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{db::Conn, error::Result, id::EntityId};

/// Rows in one INSERT of up to sixteen columns: PostgreSQL takes 65,535 values at most.
pub const ROWS_AT_ONCE: usize = 4_000;

/// One value bound into a statement.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant is the SQL type it is named for")]
pub enum Bind {
    Text(String),
    OptText(Option<String>),
    Uuid(Uuid),
    OptUuid(Option<Uuid>),
    BigInt(i64),
    OptBigInt(Option<i64>),
    Int(i32),
    Bool(bool),
    OptBool(Option<bool>),
    Bytes(Vec<u8>),
    Timestamp(DateTime<Utc>),
    OptTimestamp(Option<DateTime<Utc>>),
    Date(NaiveDate),
    Json(serde_json::Value),
    Texts(Vec<String>),
    OptTexts(Vec<Option<String>>),
    Uuids(Vec<Uuid>),
    OptUuidList(Option<Vec<Uuid>>),
    OptUuids(Vec<Option<Uuid>>),
    BigInts(Vec<i64>),
    OptBigInts(Vec<Option<i64>>),
    Ints(Vec<i32>),
    OptInts(Vec<Option<i32>>),
    Bools(Vec<bool>),
    Timestamps(Vec<DateTime<Utc>>),
    OptTimestamps(Vec<Option<DateTime<Utc>>>),
    Jsons(Vec<serde_json::Value>),
}

macro_rules! bind_from {
    ($($from:ty => $variant:ident,)+) => {
        $(impl From<$from> for Bind {
            fn from(value: $from) -> Self {
                Self::$variant(value)
            }
        })+
    };
}

bind_from! {
    String => Text, Option<String> => OptText, Uuid => Uuid, Option<Uuid> => OptUuid, i64 => BigInt,
    Option<i64> => OptBigInt, i32 => Int, bool => Bool, Option<bool> => OptBool, Vec<u8> => Bytes, DateTime<Utc> => Timestamp,
    Option<DateTime<Utc>> => OptTimestamp, NaiveDate => Date,
    serde_json::Value => Json, Vec<String> => Texts, Vec<Option<String>> => OptTexts, Vec<Uuid> => Uuids, Option<Vec<Uuid>> => OptUuidList,
    Vec<Option<Uuid>> => OptUuids, Vec<i64> => BigInts, Vec<Option<i64>> => OptBigInts, Vec<i32> => Ints,
    Vec<Option<i32>> => OptInts, Vec<bool> => Bools, Vec<DateTime<Utc>> => Timestamps,
    Vec<Option<DateTime<Utc>>> => OptTimestamps, Vec<serde_json::Value> => Jsons,
}

impl From<&str> for Bind {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl<I: EntityId> From<I> for Bind {
    fn from(value: I) -> Self {
        Self::Uuid(value.uuid())
    }
}

impl Bind {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Text(v) => out.push_bind_param::<Text, _>(v),
            Self::OptText(v) => out.push_bind_param::<Nullable<Text>, _>(v),
            Self::Uuid(v) => out.push_bind_param::<SqlUuid, _>(v),
            Self::OptUuid(v) => out.push_bind_param::<Nullable<SqlUuid>, _>(v),
            Self::BigInt(v) => out.push_bind_param::<BigInt, _>(v),
            Self::OptBigInt(v) => out.push_bind_param::<Nullable<BigInt>, _>(v),
            Self::Int(v) => out.push_bind_param::<Integer, _>(v),
            Self::Bool(v) => out.push_bind_param::<Bool, _>(v),
            Self::OptBool(v) => out.push_bind_param::<Nullable<Bool>, _>(v),
            Self::Bytes(v) => out.push_bind_param::<Binary, _>(v),
            Self::OptTimestamp(v) => out.push_bind_param::<Nullable<Timestamptz>, _>(v),
            Self::Timestamp(v) => out.push_bind_param::<Timestamptz, _>(v),
            Self::Date(v) => out.push_bind_param::<Date, _>(v),
            Self::Json(v) => out.push_bind_param::<Jsonb, _>(v),
            Self::Texts(v) => out.push_bind_param::<Array<Text>, _>(v),
            Self::OptTexts(v) => out.push_bind_param::<Array<Nullable<Text>>, _>(v),
            Self::OptUuidList(v) => out.push_bind_param::<Nullable<Array<SqlUuid>>, _>(v),
            Self::Uuids(v) => out.push_bind_param::<Array<SqlUuid>, _>(v),
            Self::OptUuids(v) => out.push_bind_param::<Array<Nullable<SqlUuid>>, _>(v),
            Self::BigInts(v) => out.push_bind_param::<Array<BigInt>, _>(v),
            Self::OptBigInts(v) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(v),
            Self::Ints(v) => out.push_bind_param::<Array<Integer>, _>(v),
            Self::OptInts(v) => out.push_bind_param::<Array<Nullable<Integer>>, _>(v),
            Self::Bools(v) => out.push_bind_param::<Array<Bool>, _>(v),
            Self::Timestamps(v) => out.push_bind_param::<Array<Timestamptz>, _>(v),
            Self::OptTimestamps(v) => out.push_bind_param::<Array<Nullable<Timestamptz>>, _>(v),
            Self::Jsons(v) => out.push_bind_param::<Array<Jsonb>, _>(v),
        }
    }
}

#[derive(Clone, Debug)]
enum Part {
    Text(&'static str),
    Number(usize),
    Bind(Bind),
}

/// A statement, or a piece of one. Only constants become text; values are bound. Runs with
/// `load::<R: QueryableByName>` and `execute`.
#[derive(Clone, Debug, Default)]
pub struct Sql {
    parts: Vec<Part>,
    uncached: bool,
}

impl Sql {
    /// Starts with constant text.
    pub fn new(text: &'static str) -> Self {
        Self { parts: vec![Part::Text(text)], uncached: false }
    }

    /// Appends constant text.
    #[must_use]
    pub fn sql(mut self, text: &'static str) -> Self {
        self.push(text);
        self
    }

    /// Appends the columns of a row struct, in the order in which it is loaded.
    #[must_use]
    pub fn columns<R: Row>(mut self) -> Self {
        self.push(R::columns());
        self
    }

    /// Appends a number as text: a page's size, which the plan must know. With a bound limit PostgreSQL takes a tenth of
    /// the table for the page and plans the statement anew on every call. Only for few distinct numbers.
    #[must_use]
    pub fn number(mut self, number: usize) -> Self {
        self.parts.push(Part::Number(number));
        self
    }

    /// Appends a bound value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Bind>) -> Self {
        self.push_bind(value);
        self
    }

    /// Appends another piece.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.uncached |= other.uncached;
        self.parts.extend(other.parts);
        self
    }

    /// Prepares the statement anew each time. For conditions that a client composes freely: every distinct text would
    /// stay prepared on every connection.
    #[must_use]
    pub fn uncached(mut self) -> Self {
        self.uncached = true;
        self
    }

    /// Appends constant text in place.
    pub fn push(&mut self, text: &'static str) {
        self.parts.push(Part::Text(text));
    }

    /// Appends a bound value in place.
    pub fn push_bind(&mut self, value: impl Into<Bind>) {
        self.parts.push(Part::Bind(value.into()));
    }

    /// Whether nothing was appended yet.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Puts in front of a non-empty piece.
    #[must_use]
    pub fn prefixed(self, text: &'static str) -> Self {
        if self.is_empty() { self } else { Self::new(text).join(self) }
    }

    /// Conditions that a client composes, all of which hold. One alone is kept prepared; several together are not, since
    /// their combinations are many and each text would stay.
    pub fn composed(conditions: Vec<Self>) -> Self {
        let combined = conditions.len() > 1;
        let whole = Self::all_of(conditions, " AND ");
        if combined { whole.uncached() } else { whole }
    }

    /// Joins non-empty conditions as `(a AND b …)` or `(a OR b …)`; no condition is an empty piece.
    pub fn all_of(conditions: impl IntoIterator<Item = Self>, operator: &'static str) -> Self {
        let mut whole = Self::default();
        for condition in conditions.into_iter().filter(|c| !c.is_empty()) {
            whole.push(if whole.is_empty() { "(" } else { operator });
            whole.uncached |= condition.uncached;
            whole.parts.extend(condition.parts);
        }
        if !whole.is_empty() {
            whole.push(")");
        }
        whole
    }
}

impl Sql {
    /// Counts the rows of `FROM … WHERE …`, stopping one beyond the cap.
    pub async fn count_up_to(self, mut conn: &Conn, cap: i64) -> Result<i64> {
        let counted = Sql::new("SELECT count(*) AS n FROM (SELECT 1 ")
            .join(self)
            .sql(" LIMIT ")
            .bind(cap.saturating_add(1))
            .sql(") AS counted");
        let row: Count = counted.get_result(&mut conn).await?;
        Ok(row.n)
    }
}

impl Sql {
    /// The IDs that `SELECT … AS id …` answers.
    pub async fn ids(self, mut conn: &Conn) -> Result<Vec<Uuid>> {
        let rows: Vec<Id> = self.load(&mut conn).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Whether `FROM … WHERE …` has a row.
    pub async fn exists(self, mut conn: &Conn) -> Result<bool> {
        let row: Truth = Sql::new("SELECT EXISTS (SELECT ").join(self).sql(") AS holds").get_result(&mut conn).await?;
        Ok(row.holds)
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Truth {
    #[diesel(sql_type = Bool)]
    holds: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl QueryFragment<Pg> for Sql {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.uncached {
            out.unsafe_to_cache_prepared();
        }
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Number(number) => out.push_sql(&number.to_string()),
                Part::Bind(value) => value.push(&mut out)?,
            }
        }
        Ok(())
    }
}

/// No static ID: the statement cache then goes by the text.
impl QueryId for Sql {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql {
    type SqlType = Untyped;
}

/// `SELECT <the columns of R>` followed by a [`Sql`]; loads `R` by position.
#[derive(Clone, Debug)]
pub struct Select<R> {
    statement: Sql,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> Select<R> {
    /// The statement after the column list, beginning with `FROM`.
    pub fn new(rest: Sql) -> Self {
        Self::from_columns(Sql::default().columns::<R>(), rest)
    }

    /// The same with a column list that may say more than the row's own, such as which related rows are wanted.
    pub fn from_columns(columns: Sql, rest: Sql) -> Self {
        Self { statement: Sql::new("SELECT ").join(columns).sql(" ").join(rest), row: PhantomData }
    }
}

/// A row struct that [`Select`] can load; every `Selectable` one is.
pub trait Row: Sized + Send + 'static {
    /// The column list.
    fn columns() -> &'static str;

    /// Runs the statement.
    fn load(select: Select<Self>, conn: &Conn) -> impl Future<Output = Result<Vec<Self>>> + Send;
}

impl<R> Row for R
where
    R: Selectable<Pg> + FromSqlRow<ColumnsOf<R>, Pg> + Send + 'static,
    R::SelectExpression: QueryFragment<Pg>,
    ColumnsOf<R>: CompatibleType<R, Pg, SqlType = ColumnsOf<R>> + Send + 'static,
    Pg: QueryMetadata<ColumnsOf<R>>,
{
    fn columns() -> &'static str {
        static LISTS: LazyLock<RwLock<HashMap<TypeId, &'static str>>> = LazyLock::new(RwLock::default);
        let known = |lists: &HashMap<TypeId, &'static str>| lists.get(&TypeId::of::<R>()).copied();
        if let Some(list) = known(&LISTS.read().unwrap_or_else(PoisonError::into_inner)) {
            return list;
        }
        let mut builder = diesel::pg::PgQueryBuilder::default();
        // Columns alone cannot fail; without a list PostgreSQL would refuse the statement.
        let written = R::construct_selection().to_sql(&mut builder, &Pg);
        let list = written.map(|()| diesel::query_builder::QueryBuilder::<Pg>::finish(builder)).unwrap_or_default();
        // Kept for good: one list for each row struct of the program.
        let list: &'static str = list.leak();
        LISTS.write().unwrap_or_else(PoisonError::into_inner).insert(TypeId::of::<R>(), list);
        list
    }

    async fn load(select: Select<Self>, mut conn: &Conn) -> Result<Vec<Self>> {
        Ok(RunQueryDsl::load(select, &mut conn).await?)
    }
}

/// The SQL types of a row struct's columns.
pub type ColumnsOf<R> = <<R as Selectable<Pg>>::SelectExpression as Expression>::SqlType;

impl<R: Row> Select<R> {
    /// Every row.
    pub async fn rows(self, conn: &Conn) -> Result<Vec<R>> {
        R::load(self, conn).await
    }

    /// The first row, if there is one.
    pub async fn row(self, conn: &Conn) -> Result<Option<R>> {
        Ok(self.rows(conn).await?.into_iter().next())
    }
}

impl<R> QueryFragment<Pg> for Select<R> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.statement.walk_ast(out)
    }
}

impl<R> QueryId for Select<R> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<R> Query for Select<R>
where
    R: Selectable<Pg>,
{
    type SqlType = <R::SelectExpression as Expression>::SqlType;
}

/// A [`Sql`] that ends in ` RETURNING `, followed by the columns of `R`.
#[derive(Clone, Debug)]
pub struct Returning<R> {
    write: Sql,
    row: PhantomData<fn() -> R>,
}

impl<R> Returning<R> {
    /// The statement up to and with the word `RETURNING`.
    pub fn new(write: Sql) -> Self {
        Self { write, row: PhantomData }
    }
}

impl<R: Row> QueryFragment<Pg> for Returning<R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.write.walk_ast(out.reborrow())?;
        out.push_sql(R::columns());
        Ok(())
    }
}

impl<R> QueryId for Returning<R> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<R> Query for Returning<R>
where
    R: Selectable<Pg>,
{
    type SqlType = <R::SelectExpression as Expression>::SqlType;
}
