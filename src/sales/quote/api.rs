//! Quotes in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, query};

use super::{
    compute::{Priced, Quote},
    gather::{self, Request},
    plan::{Obstacle, QuoteReason},
};
use crate::{
    context::Ctx,
    inventory::{
        hours::api::instant,
        location::model::{Location, LocationId},
        seller::model::{Seller, SellerId},
        serviceability::delivery::Delivery,
    },
    kernel::{
        error::{Error, Result},
        money::{Minor, Money},
    },
    sales::{
        cart::{api::Cart, model::line::CartItemId, service::Filled},
        coupon::apply_api::CartCoupon,
        pricing::{
            sale::Sold,
            tax::{TaxHeads, TaxRate, TaxSplit},
        },
    },
};

/// Most locations that a shopper may choose.
const MAX_CHOSEN: usize = 50;

/// What the caller's cart costs at a door, and what of it cannot be bought. It promises nothing and sets nothing aside.
#[derive(PlainObject)]
pub struct CartQuote {
    /// The cart.
    cart: Cart,
    /// The instant of delivery that was asked about.
    at: DateTime<Utc>,
    /// Whether every line that is not saved for later can be bought.
    complete: bool,
    /// What is sent together, in a fixed order. The sums are of these.
    shipments: Vec<QuoteShipment>,
    /// What cannot be bought, and why.
    obstacles: Vec<QuoteObstacle>,
    /// The cart's coupons, each with what it does for what can be bought, or why nothing.
    coupons: Vec<CartCoupon>,
    /// Goods before coupons.
    subtotal: Money,
    /// What coupons take off the goods.
    discount: Money,
    /// What delivery costs, coupons for free delivery taken off.
    delivery: Money,
    /// Taxes in the total, by head: of goods and delivery.
    tax: TaxAmounts,
    /// What is to be paid.
    total: Money,
}

/// A tax-inclusive amount in its parts. Together they are what is paid.
#[derive(Clone, Debug, PlainObject)]
pub struct TaxAmounts {
    /// The value that the taxes are on.
    taxable: Money,
    /// Central tax.
    cgst: Money,
    /// State tax.
    sgst: Money,
    /// Union territory tax, in place of state tax in a territory without a legislature.
    utgst: Money,
    /// Integrated tax, between states.
    igst: Money,
    /// Compensation cess.
    cess: Money,
}

impl From<TaxSplit> for TaxAmounts {
    fn from(split: TaxSplit) -> Self {
        Self {
            taxable: split.taxable.into(),
            cgst: split.cgst.into(),
            sgst: split.sgst.into(),
            utgst: split.utgst.into(),
            igst: split.igst.into(),
            cess: split.cess.into(),
        }
    }
}

/// Lines of one seller that are sent together.
#[derive(PlainObject)]
#[graphql(complex)]
pub struct QuoteShipment {
    #[graphql(skip)]
    seller_id: SellerId,
    /// From where; each location of the seller that could send all of it is in `options`.
    location_id: LocationId,
    /// The lines.
    lines: Vec<QuoteLine>,
    /// Terms of every location that could send all of it, the one that would first. Choose another by `locationIds`.
    options: Vec<QuoteOption>,
    /// Minutes from order to door.
    promised_minutes: i32,
    /// Which taxes it bears: by the state of the location's registration, and the one where it arrives.
    tax_heads: TaxHeads,
    /// Goods before coupons: fees and minimums go by this.
    subtotal: Money,
    /// What coupons take off the goods.
    discount: Money,
    /// What the location asks for delivery: nothing from its threshold on.
    delivery_fee: Money,
    /// What coupons for free delivery take off that.
    delivery_discount: Money,
    /// What is to be paid for it.
    total: Money,
}

#[edges]
impl QuoteShipment {
    /// Who sells.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load(self.seller_id).await
    }

    /// From where; null for those who may not see it, such as a warehouse for shoppers.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load(self.location_id).await
    }
}

/// The terms of a location.
#[derive(PlainObject)]
pub struct QuoteOption {
    /// The location.
    location_id: LocationId,
    /// What it asks for delivery of these goods.
    delivery_fee: Money,
    /// Minutes from order to door, while open.
    promised_minutes: i32,
    /// Whether it is open then.
    open: bool,
    /// When it opens next; null while it is open, and when it stays closed.
    next_opening: Option<DateTime<Utc>>,
}

/// A line's price.
#[derive(PlainObject)]
pub struct QuoteLine {
    /// The cart's line.
    item_id: CartItemId,
    /// Price of a pack times their number.
    amount: Money,
    /// Its part of what coupons take off.
    discount: Money,
    /// Its part of the delivery.
    delivery: Money,
    /// What is paid for the goods in its parts.
    goods_tax: TaxAmounts,
    /// Its part of the delivery in its parts.
    delivery_tax: TaxAmounts,
    /// GST in force for the product, in basis points.
    gst_bp: i32,
    /// Compensation cess in force for it, in basis points.
    cess_bp: i32,
}

