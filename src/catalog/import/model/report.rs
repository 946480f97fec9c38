//! Findings about rows, kept with the job.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    catalog::import::issue::{Issue, IssueSeverity},
    kernel::{
        db::Conn,
        error::Result,
        jobs::JobId,
        page::{self, Direction, Order, Page, PageArgs},
        sql::{Select, Sql},
    },
    schema::{files, import_errors},
};

/// So many findings of each severity are kept; the rest is only counted.
pub const MAX_KEPT: u64 = 100_000;

/// Stores findings, as many as still fit under [`MAX_KEPT`] after the ones already stored.
pub async fn store(mut conn: &Conn, job: JobId, issues: &[Issue], errors: u64, warnings: u64) -> Result<()> {
    let (mut errors, mut warnings) = (errors, warnings);
    let fits = |issue: &&Issue| {
        let count = if issue.severity == IssueSeverity::Error { &mut errors } else { &mut warnings };
        *count += 1;
        *count <= MAX_KEPT
    };
    let kept: Vec<&Issue> = issues.iter().filter(fits).collect();
    if kept.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = kept.iter().map(|_| Uuid::now_v7()).collect();
    Sql::new(
        "INSERT INTO import_errors (id, job_id, row_number, column_name, severity, code, message, value) SELECT u.id, ",
    )
    .bind(job)
    .sql(", u.row_number, u.column_name, u.severity, u.code, u.message, u.value FROM unnest(")
    .bind(ids)
    .sql(", ")
    .bind(kept.iter().map(|issue| i64::try_from(issue.row).unwrap_or(i64::MAX)).collect::<Vec<_>>())
    .sql(", ")
    .bind(kept.iter().map(|issue| issue.column.chars().take(200).collect::<String>()).collect::<Vec<_>>())
    .sql(", ")
    .bind(kept.iter().map(|issue| issue.severity.to_string()).collect::<Vec<_>>())
    .sql(", ")
    .bind(kept.iter().map(|issue| issue.code.to_owned()).collect::<Vec<_>>())
    .sql(", ")
    .bind(kept.iter().map(|issue| issue.message.clone()).collect::<Vec<_>>())
    .sql(", ")
    .bind(kept.iter().map(|issue| issue.value.clone()).collect::<Vec<_>>())
    .sql(") u(id, row_number, column_name, severity, code, message, value)")
    .execute(&mut conn)
    .await?;
    Ok(())
}

/// A finding as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = import_errors)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct Finding {
    pub id: Uuid,
    pub row_number: i64,
    pub column_name: String,
    pub severity: IssueSeverity,
    pub code: String,
    pub message: String,
    pub value: String,
}

/// Findings in the order of the file, behind a row and ID.
pub async fn page(conn: &Conn, job: JobId, after: Option<(i64, Uuid)>, limit: i64) -> Result<Vec<Finding>> {
    let (row, id) = after.unwrap_or((-1, Uuid::nil()));
    let rest = Sql::new("FROM import_errors WHERE job_id = ")
        .bind(job)
        .sql(" AND (row_number, id) > (")
        .bind(row)
        .sql(", ")
        .bind(id)
        .sql(") ORDER BY row_number, id LIMIT ")
        .bind(limit);
    Select::<Finding>::new(rest).rows(conn).await
}

/// A page of findings for people.
pub async fn list(
    conn: &Conn,
    job: JobId,
    severity: Option<IssueSeverity>,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Finding>> {
    let order = Order { column: "row_number", cast: "::bigint", id: "id", direction: Direction::Asc };
    let mut conditions = vec![Sql::new("job_id = ").bind(job)];
    if let Some(severity) = severity {
        conditions.push(Sql::new("severity = ").bind(severity.as_str()));
    }
    let key = |row: &Finding| (row.row_number.to_string(), row.id);
    page::fetch(conn, "import_errors", Sql::all_of(conditions, " AND "), order, args, count, key).await
}

/// Announces the report's file. The row comes before the bytes: what a crash leaves is swept like an upload that
/// never arrived.
pub async fn announce(mut conn: &Conn, now: DateTime<Utc>, job: JobId, owner: Option<Uuid>) -> Result<Uuid> {
    let id = Uuid::now_v7();
    diesel::insert_into(files::table)
        .values((
            files::id.eq(id),
            files::owner_id.eq(owner),
            files::purpose.eq("report"),
            files::name.eq(format!("import-{job}.csv")),
            files::content_type.eq("text/csv"),
            files::status.eq("pending"),
            files::created_at.eq(now),
        ))
        .execute(&mut conn)
        .await?;
    Ok(id)
}

/// The report's bytes are in.
pub async fn stored(mut conn: &Conn, now: DateTime<Utc>, file: Uuid, size: u64, sha256: Vec<u8>) -> Result<()> {
    diesel::update(files::table.find(file))
        .set((
            files::size.eq(i64::try_from(size).unwrap_or(i64::MAX)),
            files::sha256.eq(sha256),
            files::status.eq("stored"),
            files::stored_at.eq(now),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}
