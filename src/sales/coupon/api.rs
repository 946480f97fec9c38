//! Coupons in the schema, for those who run them.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined};
use chrono::{DateTime, Utc};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    model::{self, Coupon, CouponId, CouponKind, CouponStatus, CouponWhere, CustomerCount, Target, TargetsOf},
    service::{self, CouponChanges, NewCoupon, NewTarget},
};
use crate::{
    catalog::{
        category::model::{Category, CategoryId},
        product::model::{Product, ProductId},
        variant::api::read_money,
    },
    connection,
    context::Ctx,
    identity::account::model::AccountId,
    inventory::seller::model::{Seller, SellerId},
    kernel::{
        access::Permission,
        error::Result,
        money::{Money, MoneyInput},
        page::{Direction, PageArgs},
    },
    payload,
    sales::SalesError,
};

connection!(CouponConnection, CouponEdge, Coupon);

/// Goods that a coupon names: a product, a category with its whole branch, or all of a seller's.
#[derive(Clone, Debug, PlainObject)]
#[graphql(complex)]
pub struct CouponTarget {
    /// Whether the coupon is not for them.
    excluded: bool,
    #[graphql(skip)]
    row: Target,
}

#[edges]
impl CouponTarget {
    /// The product; null where it is something else.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Arc<Product>>> {
        match self.row.product_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The category with its whole branch; null where it is something else.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Arc<Category>>> {
        match self.row.category_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The seller; null where it is something else.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        match self.row.seller_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

#[edges]
impl Coupon {
    /// The seller whose coupon it is: it bears the cost, and the coupon is for its goods alone. Null for the platform's,
    /// which the platform bears.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        match self.seller_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// Share of the goods' price that is taken off, in basis points: 1,000 is 10 %; null unless it is a percentage.
    fn rate_bp(&self) -> Option<i32> {
        self.rate_bp.map(|rate| rate.0)
    }

    /// What is taken off; null unless it is a fixed amount.
    fn amount(&self) -> Option<Money> {
        self.amount_minor.map(Money::from)
    }

    /// Most that a percentage takes off; null for no cap.
    fn max_discount(&self) -> Option<Money> {
        self.max_discount_minor.map(Money::from)
    }

    /// What the goods that it is for cost at least; null for no minimum.
    fn min_amount(&self) -> Option<Money> {
        self.min_amount_minor.map(Money::from)
    }

    /// The goods that it names: it is for those included, or for all where none is, less those excluded. At most 200.
    async fn targets(&self, ctx: &Context<'_>) -> Result<Vec<CouponTarget>> {
        let rows = ctx.load(TargetsOf(self.id)).await?.unwrap_or_default();
        Ok(rows.iter().map(|row| CouponTarget { excluded: row.excluded, row: row.clone() }).collect())
    }

    /// How many customers it names.
    async fn customer_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = ctx.load(CustomerCount(self.id)).await?.unwrap_or_default();
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

/// Queries over coupons.
#[derive(Default)]
pub struct CouponQuery;

#[query]
impl CouponQuery {
    /// Coupons within the caller's scope, by when they were made: all over the whole platform, else those of sellers.
    #[access(Can(Permission::CouponsRead))]
    async fn coupons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which coupons", name = "where")] filter: Option<CouponWhere>,
        #[graphql(desc = "Oldest or newest first", default_with = "Direction::Desc")] direction: Direction,
        page: PageArgs,
    ) -> Result<CouponConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(CouponConnection(model::list(&conn, ctx.actor(), &filter, direction, &page, count).await?))
    }
}

/// Goods that a coupon names; exactly one of product, category and seller.
#[derive(InputObject)]
pub struct CouponTargetInput {
    /// A product.
    product_id: Option<ProductId>,
    /// A category with its whole branch.
    category_id: Option<CategoryId>,
    /// All of a seller's goods.
    seller_id: Option<SellerId>,
    /// Whether the coupon is not for them.
    #[graphql(default)]
    excluded: bool,
}

/// A new coupon. What it is worth and which goods it is for never change.
#[derive(InputObject)]
pub struct CouponCreateInput {
    /// What shoppers type: 3 to 32 letters A to Z, digits and hyphens; stored in capitals.
    code: String,
    /// What it is, for shoppers; at most 500 characters.
    #[graphql(default)]
    description: String,
    /// The seller who bears its cost, and for whose goods it is; the platform bears it when left out.
    seller_id: Option<SellerId>,
    /// What it takes off.
    kind: CouponKind,
    /// With PERCENT: the share in basis points, 1 to 10,000.
    rate_bp: Option<i32>,
    /// With FIXED: the amount.
    amount: Option<MoneyInput>,
    /// With PERCENT: most that it takes off; no cap when left out.
    max_discount: Option<MoneyInput>,
    /// Not used before; now when left out.
    starts_at: Option<DateTime<Utc>>,
    /// Not used from then on; no end when left out.
    ends_at: Option<DateTime<Utc>>,
    /// What the goods that it is for cost at least.
    min_amount: Option<MoneyInput>,
    /// Packs of the goods that it is for, at least.
    min_quantity: Option<i32>,
    /// Only for a customer's first order.
    #[graphql(default)]
    first_order: bool,
    /// Whether other stackable coupons may be used with it.
    #[graphql(default)]
    stackable: bool,
    /// Uses by all customers together.
    max_uses: Option<i32>,
    /// Uses by one customer.
    max_uses_per_customer: Option<i32>,
    /// The goods that it is for, and those that it is not for; at most 200. All goods when none is included.
    #[graphql(default)]
    targets: Vec<CouponTargetInput>,
    /// Only for these customers, 1 to 1,000; for all when left out.
    customer_ids: Option<Vec<AccountId>>,
}

/// Edits of a coupon; what is left out stays.
#[derive(InputObject)]
pub struct CouponUpdateInput {
    /// The coupon.
    id: CouponId,
    /// The version that the client has seen; any when left out.
    expected_version: Option<i32>,
    /// What it is, for shoppers.
    description: Option<String>,
    /// Not used before.
    starts_at: Option<DateTime<Utc>>,
    /// Not used from then on; null for no end.
    ends_at: MaybeUndefined<DateTime<Utc>>,
    /// Uses by all customers together; null for no limit.
    max_uses: MaybeUndefined<i32>,
    /// Uses by one customer; null for no limit.
    max_uses_per_customer: MaybeUndefined<i32>,
    /// With a coupon that names customers: these alone from now on.
    customer_ids: Option<Vec<AccountId>>,
    /// Pause it, let it work again, or archive it for good.
    status: Option<CouponStatus>,
}

payload! { /// What couponCreate answers.
CouponCreatePayload { /// The new coupon.
coupon: Coupon } SalesError }

payload! { /// What couponUpdate answers.
CouponUpdatePayload { /// The edited coupon.
coupon: Coupon } SalesError }

/// Changes to coupons.
#[derive(Default)]
pub struct CouponMutation;

#[mutation]
impl CouponMutation {
    /// Makes a coupon: the platform's with the right over the whole platform, a seller's with the right over the seller.
    #[access(Can(Permission::CouponsWrite))]
    async fn coupon_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new coupon")] input: CouponCreateInput,
    ) -> Result<CouponCreatePayload> {
        let outcome = async { service::create(ctx.app(), ctx.actor(), NewCoupon::try_from(input)?).await };
        CouponCreatePayload::from(outcome.await)
    }

