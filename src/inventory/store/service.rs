//! What the back office and sellers do with stores.

use chrono::NaiveDate;

use super::{
    code, fssai,
    model::{self, Store, StoreId, StoreKind},
};
use crate::{
    app::App,
    identity::{account::contact, place::model as places},
    inventory::{
        location::model::{self as locations, LocationId, LocationStatus},
        registration::model::{self as registrations, GstRegistrationId},
        seller::model::{self as sellers, SellerId, SellerKind},
        site::{self, Site, SiteInput},
    },
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        db::Conn,
        error::{Error, Result, within},
        id::EntityId,
        slug::{self, SlugKind},
    },
};

/// A new store.
#[derive(Clone, Debug)]
pub struct NewStore {
    /// Whose.
    pub seller_id: SellerId,
    /// Name.
    pub name: String,
    /// The city's part of the code; chosen when left out.
    pub city_code: Option<String>,
    /// Slug; made from state, city and number when left out.
    pub slug: Option<String>,
    /// Where it stands.
    pub site: SiteInput,
    /// Under which GST registration.
    pub gst_registration_id: Option<GstRegistrationId>,
    /// FSSAI licence and the day on which it ends.
    pub fssai: Option<(String, NaiveDate)>,
    /// Telephone.
    pub phone: Option<String>,
    /// Whether shoppers may fetch orders there.
    pub allows_pickup: bool,
    /// Whether shoppers may bring goods back there.
    pub allows_returns: bool,
}

/// Changes to a store; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct StoreChanges {
    /// The version that the client has read.
    pub expected_version: Option<i32>,
    /// Name.
    pub name: Option<String>,
    /// Slug.
    pub slug: Option<String>,
    /// Whether it works.
    pub status: Option<LocationStatus>,
    /// Where it stands.
    pub site: Option<SiteInput>,
    /// Under which GST registration; `Some(None)` for none.
    pub gst_registration_id: Option<Option<GstRegistrationId>>,
    /// FSSAI licence and the day on which it ends; `Some(None)` for none.
    pub fssai: Option<Option<(String, NaiveDate)>>,
    /// Telephone; `Some(None)` for none.
    pub phone: Option<Option<String>>,
    /// Whether shoppers may fetch orders there.
    pub allows_pickup: Option<bool>,
    /// Whether shoppers may bring goods back there.
    pub allows_returns: Option<bool>,
}

/// What makes up a store's code and address.
struct Numbered {
    code: String,
    slug: String,
    number: i32,
}

/// Opens a store of a seller within the caller's scope. FreshVilla's own are brand stores, a partner's are integrated.
pub async fn create_store(app: &App, actor: &Actor, new: NewStore) -> Result<Store> {
    create_store_as(app, actor, StoreId::new(), new).await
}

