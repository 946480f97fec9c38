//! The demo data: what the first start in development loads, so that a newcomer finds a shop to look at.
//!
//! It is a list of steps, each safe to repeat. Finished steps are recorded: a load that was killed goes on with the
//! step it was at, and a step that a later version adds is loaded by its first start.

mod model;
mod paper;

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::{
    app::App,
    catalog::import::service::import_demo,
    identity::{
        account::model::{self as accounts_model, Account, AccountId},
        demo,
        place::load::load_embedded_places,
        profile::demo::{Shopper, seed_shoppers},
    },
    inventory::{
        demo::{self as inventory_demo, seed_sellers},
        seller::model::{self as sellers_model, SellerId},
        store::demo::seed_stores,
    },
    kernel::{
        clock::Journey,
        error::{Result, found},
        migrate::{SessionLock, lock_session},
    },
    marketplace::{
        demo::{APPLICANT, PAPERS, VERIFIED, add_verified, open_application, submit_application},
        document::model::DistributorDocumentKind,
        offer::demo::{seed_offers, seed_stock},
        proposal::demo::seed_proposals,
    },
    sales::demo::{Cast, DemoBuyer, seed_orders},
    work::file::{kind::Kind, model::FilePurpose, service::write_file},
};

/// So many days ago the demo shop opened.
const OPEN_DAYS: i64 = 185;
/// Orders since then. What each costs is what a dozen calls of the API cost, so a build without optimisation, as in tests,
/// is content with fewer.
const ORDERS: usize = if cfg!(debug_assertions) { 24 } else { 40 };

/// One part of the demo data.
pub struct Step {
    /// Recorded under this name; never change it.
    pub name: &'static str,
    /// Loads it and says in a few words what it loaded. Must be safe to repeat after being cut off anywhere.
    pub run: fn(App) -> BoxFuture<'static, Result<String>>,
}

impl Step {
    fn is_in(&self, recorded: &[(String, bool)]) -> bool {
        recorded.iter().any(|(name, finished)| *finished && name == self.name)
    }
}

/// All parts in the order in which they build on each other.
pub fn steps() -> Vec<Step> {
    vec![
        Step { name: "places", run: |app| Box::pin(async move { places(&app).await }) },
        Step { name: "accounts", run: |app| Box::pin(async move { at_opening(&app, accounts(&app)).await }) },
        Step { name: "sellers", run: |app| Box::pin(async move { at_opening(&app, sellers(&app)).await }) },
        Step { name: "stores", run: |app| Box::pin(async move { at_opening(&app, stores(&app)).await }) },
        Step { name: "distributors", run: |app| Box::pin(async move { distributors(&app).await }) },
        Step { name: "catalogue", run: |app| Box::pin(async move { at_opening(&app, catalogue(&app)).await }) },
        Step { name: "offers", run: |app| Box::pin(async move { at_opening(&app, offers(&app)).await }) },
        Step { name: "proposals", run: |app| Box::pin(async move { proposals(&app).await }) },
        Step { name: "stock", run: |app| Box::pin(async move { at_opening(&app, stock(&app)).await }) },
        Step { name: "orders", run: |app| Box::pin(async move { orders(&app, ORDERS).await }) },
    ]
}

/// Does something when the shop opened, so that what is sold later was there before.
async fn at_opening<T: Send>(app: &App, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
    let mut journey = Journey::begin(&app.clock);
    journey.go_to(app.clock.now() - TimeDelta::days(OPEN_DAYS));
    work.await
}

async fn places(app: &App) -> Result<String> {
    let (states, pincodes) = load_embedded_places(app).await?;
    Ok(format!("{} states, {} postal codes", states.stored, pincodes.stored))
}

async fn sellers(app: &App) -> Result<String> {
    Ok(format!("{} sellers, a warehouse", seed_sellers(app, demo::DISTRIBUTOR, demo::WAREHOUSE).await?))
}

async fn stores(app: &App) -> Result<String> {
    let (stores, areas) = seed_stores(app, demo::DISTRIBUTOR, demo::STORE).await?;
    Ok(format!("{stores} stores that deliver to {areas} postal codes"))
}

async fn distributors(app: &App) -> Result<String> {
    let mut words = Vec::new();
    if let Some(owner) = VERIFIED.awaited_by(app).await? {
        let files = papers(app, &owner, VERIFIED.name).await?;
        at_opening(app, add_verified(app, &owner, demo::DISTRIBUTOR, &files)).await?;
        words.push("a distributor with its papers");
    }
    if let Some((owner, id)) = open_application(app).await? {
        let files = papers(app, &owner, APPLICANT.name).await?;
        submit_application(app, &owner, id, &files).await?;
        words.push("an application");
    }
    Ok(words.join(", "))
}

/// Files of the papers that somebody hands in.
async fn papers(app: &App, owner: &Account, name: &str) -> Result<Vec<(DistributorDocumentKind, Uuid)>> {
    let mut files = Vec::new();
    for (kind, file_name) in PAPERS {
        let page = paper::page(&format!("Made up for the demo - {file_name} of {name}"));
        let bytes = futures_util::stream::iter([Ok(page.into())]);
        let (owner, purpose) = (Some(owner.id.0), FilePurpose::DistributorDocument);
        files.push((kind, write_file(app, owner, purpose, file_name, Kind::Pdf, bytes).await?.id.0));
    }
    Ok(files)
}

