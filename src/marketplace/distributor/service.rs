//! What a distributor's own people do with its application.

use super::{
    field::Application,
    model::{self, Distributor, DistributorId},
    sections::{self, Sections},
    status::{DistributorStatus, DistributorStep},
};
use crate::{
    app::App,
    identity::role::service::DISTRIBUTOR_OWNER,
    inventory::seller::model::{self as sellers, Seller, SellerKind},
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        db::Conn,
        error::{Error, Problem, Result, within},
        rate_limit::Rate,
        slug::{self, SlugKind},
    },
    marketplace::{
        document::{
            model::{self as documents, DistributorDocument, DistributorDocumentStatus},
            service::{lacking, outdate},
        },
        review::{model as reviews, service::take_step},
        staff::rights,
        storefront::model::{self as storefronts, Storefront},
    },
};

/// Applications that one account may open.
const APPLY_RATE: Rate = Rate::per_hour(5, 10);

/// Opens an application: a seller that sells nothing yet, and whose owner the caller is.
pub async fn apply(app: &App, actor: &Actor, name: &str, slug: Option<&str>) -> Result<Distributor> {
    let owner = rights::require_outsider(actor)?;
    let (id, now) = (DistributorId::new(), app.clock.now());
    let mut checks = Checks::default();
    let name = checks.line("name", name, 1, 120);
    let slug = checks.parse("INVALID", "slug", slug::choose(slug, &name, id.0)).unwrap_or_default();
    checks.finish()?;
    app.limiter.take(&format!("distributor-apply:{}", owner.0), 1, APPLY_RATE).await.check()?;
    let row = Distributor::new(id, owner, now);
    let seller = Seller {
        id: id.seller(),
        kind: SellerKind::Distributor,
        name,
        slug,
        status: row.status.of_seller(),
        pan: None,
        created_at: now,
        updated_at: now,
    };
    let tx = app.db.begin().await?;
    model::require_none_unfinished(&tx, owner).await?;
    sellers::insert(&tx, &seller).await?;
    model::insert(&tx, &row).await?;
    storefronts::put(&tx, &Storefront::new(seller.id, now)).await?;
    rights::grant(app, &tx, actor, owner, DISTRIBUTOR_OWNER, id).await?;
    Change::new("distributorApply", seller.id, None, Some(&seller))?.record(&tx, &app.clock, actor).await?;
    Change::new("distributorApply", id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.actors.forget(owner.0);
    app.committed();
    Ok(row)
}

/// An application with all of its rows, locked for a change.
pub async fn lock_application(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    permission: Permission,
    id: DistributorId,
) -> Result<Application> {
    let distributor = model::lock(conn, actor, permission, id).await?;
    let seller = sellers::lock(conn, id.seller()).await?;
    let storefront = storefronts::find(conn, seller.id).await?;
    let storefront = storefront.unwrap_or_else(|| Storefront::new(seller.id, app.clock.now()));
    Ok(Application { distributor, seller, storefront })
}

/// Saves sections of an application within the caller's scope, as far as its state leaves them to its owner.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: DistributorId,
    expected_version: Option<i32>,
    given: Sections,
) -> Result<Distributor> {
    let looked_up = sections::look_up(app, &given).await?;
    let tx = app.db.begin().await?;
    let before = lock_application(app, &tx, actor, Permission::DistributorsWrite, id).await?;
    if expected_version.is_some_and(|expected| expected != before.distributor.version) {
        let message = "the application was changed meanwhile; look at it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    if before.distributor.status == DistributorStatus::Closed {
        return Err(Error::problem("CONFLICT", "id", "this distributor is closed for good"));
    }
    let mut after = before.clone();
    sections::fill(app, given, looked_up, &mut after)?;
    let changed = before.changed(&after);
    sections::check_editable(before.distributor.status, &changed)?;
    reviews::mark_changed(&tx, id, &changed, app.clock.now()).await?;
    outdate(app, &tx, actor, id, &changed).await?;
    let distributor = store(app, &tx, actor, &before, after).await?;
    tx.commit().await?;
    Ok(distributor)
}

