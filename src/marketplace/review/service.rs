//! Decisions on distributors. Every change of state goes through [`take_step`].

use super::model::{
    self, DistributorDecision, DistributorDecisionId, DistributorNote, DistributorNoteId, DistributorRemark,
    DistributorRemarkId,
};
use crate::{
    app::App,
    identity::account::model::AccountId,
    inventory::{
        registration::model::{
            self as registrations, GstRegistration, GstRegistrationId, GstScheme, RegistrationStatus,
        },
        seller::model::{self as sellers, Seller},
    },
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        db::Conn,
        error::{Error, Result},
    },
    marketplace::{
        distributor::{
            field::{Application, DistributorField},
            model::{self as distributors, Distributor, DistributorId},
            service::lock_application,
            status::{DistributorStatus, DistributorStep},
        },
        document::service::not_proven,
        letters,
        notify::notify,
    },
};

/// What a reviewer says of a field.
#[derive(Clone, Debug)]
pub struct NewRemark {
    /// The field.
    pub field: DistributorField,
    /// What is wrong with it.
    pub reason: String,
}

/// Takes a step on a locked application in the running transaction: state, seller, history, audit and mail go together.
/// CONFLICT where the state does not allow it.
pub async fn take_step(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    application: Application,
    step: DistributorStep,
    reason: &str,
) -> Result<Distributor> {
    let (now, Application { distributor: before, seller, .. }) = (app.clock.now(), application);
    let Some(status) = before.status.after(step) else {
        let message = format!("{step} is not possible while the distributor is {}", before.status);
        return Err(Error::problem("CONFLICT", "id", message.replace('_', " ")));
    };
    let mut checks = Checks::default();
    let reason = checks.text("reason", reason, usize::from(step.needs_reason()), 2_000);
    checks.finish()?;
    let after = Distributor {
        status,
        reason: if step.needs_reason() { reason.clone() } else { String::new() },
        submitted_at: if step == DistributorStep::Submit { Some(now) } else { before.submitted_at },
        verified_at: if step == DistributorStep::Approve { Some(now) } else { before.verified_at },
        first_decided_at: match step {
            DistributorStep::Approve | DistributorStep::Reject => before.first_decided_at.or(Some(now)),
            _ => before.first_decided_at,
        },
        version: before.version + 1,
        updated_at: now,
        ..before.clone()
    };
    if matches!(step, DistributorStep::Approve | DistributorStep::Reinstate) {
        check_papers(app, conn, after.id).await?;
    }
    distributors::update(conn, &after).await?;
    let mut follows = Seller { status: status.of_seller(), updated_at: now, ..seller.clone() };
    if step == DistributorStep::Approve {
        follows.pan = take_over_pan(conn, &after, &seller).await?;
    }
    sellers::update(conn, &follows).await?;
    if step == DistributorStep::Approve {
        register(app, conn, actor, &after, &follows).await?;
        model::settle_remarks(conn, after.id, now).await?;
    }
    let action = action_of(step);
    Change::new(action, seller.id, Some(&seller), Some(&follows))?.record(conn, &app.clock, actor).await?;
    Change::new(action, after.id, Some(&before), Some(&after))?.record(conn, &app.clock, actor).await?;
    let decision = DistributorDecision {
        id: DistributorDecisionId::new(),
        distributor_id: after.id,
        step,
        from_status: before.status,
        to_status: status,
        reason,
        account_id: actor.account_id().map(AccountId),
        decided_at: now,
    };
    model::add_decision(conn, &decision).await?;
    if !matches!(step, DistributorStep::Submit | DistributorStep::Withdraw) {
        notify(app, conn, &after, |to| letters::decision(&app.config, to, &follows.name, &decision)).await?;
    }
    Ok(after)
}

fn action_of(step: DistributorStep) -> &'static str {
    match step {
        DistributorStep::Submit => "distributorSubmit",
        DistributorStep::Withdraw => "distributorWithdraw",
        DistributorStep::RequestChanges => "distributorRequestChanges",
        DistributorStep::Approve => "distributorApprove",
        DistributorStep::Reject => "distributorReject",
        DistributorStep::Suspend => "distributorSuspend",
        DistributorStep::Reinstate => "distributorReinstate",
        DistributorStep::Close => "distributorClose",
    }
}

/// Nobody sells without the papers that the settings ask for.
async fn check_papers(app: &App, conn: &Conn, of: DistributorId) -> Result<()> {
    let lacking = not_proven(app, conn, of).await?;
    if lacking.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = lacking.iter().map(|kind| letters::name_of(*kind)).collect();
    let message = format!("not accepted, or expired: {}", names.join(", "));
    Err(Error::problem("DOCUMENTS_INCOMPLETE", "id", message))
}

/// The seller gets the PAN that was looked at. Registrations under another one are cancelled first, by a person.
async fn take_over_pan(conn: &Conn, row: &Distributor, seller: &Seller) -> Result<Option<String>> {
    if seller.pan != row.pan && registrations::any_active(conn, seller.id).await? {
        let message = "the seller's GST registrations carry another PAN; cancel them first";
        return Err(Error::problem("PAN_MISMATCH", "id", message));
    }
    Ok(row.pan.clone())
}

