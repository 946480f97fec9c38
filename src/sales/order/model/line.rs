//! Lines of orders: what was sold, as it stood at that time.

use std::{collections::HashMap, sync::Arc};

use diesel::prelude::*;
use freshvilla_macros::PlainObject;
use uuid::Uuid;

use super::{
    OrderId,
    part::{self, SubOrderId},
};
use crate::{
    catalog::variant::model::VariantId,
    id,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::Result,
        loader::Key,
        money::{BasisPoints, Minor},
        sql::{Select, Sql},
    },
    load_children,
    marketplace::{commission::model::CommissionRuleId, offer::model::OfferId},
    schema::{order_line_terms, order_lines},
};

id! {
    /// Identifies a line of an order.
    OrderLineId, "orl", "OrderLine"
}

/// What was sold: names, prices and taxes as they stood at that time.
#[derive(Clone, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = order_lines)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct OrderLine {
    /// Global ID.
    pub id: OrderLineId,
    #[graphql(skip)]
    pub sub_order_id: SubOrderId,
    #[graphql(skip)]
    pub offer_id: OfferId,
    #[graphql(skip)]
    pub variant_id: VariantId,
    /// The product.
    pub product_name: String,
    /// The pack.
    pub variant_name: String,
    /// The catalogue's stock-keeping unit.
    pub sku: String,
    /// The seller's own.
    pub seller_sku: String,
    /// HSN code.
    pub hsn_code: Option<String>,
    #[graphql(skip)]
    pub mrp_minor: Option<Minor>,
    #[graphql(skip)]
    pub unit_price_minor: Minor,
    /// How many packs.
    pub quantity: i32,
    #[graphql(skip)]
    pub amount_minor: Minor,
    #[graphql(skip)]
    pub discount_minor: Minor,
    #[graphql(skip)]
    pub delivery_minor: Minor,
    #[graphql(skip)]
    pub gst_bp: BasisPoints,
    #[graphql(skip)]
    pub cess_bp: BasisPoints,
    #[graphql(skip)]
    pub goods_taxable_minor: Minor,
    #[graphql(skip)]
    pub goods_cgst_minor: Minor,
    #[graphql(skip)]
    pub goods_sgst_minor: Minor,
    #[graphql(skip)]
    pub goods_utgst_minor: Minor,
    #[graphql(skip)]
    pub goods_igst_minor: Minor,
    #[graphql(skip)]
    pub goods_cess_minor: Minor,
    #[graphql(skip)]
    pub delivery_taxable_minor: Minor,
    #[graphql(skip)]
    pub delivery_cgst_minor: Minor,
    #[graphql(skip)]
    pub delivery_sgst_minor: Minor,
    #[graphql(skip)]
    pub delivery_utgst_minor: Minor,
    #[graphql(skip)]
    pub delivery_igst_minor: Minor,
    #[graphql(skip)]
    pub delivery_cess_minor: Minor,
    /// Packs that will not be sent.
    pub quantity_cancelled: i32,
    /// Packs that left.
    pub quantity_shipped: i32,
    /// Packs that came back.
    pub quantity_returned: i32,
}

impl OrderLine {
    /// What the goods cost with all taxes, coupons taken off; delivery is not in it.
    pub fn paid_for_goods(&self) -> Minor {
        Minor(self.amount_minor.0 - self.discount_minor.0)
    }
}

load_children! {
    /// The lines of a sub-order, which the caller may see.
    pub LinesOf(SubOrderId) => OrderLine, order_lines.sub_order_id, by id
}

/// The commission on a line, frozen at the time of sale.
#[derive(Clone, Copy, Debug, Queryable, Selectable, PlainObject)]
#[diesel(table_name = order_line_terms)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct OrderLineTerms {
    #[graphql(skip)]
    pub order_line_id: OrderLineId,
    #[graphql(skip)]
    pub platform_discount_minor: Minor,
    #[graphql(skip)]
    pub commission_rule_id: Option<CommissionRuleId>,
    #[graphql(skip)]
    pub commission_bp: BasisPoints,
    #[graphql(skip)]
    pub commission_fixed_minor: Minor,
    #[graphql(skip)]
    pub commission_base_minor: Minor,
    #[graphql(skip)]
    pub commission_minor: Minor,
}

/// The key of a line's terms; none for its buyer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineTermsOf(pub OrderLineId);

impl Key for LineTermsOf {
    type Value = Arc<OrderLineTerms>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rest = Sql::new(
            "FROM order_line_terms WHERE order_line_id IN (SELECT order_lines.id FROM order_lines \
             JOIN sub_orders ON sub_orders.id = order_lines.sub_order_id WHERE order_lines.id = ANY(",
        )
        .bind(ids)
        .sql(") AND ")
        .join(part::within(actor, Permission::OrdersRead))
        .sql(")");
        let rows = Select::<OrderLineTerms>::new(rest).rows(conn).await?;
        Ok(rows.into_iter().map(|row| (Self(row.order_line_id), Arc::new(row))).collect())
    }
}

/// Lines of sub-orders that the caller may see.
pub fn visible_to(actor: &Actor) -> Sql {
    Sql::new("order_lines.sub_order_id IN (SELECT sub_orders.id FROM sub_orders WHERE ")
        .join(part::visible_to(actor))
        .sql(")")
}

/// The lines of an order.
pub async fn of_order(conn: &Conn, order: OrderId) -> Result<Vec<OrderLine>> {
    let rest = Sql::new("FROM order_lines WHERE sub_order_id IN (SELECT id FROM sub_orders WHERE order_id = ");
    Select::<OrderLine>::new(rest.bind(order).sql(") ORDER BY sub_order_id, id")).rows(conn).await
}