    /// Edits a coupon's text, window, limits, customers and state. One that is archived stays so.
    #[access(Can(Permission::CouponsWrite))]
    async fn coupon_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edits")] input: CouponUpdateInput,
    ) -> Result<CouponUpdatePayload> {
        let changes = CouponChanges {
            description: input.description,
            starts_at: input.starts_at,
            ends_at: given(input.ends_at),
            max_uses: given(input.max_uses),
            max_uses_per_customer: given(input.max_uses_per_customer),
            customers: input.customer_ids,
            status: input.status,
        };
        let version = input.expected_version;
        CouponUpdatePayload::from(service::update(ctx.app(), ctx.actor(), input.id, version, changes).await)
    }
}

/// The outer option is whether something was given, the inner one what.
fn given<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

impl TryFrom<CouponCreateInput> for NewCoupon {
    type Error = crate::kernel::error::Error;

    fn try_from(input: CouponCreateInput) -> Result<Self> {
        let target = |target: CouponTargetInput| NewTarget {
            product_id: target.product_id,
            category_id: target.category_id,
            seller_id: target.seller_id,
            excluded: target.excluded,
        };
        Ok(Self {
            code: input.code,
            description: input.description,
            seller_id: input.seller_id,
            kind: input.kind,
            rate_bp: input.rate_bp,
            amount: read_money(input.amount, "amount")?,
            max_discount: read_money(input.max_discount, "maxDiscount")?,
            starts_at: input.starts_at,
            ends_at: input.ends_at,
            min_amount: read_money(input.min_amount, "minAmount")?,
            min_quantity: input.min_quantity,
            first_order: input.first_order,
            stackable: input.stackable,
            max_uses: input.max_uses,
            max_uses_per_customer: input.max_uses_per_customer,
            targets: input.targets.into_iter().map(target).collect(),
            customers: input.customer_ids,
        })
    }
}