/// The same under an ID that is known beforehand.
pub async fn create_store_as(app: &App, actor: &Actor, id: StoreId, new: NewStore) -> Result<Store> {
    let scope = actor.scope(Permission::LocationsWrite);
    if !scope.everything && !scope.distributors.contains(&new.seller_id.0) {
        return Err(Error::problem("NOT_FOUND", "sellerId", "there is no such seller"));
    }
    let now = app.clock.now();
    let mut checks = Checks::default();
    let name = checks.line("name", &new.name, 1, 120);
    let city_code = new.city_code.and_then(|code| checks.parse("INVALID", "cityCode", code::parse_city_code(&code)));
    let given_slug = new.slug.map(|given| slug::choose(Some(&given), "", id.0));
    let given_slug = given_slug.and_then(|slug| checks.parse("INVALID", "slug", slug));
    let fssai = new.fssai.and_then(|licence| read_licence(&mut checks, licence, app.clock.today()));
    let city_slug = code::city_slug(&new.site.city);
    checks.ensure(!city_slug.is_empty(), "INVALID", "site.city", "the city's name needs Latin letters");
    checks.finish()?;
    let phone = new.phone.map(|phone| contact::phone("phone", &phone)).transpose()?;
    let site = within("site", site::complete(app, new.site).await)?;

    let tx = app.db.begin().await?;
    if let Some(registration) = new.gst_registration_id {
        registrations::hold_active(&tx, registration).await?;
    }
    let kind = match sellers::lock_admitted(&tx, actor, new.seller_id).await?.kind {
        SellerKind::House => StoreKind::Brand,
        SellerKind::Distributor => StoreKind::Integrated,
    };
    let Numbered { code, slug, number } = number(&tx, kind, &site, &city_slug, city_code).await?;
    let (fssai_licence, fssai_expires_on) = fssai.unzip();
    let Site { line1, line2, city, state_code, pincode, latitude, longitude } = site;
    let row = Store {
        id,
        seller_id: new.seller_id,
        kind,
        code,
        number,
        slug: given_slug.unwrap_or(slug),
        name,
        status: LocationStatus::Active,
        gst_registration_id: new.gst_registration_id,
        fssai_licence,
        fssai_expires_on,
        phone,
        line1,
        line2,
        city,
        city_slug,
        state_code,
        pincode,
        latitude,
        longitude,
        allows_pickup: new.allows_pickup,
        allows_returns: new.allows_returns,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    model::insert(&tx, &row).await?;
    Change::new("storeCreate", id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// The next number of the store's city. The city's first store fixes its code.
async fn number(conn: &Conn, kind: StoreKind, site: &Site, city_slug: &str, given: Option<String>) -> Result<Numbered> {
    let states = places::all_states(conn).await?;
    let state = states.into_iter().find(|state| state.gst_code == site.state_code).ok_or(Error::NotFound("state"))?;
    let known = model::city_code(conn, &site.state_code, city_slug).await?;
    let wanted = match given.clone().or(known) {
        Some(code) => code,
        None => code::propose_city_code(city_slug, &model::city_codes(conn, &site.state_code).await?)
            .ok_or_else(|| Error::problem("REQUIRED", "cityCode", "choose a code for this city"))?,
    };
    let taken = || {
        Error::problem("CITY_CODE_TAKEN", "cityCode", format!("another city of {} has the code {wanted}", state.name))
    };
    let (code, number) = model::next_number(conn, &site.state_code, city_slug, &wanted).await?.ok_or_else(taken)?;
    if given.is_some_and(|given| given != code) {
        let message = format!("the code of {} is {code}", site.city);
        return Err(Error::problem("CITY_CODE_MISMATCH", "cityCode", message));
    }
    Ok(Numbered {
        code: code::store_code(&state.alpha, &code, number),
        slug: code::store_slug(kind, &state.name, city_slug, number),
        number,
    })
}

/// Changes a store within the caller's scope; one that is closed for good stays so. A new slug leaves a redirect. The
/// code stays, and so does the city that it names.
pub async fn update_store(app: &App, actor: &Actor, id: StoreId, changes: StoreChanges) -> Result<Store> {
    let now = app.clock.now();
    let phone =
        changes.phone.map(|phone| phone.map(|phone| contact::phone("phone", &phone)).transpose()).transpose()?;
    // Before the transaction: the geocoder may be asked over the network.
    let site = match changes.site {
        Some(input) => Some(within("site", site::complete(app, input).await)?),
        None => None,
    };
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, actor, id).await?;
    if changes.expected_version.is_some_and(|expected| expected != before.version) {
        let message = "the store was changed meanwhile; look at it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    if before.status == LocationStatus::Terminated {
        return Err(Error::problem("CONFLICT", "id", "this store is closed for good"));
    }
    let mut after = Store { version: before.version + 1, updated_at: now, ..before.clone() };
    let mut checks = Checks::default();
    if let Some(name) = changes.name {
        after.name = checks.line("name", &name, 1, 120);
    }
    if let Some(given) = changes.slug {
        after.slug = checks.parse("INVALID", "slug", slug::choose(Some(&given), "", id.0)).unwrap_or_default();
    }
    if let Some(fssai) = changes.fssai {
        let fssai = fssai.and_then(|licence| read_licence(&mut checks, licence, app.clock.today()));
        (after.fssai_licence, after.fssai_expires_on) = fssai.unzip();
    }
    if let Some(Site { line1, line2, city, state_code, pincode, latitude, longitude }) = site {
        let moved = state_code != before.state_code || code::city_slug(&city) != before.city_slug;
        checks.ensure(!moved, "CITY_FIXED", "site.city", "a store stays in its city: open another one");
        after = Store { line1, line2, city, state_code, pincode, latitude, longitude, ..after };
    }
    checks.finish()?;
    after.status = changes.status.unwrap_or(after.status);
    after.phone = phone.unwrap_or(after.phone);
    after.allows_pickup = changes.allows_pickup.unwrap_or(after.allows_pickup);
    after.allows_returns = changes.allows_returns.unwrap_or(after.allows_returns);
    after.gst_registration_id = changes.gst_registration_id.unwrap_or(after.gst_registration_id);
    if after.gst_registration_id != before.gst_registration_id
        && let Some(registration) = after.gst_registration_id
    {
        registrations::hold_active(&tx, registration).await?;
    }
    if after.slug != before.slug {
        slug::leave_redirect(&tx, SlugKind::Store, &before.slug, id.uuid(), now).await?;
    }
    if after.status == LocationStatus::Terminated {
        locations::lock_to_close(&tx, LocationId(id.0)).await?;
    }
    model::update(&tx, &after).await?;
    Change::new("storeUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

fn read_licence(
    checks: &mut Checks,
    (number, until): (String, NaiveDate),
    today: NaiveDate,
) -> Option<(String, NaiveDate)> {
    checks.ensure(until >= today, "INVALID", "fssai.expiresOn", "the licence has expired");
    let number = checks.parse("FSSAI_INVALID", "fssai.licence", fssai::parse_licence(&number))?;
    Some((number, until))
}
