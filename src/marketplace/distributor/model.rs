//! Distributor rows and every query over them.

use async_graphql::{Enum, InputObject};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use super::status::DistributorStatus;
use crate::{
    id,
    identity::account::model::AccountId,
    inventory::{
        registration::model::TurnoverBand,
        seller::model::{self as sellers, SellerId},
    },
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::{Select, Sql},
    },
    schema::distributors,
    text_enum,
};

id! {
    /// Identifies a distributor; the same UUID as its seller's.
    DistributorId, "dst", "Distributor"
}

impl DistributorId {
    /// The seller that it is.
    pub fn seller(self) -> SellerId {
        SellerId(self.0)
    }
}

text_enum! {
    /// Form of a business.
    pub enum BusinessType {
        /// One person's own.
        Proprietorship = "proprietorship",
        /// Partners', after the Indian Partnership Act, 1932.
        Partnership = "partnership",
        /// Limited liability partnership.
        Llp = "llp",
        /// Company, private or public.
        Company = "company",
        /// Cooperative society or farmer producer organisation.
        Cooperative = "cooperative",
        /// Trust, society, Hindu undivided family and so on.
        Other = "other",
    }
}

/// A seller that is not FreshVilla's own, with its application and papers.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = distributors, treat_none_as_null = true)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Distributor {
    /// Global ID; in scopes of rights it names the distributor.
    pub id: DistributorId,
    #[graphql(skip)]
    pub owner_id: AccountId,
    /// Where it stands.
    pub status: DistributorStatus,
    /// Why it is in this state; empty where there is nothing to say.
    pub reason: String,
    #[graphql(skip)]
    pub legal_name: Option<String>,
    #[graphql(skip)]
    pub business_type: Option<BusinessType>,
    #[graphql(skip)]
    pub contact_name: Option<String>,
    #[graphql(skip)]
    pub contact_email: Option<String>,
    #[graphql(skip)]
    pub contact_phone: Option<String>,
    #[graphql(skip)]
    pub line1: Option<String>,
    #[graphql(skip)]
    pub line2: String,
    #[graphql(skip)]
    pub city: Option<String>,
    #[graphql(skip)]
    pub state_code: Option<String>,
    #[graphql(skip)]
    pub pincode: Option<String>,
    #[graphql(skip)]
    pub gstin: Option<String>,
    #[graphql(skip)]
    pub pan: Option<String>,
    #[graphql(skip)]
    pub turnover_band: Option<TurnoverBand>,
    #[graphql(skip)]
    pub bank_holder: Option<String>,
    #[graphql(skip)]
    #[serde(skip)]
    pub bank_number_sealed: Option<Vec<u8>>,
    #[graphql(skip)]
    pub bank_number_end: Option<String>,
    #[graphql(skip)]
    pub bank_ifsc: Option<String>,
    #[graphql(skip)]
    pub notification_email: Option<String>,
    /// When it was handed in last; null where it never was.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it was accepted last; null where it never was.
    pub verified_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub first_decided_at: Option<DateTime<Utc>>,
    /// Counts the writes; send it back as `expectedVersion`.
    pub version: i32,
    /// When the application was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Distributor {
    /// An empty application.
    pub fn new(id: DistributorId, owner_id: AccountId, now: DateTime<Utc>) -> Self {
        Self {
            id,
            owner_id,
            status: DistributorStatus::Pending,
            reason: String::new(),
            legal_name: None,
            business_type: None,
            contact_name: None,
            contact_email: None,
            contact_phone: None,
            line1: None,
            line2: String::new(),
            city: None,
            state_code: None,
            pincode: None,
            gstin: None,
            pan: None,
            turnover_band: None,
            bank_holder: None,
            bank_number_sealed: None,
            bank_number_end: None,
            bank_ifsc: None,
            notification_email: None,
            submitted_at: None,
            verified_at: None,
            first_decided_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Which distributors a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DistributorWhere {
    /// In any of these states; in all when empty.
    #[graphql(default)]
    pub statuses: Vec<DistributorStatus>,
    /// Handed in at or after this instant.
    pub submitted_from: Option<DateTime<Utc>>,
    /// Handed in before this instant.
    pub submitted_before: Option<DateTime<Utc>>,
    /// Whose address lies in this state: its GST code.
    pub state_code: Option<String>,
    /// Part of the storefront's or the registered name, or the beginning of the GSTIN; without regard to case.
    pub search: Option<String>,
}

impl DistributorWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if !self.statuses.is_empty() {
            let statuses: Vec<String> = self.statuses.iter().map(|status| status.as_str().to_owned()).collect();
            parts.push(Sql::new("status = ANY(").bind(statuses).sql(")"));
        }
        if let Some(from) = self.submitted_from {
            parts.push(Sql::new("submitted_at >= ").bind(from));
        }
        if let Some(before) = self.submitted_before {
            parts.push(Sql::new("submitted_at < ").bind(before));
        }
        if let Some(state) = &self.state_code {
            parts.push(Sql::new("state_code = ").bind(state.as_str()));
        }
        if let Some(search) = &self.search {
            parts.push(
                Sql::new("(strpos(lower(legal_name), lower(")
                    .bind(search.as_str())
                    .sql(")) > 0 OR starts_with(gstin, upper(")
                    .bind(search.as_str())
                    .sql(")) OR EXISTS (SELECT FROM sellers WHERE sellers.id = distributors.id AND strpos(lower(name), lower(")
                    .bind(search.as_str())
                    .sql(")) > 0))"),
            );
        }
        Sql::composed(parts)
    }
}

