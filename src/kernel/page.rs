//! Relay connections on keyset cursors: pages do not slow down with depth, and rows inserted meanwhile neither
//! repeat nor hide others.

use async_graphql::{ContextSelectionSet, Enum, OutputType, Value, parser::types::Field};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use super::{
    db::Conn,
    error::{Error, Result},
    object::{self, Answer, FieldInfo, PlainObject},
    sql::{Row, Select, Sql},
};

/// Page size when the client names none.
pub const DEFAULT_PAGE: usize = 20;
/// Largest page a client may ask for.
pub const MAX_PAGE: usize = 100;
/// `totalCount` stops counting here.
pub const COUNT_CAP: i64 = 25_000;

/// Sort direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum Direction {
    /// Smallest first.
    #[default]
    Asc,
    /// Largest first.
    Desc,
}

/// What a page knows about its surroundings (Relay's `PageInfo`).
#[derive(Clone, Debug, PlainObject)]
pub struct PageInfo {
    /// Whether more items follow.
    pub has_next_page: bool,
    /// Whether items precede.
    pub has_previous_page: bool,
    /// Cursor of the first item; null on an empty page.
    pub start_cursor: Option<String>,
    /// Cursor of the last item; null on an empty page.
    pub end_cursor: Option<String>,
}

/// The four paging arguments of a connection field, checked. The `#[query]` and `#[edges]` macros spell them out in
/// the schema for every parameter of this type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageArgs {
    size: usize,
    backward: bool,
    cursor: Option<Cursor>,
}

/// A place in a list: 16 bytes of ID, 2 of which list it is, and the sort value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Cursor {
    sort: String,
    id: Uuid,
    list: [u8; 2],
}

impl Cursor {
    fn encode(&self) -> String {
        BASE64.encode([self.id.as_bytes(), self.list.as_slice(), self.sort.as_bytes()].concat())
    }

    fn decode(text: &str) -> Result<Self> {
        let bad = || Error::BadInput(format!("malformed cursor {:?}", text.chars().take(40).collect::<String>()));
        let bytes = BASE64.decode(text).map_err(|_| bad())?;
        let (id, rest) = bytes.split_first_chunk::<16>().ok_or_else(bad)?;
        let (list, sort) = rest.split_first_chunk::<2>().ok_or_else(bad)?;
        let sort = std::str::from_utf8(sort).map_err(|_| bad())?;
        // PostgreSQL text cannot hold NUL.
        if sort.contains('\0') {
            return Err(bad());
        }
        Ok(Self { sort: sort.to_owned(), id: Uuid::from_bytes(*id), list: *list })
    }
}

impl PageArgs {
    /// Checks the arguments: `first` or `last`, not both; sizes 0 to [`MAX_PAGE`]; well-formed cursors.
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<Self> {
        if first.is_some() && last.is_some() {
            return Err(Error::BadInput("give `first` or `last`, not both".to_owned()));
        }
        let backward = last.is_some() || (first.is_none() && before.is_some());
        if (backward && after.is_some()) || (!backward && before.is_some()) {
            return Err(Error::BadInput("`after` goes with `first`, `before` with `last`".to_owned()));
        }
        let size = match first.or(last) {
            None => DEFAULT_PAGE,
            Some(n) => usize::try_from(n)
                .ok()
                .filter(|n| *n <= MAX_PAGE)
                .ok_or_else(|| Error::BadInput(format!("a page holds 0 to {MAX_PAGE} items, not {n}")))?,
        };
        let cursor = after.or(before).map(|text| Cursor::decode(&text)).transpose()?;
        Ok(Self { size, backward, cursor })
    }

    /// The first page of `size` items; for callers inside the server.
    pub fn first(size: usize) -> Self {
        Self { size, backward: false, cursor: None }
    }
}

impl PageArgs {
    /// For a list with places of its own, paged forward: the place after which to go on, and the rows to fetch (one
    /// more than the page). Backward paging is refused.
    pub fn forward(&self) -> Result<(Option<&str>, usize)> {
        if self.backward {
            return Err(Error::BadInput("this list is paged forward only: use `first` and `after`".to_owned()));
        }
        let place = self.cursor.as_ref().map(|cursor| (cursor.list == PLACES).then_some(cursor.sort.as_str()));
        if place == Some(None) {
            return Err(of_another_list());
        }
        Ok((place.flatten(), self.size + 1))
    }
}

