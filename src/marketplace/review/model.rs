//! Rows of decisions, remarks and notes.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        sql::Sql,
    },
    marketplace::distributor::{
        below::List,
        field::DistributorField,
        model::DistributorId,
        status::{DistributorStatus, DistributorStep},
    },
    schema::{distributor_decisions, distributor_notes, distributor_remarks},
};

id! {
    /// Identifies a decision on a distributor.
    DistributorDecisionId, "ddc", "DistributorDecision"
}

id! {
    /// Identifies a remark on a field of an application.
    DistributorRemarkId, "drm", "DistributorRemark"
}

id! {
    /// Identifies a note on a distributor.
    DistributorNoteId, "dnt", "DistributorNote"
}

/// A change of a distributor's state.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = distributor_decisions)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct DistributorDecision {
    /// Global ID.
    pub id: DistributorDecisionId,
    #[graphql(skip)]
    pub distributor_id: DistributorId,
    /// What was done.
    pub step: DistributorStep,
    /// The state before.
    pub from_status: DistributorStatus,
    /// The state after.
    pub to_status: DistributorStatus,
    /// Why; may be empty.
    pub reason: String,
    #[graphql(skip)]
    pub account_id: Option<AccountId>,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// What a reviewer found wrong with a field of an application.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = distributor_remarks)]
#[expect(missing_docs, reason = "skipped fields are documented in the database")]
pub struct DistributorRemark {
    /// Global ID.
    pub id: DistributorRemarkId,
    #[graphql(skip)]
    pub distributor_id: DistributorId,
    /// The field.
    pub field: DistributorField,
    /// What is wrong with it.
    pub reason: String,
    #[graphql(skip)]
    pub made_by: Option<AccountId>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// What the applicant says to it.
    pub answer: Option<String>,
    /// When the applicant changed the field.
    pub changed_at: Option<DateTime<Utc>>,
    /// When a later decision closed it; null while it is open.
    pub settled_at: Option<DateTime<Utc>>,
}

/// What the back office notes about a distributor.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = distributor_notes)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct DistributorNote {
    /// Global ID.
    pub id: DistributorNoteId,
    #[graphql(skip)]
    pub distributor_id: DistributorId,
    /// The note.
    pub text: String,
    #[graphql(skip)]
    pub author_id: Option<AccountId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// The history of a distributor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decisions;

impl List for Decisions {
    type Row = DistributorDecision;
    const TABLE: &'static str = "distributor_decisions";
    const TIE: &'static str = "distributor_decisions.distributor_id = parent.id";
    const SORT: &'static str = "distributor_decisions.decided_at";
    const ID: &'static str = "distributor_decisions.id";

    fn visible_to(_actor: &Actor) -> Sql {
        Sql::default()
    }

    fn place(row: &DistributorDecision) -> (DateTime<Utc>, Uuid) {
        (row.decided_at, row.id.0)
    }
}

/// The remarks on a distributor, settled ones too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Remarks;

impl List for Remarks {
    type Row = DistributorRemark;
    const TABLE: &'static str = "distributor_remarks";
    const TIE: &'static str = "distributor_remarks.distributor_id = parent.id";
    const SORT: &'static str = "distributor_remarks.made_at";
    const ID: &'static str = "distributor_remarks.id";

    fn visible_to(_actor: &Actor) -> Sql {
        Sql::default()
    }

    fn place(row: &DistributorRemark) -> (DateTime<Utc>, Uuid) {
        (row.made_at, row.id.0)
    }
}

/// The notes on a distributor; for the back office alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notes;

impl List for Notes {
    type Row = DistributorNote;
    const TABLE: &'static str = "distributor_notes";
    const TIE: &'static str = "distributor_notes.distributor_id = parent.id";
    const SORT: &'static str = "distributor_notes.created_at";
    const ID: &'static str = "distributor_notes.id";

    fn visible_to(actor: &Actor) -> Sql {
        Sql::new(if actor.scope(Permission::SellersWrite).everything { "TRUE" } else { "FALSE" })
    }

    fn place(row: &DistributorNote) -> (DateTime<Utc>, Uuid) {
        (row.created_at, row.id.0)
    }
}

/// Writes a decision down.
pub async fn add_decision(mut conn: &Conn, row: &DistributorDecision) -> Result<()> {
    diesel::insert_into(distributor_decisions::table).values(row).execute(&mut conn).await?;
    Ok(())
}

/// Adds remarks.
pub async fn add_remarks(mut conn: &Conn, rows: &[DistributorRemark]) -> Result<()> {
    let twice = || Error::problem("CONFLICT", "remarks", "one remark for each field");
    diesel::insert_into(distributor_remarks::table)
        .values(rows)
        .execute(&mut conn)
        .await
        .on_constraint("distributor_remarks_open_key", twice)?;
    Ok(())
}

/// The open remarks on a distributor.
pub async fn open_remarks(mut conn: &Conn, of: DistributorId) -> Result<Vec<DistributorRemark>> {
    let open = distributor_remarks::distributor_id.eq(of).and(distributor_remarks::settled_at.is_null());
    Ok(distributor_remarks::table
        .filter(open)
        .order((distributor_remarks::made_at, distributor_remarks::id))
        .select(DistributorRemark::as_select())
        .load(&mut conn)
        .await?)
}

/// Whose remark it is.
pub async fn find_remark(mut conn: &Conn, id: DistributorRemarkId) -> Result<DistributorRemark> {
    let row = distributor_remarks::table.find(id).select(DistributorRemark::as_select());
    row.first(&mut conn).await.optional()?.ok_or(Error::NotFound("remark"))
}

/// Stores the applicant's answer to an open remark; `None` when it no longer is open.
pub async fn answer(mut conn: &Conn, id: DistributorRemarkId, answer: &str) -> Result<Option<DistributorRemark>> {
    let open = distributor_remarks::table.find(id).filter(distributor_remarks::settled_at.is_null());
    Ok(diesel::update(open)
        .set(distributor_remarks::answer.eq(answer))
        .returning(DistributorRemark::as_returning())
        .get_result(&mut conn)
        .await
        .optional()?)
}

/// Notes on open remarks that their fields were changed.
pub async fn mark_changed(
    mut conn: &Conn,
    of: DistributorId,
    fields: &[DistributorField],
    now: DateTime<Utc>,
) -> Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let open = distributor_remarks::distributor_id.eq(of).and(distributor_remarks::settled_at.is_null());
    diesel::update(distributor_remarks::table.filter(open.and(distributor_remarks::field.eq_any(fields))))
        .set(distributor_remarks::changed_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Closes the open remarks on a distributor.
pub async fn settle_remarks(mut conn: &Conn, of: DistributorId, now: DateTime<Utc>) -> Result<()> {
    let open = distributor_remarks::distributor_id.eq(of).and(distributor_remarks::settled_at.is_null());
    diesel::update(distributor_remarks::table.filter(open))
        .set(distributor_remarks::settled_at.eq(now))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Adds a note.
pub async fn add_note(mut conn: &Conn, row: &DistributorNote) -> Result<()> {
    diesel::insert_into(distributor_notes::table).values(row).execute(&mut conn).await?;
    Ok(())
}
