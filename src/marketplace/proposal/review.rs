//! The platform's decisions on proposals.

use super::{
    approval::{Link, approve_locked, explained},
    model::{Proposal, ProposalId, ProposalStatus, Remark},
    service::{hold, store},
};
use crate::{
    app::App,
    inventory::seller::model::{Seller, SellerKind},
    kernel::{
        access::{Actor, Permission},
        check::Checks,
        db::Conn,
        error::{Error, Problem, Result, found},
    },
    marketplace::{
        distributor::model::{self as distributors, DistributorId},
        letters,
        notify::notify,
    },
};

/// Most proposals in one call.
pub const MAX_APPROVED: usize = 50;
/// Most remarks in one decision.
const MAX_REMARKS: usize = 100;

/// Approves a proposal: product, pack sizes and offers, in one transaction.
pub async fn approve_proposal(
    app: &App,
    actor: &Actor,
    id: ProposalId,
    expected_version: Option<i32>,
    links: Vec<Link>,
) -> Result<Proposal> {
    let tx = app.db.begin().await?;
    let (seller, before) = hold(&tx, actor, Permission::OffersReview, id, expected_version).await?;
    let outcome = approve_locked(app, &tx, actor, &seller, before.clone(), &links).await;
    let (tx, row) = explained(app, tx, outcome, &before, &links).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// What a decision did to one proposal.
#[derive(Clone, Debug)]
pub struct Approved {
    /// The proposal asked for.
    pub id: ProposalId,
    /// The proposal as approved.
    pub proposal: Option<Proposal>,
    /// Why it was left as it was.
    pub problems: Vec<Problem>,
}

/// Approves many proposals, each for itself.
pub async fn approve_proposals(app: &App, actor: &Actor, ids: Vec<ProposalId>) -> Result<Vec<Approved>> {
    if ids.len() > MAX_APPROVED {
        return Err(Error::invalid("ids", format!("at most {MAX_APPROVED} proposals at once")));
    }
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        results.push(match approve_proposal(app, actor, id, None, Vec::new()).await {
            Ok(row) => Approved { id, proposal: Some(row), problems: Vec::new() },
            Err(Error::Rejected(problems)) => Approved { id, proposal: None, problems },
            Err(Error::NotFound(what)) => {
                let problem = Problem::new("NOT_FOUND", "", format!("there is no such {what}"));
                Approved { id, proposal: None, problems: vec![problem] }
            }
            Err(other) => return Err(other),
        });
    }
    Ok(results)
}

/// Sends a proposal back, or refuses it for good, with what is wrong with it and with single fields.
pub async fn refuse_proposal(
    app: &App,
    actor: &Actor,
    id: ProposalId,
    for_good: bool,
    reason: &str,
    remarks: Vec<Remark>,
) -> Result<Proposal> {
    let mut checks = Checks::default();
    let reason = checks.text("reason", reason, 1, 1_000);
    checks.ensure(remarks.len() <= MAX_REMARKS, "INVALID", "remarks", format!("at most {MAX_REMARKS} remarks"));
    let remarks: Vec<Remark> = remarks.into_iter().enumerate().map(|(at, own)| checked(&mut checks, at, own)).collect();
    checks.finish()?;
    let tx = app.db.begin().await?;
    let (seller, before) = hold(&tx, actor, Permission::OffersReview, id, None).await?;
    if before.status != ProposalStatus::Submitted {
        return Err(Error::problem("CONFLICT", "id", "this proposal does not wait for review"));
    }
    let (status, action) = match for_good {
        false => (ProposalStatus::ChangesRequested, "productProposalRequestChanges"),
        true => (ProposalStatus::Rejected, "productProposalReject"),
    };
    let decided_at = Some(app.clock.now());
    let after = Proposal { status, reason, remarks: serde_json::to_value(remarks)?, decided_at, ..before.clone() };
    let after = store(app, &tx, actor, action, &before, after).await?;
    tell(app, &tx, &after, &seller).await?;
    tx.commit().await?;
    app.committed();
    Ok(after)
}

fn checked(checks: &mut Checks, at: usize, remark: Remark) -> Remark {
    let positive = remark.variant.is_none_or(|variant| variant >= 0);
    checks.ensure(positive, "INVALID", &format!("remarks.{at}.variant"), "pack sizes are counted from 0");
    let reason = checks.text(&format!("remarks.{at}.reason"), &remark.reason, 1, 1_000);
    Remark { reason, ..remark }
}

/// Mails the decision to a distributor's people; FreshVilla's own see it in their list.
pub async fn tell(app: &App, conn: &Conn, row: &Proposal, seller: &Seller) -> Result<()> {
    if seller.kind != SellerKind::Distributor {
        return Ok(());
    }
    let distributor = found(distributors::find(conn, &Actor::system(), DistributorId(seller.id.0)).await)?;
    match distributor {
        Some(distributor) => {
            notify(app, conn, &distributor, |to| letters::proposal_decided(&app.config, to, row)).await
        }
        None => Ok(()),
    }
}