impl<T> Page<T> {
    /// From rows with their places, fetched by the numbers of [`PageArgs::forward`].
    pub fn forward(args: &PageArgs, rows: Vec<(String, T)>) -> Self {
        let has_next = rows.len() > args.size;
        let cursor = |sort| Cursor { sort, id: Uuid::nil(), list: PLACES }.encode();
        let rows = rows.into_iter().take(args.size);
        let items = rows.map(|(place, node)| Positioned { cursor: cursor(place), node }).collect();
        Self { items, has_next, has_previous: args.cursor.is_some(), total: None }
    }
}

/// The mark of cursors that hold a place of their own.
const PLACES: [u8; 2] = [0, 0];

/// Whether PostgreSQL reads the date's text: without a year zero, or one before it.
fn known(date: chrono::NaiveDate) -> bool {
    (1..=9999).contains(&chrono::Datelike::year(&date))
}

fn of_another_list() -> Error {
    Error::BadInput("this cursor belongs to another list, or to another order of this one".to_owned())
}

/// How a list is sorted: a NOT NULL column with the row's ID as tie-break.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Qualified column, a constant of the program: `products.name`.
    pub column: &'static str,
    /// Cast that turns the cursor's text into the column's type: `::text`, `::timestamptz`, `::bigint`.
    pub cast: &'static str,
    /// Qualified ID column: `products.id`.
    pub id: &'static str,
    /// Direction of both.
    pub direction: Direction,
}

impl Order {
    /// Whether the cast takes the text.
    fn reads(&self, sort: &str) -> bool {
        match self.cast {
            "::int" => sort.parse::<i32>().is_ok(),
            "::bigint" => sort.parse::<i64>().is_ok(),
            "::date" => sort.parse().is_ok_and(known),
            // As `timestamp_key` writes it.
            "::timestamptz" => {
                let at = chrono::DateTime::parse_from_rfc3339(sort);
                sort.ends_with('Z') && at.is_ok_and(|at| known(at.date_naive()))
            }
            _ => true,
        }
    }

    /// Marks the cursors of this list over a table; a cursor of another one would not fit its column.
    pub(super) fn mark(&self, from: &str) -> [u8; 2] {
        let text = [from, self.column, self.cast, self.id].concat();
        let sum = text.bytes().fold(0x811c_u16, |sum, byte| (sum ^ u16::from(byte)).wrapping_mul(0x0193));
        (sum | 1).to_be_bytes()
    }

    /// The condition that skips what precedes the cursor; empty on a first page. A row comparison, which PostgreSQL
    /// answers from an index on (column, id).
    fn keyset(&self, from: &str, page: &PageArgs) -> Result<Sql> {
        let Some(cursor) = &page.cursor else { return Ok(Sql::default()) };
        if cursor.list != self.mark(from) {
            return Err(of_another_list());
        }
        if !self.reads(&cursor.sort) {
            return Err(Error::BadInput("malformed cursor".to_owned()));
        }
        Ok(Sql::new("(")
            .sql(self.column)
            .sql(", ")
            .sql(self.id)
            .sql(if self.ascends(page) { ") > (" } else { ") < (" })
            .bind(cursor.sort.clone())
            .sql("::text")
            .sql(self.cast)
            .sql(", ")
            .bind(cursor.id)
            .sql(")"))
    }

    /// ` ORDER BY … LIMIT size + 1`: one row more than the page tells whether another follows.
    pub fn order_and_limit(&self, page: &PageArgs) -> Sql {
        self.clause(page).sql(" LIMIT ").number(page.size.saturating_add(1))
    }

    fn clause(&self, page: &PageArgs) -> Sql {
        let direction = if self.ascends(page) { " ASC" } else { " DESC" };
        Sql::new(" ORDER BY ").sql(self.column).sql(direction).sql(", ").sql(self.id).sql(direction)
    }

    fn ascends(&self, page: &PageArgs) -> bool {
        (self.direction == Direction::Asc) != page.backward
    }
}

/// Fetches one page: `SELECT <columns of R> FROM <from> WHERE <condition> AND <keyset> ORDER BY … LIMIT …`, and the
/// count of the whole list if `count` asks for it.
pub async fn fetch<R: Row, K>(
    conn: &Conn,
    from: &'static str,
    condition: Sql,
    order: Order,
    args: &PageArgs,
    count: bool,
    key: K,
) -> Result<Page<R>>
where
    K: Fn(&R) -> (String, Uuid),
{
    let rest = rows_of_page(from, condition.clone(), order, args)?;
    let rows = Select::<R>::new(rest).rows(conn).await?;
    finish(conn, (from, count.then_some(condition)), rows, (args, order.mark(from)), key).await
}

