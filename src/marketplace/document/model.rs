//! Rows of distributors' papers and every query over them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    identity::account::model::AccountId,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        sql::{Select, Sql},
    },
    load_children,
    marketplace::distributor::{
        below::List,
        model::{self as distributors, DistributorId},
    },
    schema::distributor_documents,
    text_enum,
};

id! {
    /// Identifies a distributor's paper.
    DistributorDocumentId, "ddo", "DistributorDocument"
}

text_enum! {
    /// What a paper proves.
    pub enum DistributorDocumentKind {
        /// GST registration certificate.
        Gst = "gst",
        /// PAN card.
        Pan = "pan",
        /// Cancelled cheque or bank statement.
        Bank = "bank",
        /// Proof of the business' address.
        Address = "address",
        /// Trade licence of the municipality.
        TradeLicence = "trade_licence",
        /// Food licence (FSSAI).
        Fssai = "fssai",
    }
}

text_enum! {
    /// What a reviewer thinks of a paper.
    pub enum DistributorDocumentStatus {
        /// Nobody has looked at it yet.
        Pending = "pending",
        /// Accepted.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// A later one of its kind took its place.
        Replaced = "replaced",
        /// It was accepted, and what it proves was changed since: a new one is needed.
        Outdated = "outdated",
    }
}

impl DistributorDocumentKind {
    /// Whether such a paper is given for a time.
    pub fn expires(self) -> bool {
        matches!(self, Self::TradeLicence | Self::Fssai)
    }
}

/// A distributor's paper.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = distributor_documents, treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct DistributorDocument {
    /// Global ID.
    pub id: DistributorDocumentId,
    #[graphql(skip)]
    pub distributor_id: DistributorId,
    /// What it proves.
    pub kind: DistributorDocumentKind,
    #[graphql(skip)]
    pub file_id: Uuid,
    /// What a reviewer thinks of it.
    pub status: DistributorDocumentStatus,
    /// Why it was refused; empty otherwise.
    pub reason: String,
    #[graphql(skip)]
    pub expires_on: Option<NaiveDate>,
    #[graphql(skip)]
    pub reminded_days: Option<i32>,
    #[graphql(skip)]
    pub uploaded_by: Option<AccountId>,
    #[graphql(skip)]
    pub decided_by: Option<AccountId>,
    /// When it was accepted or refused.
    pub decided_at: Option<DateTime<Utc>>,
    /// When it was handed in.
    pub created_at: DateTime<Utc>,
}

impl DistributorDocument {
    /// Whether it is accepted and good on this day.
    pub fn is_good(&self, today: NaiveDate) -> bool {
        self.status == DistributorDocumentStatus::Approved && !self.has_expired(today)
    }

    /// Whether its last day is over.
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.expires_on.is_some_and(|last| last < today)
    }
}

load_children! {
    /// All papers of a distributor that the caller sees, replaced ones too.
    pub DocumentsOf(DistributorId) => DistributorDocument, distributor_documents.distributor_id, by (created_at, id)
}

/// The papers of a distributor, replaced ones too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Papers;

impl List for Papers {
    type Row = DistributorDocument;
    const TABLE: &'static str = "distributor_documents";
    const TIE: &'static str = "distributor_documents.distributor_id = parent.id";
    const SORT: &'static str = "distributor_documents.created_at";
    const ID: &'static str = "distributor_documents.id";

    fn visible_to(_actor: &Actor) -> Sql {
        Sql::default()
    }

    fn place(row: &DistributorDocument) -> (DateTime<Utc>, Uuid) {
        (row.created_at, row.id.0)
    }
}

/// Papers of the distributors that the caller sees.
pub fn visible_to(actor: &Actor) -> Sql {
    let of = "EXISTS (SELECT FROM distributors WHERE distributors.id = distributor_documents.distributor_id AND ";
    Sql::new(of).join(distributors::visible_to(actor)).sql(")")
}

/// A visible paper, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: DistributorDocumentId) -> Result<DistributorDocument> {
    let rest = Sql::new("FROM distributor_documents WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<DistributorDocument>::new(rest).row(conn).await?.ok_or(Error::NotFound("document"))
}

/// All papers of a distributor. Whoever writes them holds the distributor's row lock.
pub async fn of(mut conn: &Conn, distributor: DistributorId) -> Result<Vec<DistributorDocument>> {
    Ok(distributor_documents::table
        .filter(distributor_documents::distributor_id.eq(distributor))
        .order((distributor_documents::created_at, distributor_documents::id))
        .select(DistributorDocument::as_select())
        .load(&mut conn)
        .await?)
}