/// Lines that cannot be bought.
#[derive(PlainObject)]
pub struct QuoteObstacle {
    /// The cart's lines.
    item_ids: Vec<CartItemId>,
    /// Why.
    reason: QuoteReason,
    /// What the goods that would be sent together lack to the minimum; null for other reasons.
    missing: Option<Money>,
    /// When the location opens; null for other reasons, and when it stays closed.
    next_opening: Option<DateTime<Utc>>,
}

impl From<Obstacle> for QuoteObstacle {
    fn from(obstacle: Obstacle) -> Self {
        let Obstacle { items, reason, missing, next_opening } = obstacle;
        Self { item_ids: items, reason, missing: missing.map(Money::from), next_opening }
    }
}

impl From<&(Sold<CartItemId>, TaxRate)> for QuoteLine {
    fn from((sold, rate): &(Sold<CartItemId>, TaxRate)) -> Self {
        Self {
            item_id: sold.key,
            amount: sold.amount.into(),
            discount: sold.discount.into(),
            delivery: sold.delivery.into(),
            goods_tax: sold.goods_tax.into(),
            delivery_tax: sold.delivery_tax.into(),
            gst_bp: rate.gst.0,
            cess_bp: rate.cess.0,
        }
    }
}

impl QuoteOption {
    fn new(delivery: &Delivery, value: Minor) -> Self {
        Self {
            location_id: delivery.location_id,
            delivery_fee: delivery.fee_for(Some(value)).into(),
            promised_minutes: delivery.promised_minutes,
            open: delivery.open,
            next_opening: delivery.next_opening,
        }
    }
}

impl From<Priced> for QuoteShipment {
    fn from(priced: Priced) -> Self {
        let Priced { shipment, heads, fee, fee_discount, sold, .. } = priced;
        let value = shipment.value();
        let sum = |of: fn(&Sold<CartItemId>) -> i64| sold.iter().map(|(line, _)| of(line)).sum::<i64>();
        let (discount, delivery) = (sum(|line| line.discount.0), sum(|line| line.delivery.0));
        Self {
            seller_id: shipment.delivery.seller_id,
            location_id: shipment.delivery.location_id,
            lines: sold.iter().map(QuoteLine::from).collect(),
            options: shipment.options.iter().map(|option| QuoteOption::new(option, value)).collect(),
            promised_minutes: shipment.delivery.promised_minutes,
            tax_heads: heads,
            subtotal: value.into(),
            discount: Minor(discount).into(),
            delivery_fee: fee.into(),
            delivery_discount: fee_discount.into(),
            total: Minor(value.0 - discount + delivery).into(),
        }
    }
}

impl CartQuote {
    fn new(filled: Filled, quote: Quote, at: DateTime<Utc>) -> Self {
        let totals = quote.totals;
        let coupons = quote.coupons.into_iter().map(|(candidate, effect)| CartCoupon::new(&candidate, effect));
        Self {
            cart: filled.into(),
            at,
            complete: quote.obstacles.is_empty(),
            coupons: coupons.collect(),
            shipments: quote.shipments.into_iter().map(QuoteShipment::from).collect(),
            obstacles: quote.obstacles.into_iter().map(QuoteObstacle::from).collect(),
            subtotal: totals.amount.into(),
            discount: totals.discount.into(),
            delivery: totals.delivery.into(),
            tax: totals.tax.into(),
            total: totals.payable().unwrap_or_default().into(),
        }
    }
}

/// Where a cart is to be delivered, and how.
#[derive(InputObject)]
pub struct CartQuoteInput {
    /// Postal code of the door: six digits.
    pincode: String,
    /// GST code of the state; needed where the postal code lies in several.
    state_code: Option<String>,
    /// When it is to be delivered, within a year from now; now when left out.
    at: Option<DateTime<Utc>>,
    /// Locations that the shopper prefers, from `options`; at most 50. They are taken where they can send something.
    #[graphql(default)]
    location_ids: Vec<LocationId>,
    /// For strangers: the cart's token.
    guest_token: Option<String>,
}

/// Quotes.
#[derive(Default)]
pub struct QuoteQuery;

#[query]
impl QuoteQuery {
    /// What the caller's cart costs at a door: what is sent from where and for how much, what the coupons do, the tax of
    /// each line, and what cannot be bought and why. Null where they have no cart.
    #[access(Public)]
    async fn cart_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to, and how")] input: CartQuoteInput,
    ) -> Result<Option<CartQuote>> {
        let pincode: String = input.pincode.chars().filter(|c| !c.is_whitespace()).collect();
        if pincode.len() != 6 || !pincode.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::BadInput("a postal code has six digits".to_owned()));
        }
        if input.location_ids.len() > MAX_CHOSEN {
            return Err(Error::BadInput(format!("choose at most {MAX_CHOSEN} locations")));
        }
        let at = instant(ctx.app(), input.at)?;
        let (guest_token, state_code) = (input.guest_token, input.state_code);
        let request = Request { guest_token, pincode, state_code, at, chosen: input.location_ids };
        let quoted = gather::quote(ctx.app(), ctx.actor(), &request).await?;
        Ok(quoted.map(|(filled, quote)| CartQuote::new(filled, quote, at)))
    }
}
