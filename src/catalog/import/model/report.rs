//! Findings about rows, kept with the job.

use diesel_async::RunQueryDsl;

use crate::{
    catalog::import::issue::{Issue, IssueSeverity},
    kernel::{db::Conn, error::Result, jobs::JobId, sql::Sql},
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
    let ids: Vec<uuid::Uuid> = kept.iter().map(|_| uuid::Uuid::now_v7()).collect();
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