/// Adds a paper.
pub async fn insert(mut conn: &Conn, row: &DistributorDocument) -> Result<()> {
    let twice = || Error::problem("CONFLICT", "fileId", "this file was handed in before");
    diesel::insert_into(distributor_documents::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("distributor_documents_file_id_key", twice)?;
    Ok(())
}

/// Stores a changed paper.
pub async fn update(mut conn: &Conn, row: &DistributorDocument) -> Result<()> {
    diesel::update(distributor_documents::table.find(row.id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// The paper of this kind and state gives way to a later one.
pub async fn replace(
    mut conn: &Conn,
    of: DistributorId,
    kind: DistributorDocumentKind,
    status: DistributorDocumentStatus,
) -> Result<()> {
    use distributor_documents::dsl;
    let former = dsl::distributor_id.eq(of).and(dsl::kind.eq(kind)).and(dsl::status.eq(status));
    diesel::update(dsl::distributor_documents.filter(former))
        .set(dsl::status.eq(DistributorDocumentStatus::Replaced))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Accepted papers of these kinds no longer prove anything; answers them as they are now. The caller holds the
/// distributor's row lock.
pub async fn outdate(
    mut conn: &Conn,
    of: DistributorId,
    kinds: &[DistributorDocumentKind],
) -> Result<Vec<DistributorDocument>> {
    use distributor_documents::dsl;
    let accepted = dsl::status.eq(DistributorDocumentStatus::Approved);
    let which = dsl::distributor_id.eq(of).and(dsl::kind.eq_any(kinds)).and(accepted);
    Ok(diesel::update(dsl::distributor_documents.filter(which))
        .set(dsl::status.eq(DistributorDocumentStatus::Outdated))
        .returning(DistributorDocument::as_returning())
        .get_results(&mut conn)
        .await?)
}

/// Accepted papers that expire within so many days and of which no reminder so late went out yet, by ID after this one;
/// at most so many.
pub async fn expiring(
    conn: &Conn,
    today: NaiveDate,
    days: i32,
    after: Option<DistributorDocumentId>,
    limit: usize,
) -> Result<Vec<DistributorDocumentId>> {
    let found = Sql::new("SELECT id FROM distributor_documents WHERE status = 'approved' AND expires_on >= ")
        .bind(today)
        .sql(" AND expires_on <= ")
        .bind(today)
        .sql("::date + ")
        .bind(days)
        .sql("::int AND (reminded_days IS NULL OR reminded_days > ")
        .bind(days)
        .sql(") AND EXISTS (SELECT FROM distributors d WHERE d.id = distributor_id AND d.status <> 'closed') AND id > ")
        .bind(after.map_or(Uuid::nil(), |id| id.0))
        .sql(" ORDER BY id LIMIT ")
        .number(limit);
    Ok(found.ids(conn).await?.into_iter().map(DistributorDocumentId).collect())
}

/// Locks a paper for a reminder; `None` where one so late went out, or the paper is no longer in force.
pub async fn lock_to_remind(conn: &Conn, id: DistributorDocumentId, days: i32) -> Result<Option<DistributorDocument>> {
    let rest = Sql::new("FROM distributor_documents WHERE id = ")
        .bind(id)
        .sql(" AND status = 'approved' AND (reminded_days IS NULL OR reminded_days > ")
        .bind(days)
        .sql(") FOR UPDATE");
    Select::<DistributorDocument>::new(rest).row(conn).await
}

/// Verified distributors of whom a paper of these kinds has expired, by ID after this one; at most so many.
pub async fn sellers_with_expired(
    conn: &Conn,
    today: NaiveDate,
    kinds: &[DistributorDocumentKind],
    after: Option<DistributorId>,
    limit: usize,
) -> Result<Vec<DistributorId>> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let found = Sql::new(
        "SELECT DISTINCT d.id FROM distributor_documents p JOIN distributors d ON d.id = p.distributor_id \
         WHERE d.status = 'verified' AND p.status = 'approved' AND p.expires_on < ",
    )
    .bind(today)
    .sql(" AND p.kind = ANY(")
    .bind(kinds)
    .sql(") AND d.id > ")
    .bind(after.map_or(Uuid::nil(), |id| id.0))
    .sql(" ORDER BY d.id LIMIT ")
    .number(limit);
    Ok(found.ids(conn).await?.into_iter().map(DistributorId).collect())
}
