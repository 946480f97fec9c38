//! Distributors of the demo shop: the one of the demo accounts, verified, and a customer's application that waits for a
//! reviewer. All numbers are made up, with right check characters.

use uuid::Uuid;

use super::{
    distributor::{
        field::Application,
        model::{self as distributors, BusinessType, Distributor, DistributorId},
        sections::{
            self, DistributorAddressInput, DistributorBankAccountInput, DistributorCompanyInput,
            DistributorContactInput, DistributorLegalInput, Sections, StorefrontChanges,
        },
        service,
        status::{DistributorStatus, DistributorStep},
    },
    document::{
        model::{
            self as documents, DistributorDocument, DistributorDocumentId, DistributorDocumentKind,
            DistributorDocumentStatus,
        },
        service::hand_in,
    },
    review::model::{self as reviews, DistributorDecision, DistributorDecisionId},
    storefront::model::{self as storefronts, Storefront},
};
use crate::{
    app::App,
    identity::account::model::{self as accounts, Account},
    inventory::{registration::model::TurnoverBand, seller::model as sellers},
    kernel::{
        access::{Actor, Grant, Permission, Principal, Scope, ScopeKind},
        audit::Change,
        error::{Error, Result, found},
    },
};

/// A distributor of the demo shop.
#[derive(Clone, Copy, Debug)]
pub struct DemoDistributor {
    /// The demo account that owns it.
    pub owner: &'static str,
    /// Name of the storefront.
    pub name: &'static str,
    legal_name: &'static str,
    gstin: &'static str,
    line1: &'static str,
    city: &'static str,
    pincode: &'static str,
    ifsc: &'static str,
    description: &'static str,
}

/// The distributor of the demo accounts, whose seller is there already.
pub const VERIFIED: DemoDistributor = DemoDistributor {
    owner: "harpreet@demo.freshvilla.example",
    name: "Nandi Hills Produce",
    legal_name: "Nandi Hills Produce Private Limited",
    gstin: "29AAFCN0002B1Z8",
    line1: "Survey 41, Devanahalli Road",
    city: "Bengaluru",
    pincode: "562110",
    ifsc: "SBIN0000001",
    description: "Vegetables and fruit from the farms around Nandi Hills, picked the night before.",
};

/// A customer who wants to sell, too.
pub const APPLICANT: DemoDistributor = DemoDistributor {
    owner: "arjun@demo.freshvilla.example",
    name: "Golconda Spices",
    legal_name: "Golconda Spices LLP",
    gstin: "36AAKFG0003C1Z6",
    line1: "5-8-12 Begum Bazaar",
    city: "Hyderabad",
    pincode: "500012",
    ifsc: "SBIN0000002",
    description: "Whole and ground spices from the Deccan.",
};

/// The papers that each hands in, and a name for their files.
pub const PAPERS: [(DistributorDocumentKind, &str); 5] = [
    (DistributorDocumentKind::Gst, "gst-certificate.pdf"),
    (DistributorDocumentKind::Pan, "pan-card.pdf"),
    (DistributorDocumentKind::Bank, "cancelled-cheque.pdf"),
    (DistributorDocumentKind::Address, "electricity-bill.pdf"),
    (DistributorDocumentKind::Fssai, "fssai-licence.pdf"),
];

impl DemoDistributor {
    /// The account that owns it; `None` where the demo accounts are not there, or it has a distributor already.
    pub async fn awaited_by(&self, app: &App) -> Result<Option<Account>> {
        let conn = app.db.write().await?;
        let Some(row) = accounts::login_row(&conn, self.owner).await? else { return Ok(None) };
        let there = distributors::owned_by(&conn, row.account.id).await?;
        Ok(Some(row.account).filter(|_| there.is_none()))
    }

    fn sections(&self, owner: &Account) -> Sections {
        Sections {
            company: Some(DistributorCompanyInput {
                legal_name: Some(self.legal_name.to_owned()),
                business_type: Some(BusinessType::Company),
            }),
            contact: Some(DistributorContactInput {
                name: Some(owner.name.clone()),
                email: Some(owner.email.clone()),
                phone: owner.phone.clone(),
            }),
            address: Some(DistributorAddressInput {
                line1: self.line1.to_owned(),
                city: self.city.to_owned(),
                pincode: self.pincode.to_owned(),
                ..DistributorAddressInput::default()
            }),
            legal: Some(DistributorLegalInput {
                gstin: Some(self.gstin.to_owned()),
                pan: self.gstin.get(2..12).map(str::to_owned),
                turnover_band: Some(TurnoverBand::UpTo5Crore),
            }),
            bank_account: Some(DistributorBankAccountInput {
                holder: Some(self.legal_name.to_owned()),
                number: Some("000000000000042".to_owned()),
                ifsc: Some(self.ifsc.to_owned()),
            }),
            storefront: Some(StorefrontChanges {
                description: Some(self.description.to_owned()),
                return_policy: Some("Tell us within a day; we take back what is not fresh.".to_owned()),
                shipping_policy: Some("Sent in crates, before noon.".to_owned()),
                ..StorefrontChanges::default()
            }),
            notification_email: None,
        }
    }
}

