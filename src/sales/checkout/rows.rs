//! New orders as rows. They are written as documents, so that the statements' text is the same whatever the number of
//! rows, and stays prepared.

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    identity::address::model::Address,
    kernel::money::{BasisPoints, Minor},
    sales::{
        order::status::SubOrderStatus,
        pricing::{sale::Sold, tax::TaxHeads},
    },
};

/// The columns that orders and sub-orders have in common: each is a sum over lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct Amounts {
    pub subtotal_minor: Minor,
    pub discount_minor: Minor,
    pub delivery_minor: Minor,
    pub taxable_minor: Minor,
    pub cgst_minor: Minor,
    pub sgst_minor: Minor,
    pub utgst_minor: Minor,
    pub igst_minor: Minor,
    pub cess_minor: Minor,
    pub total_minor: Minor,
}

impl Amounts {
    /// Of one line; `None` on overflow.
    pub fn of<K>(sold: &Sold<K>) -> Option<Self> {
        let tax = sold.goods_tax.checked_add(sold.delivery_tax)?;
        Some(Self {
            subtotal_minor: sold.amount,
            discount_minor: sold.discount,
            delivery_minor: sold.delivery,
            taxable_minor: tax.taxable,
            cgst_minor: tax.cgst,
            sgst_minor: tax.sgst,
            utgst_minor: tax.utgst,
            igst_minor: tax.igst,
            cess_minor: tax.cess,
            total_minor: sold.amount.checked_sub(sold.discount)?.checked_add(sold.delivery)?,
        })
    }

    /// Both together, column by column; `None` on overflow.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Some(Self {
            subtotal_minor: self.subtotal_minor.checked_add(other.subtotal_minor)?,
            discount_minor: self.discount_minor.checked_add(other.discount_minor)?,
            delivery_minor: self.delivery_minor.checked_add(other.delivery_minor)?,
            taxable_minor: self.taxable_minor.checked_add(other.taxable_minor)?,
            cgst_minor: self.cgst_minor.checked_add(other.cgst_minor)?,
            sgst_minor: self.sgst_minor.checked_add(other.sgst_minor)?,
            utgst_minor: self.utgst_minor.checked_add(other.utgst_minor)?,
            igst_minor: self.igst_minor.checked_add(other.igst_minor)?,
            cess_minor: self.cess_minor.checked_add(other.cess_minor)?,
            total_minor: self.total_minor.checked_add(other.total_minor)?,
        })
    }
}

/// A new row of `orders`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct OrderRow {
    pub id: Uuid,
    pub number: String,
    pub account_id: Uuid,
    pub cart_id: Uuid,
    pub payment_intent_id: Uuid,
    pub email: String,
    pub business_name: Option<String>,
    pub gstin: Option<String>,
    pub purchase_order: Option<String>,
    pub deliver_at: DateTime<Utc>,
    #[serde(flatten)]
    pub amounts: Amounts,
    pub expires_at: Option<DateTime<Utc>>,
    pub placed_at: Option<DateTime<Utc>>,
    pub event_seq: i64,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A new row of `sub_orders`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct PartRow {
    pub id: Uuid,
    pub order_id: Uuid,
    pub number: String,
    pub seller_id: Uuid,
    pub location_id: Uuid,
    pub origin_state_code: String,
    pub tax_heads: TaxHeads,
    pub status: SubOrderStatus,
    pub reservation_id: Uuid,
    #[serde(flatten)]
    pub amounts: Amounts,
    pub delivery_fee_minor: Minor,
    pub delivery_discount_minor: Minor,
    pub refunded_minor: Minor,
    pub promised_at: DateTime<Utc>,
    pub placed_at: Option<DateTime<Utc>>,
    pub confirm_by: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub event_seq: i64,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A new row of `sub_order_terms`.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct PartTermsRow {
    pub sub_order_id: Uuid,
    pub platform_discount_minor: Minor,
    pub platform_delivery_discount_minor: Minor,
    pub commission_minor: Minor,
}

/// A new row of `order_lines`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct LineRow {
    pub id: Uuid,
    pub sub_order_id: Uuid,
    pub offer_id: Uuid,
    pub variant_id: Uuid,
    pub product_name: String,
    pub variant_name: String,
    pub sku: String,
    pub seller_sku: String,
    pub hsn_code: Option<String>,
    pub mrp_minor: Option<Minor>,
    pub unit_price_minor: Minor,
    pub quantity: i32,
    pub amount_minor: Minor,
    pub discount_minor: Minor,
    pub delivery_minor: Minor,
    pub gst_bp: BasisPoints,
    pub cess_bp: BasisPoints,
    pub goods_taxable_minor: Minor,
    pub goods_cgst_minor: Minor,
    pub goods_sgst_minor: Minor,
    pub goods_utgst_minor: Minor,
    pub goods_igst_minor: Minor,
    pub goods_cess_minor: Minor,
    pub delivery_taxable_minor: Minor,
    pub delivery_cgst_minor: Minor,
    pub delivery_sgst_minor: Minor,
    pub delivery_utgst_minor: Minor,
    pub delivery_igst_minor: Minor,
    pub delivery_cess_minor: Minor,
    pub quantity_cancelled: i32,
    pub quantity_shipped: i32,
    pub quantity_returned: i32,
}

/// A new row of `order_line_terms`.
#[derive(Clone, Copy, Debug, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct LineTermsRow {
    pub order_line_id: Uuid,
    pub platform_discount_minor: Minor,
    pub commission_rule_id: Option<Uuid>,
    pub commission_bp: BasisPoints,
    pub commission_fixed_minor: Minor,
    pub commission_base_minor: Minor,
    pub commission_minor: Minor,
}

/// A new row of `order_discounts`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct DiscountRow {
    pub id: Uuid,
    pub order_id: Uuid,
    pub position: i32,
    pub coupon_id: Uuid,
    pub code: String,
    pub seller_id: Option<Uuid>,
    pub goods_minor: Minor,
    pub delivery_minor: Minor,
}

/// A new row of `order_addresses`.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct AddressRow<'a> {
    pub order_id: Uuid,
    pub contact_name: &'a str,
    pub phone: &'a str,
    pub alternate_phone: Option<&'a str>,
    pub line1: &'a str,
    pub line2: &'a str,
    pub landmark: &'a str,
    pub city: &'a str,
    pub state_code: &'a str,
    pub pincode: &'a str,
    pub latitude: Option<&'a BigDecimal>,
    pub longitude: Option<&'a BigDecimal>,
    pub delivery_instructions: &'a str,
}

impl<'a> AddressRow<'a> {
    /// Of an order to this address.
    pub fn new(order: &OrderRow, address: &'a Address) -> Self {
        Self {
            order_id: order.id,
            contact_name: &address.contact_name,
            phone: &address.phone,
            alternate_phone: address.alternate_phone.as_deref(),
            line1: &address.line1,
            line2: &address.line2,
            landmark: &address.landmark,
            city: &address.city,
            state_code: &address.state_code,
            pincode: &address.pincode,
            latitude: address.latitude.as_ref(),
            longitude: address.longitude.as_ref(),
            delivery_instructions: &address.delivery_instructions,
        }
    }
}
