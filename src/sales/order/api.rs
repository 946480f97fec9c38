//! Orders in the schema.

use std::sync::Arc;

use async_graphql::Context;
use freshvilla_macros::{edges, query};

use super::{
    model::{
        self, AddressOf, DiscountsOf, Order, OrderAddress, OrderDiscount, OrderId, OrderOrder, OrderWhere,
        part::{PartsOf, SubOrder},
        timeline::{Entry, TimelineOf},
    },
    status::{OrderStatus, SubOrderStatus},
};
use crate::{
    connection,
    context::Ctx,
    identity::account::model::Account,
    inventory::seller::model::Seller,
    kernel::{
        error::{Error, Result},
        money::Money,
        page::PageArgs,
    },
    payments::intent::model::PaymentIntent,
    sales::{pricing::tax::TaxSplit, quote::api::TaxAmounts},
};

connection!(OrderConnection, OrderEdge, Order);

#[edges]
impl Order {
    /// Where it stands, by its sub-orders.
    async fn status(&self, ctx: &Context<'_>) -> Result<OrderStatus> {
        let parts = ctx.load(PartsOf(self.id)).await?.unwrap_or_default();
        let states: Vec<SubOrderStatus> = parts.iter().map(|row| row.status).collect();
        Ok(OrderStatus::of(&states))
    }

    /// Who ordered.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Arc<Account>>> {
        ctx.load(self.account_id).await
    }

    /// Its parts: one for each seller and origin.
    async fn sub_orders(&self, ctx: &Context<'_>) -> Result<Vec<SubOrder>> {
        Ok(ctx.load(PartsOf(self.id)).await?.unwrap_or_default().to_vec())
    }

    /// Where it goes: the address as it stood at the time of sale.
    async fn address(&self, ctx: &Context<'_>) -> Result<Option<Arc<OrderAddress>>> {
        ctx.load(AddressOf(self.id)).await
    }

    /// What coupons took off, in the order in which they took effect.
    async fn discounts(&self, ctx: &Context<'_>) -> Result<Vec<OrderDiscount>> {
        Ok(ctx.load(DiscountsOf(self.id)).await?.unwrap_or_default().to_vec())
    }

    /// What happened to it, the first first.
    async fn timeline(&self, ctx: &Context<'_>) -> Result<Vec<Entry>> {
        Ok(ctx.load(TimelineOf(self.id)).await?.unwrap_or_default().to_vec())
    }

    /// How it is paid, and how far that is.
    async fn payment(&self, ctx: &Context<'_>) -> Result<Option<Arc<PaymentIntent>>> {
        ctx.load(self.payment_intent_id).await
    }

    /// Goods before coupons.
    fn subtotal(&self) -> Money {
        self.subtotal_minor.into()
    }

    /// What coupons took off the goods.
    fn discount(&self) -> Money {
        self.discount_minor.into()
    }

    /// What delivery costs, coupons for free delivery taken off.
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
}

#[edges]
impl OrderDiscount {
    /// Who bears it; null for FreshVilla.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        match self.seller_id {
            Some(seller) => ctx.load(seller).await,
            None => Ok(None),
        }
    }

    /// What it took off the goods.
    fn goods(&self) -> Money {
        self.goods_minor.into()
    }

    /// What it took off delivery fees.
    fn delivery(&self) -> Money {
        self.delivery_minor.into()
    }
}

#[edges]
impl Entry {
    /// The part that it is about; null for the whole order.
    async fn sub_order(&self, ctx: &Context<'_>) -> Result<Option<Arc<SubOrder>>> {
        match self.sub_order_id {
            Some(part) => ctx.load(part).await,
            None => Ok(None),
        }
    }

    /// The money that it is about.
    fn amount(&self) -> Option<Money> {
        self.amount_minor.map(Money::from)
    }
}

/// Queries over orders.
#[derive(Default)]
pub struct OrderQuery;

#[query]
impl OrderQuery {
    /// Orders that the caller may see: their own, and with `orders.read` over the whole platform everybody's. The newest
    /// come first unless asked otherwise. Sellers find theirs with `subOrders`.
    #[access(Known)]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        page: PageArgs,
        #[graphql(desc = "Which orders", name = "where")] filter: Option<OrderWhere>,
        #[graphql(desc = "In which order")] order_by: Option<OrderOrder>,
    ) -> Result<OrderConnection> {
        let count = ctx.wants("totalCount");
        let (filter, order) = (filter.unwrap_or_default(), order_by.unwrap_or_default());
        // From the primary: who just ordered looks here.
        let conn = ctx.app().db.write().await?;
        Ok(OrderConnection(model::list(&conn, ctx.actor(), &filter, order, &page, count).await?))
    }

    /// An order by its ID or its number; null when there is none or the caller may not see it. Name one of the two.
    #[access(Known)]
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID")] id: Option<OrderId>,
        #[graphql(desc = "Its number, in any case, with or without hyphens")] number: Option<String>,
    ) -> Result<Option<Order>> {
        let conn = ctx.app().db.write().await?;
        let found = match (id, number) {
            (Some(id), None) => model::find(&conn, ctx.actor(), id).await,
            (None, Some(number)) => model::find_by_number(&conn, ctx.actor(), &number).await,
            _ => return Err(Error::BadInput("name an order's ID or its number".to_owned())),
        };
        match found {
            Ok(order) => Ok(Some(order)),
            Err(Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
