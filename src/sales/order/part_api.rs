//! Sub-orders and their lines in the schema.

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::{PlainObject, edges, query};

use super::{
    model::{
        AddressOf, Order, OrderAddress, Visible,
        line::{LineTermsOf, LinesOf, OrderLine, OrderLineTerms},
        part::{self, SubOrder, SubOrderId, SubOrderOrder, SubOrderTerms, SubOrderWhere, TermsOf},
        timeline::{Entry, TimelineOf},
    },
    status::SubOrderStatus,
};
use crate::{
    catalog::variant::model::Variant,
    connection,
    context::Ctx,
    inventory::{location::model::Location, seller::model::Seller},
    kernel::{
        access::Permission,
        error::{Error, Result},
        money::Money,
        page::PageArgs,
    },
    marketplace::commission::model::CommissionRule,
    payments::intent::model::PaymentMethod,
    sales::{pricing::tax::TaxSplit, quote::api::TaxAmounts},
};

connection!(SubOrderConnection, SubOrderEdge, SubOrder);

#[edges]
impl SubOrder {
    /// The order that it is a part of; null for its seller, who does not see the others' parts.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Arc<Order>>> {
        ctx.load(Visible(self.order_id)).await
    }

    /// Who sells.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        ctx.load(self.seller_id).await
    }

    /// From where it is sent.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Arc<Location>>> {
        ctx.load(self.location_id).await
    }

    /// Where it goes: the address as it stood at the time of sale.
    async fn address(&self, ctx: &Context<'_>) -> Result<Option<Arc<OrderAddress>>> {
        ctx.load(AddressOf(self.order_id)).await
    }

    /// What was sold; at most 100 lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLine>> {
        Ok(ctx.load(LinesOf(self.id)).await?.unwrap_or_default().to_vec())
    }

    /// How the order is paid.
    async fn payment_method(&self, ctx: &Context<'_>) -> Result<Option<PaymentMethod>> {
        let Some(order) = ctx.load(self.order_id).await? else { return Ok(None) };
        Ok(ctx.load(order.payment_intent_id).await?.map(|intent| intent.method))
    }

    /// What is between FreshVilla and its seller; null for its buyer.
    async fn terms(&self, ctx: &Context<'_>) -> Result<Option<Arc<SubOrderTerms>>> {
        ctx.load(TermsOf(self.id)).await
    }

    /// What happened to it, the first first; what happened to the whole order is not in it.
    async fn timeline(&self, ctx: &Context<'_>) -> Result<Vec<Entry>> {
        let whole = ctx.load(TimelineOf(self.order_id)).await?.unwrap_or_default();
        Ok(whole.iter().filter(|entry| entry.sub_order_id == Some(self.id)).cloned().collect())
    }

    /// Goods before coupons.
    fn subtotal(&self) -> Money {
        self.subtotal_minor.into()
    }

    /// What coupons took off the goods.
    fn discount(&self) -> Money {
        self.discount_minor.into()
    }

    /// What its location asks for delivery.
    fn delivery_fee(&self) -> Money {
        self.delivery_fee_minor.into()
    }

    /// What coupons for free delivery took off that.
    fn delivery_discount(&self) -> Money {
        self.delivery_discount_minor.into()
    }

    /// What is paid for delivery.
    fn delivery(&self) -> Money {
        self.delivery_minor.into()
    }

    /// Taxes in the total, by head: of goods and delivery.
    fn tax(&self) -> TaxAmounts {
        TaxAmounts::from(TaxSplit {
            taxable: self.taxable_minor,
            cgst: self.cgst_minor,
            sgst: self.sgst_minor,
            utgst: self.utgst_minor,
            igst: self.igst_minor,
            cess: self.cess_minor,
        })
    }

    /// What it costs.
    fn total(&self) -> Money {
        self.total_minor.into()
    }

    /// What was given back of it, or need not be paid any more.
    fn refunded(&self) -> Money {
        self.refunded_minor.into()
    }
}

#[edges]
impl SubOrderTerms {
    /// The part of the discount on goods that FreshVilla bears; the seller bears the rest.
    fn platform_discount(&self) -> Money {
        self.platform_discount_minor.into()
    }

    /// The part of the discount on delivery that FreshVilla bears.
    fn platform_delivery_discount(&self) -> Money {
        self.platform_delivery_discount_minor.into()
    }

    /// What FreshVilla takes of the sale: the sum of the lines'.
    fn commission(&self) -> Money {
        self.commission_minor.into()
    }
}

#[edges]
impl OrderLine {
    /// The pack as it is in the catalogue now.
    async fn variant(&self, ctx: &Context<'_>) -> Result<Option<Arc<Variant>>> {
        ctx.load(self.variant_id).await
    }

    /// Its commission; null for the buyer.
    async fn terms(&self, ctx: &Context<'_>) -> Result<Option<Arc<OrderLineTerms>>> {
        ctx.load(LineTermsOf(self.id)).await
    }

