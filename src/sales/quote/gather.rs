//! Reads what a quote is computed from: a fixed number of statements.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    compute::{Quote, Terms, compute},
    model::{self, Destination},
    plan::{Shelves, plan},
};
use crate::{
    app::App,
    catalog::{product::model::ProductId, tax::model::RateKey, variant::model::VariantId},
    inventory::{
        location::model::LocationId, seller::model::SellerId, serviceability::model::deliveries, stock::model as stock,
    },
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        loader::Key,
    },
    sales::{
        cart::{
            line::Line,
            model::line::CartItemId,
            service::{self as carts, Filled},
        },
        coupon::model::in_cart,
        pricing::tax::TaxRate,
    },
};

/// What is asked of a quote.
#[derive(Clone, Debug)]
pub struct Request {
    /// A stranger's cart.
    pub guest_token: Option<String>,
    /// Six digits.
    pub pincode: String,
    /// GST code of the state, where the postal code lies in several.
    pub state_code: Option<String>,
    /// When it is to be delivered.
    pub at: DateTime<Utc>,
    /// Locations that the shopper prefers.
    pub chosen: Vec<LocationId>,
}

/// What the caller's cart costs at a door; `None` where they have no cart.
pub async fn quote(app: &App, actor: &Actor, request: &Request) -> Result<Option<(Filled, Quote)>> {
    let Some(filled) = carts::cart(app, actor, request.guest_token.as_deref()).await? else { return Ok(None) };
    let conn = app.db.read().await?;
    let destination = destination(&conn, &request.pincode, request.state_code.as_deref()).await?;
    let pincode = request.pincode.clone();
    let door = Door { pincode, destination, at: request.at, chosen: request.chosen.clone() };
    let quote = price(app, actor, &conn, &filled, door).await?;
    Ok(Some((filled, quote)))
}

/// Where a cart is to be delivered.
#[derive(Clone, Debug)]
pub struct Door {
    /// Six digits.
    pub pincode: String,
    /// The state, which decides the tax.
    pub destination: Destination,
    /// When.
    pub at: DateTime<Utc>,
    /// Locations that the shopper prefers.
    pub chosen: Vec<LocationId>,
}

/// What a cart costs at a door, as this connection sees the shop: quotes and checkout price by it.
pub async fn price(app: &App, actor: &Actor, conn: &Conn, filled: &Filled, door: Door) -> Result<Quote> {
    let lines: Vec<Line> = filled.lines.iter().filter(|line| !line.item.saved).cloned().collect();
    let deliveries = deliveries(conn, &door.pincode, door.at).await?;
    let variants: Vec<VariantId> = lines.iter().map(|line| line.offer.variant_id).collect();
    let sellers: Vec<SellerId> = lines.iter().map(|line| line.offer.seller_id).collect();
    let shelves = Shelves::new(stock::on_shelves(conn, &variants, &sellers).await?);
    let rates = rates(conn, actor, &lines, app.clock.today()).await?;
    let (shipments, obstacles) = plan(&lines, &rates, &deliveries, &shelves, &door.chosen);
    let from: Vec<LocationId> = shipments.iter().map(|shipment| shipment.delivery.location_id).collect();
    let origins = model::origins(conn, &from).await?;
    let terms = Terms {
        destination: door.destination,
        origins: origins.into_iter().map(|origin| (origin.location_id, origin)).collect(),
        rates,
        coupons: in_cart::applied(conn, filled.cart.id).await?,
        now: app.clock.now(),
    };
    compute(shipments, obstacles, terms)
}

async fn destination(conn: &Conn, pincode: &str, state: Option<&str>) -> Result<Destination> {
    let mut all = model::destinations(conn, pincode).await?;
    let known: Vec<String> = all.iter().map(|one| one.state_code.clone()).collect();
    all.retain(|one| state.is_none_or(|state| state == one.state_code));
    match (all.len(), known.as_slice()) {
        (1, _) => all.pop().ok_or(Error::NotFound("postal code")),
        (_, []) => Err(Error::BadInput("there is no such postal code".to_owned())),
        (_, states) => Err(Error::BadInput(format!("name the state of this postal code: {}", states.join(" or ")))),
    }
}

/// The GST rates of the lines' products that are in force on a date; those without one are left out.
async fn rates(conn: &Conn, actor: &Actor, lines: &[Line], on: NaiveDate) -> Result<HashMap<CartItemId, TaxRate>> {
    let key =
        |line: &Line| RateKey { product: Some(ProductId(line.product())), hsn: line.hsn().map(str::to_owned), on };
    let keys: Vec<RateKey> = lines.iter().map(key).collect();
    let found = RateKey::fetch(conn, actor, &keys).await?;
    let rate = |(line, key): (&Line, &RateKey)| {
        let rate = found.get(key)?;
        Some((line.item.id, TaxRate { gst: rate.rate_bp, cess: rate.cess_bp }))
    };
    Ok(lines.iter().zip(&keys).filter_map(rate).collect())
}
