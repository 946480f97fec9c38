//! A priced cart as the rows of an order: one part for each shipment, and for each line what it costs, which taxes it
//! bears, who bears its discount and what commission it brings. Pure.
//!
//! Everything is added up from the lines, so that parts equal the whole in every column; the database checks it again.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::rows::{Amounts, DiscountRow, LineRow, LineTermsRow, PartRow, PartTermsRow};
use crate::{
    catalog::variant::model::VariantId,
    kernel::money::Minor,
    marketplace::commission::model::CommissionRule,
    sales::{
        cart::{line::Line, model::line::CartItemId},
        coupon::{model::in_cart::Candidate, rules::Effect},
        order::status::SubOrderStatus,
        pricing::{sale::Sold, tax::TaxRate},
        quote::compute::{Priced, Quote},
    },
};

/// What is copied of a variant.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as the columns of order_lines")]
pub struct Snapshot {
    pub product_name: String,
    pub variant_name: String,
    pub sku: String,
    pub mrp_minor: Option<Minor>,
}

/// What an order is made of besides its price.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The order.
    pub order_id: Uuid,
    /// Its number.
    pub number: String,
    /// When it is made.
    pub now: DateTime<Utc>,
    /// The instant of delivery that was asked for.
    pub deliver_at: DateTime<Utc>,
    /// What is copied of each variant.
    pub snapshots: HashMap<VariantId, Snapshot>,
    /// The rule that decides each line's commission.
    pub rules: HashMap<CartItemId, CommissionRule>,
}

/// An order's parts.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// The sums of all.
    pub amounts: Amounts,
    /// One for each shipment, in the quote's order.
    pub parts: Vec<Part>,
    /// What each coupon took off.
    pub discounts: Vec<DiscountRow>,
}

/// A sub-order with its lines.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as the tables")]
pub struct Part {
    pub row: PartRow,
    pub terms: PartTermsRow,
    pub lines: Vec<(LineRow, LineTermsRow)>,
}

/// A coupon that works, with the position that it has among the discounts of each line.
struct Working<'a> {
    coupon: &'a Candidate,
    effect: &'a Effect,
    /// What it took off delivery fees.
    fees: Minor,
}

impl Working<'_> {
    fn of_platform(&self) -> bool {
        self.coupon.coupon.seller_id.is_none()
    }
}

/// Splits a quote that has no obstacles; `None` on overflow, or where something of a line is not known.
pub fn split(quote: &Quote, frame: &Frame) -> Option<Split> {
    let effects = quote.coupons.iter().filter_map(|(coupon, effect)| Some((coupon, effect.as_ref().ok()?)));
    let mut working: Vec<Working<'_>> =
        effects.map(|(coupon, effect)| Working { coupon, effect, fees: Minor::ZERO }).collect();
    let mut whole = Split::default();
    for (number, priced) in (1_i32..).zip(&quote.shipments) {
        let part = part(priced, number, frame, &mut working)?;
        whole.amounts = whole.amounts.checked_add(part.row.amounts)?;
        whole.parts.push(part);
    }
    whole.discounts = (1_i32..).zip(&working).map(|(position, one)| discount(one, position, frame)).collect();
    Some(whole)
}

fn discount(one: &Working<'_>, position: i32, frame: &Frame) -> DiscountRow {
    let coupon = &one.coupon.coupon;
    DiscountRow {
        id: Uuid::now_v7(),
        order_id: frame.order_id,
        position,
        coupon_id: coupon.id.0,
        code: coupon.code.clone(),
        seller_id: coupon.seller_id.map(|id| id.0),
        goods_minor: one.effect.discount,
        delivery_minor: one.fees,
    }
}