    /// Maximum retail price of a pack.
    fn mrp(&self) -> Option<Money> {
        self.mrp_minor.map(Money::from)
    }

    /// What a pack costs with all taxes.
    fn unit_price(&self) -> Money {
        self.unit_price_minor.into()
    }

    /// Price of a pack times their number.
    fn amount(&self) -> Money {
        self.amount_minor.into()
    }

    /// Its part of what coupons took off the goods.
    fn discount(&self) -> Money {
        self.discount_minor.into()
    }

    /// Its part of what is paid for delivery.
    fn delivery(&self) -> Money {
        self.delivery_minor.into()
    }

    /// GST at the time of sale, in basis points.
    fn gst_bp(&self) -> i32 {
        self.gst_bp.0
    }

    /// Compensation cess at the time of sale, in basis points.
    fn cess_bp(&self) -> i32 {
        self.cess_bp.0
    }

    /// What is paid for the goods in its parts.
    fn goods_tax(&self) -> TaxAmounts {
        TaxAmounts::from(TaxSplit {
            taxable: self.goods_taxable_minor,
            cgst: self.goods_cgst_minor,
            sgst: self.goods_sgst_minor,
            utgst: self.goods_utgst_minor,
            igst: self.goods_igst_minor,
            cess: self.goods_cess_minor,
        })
    }

    /// Its part of the delivery in its parts.
    fn delivery_tax(&self) -> TaxAmounts {
        TaxAmounts::from(TaxSplit {
            taxable: self.delivery_taxable_minor,
            cgst: self.delivery_cgst_minor,
            sgst: self.delivery_sgst_minor,
            utgst: self.delivery_utgst_minor,
            igst: self.delivery_igst_minor,
            cess: self.delivery_cess_minor,
        })
    }
}

#[edges]
impl OrderLineTerms {
    /// The rule that decided the commission; null where none held.
    async fn rule(&self, ctx: &Context<'_>) -> Result<Option<Arc<CommissionRule>>> {
        match self.commission_rule_id {
            Some(rule) => ctx.load(rule).await,
            None => Ok(None),
        }
    }

    /// The part of the line's discount that FreshVilla bears; the seller bears the rest.
    fn platform_discount(&self) -> Money {
        self.platform_discount_minor.into()
    }

    /// The rule's share, in basis points.
    fn rate_bp(&self) -> i32 {
        self.commission_bp.0
    }

    /// The rule's fixed part for each pack.
    fn fixed(&self) -> Money {
        self.commission_fixed_minor.into()
    }

    /// The amount of which the share is taken: the goods less what the seller itself gave off.
    fn base(&self) -> Money {
        self.commission_base_minor.into()
    }

    /// What FreshVilla takes.
    fn commission(&self) -> Money {
        self.commission_minor.into()
    }
}

/// How many sub-orders stand somewhere.
#[derive(PlainObject)]
pub struct SubOrderCount {
    /// Where they stand.
    status: SubOrderStatus,
    /// How many.
    count: i64,
}

/// Queries over sub-orders.
#[derive(Default)]
pub struct SubOrderQuery;

#[query]
impl SubOrderQuery {
    /// Sub-orders of the sellers and locations within the caller's scope, those whose payment is certain; the newest come
    /// first unless asked otherwise.
    #[access(Can(Permission::OrdersRead))]
    async fn sub_orders(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
        #[graphql(desc = "Which sub-orders", name = "where")] filter: Option<SubOrderWhere>,
        #[graphql(desc = "In which order")] order_by: Option<SubOrderOrder>,
    ) -> Result<SubOrderConnection> {
        let count = ctx.wants("totalCount");
        let (filter, order) = (filter.unwrap_or_default(), order_by.unwrap_or_default());
        let conn = ctx.app().db.write().await?;
        let who = (&**ctx.actor(), ctx.app().clock.now());
        Ok(SubOrderConnection(part::list(&conn, who, &filter, order, &page, count).await?))
    }

    /// How many of them stand where: every state with its number.
    #[access(Can(Permission::OrdersRead))]
    async fn sub_order_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which sub-orders", name = "where")] filter: Option<SubOrderWhere>,
    ) -> Result<Vec<SubOrderCount>> {
        let conn = ctx.app().db.read().await?;
        let who = (&**ctx.actor(), ctx.app().clock.now());
        let counted = part::count_by_status(&conn, who, &filter.unwrap_or_default()).await?;
        let count = |status: &SubOrderStatus| counted.get(status).copied().unwrap_or_default();
        Ok(SubOrderStatus::ALL.iter().map(|status| SubOrderCount { status: *status, count: count(status) }).collect())
    }

    /// A sub-order: of a seller within the caller's scope, or of an own order. Null when there is none.
    #[access(Known)]
    async fn sub_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID")] id: SubOrderId,
    ) -> Result<Option<SubOrder>> {
        let conn = ctx.app().db.write().await?;
        match part::find(&conn, ctx.actor(), id).await {
            Ok(row) => Ok(Some(row)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