async fn catalogue(app: &App) -> Result<String> {
    let report = import_demo(app).await?;
    Ok(format!(
        "{} products in {} pack sizes, {} HSN codes, {} GST rates",
        report.products, report.variants, report.hsn_codes, report.gst_rates
    ))
}

async fn proposals(app: &App) -> Result<String> {
    Ok(format!("{} proposals of new products", seed_proposals(app, demo::DISTRIBUTOR).await?))
}

async fn offers(app: &App) -> Result<String> {
    Ok(format!("{} offers of two sellers", seed_offers(app, inventory_demo::HOUSE, demo::DISTRIBUTOR).await?))
}

async fn stock(app: &App) -> Result<String> {
    Ok(format!("{} stock items", seed_stock(app, inventory_demo::HOUSE, demo::DISTRIBUTOR).await?))
}

async fn accounts(app: &App) -> Result<String> {
    Ok(format!("{} accounts", demo::seed_accounts(app).await?))
}

/// Orders of the half year since the shop opened, at most so many; none in a shop whose sellers came by an earlier
/// version, and so have just opened.
pub async fn orders(app: &App, count: usize) -> Result<String> {
    let tx = app.db.begin().await?;
    let opened = match found(sellers_model::lock(&tx, SellerId(inventory_demo::HOUSE)).await)? {
        Some(house) => house.created_at,
        None => return Ok("no orders: there is no seller".to_owned()),
    };
    drop(tx);
    let until = (opened + TimeDelta::days(OPEN_DAYS)).min(app.clock.now());
    let (Some(staff), Some(seller)) = (account(app, STAFF).await?, account(app, VERIFIED.owner).await?) else {
        return Ok("no orders: the demo accounts are not there".to_owned());
    };
    if until - opened < TimeDelta::days(OPEN_DAYS - 1) {
        return Ok("no orders: the shop has just opened".to_owned());
    }
    let shoppers = at_opening(app, seed_shoppers(app)).await?.into_iter();
    let buyer = |shopper: Shopper| {
        let Shopper { account, address, pincode } = shopper;
        DemoBuyer { account, address, pincode }
    };
    let sellers = vec![(SellerId(demo::DISTRIBUTOR), seller)];
    let cast = Cast { buyers: shoppers.map(buyer).collect(), staff, sellers };
    let made = seed_orders(app, &cast, count, (opened + TimeDelta::days(1), until)).await?;
    Ok(format!("{made} orders of {} shoppers", cast.buyers.len()))
}

/// The demo account that does what the back office does.
const STAFF: &str = "asha@demo.freshvilla.example";

async fn account(app: &App, email: &str) -> Result<Option<AccountId>> {
    let row = accounts_model::login_row(&*app.db.write().await?, email).await?;
    Ok(row.map(|row| row.account.id))
}

/// What a load did.
#[derive(Clone, Debug)]
pub struct SeedReport {
    /// Name, words and duration of every step that was run.
    pub steps: Vec<(&'static str, String, Duration)>,
    /// Duration of the whole.
    pub took: Duration,
}

/// Whether demo data should be loaded: into a database that nobody has worked in, or where a load was cut off or has
/// gained steps since.
pub async fn is_due(app: &App) -> Result<bool> {
    let conn = app.db.write().await?;
    let recorded = model::recorded(&conn).await?;
    if recorded.is_empty() {
        return model::untouched(&conn).await;
    }
    Ok(!steps().iter().all(|step| step.is_in(&recorded)))
}

/// Runs the steps that are not in yet. Two processes that seed at once take turns.
pub async fn seed(app: &App, steps: &[Step]) -> Result<SeedReport> {
    let started = Instant::now();
    let url = app.config.database.database_url.as_ref().map_or("", |url| url.expose());
    let lock = lock_session(url, SessionLock::Seed).await?;
    let recorded = model::recorded(&*app.db.write().await?).await?;
    let mut done = Vec::new();
    for step in steps.iter().filter(|step| !step.is_in(&recorded)) {
        let started = Instant::now();
        model::begin(&*app.db.write().await?, &app.clock, step.name).await?;
        let words = (step.run)(app.clone()).await?;
        model::finish(&*app.db.write().await?, &app.clock, step.name).await?;
        let took = started.elapsed();
        tracing::info!("demo data: {}: {words} ({:.1} s)", step.name, took.as_secs_f32());
        done.push((step.name, words, took));
    }
    drop(lock);
    Ok(SeedReport { steps: done, took: started.elapsed() })
}

/// A demo account with a token that is ready for the Authorization header.
#[derive(Clone, Debug)]
pub struct DemoToken {
    /// What the account is: `customer`, `super-administrator`.
    pub role: String,
    /// Login name.
    pub email: String,
    /// Login password; demo accounts exist in development only.
    pub password: String,
    /// Access token.
    pub token: String,
}

/// One account for each role of the demo data, signed in; empty before there are accounts.
pub async fn demo_tokens(app: &App) -> Result<Vec<DemoToken>> {
    let tokens = demo::demo_tokens(app).await?.into_iter();
    Ok(tokens
        .map(|(role, email, token)| DemoToken { role, email, password: demo::PASSWORD.to_owned(), token })
        .collect())
}
