//! Inviting people to a distributor, changing their roles, and handing the whole over.

use chrono::TimeDelta;

use super::{
    jobs::SendInvitation,
    model::{self, DistributorInvitation, DistributorInvitationId, DistributorStaffRole},
    rights,
};
use crate::{
    app::App,
    identity::{
        account::{
            contact,
            model::{self as accounts, AccountId},
        },
        role::service::DISTRIBUTOR_OWNER,
    },
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        db::Conn,
        error::{Error, Result},
        jobs::Schedule,
        keyring::token_hash,
        rate_limit::Rate,
    },
    marketplace::distributor::{
        model::{self as distributors, Distributor, DistributorId},
        status::DistributorStatus,
    },
};

/// Life of an invitation.
const VALID: TimeDelta = TimeDelta::days(7);
/// Between two mails of one invitation.
const RESEND_PAUSE: TimeDelta = TimeDelta::seconds(60);
/// Mails of one invitation.
const MAX_SENDS: i32 = 5;
/// People of one distributor, invited ones included.
const MAX_STAFF: usize = 200;
/// Invitations that one caller may send.
const INVITE_RATE: Rate = Rate::per_hour(30, 60);

/// Invites somebody by mail.
pub async fn invite(
    app: &App,
    actor: &Actor,
    of: DistributorId,
    email: &str,
    role: DistributorStaffRole,
) -> Result<DistributorInvitation> {
    let (email, now) = (contact::email("email", email)?, app.clock.now());
    check_rate(app, actor).await?;
    let row = DistributorInvitation {
        id: DistributorInvitationId::new(),
        distributor_id: of,
        email,
        role,
        token_hash: None,
        invited_by: actor.account_id().map(AccountId),
        sends: 1,
        sent_at: now,
        expires_at: now + VALID,
        accepted_at: None,
        accepted_by: None,
        revoked_at: None,
        created_at: now,
    };
    let tx = app.db.begin().await?;
    require_verified(actor, &lock_open(&tx, actor, of, "distributorId").await?, "distributorId")?;
    let invited = usize::try_from(model::count_open(&tx, of).await?).unwrap_or(usize::MAX);
    if model::grants_over(&tx, of, None).await?.len().saturating_add(invited) >= MAX_STAFF {
        return Err(Error::problem(
            "CONFLICT",
            "distributorId",
            format!("a distributor has at most {MAX_STAFF} people"),
        ));
    }
    model::insert(&tx, &row).await?;
    send(app, &tx, actor, &row).await?;
    Change::new("distributorInvite", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

async fn lock_open(conn: &Conn, actor: &Actor, of: DistributorId, path: &str) -> Result<Distributor> {
    let row = distributors::lock(conn, actor, Permission::UsersWrite, of).await?;
    if row.status == DistributorStatus::Closed {
        return Err(Error::problem("CONFLICT", path, "this distributor is closed for good"));
    }
    Ok(row)
}

/// The platform sends no mails in the name of somebody whom nobody looked at, unless it does so itself.
fn require_verified(actor: &Actor, row: &Distributor, path: &str) -> Result<()> {
    if row.status == DistributorStatus::Verified || actor.scope(Permission::UsersWrite).everything {
        return Ok(());
    }
    Err(Error::problem("SELLER_NOT_VERIFIED", path, "people are invited once the distributor is verified"))
}

async fn check_rate(app: &App, actor: &Actor) -> Result<()> {
    app.limiter.take(&format!("distributor-invite:{}", actor.key()), 1, INVITE_RATE).await.check()
}

async fn send(app: &App, conn: &Conn, actor: &Actor, row: &DistributorInvitation) -> Result<()> {
    let schedule = Schedule { created_by: actor.account_id(), ..Schedule::default() };
    app.enqueue(conn, &SendInvitation { invitation: row.id }, schedule).await?;
    Ok(())
}

/// Sends an invitation again, with another token and for another week; the former token no longer works.
pub async fn resend(app: &App, actor: &Actor, id: DistributorInvitationId) -> Result<DistributorInvitation> {
    let now = app.clock.now();
    check_rate(app, actor).await?;
    let tx = app.db.begin().await?;
    // As in `accept`, the invitation is locked before its distributor.
    let before = open_one(&tx, actor, id).await?;
    require_verified(actor, &lock_open(&tx, actor, before.distributor_id, "id").await?, "id")?;
    if before.sends >= MAX_SENDS || before.sent_at > now - RESEND_PAUSE {
        let message = format!("an invitation is sent at most {MAX_SENDS} times, and once a minute");
        return Err(Error::problem("TOO_SOON", "id", message));
    }
    let (sends, expires_at) = (before.sends + 1, now + VALID);
    let after = DistributorInvitation { sends, sent_at: now, expires_at, token_hash: None, ..before.clone() };
    model::update(&tx, &after).await?;
    send(app, &tx, actor, &after).await?;
    Change::new("distributorInvitationResend", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}

/// Takes an invitation back.
pub async fn revoke(app: &App, actor: &Actor, id: DistributorInvitationId) -> Result<DistributorInvitation> {
    let tx = app.db.begin().await?;
    let before = open_one(&tx, actor, id).await?;
    let after = DistributorInvitation { revoked_at: Some(app.clock.now()), ..before.clone() };
    model::update(&tx, &after).await?;
    Change::new("distributorInvitationRevoke", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

async fn open_one(conn: &Conn, actor: &Actor, id: DistributorInvitationId) -> Result<DistributorInvitation> {
    let row = model::lock(conn, actor, id).await?;
    if row.is_open() {
        return Ok(row);
    }
    Err(Error::problem("CONFLICT", "id", "this invitation was accepted or taken back"))
}

/// Accepts an invitation. Only the person whom it was sent to can: a link that was passed on opens nothing.
pub async fn accept(app: &App, actor: &Actor, token: &str) -> Result<Distributor> {
    let (account, now) = (rights::require_outsider(actor)?, app.clock.now());
    let invalid = || Error::problem("TOKEN_INVALID", "token", "this invitation is not yours, or has ended");
    let tx = app.db.begin().await?;
    let before = model::lock_by_token(&tx, token_hash(token), now).await?.ok_or_else(invalid)?;
    let of = before.distributor_id;
    let person = accounts::find(&tx, actor, account).await?;
    if person.email != before.email || person.email_verified_at.is_none() {
        return Err(invalid());
    }
    let distributor = distributors::lock(&tx, &Actor::system(), Permission::UsersWrite, of).await?;
    if distributor.status == DistributorStatus::Closed {
        return Err(invalid());
    }
    if !model::grants_over(&tx, of, Some(account)).await?.is_empty() {
        return Err(Error::problem("CONFLICT", "token", "you work for this distributor already"));
    }
    rights::grant(app, &tx, actor, account, before.role.as_str(), of).await?;
    let after = DistributorInvitation { accepted_at: Some(now), accepted_by: Some(account), ..before.clone() };
    model::update(&tx, &after).await?;
    let change = Change::new("distributorInvitationAccept", after.id, Some(&before), Some(&after))?;
    change.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.actors.forget(account.0);
    app.committed();
    Ok(distributor)
}

/// Gives a member another role.
pub async fn set_role(
    app: &App,
    actor: &Actor,
    of: DistributorId,
    account: AccountId,
    role: DistributorStaffRole,
) -> Result<Distributor> {
    let tx = app.db.begin().await?;
    let row = lock_member(&tx, actor, of, account).await?;
    rights::take_all(app, &tx, actor, account, of).await?;
    rights::grant(app, &tx, actor, account, role.as_str(), of).await?;
    tx.commit().await?;
    app.actors.forget(account.0);
    app.committed();
    Ok(row)
}

/// Takes a member's rights over a distributor away.
pub async fn remove(app: &App, actor: &Actor, of: DistributorId, account: AccountId) -> Result<Distributor> {
    let tx = app.db.begin().await?;
    let row = lock_member(&tx, actor, of, account).await?;
    rights::take_all(app, &tx, actor, account, of).await?;
    tx.commit().await?;
    app.actors.forget(account.0);
    app.committed();
    Ok(row)
}

/// A distributor with somebody who works there, and does not own it.
async fn lock_member(conn: &Conn, actor: &Actor, of: DistributorId, account: AccountId) -> Result<Distributor> {
    let row = lock_open(conn, actor, of, "distributorId").await?;
    if row.owner_id == account {
        return Err(Error::problem("CONFLICT", "accountId", "this is the owner; hand the distributor over first"));
    }
    if model::grants_over(conn, of, Some(account)).await?.is_empty() {
        return Err(Error::problem("NOT_FOUND", "accountId", "this person does not work for the distributor"));
    }
    Ok(row)
}

/// Makes a member the owner; the former owner stays as a manager. Only the owner may, and the back office.
pub async fn hand_over(app: &App, actor: &Actor, of: DistributorId, to: AccountId) -> Result<Distributor> {
    let tx = app.db.begin().await?;
    let before = lock_member(&tx, actor, of, to).await?;
    let is_owner = actor.account_id() == Some(before.owner_id.0);
    if !is_owner && !actor.scope(Permission::SellersWrite).everything {
        return Err(Error::Forbidden("only its owner hands a distributor over".to_owned()));
    }
    let from = before.owner_id;
    let after =
        Distributor { owner_id: to, version: before.version + 1, updated_at: app.clock.now(), ..before.clone() };
    distributors::update(&tx, &after).await?;
    rights::take_all(app, &tx, actor, from, of).await?;
    rights::take_all(app, &tx, actor, to, of).await?;
    rights::grant(app, &tx, actor, to, DISTRIBUTOR_OWNER, of).await?;
    rights::grant(app, &tx, actor, from, DistributorStaffRole::Manager.as_str(), of).await?;
    Change::new("distributorHandOver", of, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.actors.forget(from.0);
    app.actors.forget(to.0);
    app.committed();
    Ok(after)
}