/// What a list of distributors is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum DistributorSort {
    /// When the application was opened.
    #[default]
    CreatedAt,
    /// When it was handed in last; leaves out those that never were.
    SubmittedAt,
}

/// How a list of distributors is sorted.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct DistributorOrder {
    /// By what.
    #[graphql(default)]
    pub field: DistributorSort,
    /// Oldest or newest first.
    #[graphql(default)]
    pub direction: Direction,
}

/// A distributor's application is for its own people and the back office.
pub fn visible_to(actor: &Actor) -> Sql {
    sellers::within_reach(actor, "distributors.id")
}

/// The distributors on which the caller has the permission.
fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    match scope.everything {
        true => Sql::new("TRUE"),
        false => Sql::new("distributors.id = ANY(").bind(scope.distributors).sql(")"),
    }
}

/// A page of distributors.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &DistributorWhere,
    by: DistributorOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Distributor>> {
    let (column, present) = match by.field {
        DistributorSort::CreatedAt => ("created_at", Sql::default()),
        DistributorSort::SubmittedAt => ("submitted_at", Sql::new("submitted_at IS NOT NULL")),
    };
    let condition = Sql::all_of([visible_to(actor), filter.condition(), present], " AND ");
    let order = Order { column, cast: "::timestamptz", id: "id", direction: by.direction };
    let key = |row: &Distributor| {
        let at = match by.field {
            DistributorSort::CreatedAt => row.created_at,
            DistributorSort::SubmittedAt => row.submitted_at.unwrap_or(row.created_at),
        };
        (timestamp_key(at), row.id.0)
    };
    page::fetch(conn, "distributors", condition, order, args, count, key).await
}

/// A visible distributor, or NOT_FOUND.
pub async fn find(conn: &Conn, actor: &Actor, id: DistributorId) -> Result<Distributor> {
    let rest = Sql::new("FROM distributors WHERE id = ").bind(id).sql(" AND ").join(visible_to(actor));
    Select::<Distributor>::new(rest).row(conn).await?.ok_or(Error::NotFound("distributor"))
}

/// The distributor that somebody owns; the latest, where there are several.
pub async fn owned_by(conn: &Conn, owner: AccountId) -> Result<Option<Distributor>> {
    let rest = Sql::new("FROM distributors WHERE owner_id = ").bind(owner).sql(" ORDER BY id DESC LIMIT 1");
    Select::<Distributor>::new(rest).row(conn).await
}

/// Locks a distributor on which the caller has the permission.
pub async fn lock(conn: &Conn, actor: &Actor, permission: Permission, id: DistributorId) -> Result<Distributor> {
    let mine = Sql::new("FROM distributors WHERE id = ").bind(id).sql(" AND ").join(within(actor, permission));
    Select::<Distributor>::new(mine.sql(" FOR UPDATE")).row(conn).await?.ok_or(Error::NotFound("distributor"))
}

/// Adds a distributor.
pub async fn insert(mut conn: &Conn, row: &Distributor) -> Result<()> {
    refused(diesel::insert_into(distributors::table).values(row).execute(&mut conn).await)
}

/// Stores a changed distributor.
pub async fn update(mut conn: &Conn, row: &Distributor) -> Result<()> {
    refused(diesel::update(distributors::table.find(row.id)).set(row).execute(&mut conn).await)
}

fn refused(outcome: QueryResult<usize>) -> Result<()> {
    outcome.on_constraint("distributors_unfinished_key", unfinished).map(drop)
}

fn unfinished() -> Error {
    let message = "this person has an application that is not finished; go on with that one";
    Error::problem("APPLICATION_UNFINISHED", "", message)
}

/// Refuses a new application of somebody who has one in work, be it one that was sent back. That two new ones do not
/// begin at once is the index' part.
pub async fn require_none_unfinished(mut conn: &Conn, owner: AccountId) -> Result<()> {
    use distributors::dsl;
    let open = [DistributorStatus::Pending, DistributorStatus::InReview];
    let in_work = dsl::distributors.filter(dsl::owner_id.eq(owner).and(dsl::status.eq_any(open)));
    match diesel::select(diesel::dsl::exists(in_work)).get_result(&mut conn).await? {
        true => Err(unfinished()),
        false => Ok(()),
    }
}

/// Distributors whose account number another key sealed than the one that begins so; at most so many, locked.
pub async fn lock_sealed_otherwise(conn: &Conn, head: Vec<u8>, limit: usize) -> Result<Vec<Distributor>> {
    let rest = Sql::new("FROM distributors WHERE bank_number_sealed IS NOT NULL AND substr(bank_number_sealed, 1, ")
        .bind(i32::try_from(head.len()).unwrap_or(i32::MAX))
        .sql(") <> ")
        .bind(head)
        .sql(" ORDER BY id LIMIT ")
        .number(limit)
        .sql(" FOR UPDATE SKIP LOCKED");
    Select::<Distributor>::new(rest).rows(conn).await
}