/// The GSTIN that was looked at becomes the seller's registration.
async fn register(app: &App, conn: &Conn, actor: &Actor, row: &Distributor, seller: &Seller) -> Result<()> {
    let now = app.clock.now();
    let (Some(gstin), Some(pan), Some(state), Some(turnover_band)) =
        (&row.gstin, &row.pan, &row.state_code, row.turnover_band)
    else {
        return Err(Error::problem("REQUIRED", "id", "the application has no tax numbers"));
    };
    if registrations::holds(conn, seller.id, gstin).await? {
        return Ok(());
    }
    let registration = GstRegistration {
        id: GstRegistrationId::new(),
        seller_id: seller.id,
        gstin: gstin.clone(),
        pan: pan.clone(),
        state_code: state.clone(),
        legal_name: row.legal_name.clone().unwrap_or_default(),
        trade_name: seller.name.clone(),
        // Who pays tax on composition may not sell through a marketplace (CGST Act, section 10(2)(d)).
        scheme: GstScheme::Regular,
        turnover_band,
        status: RegistrationStatus::Active,
        created_at: now,
        updated_at: now,
    };
    registrations::insert(conn, &registration).await?;
    let change = Change::new("distributorApprove", registration.id, None, Some(&registration))?;
    change.record(conn, &app.clock, actor).await
}

/// Takes a step as the back office.
pub async fn decide(
    app: &App,
    actor: &Actor,
    id: DistributorId,
    step: DistributorStep,
    reason: &str,
) -> Result<Distributor> {
    let tx = app.db.begin().await?;
    let application = lock_application(app, &tx, actor, Permission::SellersWrite, id).await?;
    let row = take_step(app, &tx, actor, application, step, reason).await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Sends an application back with what is wrong with single fields; earlier remarks are settled.
pub async fn request_changes(
    app: &App,
    actor: &Actor,
    id: DistributorId,
    reason: &str,
    remarks: Vec<NewRemark>,
) -> Result<Distributor> {
    let now = app.clock.now();
    let mut checks = Checks::default();
    let made_by = actor.account_id().map(AccountId);
    let mut rows: Vec<DistributorRemark> = Vec::new();
    for (at, remark) in remarks.into_iter().enumerate() {
        let twice = rows.iter().any(|row| row.field == remark.field);
        checks.ensure(!twice, "CONFLICT", &format!("remarks.{at}.field"), "one remark for each field");
        rows.push(DistributorRemark {
            id: DistributorRemarkId::new(),
            distributor_id: id,
            field: remark.field,
            reason: checks.text(&format!("remarks.{at}.reason"), &remark.reason, 1, 1_000),
            made_by,
            made_at: now,
            answer: None,
            changed_at: None,
            settled_at: None,
        });
    }
    checks.finish()?;
    let tx = app.db.begin().await?;
    let application = lock_application(app, &tx, actor, Permission::SellersWrite, id).await?;
    let row = take_step(app, &tx, actor, application, DistributorStep::RequestChanges, reason).await?;
    model::settle_remarks(&tx, id, now).await?;
    model::add_remarks(&tx, &rows).await?;
    for remark in &rows {
        Change::new("distributorRequestChanges", remark.id, None, Some(remark))?.record(&tx, &app.clock, actor).await?;
    }
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Stores what the applicant says to an open remark.
pub async fn answer_remark(app: &App, actor: &Actor, id: DistributorRemarkId, text: &str) -> Result<DistributorRemark> {
    let mut checks = Checks::default();
    let text = checks.text("answer", text, 1, 1_000);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let before = model::find_remark(&tx, id).await?;
    let hidden = |_| Error::NotFound("remark");
    let of = distributors::lock(&tx, actor, Permission::DistributorsWrite, before.distributor_id).await;
    if of.map_err(hidden)?.status != DistributorStatus::Pending {
        return Err(Error::problem("CONFLICT", "id", "remarks are answered while the application is being filled in"));
    }
    let after = model::answer(&tx, id, &text).await?;
    let after = after.ok_or_else(|| Error::problem("CONFLICT", "id", "this remark is settled"))?;
    let change = Change::new("distributorAnswerRemark", id, Some(&before), Some(&after))?;
    change.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

/// Adds a note for the back office.
pub async fn add_note(app: &App, actor: &Actor, of: DistributorId, text: &str) -> Result<DistributorNote> {
    let mut checks = Checks::default();
    let text = checks.text("text", text, 1, 4_000);
    checks.finish()?;
    let row = DistributorNote {
        id: DistributorNoteId::new(),
        distributor_id: of,
        text,
        author_id: actor.account_id().map(AccountId),
        created_at: app.clock.now(),
    };
    let tx = app.db.begin().await?;
    distributors::lock(&tx, actor, Permission::SellersWrite, of).await?;
    model::add_note(&tx, &row).await?;
    Change::new("distributorNoteAdd", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}
