//! Coupons of the demo shop.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    app::App,
    kernel::{access::Actor, error::Result, money::Minor},
    sales::coupon::{
        model::CouponKind,
        service::{NewCoupon, create},
    },
};

/// Codes that shoppers try in turn.
pub const CODES: [&str; 3] = ["FRESH10", "MONSOON50", "FREERIDE"];

/// Makes those that are not there yet.
pub async fn seed(app: &App, staff: &Actor, (from, _): (DateTime<Utc>, DateTime<Utc>)) -> Result<()> {
    let [fresh, monsoon, ride] = CODES.map(blank);
    let fresh = NewCoupon {
        description: "A tenth off, up to ₹100".to_owned(),
        rate_bp: Some(1_000),
        max_discount: Some(Minor(10_000)),
        min_amount: Some(Minor(30_000)),
        ..fresh
    };
    let monsoon = NewCoupon {
        description: "₹50 off in the first three months".to_owned(),
        kind: CouponKind::Fixed,
        amount: Some(Minor(5_000)),
        min_amount: Some(Minor(25_000)),
        ends_at: Some(from + TimeDelta::days(90)),
        ..monsoon
    };
    let ride = NewCoupon {
        description: "We bring it for free, twice".to_owned(),
        kind: CouponKind::FreeDelivery,
        max_uses_per_customer: Some(2),
        ..ride
    };
    for coupon in [fresh, monsoon, ride] {
        match create(app, staff, coupon).await {
            Ok(_) => {}
            Err(error) if error.code() == "CODE_TAKEN" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A percentage without conditions.
fn blank(code: &str) -> NewCoupon {
    NewCoupon {
        code: code.to_owned(),
        description: String::new(),
        seller_id: None,
        kind: CouponKind::Percent,
        rate_bp: None,
        amount: None,
        max_discount: None,
        starts_at: None,
        ends_at: None,
        min_amount: None,
        min_quantity: None,
        first_order: false,
        stackable: false,
        max_uses: None,
        max_uses_per_customer: None,
        targets: Vec::new(),
        customers: None,
    }
}
