//! Lists below distributors that grow with the years: people, papers, decisions. A page of each is fetched for all
//! distributors of an answer together.

use std::{collections::HashMap, hash::Hash, marker::PhantomData};

use async_graphql::Context;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::DistributorId;
use crate::{
    context::Ctx,
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        loader::Key,
        nested::{Nested, groups},
        page::{Direction, Order, Page, PageArgs, Source, timestamp_key},
        sql::{Row, Select, Sql},
    },
};

/// A list below a distributor, oldest first.
pub trait List: Copy + Eq + Hash + Send + Sync + 'static {
    /// What it lists.
    type Row: Row + Clone + Sync;
    /// Its table.
    const TABLE: &'static str;
    /// What ties a row to its distributor, whose ID is `parent.id`.
    const TIE: &'static str;
    /// Qualified column of the instant by which it is sorted.
    const SORT: &'static str;
    /// Qualified ID column.
    const ID: &'static str;

    /// The rows that the caller sees below a distributor that they see.
    fn visible_to(actor: &Actor) -> Sql;

    /// A row's instant and ID.
    fn place(row: &Self::Row) -> (DateTime<Utc>, Uuid);
}

/// Key of a page of a list below a distributor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Below<L> {
    list: L,
    of: DistributorId,
    args: PageArgs,
    count: bool,
}

impl<L: List> Key for Below<L> {
    type Value = Page<L::Row>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let order = Order { column: L::SORT, cast: "::timestamptz", id: L::ID, direction: Direction::Asc };
        let place = |row: &L::Row| {
            let (at, id) = L::place(row);
            (timestamp_key(at), id)
        };
        let mut pages = HashMap::with_capacity(keys.len());
        for group in groups(keys, |key| ((key.args.clone(), key.count), key.of.0)) {
            let (args, count) = group.shared;
            let condition = L::visible_to(actor);
            let counted = count.then(|| condition.clone());
            let nested = Nested { from: L::TABLE, tie: L::TIE, condition, order, args: &args, counted };
            let found = nested.fetch(conn, &Rows(PhantomData), group.own, place).await?;
            pages.extend(group.keys.into_iter().cloned().zip(found));
        }
        Ok(pages)
    }
}

/// Rows without neighbours.
struct Rows<R>(PhantomData<fn() -> R>);

impl<R: Row> Source for Rows<R> {
    type Row = R;

    fn joins(&self) -> Sql {
        Sql::default()
    }

    async fn rows(&self, conn: &Conn, rest: Sql) -> Result<Vec<R>> {
        Select::<R>::new(rest).rows(conn).await
    }
}

/// A page of a list below a distributor, counted where the client asks for it.
pub async fn page_below<L: List>(
    ctx: &Context<'_>,
    list: L,
    of: DistributorId,
    args: PageArgs,
) -> Result<Page<L::Row>> {
    let key = Below { list, of, args, count: ctx.wants("totalCount") };
    Ok(ctx.load(key).await?.unwrap_or_default())
}
