//! The record of which steps of the demo data are in.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::{
    kernel::{clock::Clock, db::Conn, error::Result, sql::Sql},
    schema::seed_steps,
};

/// Names of the steps that were begun, and whether each was finished.
pub async fn recorded(mut conn: &Conn) -> Result<Vec<(String, bool)>> {
    Ok(seed_steps::table.select((seed_steps::name, seed_steps::finished_at.is_not_null())).load(&mut conn).await?)
}

/// Notes that a step begins, or begins again.
pub async fn begin(mut conn: &Conn, clock: &Clock, step: &str) -> Result<()> {
    diesel::insert_into(seed_steps::table)
        .values((seed_steps::name.eq(step), seed_steps::started_at.eq(clock.now())))
        .on_conflict(seed_steps::name)
        .do_update()
        .set(seed_steps::started_at.eq(clock.now()))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Notes that a step is in.
pub async fn finish(mut conn: &Conn, clock: &Clock, step: &str) -> Result<()> {
    diesel::update(seed_steps::table.find(step))
        .set(seed_steps::finished_at.eq(clock.now()))
        .execute(&mut conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Untouched {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    untouched: bool,
}

/// Whether nobody has worked in this database: every write leaves an audit row, every import a job.
pub async fn untouched(mut conn: &Conn) -> Result<bool> {
    let statement =
        Sql::new("SELECT NOT EXISTS (SELECT FROM audit_log) AND NOT EXISTS (SELECT FROM jobs) AS untouched");
    let row: Untouched = statement.get_result(&mut conn).await?;
    Ok(row.untouched)
}