/// Stores what differs.
async fn store(app: &App, conn: &Conn, actor: &Actor, before: &Application, after: Application) -> Result<Distributor> {
    let (now, action) = (app.clock.now(), "distributorUpdate");
    let Application { mut distributor, mut seller, mut storefront } = after;
    if (&seller.name, &seller.slug) != (&before.seller.name, &before.seller.slug) {
        // Nobody ever saw the page of one that was not verified yet.
        if seller.slug != before.seller.slug && distributor.verified_at.is_some() {
            slug::leave_redirect(conn, SlugKind::Seller, &before.seller.slug, seller.id.0, now).await?;
        }
        seller.updated_at = now;
        within("storefront", sellers::update(conn, &seller).await)?;
        let change = Change::new(action, seller.id, Some(&before.seller), Some(&seller))?;
        change.record(conn, &app.clock, actor).await?;
    }
    storefront.updated_at = now;
    storefronts::put(conn, &storefront).await?;
    let texts = (Some(&before.storefront), Some(&storefront));
    Change::new(action, seller.id, texts.0, texts.1)?.record(conn, &app.clock, actor).await?;
    distributor.version += 1;
    distributor.updated_at = now;
    model::update(conn, &distributor).await?;
    let change = Change::new(action, distributor.id, Some(&before.distributor), Some(&distributor))?;
    change.record(conn, &app.clock, actor).await?;
    Ok(distributor)
}

/// Hands an application in, once it is complete and every remark of the reviewer was dealt with.
pub async fn submit(app: &App, actor: &Actor, id: DistributorId) -> Result<Distributor> {
    let tx = app.db.begin().await?;
    let application = lock_application(app, &tx, actor, Permission::DistributorsWrite, id).await?;
    if application.distributor.status.after(DistributorStep::Submit).is_some() {
        check_complete(app, &tx, &application).await?;
    }
    let row = take_step(app, &tx, actor, application, DistributorStep::Submit, "").await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

async fn check_complete(app: &App, conn: &Conn, application: &Application) -> Result<()> {
    let required = |path: &str| Problem::new("REQUIRED", path, "this is missing");
    let mut problems: Vec<Problem> = application.missing().iter().map(|field| required(field.path())).collect();
    let (today, papers) = (app.clock.today(), documents::of(conn, application.distributor.id).await?);
    let handed_in = |paper: &DistributorDocument| {
        let counts = matches!(paper.status, DistributorDocumentStatus::Pending | DistributorDocumentStatus::Approved);
        counts && !paper.has_expired(today)
    };
    for kind in lacking(app, &papers, handed_in) {
        problems.push(required(&format!("documents.{kind}")));
    }
    for remark in reviews::open_remarks(conn, application.distributor.id).await? {
        if remark.answer.is_none() && remark.changed_at.is_none() {
            let message = format!("change this or answer the reviewer: {}", remark.reason);
            problems.push(Problem::new("REMARK_OPEN", remark.field.path(), message));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Rejected(problems)) }
}

/// Takes an application back that nobody has decided on yet.
pub async fn withdraw(app: &App, actor: &Actor, id: DistributorId) -> Result<Distributor> {
    let tx = app.db.begin().await?;
    let application = lock_application(app, &tx, actor, Permission::DistributorsWrite, id).await?;
    let row = take_step(app, &tx, actor, application, DistributorStep::Withdraw, "").await?;
    tx.commit().await?;
    app.committed();
    Ok(row)
}

/// Account numbers sealed again by one statement's worth of rows.
const RESEAL_BATCH: usize = 200;

/// Seals account numbers again that a former secret key sealed, so that it can be dropped from the settings; answers
/// how many. One that no known key opens stays as it is and is reported.
pub async fn reseal(app: &App) -> Result<usize> {
    let tx = app.db.begin().await?;
    let rows = model::lock_sealed_otherwise(&tx, app.keys.seal_head()?, RESEAL_BATCH).await?;
    let mut done = 0;
    for row in rows {
        let context = sections::seal_context(row.id);
        match app.keys.unseal(&context, row.bank_number_sealed.as_deref().unwrap_or_default()) {
            Ok(number) => {
                let sealed = Some(app.keys.seal(&context, &number)?);
                model::update(&tx, &Distributor { bank_number_sealed: sealed, ..row }).await?;
                done += 1;
            }
            Err(_) => tracing::error!(distributor = %row.id, "no known secret key opens this account number"),
        }
    }
    tx.commit().await?;
    Ok(done)
}
