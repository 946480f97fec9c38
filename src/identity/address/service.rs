//! Adding, changing and choosing addresses. One's own only.

use serde_json::Value;

use super::model::{self, Address, AddressFields, AddressId, AddressKind, AddressPurpose};
use crate::{
    app::App,
    identity::{
        account::{
            contact,
            model::{self as accounts, AccountId},
        },
        place::{
            geocoder::{Point, Query, geocoder},
            load::{folded, state_names},
            model as places,
        },
    },
    kernel::{
        access::Actor,
        audit::Change,
        db::Conn,
        error::{Error, Result},
    },
};

/// Addresses per account.
const MAX_ADDRESSES: i64 = 50;

/// An address as typed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in Address")]
pub struct AddressInput {
    pub kind: Option<AddressKind>,
    pub label: String,
    pub contact_name: String,
    pub phone: String,
    pub alternate_phone: Option<String>,
    pub line1: String,
    pub line2: String,
    pub landmark: String,
    pub city: String,
    /// GST code, two letters, name or alias; left out, the state follows from the postal code.
    pub state: Option<String>,
    pub pincode: String,
    /// From the customer's device; left out, the geocoder is asked.
    pub point: Option<Point>,
    pub delivery_instructions: String,
}

/// Checks an address and completes it: state from the postal code, coordinates from the geocoder.
pub async fn complete(app: &App, input: AddressInput) -> Result<AddressFields> {
    let pincode: String = input.pincode.chars().filter(|c| !c.is_whitespace()).collect();
    let state_code = state_of(app, &pincode, input.state.as_deref()).await?;
    let fields = AddressFields {
        kind: input.kind.unwrap_or(AddressKind::Other),
        label: contact::line("label", &input.label, 60)?,
        contact_name: contact::required_line("contactName", &input.contact_name, 120)?,
        phone: contact::phone("phone", &input.phone)?,
        alternate_phone: input.alternate_phone.as_deref().map(|p| contact::phone("alternatePhone", p)).transpose()?,
        line1: contact::required_line("line1", &input.line1, 200)?,
        line2: contact::line("line2", &input.line2, 200)?,
        landmark: contact::line("landmark", &input.landmark, 200)?,
        city: contact::required_line("city", &input.city, 100)?,
        state_code,
        pincode,
        latitude: None,
        longitude: None,
        delivery_instructions: contact::line("deliveryInstructions", &input.delivery_instructions, 500)?,
        updated_at: app.clock.now(),
    };
    locate(app, fields, input.point).await
}

async fn locate(app: &App, fields: AddressFields, given: Option<Point>) -> Result<AddressFields> {
    let point = match given {
        Some(point) => Some(point),
        None => {
            let query = Query {
                lines: vec![fields.line1.clone(), fields.line2.clone()],
                city: fields.city.clone(),
                state_code: fields.state_code.clone(),
                pincode: fields.pincode.clone(),
            };
            geocoder(app).locate(&query).await?
        }
    };
    let (latitude, longitude) = point.map(|point| (point.latitude, point.longitude)).unzip();
    Ok(AddressFields { latitude, longitude, ..fields })
}

/// The state of a postal code. Where the code lies in several, the customer has to say which.
pub async fn state_of(app: &App, pincode: &str, state: Option<&str>) -> Result<String> {
    let conn = app.db.read().await?;
    let candidates = places::of_code(&conn, pincode).await?;
    if candidates.is_empty() {
        return Err(Error::problem("PINCODE_UNKNOWN", "pincode", "there is no such postal code"));
    }
    match (state, candidates.as_slice()) {
        (Some(state), candidates) => {
            let names = state_names(&places::all_states(&conn).await?);
            let code = names.get(&folded(state)).ok_or_else(|| Error::invalid("state", "there is no such state"))?;
            if candidates.iter().any(|candidate| candidate.state_code == *code) {
                return Ok(code.clone());
            }
            Err(Error::problem("STATE_MISMATCH", "state", "this postal code does not lie in that state"))
        }
        (None, [only]) => Ok(only.state_code.clone()),
        (None, _) => Err(Error::problem("REQUIRED", "state", "this postal code lies in several states; say which")),
    }
}

/// Adds an address of the caller. The first one becomes the default for everything.
pub async fn create_address(
    app: &App,
    actor: &Actor,
    input: AddressInput,
    defaults: &[AddressPurpose],
) -> Result<Address> {
    let account = AccountId(actor.require_account()?);
    let fields = complete(app, input).await?;
    let tx = app.db.begin().await?;
    accounts::lock(&tx, account).await?;
    let address = add(app, &tx, actor, account, &fields, None, defaults).await?;
    tx.commit().await?;
    address.ok_or_else(|| Error::internal(anyhow::anyhow!("an address without import key was a duplicate")))
}

/// Adds an address in the running transaction; `None` when it was imported before. The caller holds the account's row
/// lock.
pub async fn add(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    account: AccountId,
    fields: &AddressFields,
    import_key: Option<&str>,
    defaults: &[AddressPurpose],
) -> Result<Option<Address>> {
    let existing = model::count(conn, account).await?;
    if existing >= MAX_ADDRESSES {
        return Err(Error::conflict(format!("an account has at most {MAX_ADDRESSES} addresses")));
    }
    let Some(mut address) = model::insert(conn, AddressId::new(), account, fields, import_key).await? else {
        return Ok(None);
    };
    let defaults = if existing == 0 { AddressPurpose::ALL } else { defaults };
    for purpose in defaults {
        address = model::set_default(conn, account, address.id, *purpose, fields.updated_at).await?;
    }
    record(app, conn, actor, "addressCreate", address.id, None, Some(&address)).await?;
    Ok(Some(address))
}

async fn record(
    app: &App,
    conn: &Conn,
    actor: &Actor,
    action: &str,
    id: AddressId,
    before: Option<&Address>,
    after: Option<&Address>,
) -> Result<()> {
    let value = |row: Option<&Address>| row.map(serde_json::to_value).transpose();
    let (before, after): (Option<Value>, Option<Value>) = (value(before)?, value(after)?);
    Change::new(action, id, before.as_ref(), after.as_ref())?.record(conn, &app.clock, actor).await
}

/// Changes an address of the caller as a whole.
pub async fn update_address(app: &App, actor: &Actor, id: AddressId, input: AddressInput) -> Result<Address> {
    let account = AccountId(actor.require_account()?);
    let fields = complete(app, input).await?;
    let tx = app.db.begin().await?;
    let before = model::lock_own(&tx, account, id).await?;
    let after = model::update(&tx, id, &fields).await?;
    record(app, &tx, actor, "addressUpdate", id, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(after)
}

/// Removes an address of the caller.
pub async fn delete_address(app: &App, actor: &Actor, id: AddressId) -> Result<AddressId> {
    let account = AccountId(actor.require_account()?);
    let tx = app.db.begin().await?;
    accounts::lock(&tx, account).await?;
    let before = model::lock_own(&tx, account, id).await?;
    model::delete(&tx, id, app.clock.now()).await?;
    record(app, &tx, actor, "addressDelete", id, Some(&before), None).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes an address the caller's default for a purpose; the one before no longer is.
pub async fn set_default_address(app: &App, actor: &Actor, id: AddressId, purpose: AddressPurpose) -> Result<Address> {
    let account = AccountId(actor.require_account()?);
    let tx = app.db.begin().await?;
    accounts::lock(&tx, account).await?;
    let before = model::lock_own(&tx, account, id).await?;
    let after = model::set_default(&tx, account, id, purpose, app.clock.now()).await?;
    record(app, &tx, actor, "addressSetDefault", id, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(after)
}
