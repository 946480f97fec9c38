//! Changing one's profile.

use chrono::{Months, NaiveDate};

use super::{
    gstin,
    model::{self, CustomerProfile},
};
use crate::{
    app::App,
    identity::account::{
        contact,
        model::{self as accounts, Account, AccountId},
    },
    kernel::{
        access::{AccountKind, Actor},
        audit::Change,
        error::{Error, Result},
    },
};

/// What is to change; what is left out stays, null clears.
pub struct UpdateProfile {
    /// Full name.
    pub name: Option<String>,
    /// Phone number.
    pub phone: Option<Option<String>>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Date of birth.
    pub date_of_birth: Option<Option<NaiveDate>>,
    /// Name of the business.
    pub business_name: Option<Option<String>>,
    /// GST number of the business.
    pub gstin: Option<Option<String>>,
    /// Whether the customer agrees to marketing.
    pub marketing_consent: Option<bool>,
}

/// A language tag, roughly BCP 47; English when none is given.
pub fn language(path: &str, text: Option<&str>) -> Result<String> {
    let text = text.unwrap_or("en").trim();
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    let primary_ok = (2..=3).contains(&primary.len()) && primary.chars().all(|c| c.is_ascii_lowercase());
    let rest_ok = parts.all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if primary_ok && rest_ok && text.len() <= 35 {
        return Ok(text.to_owned());
    }
    Err(Error::invalid(path, "give a language tag such as en, hi or ta-IN"))
}

/// Changes the caller's own account and, for customers, profile.
pub async fn update_profile(app: &App, actor: &Actor, input: UpdateProfile) -> Result<Account> {
    let id = AccountId(actor.require_account()?);
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = accounts::lock(&tx, id).await?;
    let name = input.name.as_deref().map(|name| contact::required_line("name", name, 120)).transpose()?;
    let phone = match &input.phone {
        Some(Some(phone)) => Some(contact::phone("phone", phone)?),
        Some(None) => None,
        None => before.phone.clone(),
    };
    let name = name.unwrap_or_else(|| before.name.clone());
    let account = accounts::set_contact(&tx, id, &before.email, &name, phone.as_deref(), now).await?;
    Change::new("profileUpdate", id, Some(&before), Some(&account))?.record(&tx, &app.clock, actor).await?;
    if account.kind == AccountKind::Customer {
        let before = model::lock(&tx, id).await?;
        let after = model::update(&tx, &changed(app, before.clone(), input)?).await?;
        Change::new("profileUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    }
    accounts::emit(&tx, id, "account.changed", serde_json::json!({}), now).await?;
    tx.commit().await?;
    app.committed();
    Ok(account)
}

fn changed(app: &App, mut row: CustomerProfile, input: UpdateProfile) -> Result<CustomerProfile> {
    if let Some(tag) = &input.language {
        row.language = language("language", Some(tag))?;
    }
    match input.date_of_birth {
        Some(Some(date)) => row.date_of_birth = Some(plausible_birth(app, date)?),
        Some(None) => row.date_of_birth = None,
        None => {}
    }
    match input.business_name {
        Some(Some(name)) => row.business_name = Some(contact::required_line("businessName", &name, 200)?),
        Some(None) => row.business_name = None,
        None => {}
    }
    match input.gstin {
        Some(Some(number)) => row.gstin = Some(checked_gstin(&number)?),
        Some(None) => row.gstin = None,
        None => {}
    }
    match input.marketing_consent {
        Some(true) => row.marketing_consent_at = row.marketing_consent_at.or(Some(app.clock.now())),
        Some(false) => row.marketing_consent_at = None,
        None => {}
    }
    row.updated_at = app.clock.now();
    Ok(row)
}

fn plausible_birth(app: &App, date: NaiveDate) -> Result<NaiveDate> {
    let today = app.clock.today();
    let oldest = today.checked_sub_months(Months::new(130 * 12)).unwrap_or(NaiveDate::MIN);
    if date > today || date < oldest {
        return Err(Error::invalid("dateOfBirth", "this cannot be a date of birth"));
    }
    Ok(date)
}

fn checked_gstin(number: &str) -> Result<String> {
    let number = number.trim().to_uppercase();
    if gstin::is_valid(&number) {
        return Ok(number);
    }
    Err(Error::invalid("gstin", "this is not a GSTIN; compare it with the registration certificate"))
}
