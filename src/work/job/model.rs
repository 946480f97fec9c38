//! Queries over the kernel's `jobs` table for people: visible rows, filters, pages.

use chrono::{DateTime, Utc};

use crate::kernel::{
    access::{Actor, Permission},
    db::Conn,
    error::{Error, Result},
    jobs::{JobId, JobRow, JobStatus},
    page::{self, Direction, Order, Page, PageArgs, timestamp_key},
    sql::{Select, Sql},
};

/// Which jobs a list shows.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Any of these states; all when empty.
    pub status: Vec<JobStatus>,
    /// This kind only.
    pub kind: Option<String>,
    /// Created at or after.
    pub created_after: Option<DateTime<Utc>>,
}

/// Administrators see every job, everyone else their own.
pub fn visible_to(actor: &Actor) -> Sql {
    if actor.can(Permission::JobsRead) {
        return Sql::new("TRUE");
    }
    Sql::new("created_by = ").bind(actor.known_id())
}

impl JobFilter {
    fn condition(&self, actor: &Actor) -> Sql {
        let mut all = vec![visible_to(actor)];
        if !self.status.is_empty() {
            let status: Vec<String> = self.status.iter().map(|s| s.as_str().to_owned()).collect();
            all.push(Sql::new("status = ANY(").bind(status).sql(")"));
        }
        if let Some(kind) = &self.kind {
            all.push(Sql::new("kind = ").bind(kind.clone()));
        }
        if let Some(after) = self.created_after {
            all.push(Sql::new("created_at >= ").bind(after));
        }
        Sql::all_of(all, " AND ")
    }
}

/// A page of jobs, newest first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &JobFilter,
    args: &PageArgs,
    count: bool,
) -> Result<Page<JobRow>> {
    let order = Order { column: "created_at", cast: "::timestamptz", id: "id", direction: Direction::Desc };
    let key = |row: &JobRow| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "jobs", filter.condition(actor), order, args, count, key).await
}

/// A visible job, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: JobId) -> Result<JobRow> {
    let rest = Sql::new("FROM jobs WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<JobRow>::new(rest).row(conn).await?.ok_or(Error::NotFound("job"))
}