/// A licence of the demo is good for two years.
const LICENCE_DAYS: u64 = 730;

/// Adds the distributor of the demo accounts, verified, with its papers' files.
pub async fn add_verified(
    app: &App,
    owner: &Account,
    id: Uuid,
    files: &[(DistributorDocumentKind, Uuid)],
) -> Result<()> {
    let (now, id, actor) = (app.clock.now(), DistributorId(id), Actor::system());
    let given = VERIFIED.sections(owner);
    let looked_up = sections::look_up(app, &given).await?;
    let tx = app.db.begin().await?;
    let Some(seller) = found(sellers::lock(&tx, id.seller()).await)? else { return Ok(()) };
    let (distributor, storefront) = (Distributor::new(id, owner.id, now), Storefront::new(seller.id, now));
    let mut whole = Application { distributor, seller, storefront };
    sections::fill(app, given, looked_up, &mut whole)?;
    let Application { mut distributor, storefront, .. } = whole;
    distributor.status = DistributorStatus::Verified;
    (distributor.submitted_at, distributor.verified_at) = (Some(now), Some(now));
    distributors::insert(&tx, &distributor).await?;
    storefronts::put(&tx, &storefront).await?;
    Change::new("seed", id, None, Some(&distributor))?.record(&tx, &app.clock, &actor).await?;
    for (kind, file_id) in files {
        let paper = DistributorDocument {
            id: DistributorDocumentId::new(),
            distributor_id: id,
            kind: *kind,
            file_id: *file_id,
            status: DistributorDocumentStatus::Approved,
            reason: String::new(),
            expires_on: last_day(app, *kind),
            reminded_days: None,
            uploaded_by: Some(owner.id),
            decided_by: None,
            decided_at: Some(now),
            created_at: now,
        };
        documents::insert(&tx, &paper).await?;
    }
    for (step, from, to) in [
        (DistributorStep::Submit, DistributorStatus::Pending, DistributorStatus::InReview),
        (DistributorStep::Approve, DistributorStatus::InReview, DistributorStatus::Verified),
    ] {
        let decision = DistributorDecision {
            id: DistributorDecisionId::new(),
            distributor_id: id,
            step,
            from_status: from,
            to_status: to,
            reason: String::new(),
            account_id: None,
            decided_at: now,
        };
        reviews::add_decision(&tx, &decision).await?;
    }
    tx.commit().await
}

fn last_day(app: &App, kind: DistributorDocumentKind) -> Option<chrono::NaiveDate> {
    kind.expires().then(|| app.clock.today().checked_add_days(chrono::Days::new(LICENCE_DAYS))).flatten()
}

/// The applicant and the application, filled in as the applicant would and not yet handed in; `None` where the demo
/// accounts are not there, or it was handed in. One that was cut off is gone on with.
pub async fn open_application(app: &App) -> Result<Option<(Account, DistributorId)>> {
    let conn = app.db.write().await?;
    let Some(row) = accounts::login_row(&conn, APPLICANT.owner).await? else { return Ok(None) };
    let (owner, begun) = (row.account.clone(), distributors::owned_by(&conn, row.account.id).await?);
    drop(conn);
    let id = match begun {
        Some(row) if row.status == DistributorStatus::Pending && row.submitted_at.is_none() => row.id,
        Some(_) => return Ok(None),
        None => service::apply(app, &person(&owner, None), APPLICANT.name, None).await?.id,
    };
    service::update(app, &person(&owner, Some(id)), id, None, APPLICANT.sections(&owner)).await?;
    Ok(Some((owner, id)))
}

/// Hands the application in, with the files of its papers.
pub async fn submit_application(
    app: &App,
    owner: &Account,
    id: DistributorId,
    files: &[(DistributorDocumentKind, Uuid)],
) -> Result<()> {
    let actor = person(owner, Some(id));
    for (kind, file_id) in files {
        hand_in(app, &actor, id, *kind, *file_id, last_day(app, *kind)).await?;
    }
    match service::submit(app, &actor, id).await {
        // The settings ask for papers that the demo does not have: the application waits for them.
        Ok(_) | Err(Error::Rejected(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// The owner, with the right to fill in the application.
fn person(owner: &Account, of: Option<DistributorId>) -> Actor {
    let permissions = [Permission::DistributorsWrite].into_iter().collect();
    let scope = Scope::of(ScopeKind::Distributor, of.map(|id| id.0).into_iter().collect());
    let principal = Principal::Account { id: owner.id.0, kind: owner.kind, session: Uuid::nil() };
    Actor::new(principal, [Grant::new(permissions, scope)].into(), Uuid::now_v7())
}
