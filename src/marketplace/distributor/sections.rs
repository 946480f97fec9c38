//! The sections of an application: each is saved by itself, and checked as far as it goes.

use async_graphql::InputObject;
use uuid::Uuid;

use super::{
    field::{Application, DistributorField},
    model::{BusinessType, DistributorId},
    status::DistributorStatus,
};
use crate::{
    app::App,
    identity::{account::contact, address::service::state_of, bank::model as banks},
    inventory::registration::{
        gstin::{Gstin, parse_pan},
        model::TurnoverBand,
    },
    kernel::{
        check::Checks,
        error::{Error, Problem, Result, within},
        slug,
    },
};

/// The business behind a distributor; what is left out stays.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DistributorCompanyInput {
    /// Name as registered; 1 to 200 characters.
    pub legal_name: Option<String>,
    /// Form of the business.
    pub business_type: Option<BusinessType>,
}

/// Whom to talk to; what is left out stays.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DistributorContactInput {
    /// Full name; 1 to 120 characters.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone; Indian numbers may leave out +91.
    pub phone: Option<String>,
}

/// Where the business has its seat, as a whole.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DistributorAddressInput {
    /// House and street; 1 to 200 characters.
    pub line1: String,
    /// More of it.
    #[graphql(default)]
    pub line2: String,
    /// City, town or village; 1 to 100 characters.
    pub city: String,
    /// GST code, two letters, or name; needed only where the postal code lies in several states.
    pub state: Option<String>,
    /// Postal code: six digits.
    pub pincode: String,
}

/// Tax numbers; what is left out stays.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DistributorLegalInput {
    /// GST number in the state of the address: 15 characters with a right check character.
    pub gstin: Option<String>,
    /// Permanent account number: characters 3 to 12 of the GSTIN.
    pub pan: Option<String>,
    /// Turnover in the preceding year.
    pub turnover_band: Option<TurnoverBand>,
}

/// The bank account that payouts go to; what is left out stays.
#[derive(Clone, Default, InputObject)]
pub struct DistributorBankAccountInput {
    /// Holder as the bank knows them; 1 to 120 characters.
    pub holder: Option<String>,
    /// Account number: 9 to 18 digits. It is stored encrypted and never shown again.
    #[graphql(secret)]
    pub number: Option<String>,
    /// Indian Financial System Code of the branch.
    pub ifsc: Option<String>,
}

/// Changes to a storefront; what is `None` stays.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in DistributorStorefrontInput")]
pub struct StorefrontChanges {
    pub name: Option<String>,
    pub slug: Option<String>,
    pub description: Option<String>,
    pub return_policy: Option<String>,
    pub shipping_policy: Option<String>,
    /// A stored file of the right purpose; `Some(None)` takes the picture away.
    pub logo_file_id: Option<Option<Uuid>>,
    /// The same.
    pub cover_file_id: Option<Option<Uuid>>,
}

/// What somebody saves of an application; what is `None` stays.
#[derive(Clone, Default)]
#[expect(missing_docs, reason = "named for the sections")]
pub struct Sections {
    pub company: Option<DistributorCompanyInput>,
    pub contact: Option<DistributorContactInput>,
    pub address: Option<DistributorAddressInput>,
    pub legal: Option<DistributorLegalInput>,
    pub bank_account: Option<DistributorBankAccountInput>,
    pub storefront: Option<StorefrontChanges>,
    /// Where mails go besides the owner; `Some(None)`: nowhere else.
    pub notification_email: Option<Option<String>>,
}

/// What had to be looked up, before the transaction.
pub struct LookedUp {
    state_code: Option<String>,
}

/// Looks up postal code and bank branch, and answers what the address' state is.
pub async fn look_up(app: &App, sections: &Sections) -> Result<LookedUp> {
    let mut checks = Checks::default();
    let mut state_code = None;
    if let Some(address) = &sections.address {
        let found = state_of(app, &pincode(&address.pincode), address.state.as_deref()).await;
        state_code = checks.take(within("address", found))?;
    }
    if let Some(ifsc) = sections.bank_account.as_ref().and_then(|account| account.ifsc.as_ref()) {
        checks.take(within("bankAccount", check_branch(app, &plain(ifsc)).await))?;
    }
    checks.finish()?;
    Ok(LookedUp { state_code })
}

/// The form is always checked; the branch, as far as branches of that bank are known.
async fn check_branch(app: &App, ifsc: &str) -> Result<()> {
    if !banks::is_ifsc(ifsc) {
        let message = "an IFSC has four letters, a zero and six characters";
        return Err(Error::problem("IFSC_INVALID", "ifsc", message));
    }
    let conn = app.db.read().await?;
    let bank = ifsc.get(..4).unwrap_or_default();
    if banks::branches(&conn, &[ifsc.to_owned()]).await?.is_empty() && banks::knows_bank(&conn, bank).await? {
        return Err(Error::problem("IFSC_INVALID", "ifsc", "no branch of this bank has this IFSC"));
    }
    Ok(())
}

fn pincode(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(40).collect::<String>().to_uppercase()
}

