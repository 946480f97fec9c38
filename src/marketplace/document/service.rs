//! Handing papers in, looking at them, and opening them.

use std::time::Duration;

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::{
    model::{
        self, DistributorDocument, DistributorDocumentId, DistributorDocumentKind as Kind,
        DistributorDocumentStatus as Status,
    },
    proof::outdated_by,
};
use crate::{
    app::App,
    config::AutomaticApproval,
    identity::account::model::AccountId,
    kernel::{
        access::{Actor, Permission},
        audit::{self, Change},
        check::Checks,
        db::Conn,
        error::{Error, Result},
        storage::Link,
    },
    marketplace::{
        distributor::{
            field::{Application, DistributorField},
            model::{self as distributors, DistributorId},
            service::lock_application,
            status::{DistributorStatus, DistributorStep},
        },
        letters,
        notify::notify,
        review::service::take_step,
    },
};

/// Life of a link to a paper.
const LINK_VALID: Duration = Duration::from_secs(300);

/// The papers without which nobody sells, after the settings.
pub fn required(app: &App) -> Vec<Kind> {
    app.config.marketplace.required_documents.iter().filter_map(|name| name.parse().ok()).collect()
}

/// The required kinds of which none of these papers is good.
pub fn lacking(app: &App, papers: &[DistributorDocument], is_good: impl Fn(&DistributorDocument) -> bool) -> Vec<Kind> {
    let has = |kind: &Kind| papers.iter().any(|paper| paper.kind == *kind && is_good(paper));
    required(app).into_iter().filter(|kind| !has(kind)).collect()
}

/// The required kinds of which the distributor has no paper that is accepted and good today.
pub async fn not_proven(app: &App, conn: &Conn, of: DistributorId) -> Result<Vec<Kind>> {
    let today = app.clock.today();
    Ok(lacking(app, &model::of(conn, of).await?, |paper| paper.is_good(today)))
}

/// Hands a paper in. The one in force stays so until this one is accepted; one that nobody has looked at gives way.
pub async fn hand_in(
    app: &App,
    actor: &Actor,
    of: DistributorId,
    kind: Kind,
    file_id: Uuid,
    expires_on: Option<NaiveDate>,
) -> Result<DistributorDocument> {
    let today = app.clock.today();
    let mut checks = Checks::default();
    checks.ensure(!kind.expires() || expires_on.is_some(), "REQUIRED", "expiresOn", "such a paper has a last day");
    let over = expires_on.is_some_and(|last| last < today);
    checks.ensure(!over, "INVALID", "expiresOn", "this paper has expired");
    checks.finish()?;
    let row = DistributorDocument {
        id: DistributorDocumentId::new(),
        distributor_id: of,
        kind,
        file_id,
        status: Status::Pending,
        reason: String::new(),
        expires_on,
        reminded_days: None,
        uploaded_by: actor.account_id().map(AccountId),
        decided_by: None,
        decided_at: None,
        created_at: app.clock.now(),
    };
    let tx = app.db.begin().await?;
    let distributor = distributors::lock(&tx, actor, Permission::DistributorsWrite, of).await?;
    if matches!(distributor.status, DistributorStatus::Closed | DistributorStatus::Rejected) {
        return Err(Error::problem("CONFLICT", "distributorId", "this distributor's application is over"));
    }
    model::replace(&tx, of, kind, Status::Pending).await?;
    model::insert(&tx, &row).await?;
    Change::new("distributorDocumentAdd", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// Accepted papers that prove one of the changed fields prove nothing any more, and new ones are asked for: a reviewer
/// compared them with what stood there before. Those that nobody has looked at stay.
pub async fn outdate(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    of: DistributorId,
    changed: &[DistributorField],
) -> Result<()> {
    let kinds = outdated_by(changed);
    if kinds.is_empty() {
        return Ok(());
    }
    let papers = model::outdate(conn, of, &kinds).await?;
    let was = |paper: &DistributorDocument| DistributorDocument { status: Status::Approved, ..paper.clone() };
    let change =
        |paper: &DistributorDocument| Change::new("distributorUpdate", paper.id, Some(&was(paper)), Some(paper));
    audit::record_all(papers.iter().map(change).collect::<Result<_>>()?, conn, &app.clock, actor).await
}

/// Accepts a paper, or refuses it with a reason. Where the settings say so, the last accepted one verifies its
/// distributor.
pub async fn decide(
    app: &App,
    actor: &Actor,
    id: DistributorDocumentId,
    expected_version: Option<i32>,
    refused_for: Option<&str>,
) -> Result<DistributorDocument> {
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut checks = Checks::default();
    let reason = refused_for.map(|reason| checks.text("reason", reason, 1, 1_000));
    checks.finish()?;
    let tx = app.db.begin().await?;
    let seen = model::find(&tx, actor, id).await?;
    let of = seen.distributor_id;
    let application = lock_application(app, &tx, actor, Permission::SellersWrite, of).await?;
    if expected_version.is_some_and(|expected| expected != application.distributor.version) {
        let message = "the application was changed meanwhile; compare the paper with it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    // Under the distributor's lock it is what it will be.
    let before = model::find(&tx, actor, id).await?;
    if before.status != Status::Pending {
        return Err(Error::problem("CONFLICT", "id", "this paper was decided on, or replaced"));
    }
    if reason.is_none() && before.has_expired(today) {
        return Err(Error::problem("CONFLICT", "id", "this paper has expired meanwhile"));
    }
    let after = DistributorDocument {
        status: if reason.is_none() { Status::Approved } else { Status::Rejected },
        reason: reason.clone().unwrap_or_default(),
        decided_by: actor.account_id().map(AccountId),
        decided_at: Some(now),
        ..before.clone()
    };
    if reason.is_none() {
        model::replace(&tx, of, before.kind, Status::Approved).await?;
    }
    model::update(&tx, &after).await?;
    let action = if reason.is_none() { "distributorDocumentApprove" } else { "distributorDocumentReject" };
    Change::new(action, id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    match reason {
        None => approve_by_policy(app, &tx, application).await?,
        Some(reason) => {
            let name = &application.seller.name;
            let letter = |to: &str| letters::paper_refused(&app.config, to, name, after.kind, &reason);
            notify(app, &tx, &application.distributor, letter).await?;
        }
    }
    tx.commit().await?;
    app.committed();
    Ok(after)
}

/// With automatic approval, a distributor in review is accepted as soon as every required paper is.
async fn approve_by_policy(app: &App, conn: &Conn, application: Application) -> Result<()> {
    let by_papers = app.config.marketplace.automatic_approval == AutomaticApproval::Documents;
    if !by_papers || application.distributor.status != DistributorStatus::InReview {
        return Ok(());
    }
    let of = application.distributor.id;
    if required(app).is_empty() || !not_proven(app, conn, of).await?.is_empty() {
        return Ok(());
    }
    let reason = "all papers were accepted";
    take_step(app, conn, &Actor::system(), application, DistributorStep::Approve, reason).await?;
    Ok(())
}

/// A link to a paper's file, for its distributor's people and for reviewers. Who asked is written down.
pub async fn open(app: &App, actor: &Actor, id: DistributorDocumentId, name: &str, media_type: &str) -> Result<Link> {
    let tx = app.db.begin().await?;
    let row = model::find(&tx, actor, id).await?;
    let seen = json!({ "file_id": row.file_id, "kind": row.kind });
    Change::new("distributorDocumentOpen", id, None, Some(&seen))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.storage.download_link(row.file_id, name, media_type, LINK_VALID).await
}
