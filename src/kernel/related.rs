//! Rows of another table fetched along with a row, as one more column of its statement.
//!
//! A statement costs more than the few rows it reads: binding, planning, two system calls on each side. The hottest
//! queries therefore take what the client selected below a row along: one row by a join, several as
//! `ARRAY(SELECT ROW(…) FROM … WHERE …)`, read in PostgreSQL's binary form by the same row structs.

use std::marker::PhantomData;

use diesel::{
    Queryable, Selectable,
    deserialize::{self, FromStaticSqlRow},
    expression::{Expression, ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, Nullable, Record},
};

use super::sql::{ColumnsOf, Row, Sql};

/// Rows of `R` that belong to a row; `None` where they were not asked for.
#[derive(Clone, Debug)]
pub struct Related<R>(pub Option<Vec<R>>);

/// The column's SQL type.
pub type RelatedType<R> = Nullable<Array<Record<ColumnsOf<R>>>>;

impl<R: Row> Related<R> {
    /// The column: rows of `FROM … WHERE …`, or nothing where they are not wanted.
    pub fn column(wanted: bool, from: &'static str) -> Sql {
        match wanted {
            true => Sql::new("ARRAY(SELECT ROW(").columns::<R>().sql(") ").sql(from).sql(")"),
            false => Sql::new("NULL::record[]"),
        }
    }
}

impl<R> Queryable<RelatedType<R>, Pg> for Related<R>
where
    R: Selectable<Pg> + Queryable<ColumnsOf<R>, Pg>,
    ColumnsOf<R>: 'static,
    Option<Vec<R::Row>>: FromStaticSqlRow<RelatedType<R>, Pg>,
{
    type Row = Option<Vec<R::Row>>;

    fn build(rows: Self::Row) -> deserialize::Result<Self> {
        let rows = rows.map(|rows| rows.into_iter().map(R::build).collect::<deserialize::Result<Vec<R>>>());
        Ok(Self(rows.transpose()?))
    }
}

/// What a [`Related`] column selects unless it is asked for: nothing.
#[derive(Debug)]
pub struct NotAskedFor<R>(PhantomData<fn() -> R>);

impl<R> Selectable<Pg> for Related<R>
where
    R: Selectable<Pg> + 'static,
    ColumnsOf<R>: 'static,
    RelatedType<R>: diesel::sql_types::SqlType,
{
    type SelectExpression = NotAskedFor<R>;

    fn construct_selection() -> Self::SelectExpression {
        NotAskedFor(PhantomData)
    }
}

impl<R> Expression for NotAskedFor<R>
where
    R: Selectable<Pg>,
    ColumnsOf<R>: 'static,
    RelatedType<R>: diesel::expression::TypedExpressionType,
{
    type SqlType = RelatedType<R>;
}

impl<R, G> ValidGrouping<G> for NotAskedFor<R> {
    type IsAggregate = is_aggregate::Never;
}

impl<R> QueryId for NotAskedFor<R> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<R> QueryFragment<Pg> for NotAskedFor<R> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("NULL::record[]");
        Ok(())
    }
}
