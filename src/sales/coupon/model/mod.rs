//! Coupons: rows, and every query over them.

pub mod in_cart;
pub mod redemption;

use std::{collections::HashMap, sync::Arc};

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    catalog::{category::model::CategoryId, product::model::ProductId},
    id,
    identity::account::model::AccountId,
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::{Key, group},
        money::{BasisPoints, Minor},
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::Sql,
    },
    schema::{coupon_customers, coupon_targets, coupons},
    text_enum,
};

id! {
    /// Identifies a coupon.
    CouponId, "cpn", "Coupon"
}

text_enum! {
    /// What a coupon takes off.
    pub enum CouponKind {
        /// A share of the goods' price, up to a cap where there is one.
        Percent = "percent",
        /// An amount.
        Fixed = "fixed",
        /// The delivery fees of the goods it is for.
        FreeDelivery = "free_delivery",
    }
}

text_enum! {
    /// Whether a coupon works.
    pub enum CouponStatus {
        /// It works within its window.
        Active = "active",
        /// It does not for now.
        Paused = "paused",
        /// It is over for good; kept for the record.
        Archived = "archived",
    }
}

/// A code that takes something off a cart.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = coupons)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct Coupon {
    /// Global ID.
    pub id: CouponId,
    /// What shoppers type, in capitals.
    pub code: String,
    /// What it is, for shoppers; may be empty.
    pub description: String,
    #[graphql(skip)]
    pub seller_id: Option<SellerId>,
    /// What it takes off.
    pub kind: CouponKind,
    #[graphql(skip)]
    pub rate_bp: Option<BasisPoints>,
    #[graphql(skip)]
    pub amount_minor: Option<Minor>,
    #[graphql(skip)]
    pub max_discount_minor: Option<Minor>,
    /// Not used before.
    pub starts_at: DateTime<Utc>,
    /// Not used from then on; null for no end.
    pub ends_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    pub min_amount_minor: Option<Minor>,
    /// Packs of the goods it is for, at least; null for no minimum.
    pub min_quantity: Option<i32>,
    /// Only for a customer's first order.
    pub first_order: bool,
    /// Only for the customers that it names.
    pub named_only: bool,
    /// Whether other coupons may be used with it.
    pub stackable: bool,
    /// Uses by all customers together; null for no limit.
    pub max_uses: Option<i32>,
    /// Uses by one customer; null for no limit.
    pub max_uses_per_customer: Option<i32>,
    /// How often it was used; a cancelled order gives its use back.
    pub uses: i32,
    /// Whether it works.
    pub status: CouponStatus,
    /// Counts the edits; send it back as `expectedVersion`.
    pub version: i32,
    #[graphql(skip)]
    pub created_by: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last edited.
    pub updated_at: DateTime<Utc>,
}

/// Goods that a coupon is for, or not for: a product, a category with its whole branch, or a seller's.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = coupon_targets)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct Target {
    pub id: Uuid,
    pub coupon_id: CouponId,
    pub excluded: bool,
    pub product_id: Option<ProductId>,
    pub category_id: Option<CategoryId>,
    pub seller_id: Option<SellerId>,
}

/// The key of the goods that a coupon names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TargetsOf(pub CouponId);

impl Key for TargetsOf {
    type Value = Arc<Vec<Target>>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let ids: Vec<CouponId> = keys.iter().map(|key| key.0).collect();
        Ok(group(keys, targets_of(conn, &ids).await?, |key| key.0, |row| row.coupon_id))
    }
}

/// The goods that these coupons name.
pub async fn targets_of(mut conn: &Conn, ids: &[CouponId]) -> Result<Vec<Target>> {
    let rows = coupon_targets::table.filter(coupon_targets::coupon_id.eq_any(ids)).order(coupon_targets::id);
    Ok(rows.select(Target::as_select()).load(&mut conn).await?)
}

/// The key of how many customers a coupon names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CustomerCount(pub CouponId);

impl Key for CustomerCount {
    type Value = i64;

    async fn fetch(mut conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, i64>> {
        let ids: Vec<CouponId> = keys.iter().map(|key| key.0).collect();
        let rows: Vec<(CouponId, i64)> = coupon_customers::table
            .filter(coupon_customers::coupon_id.eq_any(ids))
            .group_by(coupon_customers::coupon_id)
            .select((coupon_customers::coupon_id, diesel::dsl::count_star()))
            .load(&mut conn)
            .await?;
        Ok(rows.into_iter().map(|(id, count)| (Self(id), count)).collect())
    }
}

/// Which coupons a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CouponWhere {
    /// Whose code begins so, without regard to case.
    pub code_starts_with: Option<String>,
    /// Of this kind.
    pub kind: Option<CouponKind>,
    /// In one of these states; in any when empty.
    #[graphql(default)]
    pub status: Vec<CouponStatus>,
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// The platform's own, or sellers'.
    pub platform: Option<bool>,
}

