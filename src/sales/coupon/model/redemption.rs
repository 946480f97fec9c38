//! Uses of coupons: rows, and the statements that take them and give them back.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Integer, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{Coupon, CouponId};
use crate::{
    identity::account::model::AccountId,
    kernel::{
        db::Conn,
        error::Result,
        money::Minor,
        sql::{Select, Sql},
    },
    sales::cart::model::CartId,
};

/// A use that was taken.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Taken {
    /// The coupon.
    #[diesel(sql_type = SqlUuid)]
    pub coupon_id: CouponId,
    /// Which of the customer's uses it is.
    #[diesel(sql_type = Integer)]
    pub use_number: i32,
}

/// Locks coupons, in the order of their IDs.
pub async fn lock_all(conn: &Conn, ids: &[CouponId]) -> Result<Vec<Coupon>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let these = Sql::new("FROM coupons WHERE id = ANY(").bind(ids).sql(") ORDER BY id FOR NO KEY UPDATE");
    Select::<Coupon>::new(these).rows(conn).await
}

/// Takes a use of each of these locked coupons for a customer's cart. Each gets the smallest number that is free among
/// the customer's uses.
pub async fn take(
    mut conn: &Conn,
    (account, cart): (AccountId, CartId),
    uses: &[(CouponId, Minor)],
    now: DateTime<Utc>,
) -> Result<Vec<Taken>> {
    let (ids, discounts): (Vec<Uuid>, Vec<i64>) = uses.iter().map(|(id, discount)| (id.0, discount.0)).unzip();
    let taken: Vec<Taken> = Sql::new(
        "INSERT INTO coupon_redemptions (id, coupon_id, account_id, cart_id, use_number, discount_minor, created_at) \
         SELECT gen_random_uuid(), new.coupon_id, ",
    )
    .bind(account)
    .sql(", ")
    .bind(cart)
    .sql(
        ", (SELECT min(free.number) FROM generate_series(1, 1 + (SELECT count(*) FROM coupon_redemptions AS used \
            WHERE used.coupon_id = new.coupon_id AND used.account_id = ",
    )
    .bind(account)
    .sql(
        " AND used.released_at IS NULL)) AS free(number) WHERE NOT EXISTS (SELECT FROM coupon_redemptions AS used \
          WHERE used.coupon_id = new.coupon_id AND used.account_id = ",
    )
    .bind(account)
    .sql(" AND used.released_at IS NULL AND used.use_number = free.number)), new.discount, ")
    .bind(now)
    .sql(" FROM unnest(")
    .bind(ids.clone())
    .sql(", ")
    .bind(discounts)
    .sql(") AS new (coupon_id, discount) RETURNING coupon_id, use_number")
    .load(&mut conn)
    .await?;
    Sql::new("UPDATE coupons SET uses = uses + 1 WHERE id = ANY(").bind(ids).sql(")").execute(&mut conn).await?;
    Ok(taken)
}

/// Gives back the uses that the order of a cart took, the coupons locked in the order of their IDs. A second time it
/// changes nothing.
pub async fn release(mut conn: &Conn, cart: CartId, now: DateTime<Utc>) -> Result<()> {
    let held =
        Sql::new("SELECT id FROM coupons WHERE id IN (SELECT coupon_id FROM coupon_redemptions WHERE cart_id = ")
            .bind(cart)
            .sql(" AND released_at IS NULL) ORDER BY id FOR NO KEY UPDATE");
    if held.ids(conn).await?.is_empty() {
        return Ok(());
    }
    Sql::new("WITH freed AS (UPDATE coupon_redemptions SET released_at = ")
        .bind(now)
        .sql(" WHERE cart_id = ")
        .bind(cart)
        .sql(
            " AND released_at IS NULL RETURNING coupon_id) \
              UPDATE coupons SET uses = uses - 1 FROM freed WHERE coupons.id = freed.coupon_id",
        )
        .execute(&mut conn)
        .await?;
    Ok(())
}
