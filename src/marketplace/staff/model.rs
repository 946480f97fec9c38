//! Rows of invitations, and who works for a distributor.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    id,
    identity::{account::model::AccountId, role::model::RoleGrant},
    kernel::{
        access::{Actor, Permission, ScopeKind},
        db::Conn,
        error::{Error, OnConstraint, Result},
        sql::{Select, Sql},
    },
    marketplace::distributor::{below::List, model::DistributorId},
    schema::{distributor_invitations, role_grants},
    text_enum,
};

id! {
    /// Identifies an invitation to work for a distributor.
    DistributorInvitationId, "din", "DistributorInvitation"
}

text_enum! {
    /// A role in which somebody works for a distributor: the built-in role of the same name.
    pub enum DistributorStaffRole {
        /// Runs the business next to the owner.
        Manager = "distributor_manager",
        /// Sees to the catalogue.
        Catalogue = "distributor_catalogue",
        /// Sees to orders and stock.
        Orders = "distributor_orders",
        /// Sees to the money.
        Finance = "distributor_finance",
    }
}

/// An invitation to work for a distributor.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = distributor_invitations, treat_none_as_null = true)]
#[expect(missing_docs, reason = "skipped fields are documented in the database")]
pub struct DistributorInvitation {
    /// Global ID.
    pub id: DistributorInvitationId,
    #[graphql(skip)]
    pub distributor_id: DistributorId,
    /// Whom it went to.
    pub email: String,
    /// As what the person is to work.
    pub role: DistributorStaffRole,
    #[graphql(skip)]
    #[serde(skip)]
    pub token_hash: Option<Vec<u8>>,
    #[graphql(skip)]
    pub invited_by: Option<AccountId>,
    #[graphql(skip)]
    pub sends: i32,
    /// When it was sent last.
    pub sent_at: DateTime<Utc>,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
    /// When it was accepted; null while it was not.
    pub accepted_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub accepted_by: Option<AccountId>,
    /// When it was taken back; null where it was not.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When the person was invited.
    pub created_at: DateTime<Utc>,
}

impl DistributorInvitation {
    /// Whether it was neither accepted nor taken back.
    pub fn is_open(&self) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none()
    }
}

/// The invitations of a distributor; for those who may change its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Invitations;

impl List for Invitations {
    type Row = DistributorInvitation;
    const TABLE: &'static str = "distributor_invitations";
    const TIE: &'static str = "distributor_invitations.distributor_id = parent.id";
    const SORT: &'static str = "distributor_invitations.created_at";
    const ID: &'static str = "distributor_invitations.id";

    fn visible_to(actor: &Actor) -> Sql {
        reached(actor, Permission::UsersWrite, "distributor_invitations.distributor_id")
    }

    fn place(row: &DistributorInvitation) -> (DateTime<Utc>, Uuid) {
        (row.created_at, row.id.0)
    }
}

/// Who works for a distributor, its owner included; for those who may see its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Members;

impl List for Members {
    type Row = RoleGrant;
    const TABLE: &'static str = "role_grants";
    const TIE: &'static str = "role_grants.scope_kind = 'distributor' AND role_grants.scope_id = parent.id";
    const SORT: &'static str = "role_grants.created_at";
    const ID: &'static str = "role_grants.id";

    fn visible_to(actor: &Actor) -> Sql {
        reached(actor, Permission::UsersRead, "role_grants.scope_id")
    }

    fn place(row: &RoleGrant) -> (DateTime<Utc>, Uuid) {
        (row.created_at, row.id.0)
    }
}

fn reached(actor: &Actor, permission: Permission, column: &'static str) -> Sql {
    let scope = actor.scope(permission);
    match scope.everything {
        true => Sql::new("TRUE"),
        false => Sql::new(column).sql(" = ANY(").bind(scope.distributors).sql(")"),
    }
}

/// The grants of all roles over a distributor, or of one account's.
pub async fn grants_over(mut conn: &Conn, of: DistributorId, account: Option<AccountId>) -> Result<Vec<RoleGrant>> {
    let over = role_grants::scope_kind.eq(ScopeKind::Distributor).and(role_grants::scope_id.eq(of.0));
    let mut rows: Vec<RoleGrant> = role_grants::table
        .filter(over)
        .order((role_grants::created_at, role_grants::id))
        .select(RoleGrant::as_select())
        .load(&mut conn)
        .await?;
    rows.retain(|row| account.is_none_or(|account| row.account_id == account));
    Ok(rows)
}

/// Adds an invitation.
pub async fn insert(mut conn: &Conn, row: &DistributorInvitation) -> Result<()> {
    let twice = || {
        let message = "this person was invited already; send the invitation again, or take it back first";
        Error::problem("CONFLICT", "email", message)
    };
    diesel::insert_into(distributor_invitations::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("distributor_invitations_open_key", twice)?;
    Ok(())
}

/// Stores a changed invitation.
pub async fn update(mut conn: &Conn, row: &DistributorInvitation) -> Result<()> {
    diesel::update(distributor_invitations::table.find(row.id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// Locks an invitation of a distributor on which the caller has the right to change accounts.
pub async fn lock(conn: &Conn, actor: &Actor, id: DistributorInvitationId) -> Result<DistributorInvitation> {
    let rest = Sql::new("FROM distributor_invitations WHERE id = ").bind(id).sql(" AND ");
    let rest = rest.join(reached(actor, Permission::UsersWrite, "distributor_id")).sql(" FOR UPDATE");
    Select::<DistributorInvitation>::new(rest).row(conn).await?.ok_or(Error::NotFound("invitation"))
}

/// Locks the open invitation with this token, if it has not expired.
pub async fn lock_by_token(
    conn: &Conn,
    token_hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<DistributorInvitation>> {
    let rest = Sql::new("FROM distributor_invitations WHERE token_hash = ")
        .bind(token_hash)
        .sql(" AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ")
        .bind(now)
        .sql(" FOR UPDATE");
    Select::<DistributorInvitation>::new(rest).row(conn).await
}

/// An open invitation gets a fresh token; `None` when it no longer is open.
pub async fn set_token(
    mut conn: &Conn,
    id: DistributorInvitationId,
    token_hash: Vec<u8>,
) -> Result<Option<DistributorInvitation>> {
    use distributor_invitations::dsl;
    let open = dsl::accepted_at.is_null().and(dsl::revoked_at.is_null());
    Ok(diesel::update(dsl::distributor_invitations.find(id).filter(open))
        .set(dsl::token_hash.eq(token_hash))
        .returning(DistributorInvitation::as_returning())
        .get_result(&mut conn)
        .await
        .optional()?)
}

/// Open invitations of a distributor.
pub async fn count_open(mut conn: &Conn, of: DistributorId) -> Result<i64> {
    use distributor_invitations::dsl;
    let open = dsl::accepted_at.is_null().and(dsl::revoked_at.is_null());
    let counted = dsl::distributor_invitations.filter(dsl::distributor_id.eq(of).and(open)).count();
    Ok(counted.get_result(&mut conn).await?)
}