/// Where rows with neighbours come from.
pub trait Source {
    /// A row with its neighbours.
    type Row;
    /// The joins that the columns need; they neither add nor drop rows.
    fn joins(&self) -> Sql;
    /// The rows of `FROM <table> <joins> …`.
    fn rows(&self, conn: &Conn, rest: Sql) -> impl Future<Output = Result<Vec<Self::Row>>> + Send;
}

/// The same from a source of rows with neighbours ([`super::related`]); `counted` is the condition of what is counted,
/// where something is.
pub async fn fetch_from<S: Source, K>(
    conn: &Conn,
    source: &S,
    (from, condition): (&'static str, Sql),
    order: Order,
    args: &PageArgs,
    counted: Option<Sql>,
    key: K,
) -> Result<Page<S::Row>>
where
    K: Fn(&S::Row) -> (String, Uuid),
{
    let rest = Sql::new("FROM (SELECT * ")
        .join(rows_of_page(from, condition, order, args)?)
        .sql(") ")
        .sql(from)
        .join(source.joins())
        .join(order.clause(args));
    let rows = source.rows(conn, rest).await?;
    finish(conn, (from, counted), rows, (args, order.mark(from)), key).await
}

pub(super) fn rows_of_page(from: &'static str, condition: Sql, order: Order, args: &PageArgs) -> Result<Sql> {
    let condition = Sql::all_of([condition, order.keyset(from, args)?], " AND ");
    Ok(Sql::new("FROM ").sql(from).join(condition.prefixed(" WHERE ")).join(order.order_and_limit(args)))
}

async fn finish<R>(
    conn: &Conn,
    (from, counted): (&'static str, Option<Sql>),
    rows: Vec<R>,
    (args, list): (&PageArgs, [u8; 2]),
    key: impl Fn(&R) -> (String, Uuid),
) -> Result<Page<R>> {
    let total = match counted {
        Some(counted) => {
            Some(Sql::new("FROM ").sql(from).join(counted.prefixed(" WHERE ")).count_up_to(conn, COUNT_CAP).await?)
        }
        None => None,
    };
    Ok(Page { total, ..Page::new(args, list, rows, key) })
}

/// One item with its place in the list.
#[derive(Clone, Debug)]
pub struct Positioned<T> {
    /// Opaque cursor.
    pub cursor: String,
    /// The row.
    pub node: T,
}

/// A page of rows, ready to be a connection.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows in list order.
    pub items: Vec<Positioned<T>>,
    /// More rows follow.
    pub has_next: bool,
    /// Rows precede.
    pub has_previous: bool,
    /// Count of the whole list, if it was asked for.
    pub total: Option<i64>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), has_next: false, has_previous: false, total: None }
    }
}

impl<T> Page<T> {
    /// From rows fetched with [`Order::order_and_limit`]; `key` gives a row's sort value as text, and its ID.
    pub(super) fn new(args: &PageArgs, list: [u8; 2], mut rows: Vec<T>, key: impl Fn(&T) -> (String, Uuid)) -> Self {
        let more = rows.len() > args.size;
        rows.truncate(args.size);
        if args.backward {
            rows.reverse();
        }
        let came_from_cursor = args.cursor.is_some();
        let items = rows
            .into_iter()
            .map(|node| {
                let (sort, id) = key(&node);
                Positioned { cursor: Cursor { sort, id, list }.encode(), node }
            })
            .collect();
        let (has_next, has_previous) = if args.backward { (came_from_cursor, more) } else { (more, came_from_cursor) };
        Self { items, has_next, has_previous, total: None }
    }

    /// The same page of what the rows become.
    pub fn map<U>(self, into: impl Fn(T) -> U) -> Page<U> {
        let items =
            self.items.into_iter().map(|item| Positioned { cursor: item.cursor, node: into(item.node) }).collect();
        Page { items, has_next: self.has_next, has_previous: self.has_previous, total: self.total }
    }

    /// The same page of what the rows become all at once, one for one.
    pub fn map_all<U>(self, into: impl FnOnce(Vec<T>) -> Vec<U>) -> Page<U> {
        let Self { items, has_next, has_previous, total } = self;
        let (cursors, nodes): (Vec<String>, Vec<T>) = items.into_iter().map(|item| (item.cursor, item.node)).unzip();
        let items = cursors.into_iter().zip(into(nodes));
        let items = items.map(|(cursor, node)| Positioned { cursor, node }).collect();
        Page { items, has_next, has_previous, total }
    }