fn part(priced: &Priced, number: i32, frame: &Frame, working: &mut [Working<'_>]) -> Option<Part> {
    let id = Uuid::now_v7();
    let bears_fee = fee_borne_by_platform(priced, working);
    let (mut amounts, mut lines) = (Amounts::default(), Vec::new());
    for (line, (sold, rate)) in priced.shipment.lines.iter().zip(&priced.sold) {
        let row = line_row((id, line), (sold, *rate), frame)?;
        let terms = line_terms(&row, line, sold, frame, working)?;
        amounts = amounts.checked_add(Amounts::of(sold)?)?;
        lines.push((row, terms));
    }
    let sum = |of: fn(&LineTermsRow) -> i64| Minor(lines.iter().map(|(_, terms)| of(terms)).sum());
    let terms = PartTermsRow {
        sub_order_id: id,
        platform_discount_minor: sum(|terms| terms.platform_discount_minor.0),
        platform_delivery_discount_minor: if bears_fee { priced.fee_discount } else { Minor::ZERO },
        commission_minor: sum(|terms| terms.commission_minor.0),
    };
    let delivery = &priced.shipment.delivery;
    let fastest = frame.now + TimeDelta::minutes(delivery.promised_minutes.into());
    let row = PartRow {
        id,
        order_id: frame.order_id,
        number: format!("{}-{number}", frame.number),
        seller_id: delivery.seller_id.0,
        location_id: delivery.location_id.0,
        origin_state_code: priced.from_state.clone(),
        tax_heads: priced.heads,
        status: SubOrderStatus::AwaitingPayment,
        reservation_id: Uuid::now_v7(),
        amounts,
        delivery_fee_minor: priced.fee,
        delivery_discount_minor: priced.fee_discount,
        refunded_minor: Minor::ZERO,
        promised_at: fastest.max(frame.deliver_at),
        placed_at: None,
        confirm_by: None,
        cancelled_at: None,
        event_seq: 0,
        version: 1,
        created_at: frame.now,
        updated_at: frame.now,
    };
    Some(Part { row, terms, lines })
}

/// Notes which coupon made the delivery free, the first that did, and answers whether FreshVilla bears that.
fn fee_borne_by_platform(priced: &Priced, working: &mut [Working<'_>]) -> bool {
    let within = |effect: &Effect| priced.shipment.lines.iter().any(|line| effect.lines.contains(&line.item.id));
    let Some(one) = working.iter_mut().find(|one| one.effect.free_delivery && within(one.effect)) else { return false };
    one.fees = Minor(one.fees.0.saturating_add(priced.fee_discount.0));
    one.of_platform()
}

fn line_row((part, line): (Uuid, &Line), (sold, rate): (&Sold<CartItemId>, TaxRate), frame: &Frame) -> Option<LineRow> {
    let Snapshot { product_name, variant_name, sku, mrp_minor } = frame.snapshots.get(&line.offer.variant_id)?.clone();
    let (goods, delivery) = (sold.goods_tax, sold.delivery_tax);
    Some(LineRow {
        id: Uuid::now_v7(),
        sub_order_id: part,
        offer_id: line.offer.id.0,
        variant_id: line.offer.variant_id.0,
        product_name,
        variant_name,
        sku,
        seller_sku: line.offer.sku.clone(),
        hsn_code: line.hsn().map(str::to_owned),
        mrp_minor,
        unit_price_minor: line.unit_price,
        quantity: line.item.quantity,
        amount_minor: sold.amount,
        discount_minor: sold.discount,
        delivery_minor: sold.delivery,
        gst_bp: rate.gst,
        cess_bp: rate.cess,
        goods_taxable_minor: goods.taxable,
        goods_cgst_minor: goods.cgst,
        goods_sgst_minor: goods.sgst,
        goods_utgst_minor: goods.utgst,
        goods_igst_minor: goods.igst,
        goods_cess_minor: goods.cess,
        delivery_taxable_minor: delivery.taxable,
        delivery_cgst_minor: delivery.cgst,
        delivery_sgst_minor: delivery.sgst,
        delivery_utgst_minor: delivery.utgst,
        delivery_igst_minor: delivery.igst,
        delivery_cess_minor: delivery.cess,
        quantity_cancelled: 0,
        quantity_shipped: 0,
        quantity_returned: 0,
    })
}

/// The seller pays commission on what it gets for the goods: what it gave off itself is not in it, what FreshVilla gave
/// off is.
fn line_terms(
    row: &LineRow,
    line: &Line,
    sold: &Sold<CartItemId>,
    frame: &Frame,
    working: &[Working<'_>],
) -> Option<LineTermsRow> {
    let borne = sold.discounts.iter().zip(working).filter(|(_, one)| one.of_platform()).map(|(part, _)| part.0);
    let platform_discount = Minor(borne.sum());
    let base = sold.amount.checked_sub(sold.discount)?.checked_add(platform_discount)?;
    let rule = frame.rules.get(&line.item.id);
    let commission = match rule {
        Some(rule) => rule.rate().commission_on(base, row.quantity)?,
        None => Minor::ZERO,
    };
    Some(LineTermsRow {
        order_line_id: row.id,
        platform_discount_minor: platform_discount,
        commission_rule_id: rule.map(|rule| rule.id.0),
        commission_bp: rule.map(|rule| rule.rate_bp).unwrap_or_default(),
        commission_fixed_minor: rule.map(|rule| rule.fixed_minor).unwrap_or_default(),
        commission_base_minor: base,
        commission_minor: commission,
    })
}
