//! The search index after an import.

use chrono::{DateTime, Utc};
use diesel::{QueryableByName, sql_types};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::kernel::{db::Conn, error::Result, sql::Sql};

/// While the index is smaller than this every product is searched first; later the ranking job decides.
const HOT_ROWS: i64 = 20_000;

/// Brings the search rows of these products in line with the catalogue, in the order of their IDs.
pub async fn refresh(mut conn: &Conn, mut ids: Vec<Uuid>) -> Result<()> {
    ids.sort_unstable();
    ids.dedup();
    Sql::new("SELECT refresh_product_search(")
        .bind(ids)
        .sql(", (SELECT count(*) < ")
        .bind(HOT_ROWS)
        .sql(" FROM (SELECT FROM product_search LIMIT ")
        .bind(HOT_ROWS)
        .sql(") AS hot))")
        .execute(&mut conn)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = sql_types::Uuid)]
    id: Uuid,
}

/// Products changed since a moment, behind an ID, in the order of their IDs.
pub async fn changed_since(mut conn: &Conn, since: DateTime<Utc>, after: Uuid, limit: i64) -> Result<Vec<Uuid>> {
    let rows: Vec<IdRow> = Sql::new("SELECT id FROM products WHERE updated_at >= ")
        .bind(since)
        .sql(" AND id > ")
        .bind(after)
        .sql(" ORDER BY id LIMIT ")
        .bind(limit)
        .load(&mut conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