    /// Relay's page info.
    pub fn info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.items.first().map(|item| item.cursor.clone()),
            end_cursor: self.items.last().map(|item| item.cursor.clone()),
        }
    }
}

/// The sort text of a timestamp, exact to PostgreSQL's microsecond.
pub fn timestamp_key(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// What a page answers to a field of its connection.
pub fn answer<'a, T>(
    page: &'a Page<T>,
    ctx: &'a ContextSelectionSet<'a>,
    field: &'a async_graphql::Positioned<Field>,
) -> Option<Answer<'a>>
where
    T: PlainObject,
    Positioned<T>: PlainObject,
{
    Some(match field.node.name.node.as_str() {
        "edges" => Answer::Objects(page.items.iter().map(|item| item as &dyn PlainObject).collect()),
        "nodes" => Answer::Objects(page.items.iter().map(|item| &item.node as &dyn PlainObject).collect()),
        "pageInfo" => Answer::Ready(Ok(object::at_once(ctx, &page.info()).unwrap_or_default())),
        "totalCount" => Answer::Ready(Ok(page.total.map_or(Value::Null, |n| n.min(COUNT_CAP).into()))),
        "totalCountCapped" => Answer::Ready(Ok(page.total.is_some_and(|n| n > COUNT_CAP).into())),
        _ => return None,
    })
}

/// The fields of a connection, for the schema.
pub fn fields<T: OutputType>() -> [FieldInfo; 5]
where
    Positioned<T>: OutputType,
{
    [
        ("edges", "The items with their cursors.", Vec::<Positioned<T>>::create_type_info),
        ("nodes", "The items alone, for clients that page by `pageInfo`.", Vec::<T>::create_type_info),
        ("pageInfo", "Whether and where the list goes on.", PageInfo::create_type_info),
        ("totalCount", "Number of items in the whole list, counted up to 25,000.", Option::<i64>::create_type_info),
        (
            "totalCountCapped",
            "Whether the list holds more than `totalCount`, because counting stopped at the cap.",
            bool::create_type_info,
        ),
    ]
}

/// The fields of an edge, for the schema.
pub fn edge_fields<T: OutputType>() -> [FieldInfo; 2] {
    [
        (
            "cursor",
            "Where the item stands in the list; pass it as `after` or `before`.",
            <String as OutputType>::create_type_info,
        ),
        ("node", "The item.", T::create_type_info),
    ]
}

/// Declares the connection and edge types of a row: `connection!(ProductConnection, ProductEdge, Product)`.
#[macro_export]
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty) => {
        /// A page of a list, with the means to ask for its neighbours (Relay connection).
        pub struct $connection(pub $crate::kernel::page::Page<$node>);

        $crate::connection!(@object $connection, stringify!($connection),
            "A page of a list, with the means to ask for its neighbours (Relay connection).",
            &$crate::kernel::page::fields::<$node>(),
            |this, ctx, field| $crate::kernel::page::answer(&this.0, ctx, field));

        $crate::connection!(@object $crate::kernel::page::Positioned<$node>, stringify!($edge),
            "An item of a list with its cursor.",
            &$crate::kernel::page::edge_fields::<$node>(),
            |this, ctx, field| match field.node.name.node.as_str() {
                "cursor" => Some($crate::kernel::object::answer(&this.cursor, ctx, field)),
                "node" => Some($crate::kernel::object::Answer::Object(&this.node)),
                _ => None,
            });
    };
    (@object $object:ty, $name:expr, $about:literal, $fields:expr,
        |$this:ident, $ctx:ident, $field:ident| $answer:expr) => {
        impl $crate::kernel::object::PlainObject for $object {
            fn graphql_name(&self) -> &'static str {
                $name
            }

            fn field<'call>(
                &'call self,
                $ctx: &'call ::async_graphql::ContextSelectionSet<'call>,
                $field: &'call ::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> Option<$crate::kernel::object::Answer<'call>> {
                let $this = self;
                $answer
            }
        }

        impl ::async_graphql::OutputType for $object {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed($name)
            }

            fn create_type_info(registry: &mut ::async_graphql::registry::Registry) -> String {
                let names = ($name, ::std::any::type_name::<Self>());
                $crate::kernel::object::register(registry, names, $about, $fields, |_| Vec::new())
            }

            async fn resolve(
                &self,
                ctx: &::async_graphql::ContextSelectionSet<'_>,
                _field: &::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> ::async_graphql::ServerResult<::async_graphql::Value> {
                $crate::kernel::object::resolve(ctx, self).await
            }
        }
    };
}