/// Writes the sections into an application; every problem is named with its path.
pub fn fill(app: &App, sections: Sections, looked_up: LookedUp, into: &mut Application) -> Result<()> {
    let mut checks = Checks::default();
    let row = &mut into.distributor;
    if let Some(company) = sections.company {
        if let Some(name) = company.legal_name {
            row.legal_name = Some(checks.line("company.legalName", &name, 1, 200));
        }
        row.business_type = company.business_type.or(row.business_type);
    }
    if let Some(contact) = sections.contact {
        if let Some(name) = contact.name {
            row.contact_name = Some(checks.line("contact.name", &name, 1, 120));
        }
        if let Some(email) = contact.email {
            row.contact_email = checks.take(contact::email("contact.email", &email))?;
        }
        if let Some(phone) = contact.phone {
            row.contact_phone = checks.take(contact::phone("contact.phone", &phone))?;
        }
    }
    if let Some(address) = sections.address {
        row.line1 = Some(checks.text("address.line1", &address.line1, 1, 200));
        row.line2 = checks.text("address.line2", &address.line2, 0, 200);
        row.city = Some(checks.text("address.city", &address.city, 1, 100));
        row.pincode = Some(pincode(&address.pincode));
        row.state_code = looked_up.state_code;
    }
    if let Some(legal) = sections.legal {
        if let Some(gstin) = legal.gstin {
            let gstin = checks.parse("GSTIN_INVALID", "legal.gstin", Gstin::parse(&gstin));
            row.gstin = gstin.map(|gstin| gstin.as_str().to_owned());
        }
        if let Some(pan) = legal.pan {
            row.pan = checks.parse("PAN_INVALID", "legal.pan", parse_pan(&pan));
        }
        row.turnover_band = legal.turnover_band.or(row.turnover_band);
    }
    if let Some(email) = sections.notification_email {
        let email = email.map(|email| checks.take(contact::email("settings.notificationEmail", &email)));
        row.notification_email = email.transpose()?.flatten();
    }
    if let Some(account) = sections.bank_account {
        fill_bank_account(app, account, into, &mut checks)?;
    }
    if let Some(storefront) = sections.storefront {
        fill_storefront(storefront, into, &mut checks);
    }
    check_together(into, &mut checks);
    checks.finish()
}

fn fill_bank_account(
    app: &App,
    account: DistributorBankAccountInput,
    into: &mut Application,
    checks: &mut Checks,
) -> Result<()> {
    let row = &mut into.distributor;
    if let Some(holder) = account.holder {
        row.bank_holder = Some(checks.text("bankAccount.holder", &holder, 1, 120));
    }
    if let Some(ifsc) = account.ifsc {
        row.bank_ifsc = Some(plain(&ifsc));
    }
    if let Some(number) = account.number {
        let number = plain(&number);
        let digits = (9..=18).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        checks.ensure(digits, "INVALID", "bankAccount.number", "an account number has 9 to 18 digits");
        // Sealed again, the same number would look like another one, and cost the paper that proves it.
        let context = seal_context(row.id);
        let stored = row.bank_number_sealed.as_deref();
        let same = stored.is_some_and(|sealed| app.keys.unseal(&context, sealed).is_ok_and(|known| known == number));
        if digits && !same {
            row.bank_number_end = number.get(number.len() - 4..).map(str::to_owned);
            row.bank_number_sealed = Some(app.keys.seal(&context, &number)?);
        }
    }
    Ok(())
}

/// What ties a sealed account number to its row.
pub fn seal_context(id: DistributorId) -> String {
    format!("distributors.bank_number:{}", id.0)
}

fn fill_storefront(changes: StorefrontChanges, into: &mut Application, checks: &mut Checks) {
    let Application { seller, storefront, .. } = into;
    if let Some(name) = changes.name {
        seller.name = checks.line("storefront.name", &name, 1, 120);
    }
    if let Some(given) = changes.slug {
        let slug = slug::choose(Some(&given), &seller.name, seller.id.0);
        seller.slug = checks.parse("INVALID", "storefront.slug", slug).unwrap_or_default();
    }
    if let Some(text) = changes.description {
        storefront.description = checks.text("storefront.description", &text, 0, 5_000);
    }
    if let Some(text) = changes.return_policy {
        storefront.return_policy = checks.text("storefront.returnPolicy", &text, 0, 10_000);
    }
    if let Some(text) = changes.shipping_policy {
        storefront.shipping_policy = checks.text("storefront.shippingPolicy", &text, 0, 10_000);
    }
    storefront.logo_file_id = changes.logo_file_id.unwrap_or(storefront.logo_file_id);
    storefront.cover_file_id = changes.cover_file_id.unwrap_or(storefront.cover_file_id);
}

/// PAN and state follow from the GSTIN, so far as both are given. The problem stands at what is read second.
fn check_together(application: &Application, checks: &mut Checks) {
    let row = &application.distributor;
    let Some(gstin) = &row.gstin else { return };
    let (state, pan) = (gstin.get(..2), gstin.get(2..12));
    let pan_fits = row.pan.is_none() || row.pan.as_deref() == pan;
    checks.ensure(pan_fits, "PAN_MISMATCH", "legal.pan", "the PAN is not characters 3 to 12 of the GSTIN");
    let state_fits = row.state_code.is_none() || row.state_code.as_deref() == state;
    let message = "the GSTIN was given out in another state than that of the address";
    checks.ensure(state_fits, "STATE_MISMATCH", "legal.gstin", message);
}

/// Refuses changes of fields that the state does not leave to the owner.
pub fn check_editable(status: DistributorStatus, changed: &[DistributorField]) -> Result<()> {
    let open = |field: &DistributorField| match status {
        DistributorStatus::Pending => true,
        DistributorStatus::Verified | DistributorStatus::Suspended => field.is_presentation(),
        DistributorStatus::InReview | DistributorStatus::Rejected | DistributorStatus::Closed => false,
    };
    let message = match status {
        DistributorStatus::InReview => "the application is being looked at; withdraw it to change this",
        DistributorStatus::Closed => "this distributor is closed for good",
        _ => "this was looked at; ask the back office to reopen the application",
    };
    let problems: Vec<Problem> = changed
        .iter()
        .filter(|field| !open(field))
        .map(|field| Problem::new("CONFLICT", field.path(), message))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Error::Rejected(problems)) }
}
