//! Coupons as a cart sees them: with the goods they name, and with what is known of the shopper.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    prelude::*,
    sql_types::{Jsonb, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use uuid::Uuid;

use super::{Coupon, CouponId};
use crate::{
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, Result},
        loader::{Key, group},
        sql::{Select, Sql},
    },
    sales::cart::model::CartId,
    schema::cart_coupons,
};

/// What a coupon's rules ask besides the coupon.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Known {
    /// Whether the shopper is logged in.
    pub signed_in: bool,
    /// Whether the coupon names them.
    pub named: bool,
    /// How often they used it.
    pub uses: i32,
    /// Whether they ordered before: a cart of theirs became an order, and not all of it was cancelled.
    pub has_ordered: bool,
    /// The goods that it names.
    pub targets: Vec<Aim>,
}

/// Goods that a coupon names, as plain IDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "as in Target")]
pub struct Aim {
    pub excluded: bool,
    pub product_id: Option<Uuid>,
    pub category_id: Option<Uuid>,
    pub seller_id: Option<Uuid>,
}

/// A coupon and what its rules ask.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The coupon.
    pub coupon: Coupon,
    /// What else counts.
    pub known: Known,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = coupons)]
struct Found {
    #[diesel(select_expression = sql::<SqlUuid>("carts.id"), select_expression_type = SqlLiteral<SqlUuid>)]
    cart: Uuid,
    #[diesel(embed)]
    coupon: Coupon,
    #[diesel(select_expression = sql::<Jsonb>("facts.known"), select_expression_type = SqlLiteral<Jsonb>)]
    known: serde_json::Value,
}

impl TryFrom<Found> for (CartId, Candidate) {
    type Error = Error;

    fn try_from(found: Found) -> Result<Self> {
        let known = serde_json::from_value(found.known)?;
        Ok((CartId(found.cart), Candidate { coupon: found.coupon, known }))
    }
}

/// Every coupon of `source`, which names `carts` and `coupons`.
async fn candidates(conn: &Conn, source: Sql) -> Result<Vec<(CartId, Candidate)>> {
    let rest = Sql::new("FROM ").join(source).sql(
        " CROSS JOIN LATERAL (SELECT jsonb_build_object('signed_in', carts.account_id IS NOT NULL, \
         'named', EXISTS (SELECT FROM coupon_customers WHERE coupon_customers.coupon_id = coupons.id \
            AND coupon_customers.account_id = carts.account_id), \
         'uses', (SELECT count(*) FROM coupon_redemptions WHERE coupon_redemptions.coupon_id = coupons.id \
            AND coupon_redemptions.account_id = carts.account_id AND coupon_redemptions.released_at IS NULL), \
         'has_ordered', EXISTS (SELECT FROM carts AS former LEFT JOIN orders ON orders.cart_id = former.id \
            WHERE former.account_id = carts.account_id AND former.status = 'converted' AND orders.cancelled_at IS NULL), \
         'targets', (SELECT coalesce(jsonb_agg(to_jsonb(coupon_targets)), '[]') FROM coupon_targets \
            WHERE coupon_targets.coupon_id = coupons.id)) AS known) AS facts",
    );
    let rows = Select::<Found>::new(order(rest)).rows(conn).await?;
    rows.into_iter().map(TryFrom::try_from).collect()
}

/// The order in which coupons take effect.
fn order(rest: Sql) -> Sql {
    rest.sql(
        " ORDER BY (SELECT applied_at FROM cart_coupons WHERE cart_coupons.cart_id = carts.id \
         AND cart_coupons.coupon_id = coupons.id), coupons.id",
    )
}

/// The coupons in a cart, in the order in which they take effect.
pub async fn applied(conn: &Conn, cart: CartId) -> Result<Vec<Candidate>> {
    Ok(applied_to(conn, vec![cart.0]).await?.into_iter().map(|(_, candidate)| candidate).collect())
}

async fn applied_to(conn: &Conn, carts: Vec<Uuid>) -> Result<Vec<(CartId, Candidate)>> {
    let source = Sql::new("carts JOIN cart_coupons AS used ON used.cart_id = carts.id AND carts.id = ANY(")
        .bind(carts)
        .sql(") JOIN coupons ON coupons.id = used.coupon_id");
    candidates(conn, source).await
}

/// The coupon with this code, for the shopper of a cart.
pub async fn by_code(conn: &Conn, cart: CartId, code: &str) -> Result<Option<Candidate>> {
    let source = Sql::new("carts JOIN coupons ON carts.id = ").bind(cart).sql(" AND coupons.code = ").bind(code);
    Ok(candidates(conn, source).await?.into_iter().map(|(_, candidate)| candidate).next())
}

/// The key of the coupons in a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CouponsIn(pub CartId);

impl Key for CouponsIn {
    type Value = Arc<Vec<Candidate>>;

    async fn fetch(conn: &Conn, _actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let rows = applied_to(conn, keys.iter().map(|key| key.0.0).collect()).await?;
        let dealt = group(keys, rows, |key| key.0, |(cart, _)| *cart);
        let only = |rows: Arc<Vec<(CartId, Candidate)>>| rows.iter().map(|(_, one)| one.clone()).collect::<Vec<_>>();
        Ok(dealt.into_iter().map(|(key, rows)| (key, Arc::new(only(rows)))).collect())
    }
}

/// Puts a coupon into a locked cart.
pub async fn put(mut conn: &Conn, cart: CartId, coupon: CouponId, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(cart_coupons::table)
        .values((cart_coupons::cart_id.eq(cart), cart_coupons::coupon_id.eq(coupon), cart_coupons::applied_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await?;
    Ok(())
}

/// Takes the coupon with this code out of a locked cart; answers whether it was in it.
pub async fn remove(mut conn: &Conn, cart: CartId, code: &str) -> Result<bool> {
    let gone =
        Sql::new("DELETE FROM cart_coupons USING coupons WHERE coupons.id = cart_coupons.coupon_id AND cart_id = ");
    Ok(gone.bind(cart).sql(" AND coupons.code = ").bind(code).execute(&mut conn).await? > 0)
}

/// Brings a guest's coupons into a customer's cart that has none.
pub async fn bring(mut conn: &Conn, from: CartId, into: CartId) -> Result<()> {
    let bring = Sql::new("INSERT INTO cart_coupons (cart_id, coupon_id, applied_at) SELECT ").bind(into);
    let bring = bring.sql(", coupon_id, applied_at FROM cart_coupons WHERE cart_id = ").bind(from);
    let bring = bring.sql(" AND NOT EXISTS (SELECT FROM cart_coupons AS own WHERE own.cart_id = ").bind(into).sql(")");
    bring.execute(&mut conn).await?;
    Ok(())
}
