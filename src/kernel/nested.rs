//! A page of a list below each of many rows: the products of every category shown, in two statements.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use diesel::sql_types::{Array, BigInt, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    db::Conn,
    error::Result,
    page::{COUNT_CAP, Order, Page, PageArgs, Source, rows_of_page},
    sql::Sql,
};

/// The same list below many parents.
#[derive(Debug)]
pub struct Nested<'a> {
    /// Table of the list, a constant of the program.
    pub from: &'static str,
    /// What ties a row to its parent, whose ID is `parent.id`.
    pub tie: &'static str,
    /// Which of the rows.
    pub condition: Sql,
    /// In which order.
    pub order: Order,
    /// Which page of each list.
    pub args: &'a PageArgs,
    /// What is counted below each parent, where something is.
    pub counted: Option<Sql>,
}

#[derive(diesel::QueryableByName)]
struct Ids {
    #[diesel(sql_type = Array<SqlUuid>)]
    ids: Vec<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    total: Option<i64>,
}

impl Nested<'_> {
    /// A page for each parent, in the parents' order. `key` gives a row's sort value as text, and its ID.
    pub async fn fetch<S: Source>(
        self,
        conn: &Conn,
        source: &S,
        parents: Vec<Uuid>,
        key: impl Fn(&S::Row) -> (String, Uuid),
    ) -> Result<Vec<Page<S::Row>>>
    where
        S::Row: Clone,
    {
        let lists: Vec<Ids> = self.ids_below(parents)?.load(&mut &*conn).await?;
        let all: HashSet<Uuid> = lists.iter().flat_map(|list| &list.ids).copied().collect();
        let rest = Sql::new("FROM ").sql(self.from).join(source.joins()).sql(" WHERE ").sql(self.order.id);
        let rest = rest.sql(" = ANY(").bind(all.into_iter().collect::<Vec<_>>()).sql(")");
        let rows = source.rows(conn, rest).await?;
        let rows: HashMap<Uuid, S::Row> = rows.into_iter().map(|row| (key(&row).1, row)).collect();
        let mark = self.order.mark(self.from);
        let page = |list: Ids| {
            let found = list.ids.iter().filter_map(|id| rows.get(id).cloned()).collect();
            Page { total: list.total, ..Page::new(self.args, mark, found, &key) }
        };
        Ok(lists.into_iter().map(page).collect())
    }

    fn ids_below(&self, parents: Vec<Uuid>) -> Result<Sql> {
        let condition = Sql::all_of([Sql::new(self.tie), self.condition.clone()], " AND ");
        let page = rows_of_page(self.from, condition, self.order, self.args)?;
        let ids = Sql::new("SELECT array(SELECT ").sql(self.order.id).sql(" ").join(page).sql(") AS ids, ");
        let counted = match &self.counted {
            None => ids.sql("NULL::bigint AS total"),
            Some(counted) => ids
                .sql("(SELECT count(*) FROM (SELECT FROM ")
                .sql(self.from)
                .join(Sql::all_of([Sql::new(self.tie), counted.clone()], " AND ").prefixed(" WHERE "))
                .sql(" LIMIT ")
                .number(usize::try_from(COUNT_CAP + 1).unwrap_or(usize::MAX))
                .sql(") counted) AS total"),
        };
        Ok(counted.sql(" FROM unnest(").bind(parents).sql(") WITH ORDINALITY AS parent(id, n) ORDER BY parent.n"))
    }
}

/// Keys that share something, each with its own part.
#[derive(Debug)]
pub struct Group<'k, K, G, P> {
    /// What they share.
    pub shared: G,
    /// The keys.
    pub keys: Vec<&'k K>,
    /// Their own parts, in the keys' order.
    pub own: Vec<P>,
}

/// Puts keys together by what they share.
pub fn groups<'k, K, G: Eq + Hash, P>(keys: &'k [K], split: impl Fn(&K) -> (G, P)) -> Vec<Group<'k, K, G, P>> {
    let mut groups: HashMap<G, (Vec<&'k K>, Vec<P>)> = HashMap::new();
    for key in keys {
        let (shared, own) = split(key);
        let group = groups.entry(shared).or_default();
        group.0.push(key);
        group.1.push(own);
    }
    groups.into_iter().map(|(shared, (keys, own))| Group { shared, keys, own }).collect()
}
