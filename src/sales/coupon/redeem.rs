//! Taking uses of coupons, and giving them back. Whoever does either locks the coupons first, in the order of their IDs.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Integer, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{
    model::{Coupon, CouponId},
    rules::{CouponRefusal, Refused},
};
use crate::{
    identity::account::model::AccountId,
    kernel::{
        db::Conn,
        error::{Error, Problem, Result},
        money::Minor,
        sql::{Select, Sql},
    },
    sales::cart::model::CartId,
};

/// A use of a coupon.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// The coupon.
    pub coupon: CouponId,
    /// What it took off, delivery included.
    pub discount: Minor,
    /// The version by which that was computed; `None` where it is settled already.
    pub version: Option<i32>,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = SqlUuid)]
    coupon_id: CouponId,
    #[diesel(sql_type = Integer)]
    use_number: i32,
}

fn refuse(coupon: &Coupon, refusal: CouponRefusal) -> Error {
    let refused = Refused::from(refusal);
    Error::Rejected(vec![Problem::new(refused.code(), &format!("coupons.{}", coupon.code), refused.message())])
}

/// Takes a use of each of these coupons for a customer's cart: three statements, however many. Refused where a limit is
/// reached, or a coupon was edited since its effect was computed; then the caller rolls back.
pub async fn take(
    mut conn: &Conn,
    (account, cart): (AccountId, CartId),
    uses: &[Use],
    now: DateTime<Utc>,
) -> Result<()> {
    if uses.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = uses.iter().map(|one| one.coupon.0).collect();
    let these = Sql::new("FROM coupons WHERE id = ANY(").bind(ids.clone()).sql(") ORDER BY id FOR NO KEY UPDATE");
    let coupons: HashMap<CouponId, Coupon> =
        Select::<Coupon>::new(these).rows(conn).await?.into_iter().map(|row| (row.id, row)).collect();
    for one in uses {
        let coupon = coupons.get(&one.coupon).ok_or(Error::NotFound("coupon"))?;
        if one.version.is_some_and(|version| version != coupon.version) {
            return Err(Error::conflict(format!("the coupon {} was changed; look at the cart again", coupon.code)));
        }
        if coupon.max_uses.is_some_and(|most| coupon.uses >= most) {
            return Err(refuse(coupon, CouponRefusal::UsedUp));
        }
    }
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
    .bind(uses.iter().map(|one| one.discount.0).collect::<Vec<_>>())
    .sql(") AS new (coupon_id, discount) RETURNING coupon_id, use_number")
    .load(&mut conn)
    .await?;
    for one in &taken {
        let limited = coupons
            .get(&one.coupon_id)
            .filter(|coupon| coupon.max_uses_per_customer.is_some_and(|most| one.use_number > most));
        if let Some(coupon) = limited {
            return Err(refuse(coupon, CouponRefusal::UsedByCustomer));
        }
    }
    Sql::new("UPDATE coupons SET uses = uses + 1 WHERE id = ANY(").bind(ids).sql(")").execute(&mut conn).await?;
    Ok(())
}

/// Gives back the uses that the order of a cart took. A second time it changes nothing.
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
