//! A cart becomes an order.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::{
    model::{self, Buyer},
    refusals,
    rows::{DiscountRow, OrderRow},
    split::{Frame, Split, split},
};
use crate::{
    app::App,
    catalog::{category::model::CategoryId, variant::model::VariantId},
    identity::{
        account::model::AccountId,
        address::model::{Address, AddressId},
    },
    inventory::{
        location::model::LocationId,
        registration::gstin::Gstin,
        reservation::{
            model::{ReservationId, Shipment},
            service::{self as reservations, Shortage},
        },
        seller::model::SellerId,
    },
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        db::{Conn, Tx},
        error::{Error, Problem, Result},
        idempotency,
        money::Minor,
    },
    marketplace::{
        commission::{
            model::{CommissionRule, Sale},
            service as commission,
        },
        offer::model::OfferId,
    },
    payments::intent::{
        model::{PaymentIntent, PaymentMethod},
        service::{self as payments, CodCase, NewIntent},
    },
    sales::{
        cart::{
            line::Line,
            model::{
                self as carts,
                line::{self as lines, CartItemId},
            },
            owner::Owner,
            service::Filled,
        },
        coupon::{
            model::CouponId,
            redeem::{self, Use},
        },
        order::{
            machine::OrderParty,
            model::{self as orders, Order, OrderId, part::SubOrderId, timeline::OrderEventKind},
            number,
            status::SubOrderStatus,
            story::{By, Piece, Story, Whole},
        },
        quote::{
            compute::Quote,
            gather::{self, Door},
            model::Destination,
        },
    },
};

/// Locations that a shopper may choose.
pub const MAX_CHOSEN: usize = 50;
/// A delivery is asked for at most so long ahead.
const AHEAD: TimeDelta = TimeDelta::days(30);
/// Numbers drawn at once; one of them is free.
const DRAWS: usize = 3;

/// What is ordered, and how.
#[derive(Clone, Debug, Serialize)]
pub struct NewOrder {
    /// Where to: one of the buyer's own addresses.
    pub address_id: AddressId,
    /// When; as soon as can be when left out.
    pub deliver_at: Option<DateTime<Utc>>,
    /// Locations that the shopper prefers.
    pub chosen: Vec<LocationId>,
    /// How it is paid.
    pub method: PaymentMethod,
    /// What the shopper was shown; never a price to pay.
    pub expected_total: Option<Minor>,
    /// The buyer's GST number; the profile's when left out.
    pub gstin: Option<String>,
    /// The buyer's own reference.
    pub purchase_order: Option<String>,
}

/// What was checked of the request.
struct Request {
    account: AccountId,
    at: DateTime<Utc>,
    gstin: Option<String>,
    purchase_order: Option<String>,
}

impl Request {
    fn of(app: &App, actor: &Actor, new: &NewOrder) -> Result<Self> {
        let account = AccountId(actor.require_account()?);
        let now = app.clock.now();
        let at = new.deliver_at.unwrap_or(now).max(now);
        let mut checks = Checks::default();
        checks.ensure(new.chosen.len() <= MAX_CHOSEN, "INVALID", "locationIds", "choose at most 50 locations");
        checks.ensure(at <= now + AHEAD, "INVALID", "deliverAt", "ask for a delivery within thirty days");
        let gstin = new.gstin.as_deref().and_then(|text| checks.parse("INVALID", "gstin", Gstin::parse(text)));
        let purchase_order = new.purchase_order.as_deref().map(|text| checks.line("purchaseOrder", text, 1, 64));
        checks.finish()?;
        Ok(Self { account, at, gstin: gstin.map(|gstin| gstin.as_str().to_owned()), purchase_order })
    }
}