impl CouponWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(start) = &self.code_starts_with {
            parts.push(Sql::new("starts_with(coupons.code, ").bind(start.to_uppercase()).sql(")"));
        }
        if let Some(kind) = self.kind {
            parts.push(Sql::new("coupons.kind = ").bind(kind.as_str()));
        }
        if !self.status.is_empty() {
            let states: Vec<String> = self.status.iter().map(ToString::to_string).collect();
            parts.push(Sql::new("coupons.status = ANY(").bind(states).sql(")"));
        }
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("coupons.seller_id = ").bind(seller));
        }
        if let Some(platform) = self.platform {
            parts.push(Sql::new("(coupons.seller_id IS NULL) = ").bind(platform));
        }
        Sql::all_of(parts, " AND ").uncached()
    }
}

/// The coupons over which the caller has the permission: all over the whole platform, else those of sellers in scope.
fn within(actor: &Actor, permission: Permission) -> Sql {
    let scope = actor.scope(permission);
    match scope.everything {
        true => Sql::new("TRUE"),
        false => Sql::new("coupons.seller_id = ANY(").bind(scope.distributors).sql(")"),
    }
}

/// Coupons are for those who run them: shoppers type a code.
pub fn visible_to(actor: &Actor) -> Sql {
    within(actor, Permission::CouponsRead)
}

/// A page of coupons within the caller's scope, newest first unless asked otherwise.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &CouponWhere,
    direction: Direction,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Coupon>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "coupons.created_at", cast: "::timestamptz", id: "coupons.id", direction };
    let key = |row: &Coupon| (timestamp_key(row.created_at), row.id.0);
    page::fetch(conn, "coupons", condition, order, args, count, key).await
}

/// A coupon within the caller's scope, locked for a change.
pub async fn lock(conn: &Conn, actor: &Actor, id: CouponId) -> Result<Coupon> {
    let rest = Sql::new("FROM coupons WHERE id = ").bind(id).sql(" AND ").join(within(actor, Permission::CouponsWrite));
    let row = crate::kernel::sql::Select::<Coupon>::new(rest.sql(" FOR UPDATE")).row(conn).await?;
    row.ok_or(Error::NotFound("coupon"))
}

fn missing(path: &'static str, what: &'static str) -> impl FnOnce() -> Error {
    move || Error::problem("NOT_FOUND", path, format!("there is no such {what}"))
}

/// Adds a coupon with the goods that it names.
pub async fn insert(mut conn: &Conn, row: &Coupon, targets: &[Target]) -> Result<()> {
    diesel::insert_into(coupons::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("coupons_code_key", || Error::problem("CODE_TAKEN", "code", "another coupon has this code"))
        .on_constraint("coupons_seller_id_fkey", missing("sellerId", "seller"))?;
    diesel::insert_into(coupon_targets::table)
        .values(targets)
        .execute(&mut conn)
        .await
        .on_constraint("coupon_targets_product_id_fkey", missing("targets", "product"))
        .on_constraint("coupon_targets_category_id_fkey", missing("targets", "category"))
        .on_constraint("coupon_targets_seller_id_fkey", missing("targets", "seller"))
        .on_constraint("coupon_targets_key", || Error::invalid("targets", "the same goods are named twice"))?;
    Ok(())
}

/// Stores what may be edited of a locked coupon.
pub async fn update(mut conn: &Conn, row: &Coupon) -> Result<()> {
    diesel::update(coupons::table.find(row.id))
        .set((
            coupons::description.eq(&row.description),
            coupons::starts_at.eq(row.starts_at),
            coupons::ends_at.eq(row.ends_at),
            coupons::max_uses.eq(row.max_uses),
            coupons::max_uses_per_customer.eq(row.max_uses_per_customer),
            coupons::status.eq(row.status),
            coupons::version.eq(row.version),
            coupons::updated_at.eq(row.updated_at),
        ))
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Names these customers, and nobody else, for a locked coupon.
pub async fn set_customers(mut conn: &Conn, id: CouponId, customers: &[AccountId]) -> Result<()> {
    diesel::delete(coupon_customers::table.filter(coupon_customers::coupon_id.eq(id))).execute(&mut conn).await?;
    let rows: Vec<_> = customers
        .iter()
        .map(|account| (coupon_customers::coupon_id.eq(id), coupon_customers::account_id.eq(*account)))
        .collect();
    diesel::insert_into(coupon_customers::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await
        .on_constraint("coupon_customers_account_id_fkey", missing("customerIds", "customer"))?;
    Ok(())
}
