//! What the back office does with GST registrations.

use super::{
    gstin::Gstin,
    model::{self, GstRegistration, GstRegistrationId, GstScheme, RegistrationStatus, TurnoverBand},
};
use crate::{
    app::App,
    inventory::seller::model::{self as sellers, SellerId},
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        error::{Error, Result},
    },
};

/// A new registration.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    /// Whose.
    pub seller_id: SellerId,
    /// The number as typed.
    pub gstin: String,
    /// The holder's name as registered.
    pub legal_name: String,
    /// Name of the business.
    pub trade_name: String,
    /// How the holder pays tax.
    pub scheme: GstScheme,
    /// Turnover in the preceding year.
    pub turnover_band: TurnoverBand,
}

/// Changes to a registration; what is `None` stays. Its number never changes: a wrong one is cancelled.
#[derive(Clone, Debug, Default)]
pub struct RegistrationChanges {
    /// The holder's name as registered.
    pub legal_name: Option<String>,
    /// Name of the business.
    pub trade_name: Option<String>,
    /// How the holder pays tax.
    pub scheme: Option<GstScheme>,
    /// Turnover in the preceding year.
    pub turnover_band: Option<TurnoverBand>,
    /// In force or not.
    pub status: Option<RegistrationStatus>,
}

/// Enters a seller's registration. Its PAN must be the seller's; a seller without one gets it.
pub async fn create_registration(app: &App, actor: &Actor, new: NewRegistration) -> Result<GstRegistration> {
    let now = app.clock.now();
    let mut checks = Checks::default();
    let gstin = checks.parse("GSTIN_INVALID", "gstin", Gstin::parse(&new.gstin));
    let legal_name = checks.line("legalName", &new.legal_name, 1, 200);
    let trade_name = checks.line("tradeName", &new.trade_name, 0, 200);
    checks.finish()?;
    let Some(gstin) = gstin else { return Err(Error::problem("GSTIN_INVALID", "gstin", "no GSTIN was given")) };
    let row = GstRegistration {
        id: GstRegistrationId::new(),
        seller_id: new.seller_id,
        gstin: gstin.as_str().to_owned(),
        pan: gstin.pan().to_owned(),
        state_code: gstin.state_code().to_owned(),
        legal_name,
        trade_name,
        scheme: new.scheme,
        turnover_band: new.turnover_band,
        status: RegistrationStatus::Active,
        created_at: now,
        updated_at: now,
    };
    let tx = app.db.begin().await?;
    let seller = sellers::lock_open(&tx, new.seller_id).await?;
    match &seller.pan {
        Some(pan) if *pan != row.pan => return Err(other_pan()),
        Some(_) => {}
        None => {
            let known = sellers::Seller { pan: Some(row.pan.clone()), updated_at: now, ..seller.clone() };
            sellers::update(&tx, &known).await?;
            let change = Change::new("gstRegistrationCreate", seller.id, Some(&seller), Some(&known))?;
            change.record(&tx, &app.clock, actor).await?;
        }
    }
    model::insert(&tx, &row).await?;
    Change::new("gstRegistrationCreate", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes what is entered for a registration, cancels it, or restores it. It is not cancelled while locations work
/// under it.
pub async fn update_registration(
    app: &App,
    actor: &Actor,
    id: GstRegistrationId,
    changes: RegistrationChanges,
) -> Result<GstRegistration> {
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, id).await?;
    let mut after = GstRegistration { updated_at: app.clock.now(), ..before.clone() };
    let mut checks = Checks::default();
    if let Some(name) = changes.legal_name {
        after.legal_name = checks.line("legalName", &name, 1, 200);
    }
    if let Some(name) = changes.trade_name {
        after.trade_name = checks.line("tradeName", &name, 0, 200);
    }
    checks.finish()?;
    after.scheme = changes.scheme.unwrap_or(after.scheme);
    after.turnover_band = changes.turnover_band.unwrap_or(after.turnover_band);
    after.status = changes.status.unwrap_or(after.status);
    if after.status != before.status && after.status == RegistrationStatus::Active {
        // The seller may have got another PAN while it had no active registration.
        let seller = sellers::lock_open(&tx, before.seller_id).await?;
        if seller.pan.as_deref() != Some(&after.pan) {
            return Err(other_pan());
        }
    }
    if after.status == RegistrationStatus::Cancelled && model::in_use(&tx, id).await? {
        let message = "stores or warehouses work under this registration; give them another one first";
        return Err(Error::problem("REGISTRATION_IN_USE", "status", message));
    }
    model::update(&tx, &after).await?;
    Change::new("gstRegistrationUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

fn other_pan() -> Error {
    Error::problem("PAN_MISMATCH", "gstin", "characters 3 to 12 of the GSTIN are not the seller's PAN")
}