/// Orders the caller's cart. The same key again answers the same order.
pub async fn complete(app: &App, actor: &Actor, key: &str, new: NewOrder) -> Result<Order> {
    let id = OrderId::new();
    let tx = app.db.begin().await?;
    let claimed = idempotency::claim_for(&tx, &app.clock, actor, "checkoutComplete", key, &new, &id).await?;
    if let Some(first) = claimed {
        return orders::find(&tx, actor, first).await;
    }
    let request = Request::of(app, actor, &new)?;
    let cart = carts::lock_open(&tx, &Owner::Customer(request.account), app.clock.now()).await?;
    let cart = cart.ok_or_else(empty)?;
    let filled = Filled { lines: lines::lines(&tx, cart.id, app.clock.now()).await?, cart, guest_token: None };
    if filled.lines.iter().all(|line| line.item.saved) {
        return Err(empty());
    }
    let address = model::hold_address(&tx, request.account, new.address_id).await?;
    let drawn = (0..DRAWS).map(|_| number::draw()).collect::<Result<Vec<_>>>()?;
    let buyer = model::buyer(&tx, request.account, &address.state_code, drawn).await?;
    let quote = priced(app, actor, &tx, &filled, &new, (&request, &address, &buyer)).await?;
    let frame = frame(app, &tx, &filled, id, (&request, &buyer)).await?;
    let too_large = || Error::BadInput("the order costs more than can be computed".to_owned());
    let whole = split(&quote, &frame).ok_or_else(too_large)?;
    let uses = uses(&quote, &whole);
    let intent = open_payment(app, &tx, &new, &request, (&frame, &whole, &address)).await?;
    let order = store(app, actor, &tx, (frame, whole), (request, buyer, &address, &filled, &intent)).await?;
    redeem::take(&tx, (order.account_id, order.cart_id), &uses, app.clock.now()).await?;
    let saved = filled.lines.iter().any(|line| line.item.saved);
    carts::convert(&tx, &filled.cart, saved, app.clock.now()).await?;
    Change::new("checkoutComplete", order.id, None, Some(&order))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    app.committed();
    Ok(order)
}

fn empty() -> Error {
    Error::problem("CART_EMPTY", "", "the cart has nothing to order")
}

/// Prices the cart as a quote does, and refuses what a quote only tells.
async fn priced(
    app: &App,
    actor: &Actor,
    tx: &Tx,
    filled: &Filled,
    new: &NewOrder,
    (request, address, buyer): (&Request, &Address, &Buyer),
) -> Result<Quote> {
    let state_code = address.state_code.clone();
    let door = Door {
        pincode: address.pincode.clone(),
        destination: Destination { state_code, without_legislature: buyer.without_legislature },
        at: request.at,
        chosen: new.chosen.clone(),
    };
    let quote = gather::price(app, actor, tx, filled, door).await?;
    let problems = refusals::of(&quote, &filled.lines);
    if !problems.is_empty() {
        return Err(Error::Rejected(problems));
    }
    let total = quote.totals.payable().unwrap_or_default();
    match new.expected_total {
        Some(expected) if expected != total => {
            Err(Error::problem("TOTAL_CHANGED", "expectedTotal", format!("it costs Rs {total} now")))
        }
        _ => Ok(quote),
    }
}

/// What the order's rows need besides its price.
async fn frame(
    app: &App,
    conn: &Conn,
    filled: &Filled,
    id: OrderId,
    (request, buyer): (&Request, &Buyer),
) -> Result<Frame> {
    let lines: Vec<&Line> = filled.lines.iter().filter(|line| !line.item.saved).collect();
    let variants: Vec<VariantId> = lines.iter().map(|line| line.offer.variant_id).collect();
    let sale = |line: &&Line| Sale {
        offer_id: line.offer.id,
        seller_id: line.offer.seller_id,
        category_path: line.category_path().iter().copied().map(CategoryId).collect(),
    };
    let sales: Vec<Sale> = lines.iter().map(sale).collect();
    let decided = commission::decide(conn, &sales, app.clock.today()).await?;
    let rules: HashMap<CartItemId, CommissionRule> =
        lines.iter().zip(decided).filter_map(|(line, rule)| Some((line.item.id, rule?))).collect();
    Ok(Frame {
        order_id: id.0,
        number: buyer.number.clone().ok_or_else(|| Error::conflict("please try again"))?,
        now: app.clock.now(),
        deliver_at: request.at,
        snapshots: model::snapshots(conn, &variants).await?,
        rules,
    })
}

async fn open_payment(
    app: &App,
    tx: &Tx,
    new: &NewOrder,
    request: &Request,
    (frame, whole, address): (&Frame, &Split, &Address),
) -> Result<PaymentIntent> {
    // That somebody refused a delivery is not recorded yet.
    let cod = CodCase { pincode: address.pincode.clone(), refusals: 0 };
    let intent = NewIntent {
        payable_id: frame.order_id,
        reference: frame.number.clone(),
        account_id: request.account,
        amount: whole.amounts.total_minor,
        method: new.method,
        cod: Some(cod),
    };
    payments::open(app, tx, intent).await
}

/// Writes the order, tells of it, and sets its goods aside.
async fn store(
    app: &App,
    actor: &Actor,
    tx: &Tx,
    (frame, mut whole): (Frame, Split),
    (request, buyer, address, filled, intent): (Request, Buyer, &Address, &Filled, &PaymentIntent),
) -> Result<Order> {
    let gstin = request.gstin.or(buyer.gstin);
    if request.purchase_order.is_some() && gstin.is_none() {
        return Err(Error::invalid("purchaseOrder", "only a business with a GSTIN has purchase orders"));
    }
    let placed = intent.secures_order();
    let id = OrderId(frame.order_id);
    let mut order = OrderRow {
        id: frame.order_id,
        number: frame.number,
        account_id: request.account.0,
        cart_id: filled.cart.id.0,
        payment_intent_id: intent.id.0,
        email: buyer.email,
        business_name: gstin.as_ref().and(buyer.business_name),
        gstin,
        purchase_order: request.purchase_order,
        deliver_at: request.at,
        amounts: whole.amounts,
        expires_at: intent.expires_at,
        placed_at: placed.then_some(frame.now),
        event_seq: 0,
        version: 1,
        created_at: frame.now,
        updated_at: frame.now,
    };
    let mut story = Story::new(By::new(OrderParty::Customer, actor), frame.now);
    story.tell(Whole { id, seq: &mut order.event_seq }, OrderEventKind::Created);
    if placed {
        place(app, &mut story, &mut order, &mut whole);
    }
    model::insert(tx, &order, address, &whole).await?;
    story.store(tx).await?;
    set_aside(app, actor, tx, id, (&whole, &filled.lines)).await?;
    orders::find(tx, &Actor::system(), id).await
}

/// The payment is certain at once: the sellers are told.
fn place(app: &App, story: &mut Story, order: &mut OrderRow, whole: &mut Split) {
    let id = OrderId(order.id);
    story.tell(Whole { id, seq: &mut order.event_seq }, OrderEventKind::Placed);
    for part in &mut whole.parts {
        let row = &mut part.row;
        row.status = SubOrderStatus::Placed;
        row.placed_at = order.placed_at;
        row.confirm_by = order.placed_at.map(|at| at + TimeDelta::minutes(app.config.sales.confirm_minutes.into()));
        let (seller, location) = (SellerId(row.seller_id), LocationId(row.location_id));
        let piece = Piece { id: SubOrderId(row.id), seller, location, seq: &mut row.event_seq };
        story.tell_seller(id, piece, OrderEventKind::Placed);
    }
    let lines = whole.parts.iter().flat_map(|part| part.lines.iter().map(|(line, _)| line));
    let sold =
        lines.map(|line| (OfferId(line.offer_id), line.quantity, Minor(line.amount_minor.0 - line.discount_minor.0)));
    story.tell_of_offers(id, sold);
}

async fn set_aside(app: &App, actor: &Actor, tx: &Tx, order: OrderId, (whole, lines): (&Split, &[Line])) -> Result<()> {
    let shipments = whole.parts.iter().map(|part| Shipment {
        id: ReservationId(part.row.reservation_id),
        location_id: LocationId(part.row.location_id),
        seller_id: SellerId(part.row.seller_id),
        lines: part.lines.iter().map(|(line, _)| (VariantId(line.variant_id), line.quantity)).collect(),
    });
    let shipments: Vec<Shipment> = shipments.collect();
    let short = reservations::hold(app, tx, actor, &format!("order:{}", order.0), &shipments).await?;
    let problem = |short: &Shortage| {
        let line = lines.iter().find(|line| line.offer.variant_id == short.variant_id);
        let path = line.map(|line| format!("items.{}", line.item.id)).unwrap_or_default();
        let message = format!("somebody was faster: {} packs are left", short.available);
        Problem::new("INSUFFICIENT_STOCK", &path, message)
    };
    match short.is_empty() {
        true => Ok(()),
        false => Err(Error::Rejected(short.iter().map(problem).collect())),
    }
}

/// The uses that the order's coupons take, each priced by the version that the quote saw.
fn uses(quote: &Quote, whole: &Split) -> Vec<Use> {
    let version = |coupon: CouponId| {
        quote.coupons.iter().find(|(one, _)| one.coupon.id == coupon).map(|(one, _)| one.coupon.version)
    };
    let used = |row: &DiscountRow| {
        let coupon = CouponId(row.coupon_id);
        let discount = Minor(row.goods_minor.0.saturating_add(row.delivery_minor.0));
        Use { coupon, discount, version: version(coupon) }
    };
    whole.discounts.iter().map(used).collect()
}
