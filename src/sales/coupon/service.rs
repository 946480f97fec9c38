//! Making and editing coupons.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    MAX_CUSTOMERS, MAX_TARGETS,
    model::{self, Coupon, CouponId, CouponKind, CouponStatus, Target},
    stored_code,
};
use crate::{
    app::App,
    catalog::{category::model::CategoryId, product::model::ProductId},
    identity::account::model::AccountId,
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        error::{Error, Result},
        money::{BasisPoints, Minor},
    },
    marketplace::offer::model::may,
};

/// Goods that a new coupon names; exactly one of the three.
#[derive(Clone, Copy, Debug)]
pub struct NewTarget {
    /// A product.
    pub product_id: Option<ProductId>,
    /// A category with its whole branch.
    pub category_id: Option<CategoryId>,
    /// All of a seller's goods.
    pub seller_id: Option<SellerId>,
    /// Whether the coupon is not for them.
    pub excluded: bool,
}

/// A new coupon.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in Coupon")]
pub struct NewCoupon {
    pub code: String,
    pub description: String,
    pub seller_id: Option<SellerId>,
    pub kind: CouponKind,
    pub rate_bp: Option<i32>,
    pub amount: Option<Minor>,
    pub max_discount: Option<Minor>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub min_amount: Option<Minor>,
    pub min_quantity: Option<i32>,
    pub first_order: bool,
    pub stackable: bool,
    pub max_uses: Option<i32>,
    pub max_uses_per_customer: Option<i32>,
    pub targets: Vec<NewTarget>,
    pub customers: Option<Vec<AccountId>>,
}

/// Edits of a coupon; what is `None` stays.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in Coupon")]
pub struct CouponChanges {
    pub description: Option<String>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<Option<DateTime<Utc>>>,
    pub max_uses: Option<Option<i32>>,
    pub max_uses_per_customer: Option<Option<i32>>,
    pub customers: Option<Vec<AccountId>>,
    pub status: Option<CouponStatus>,
}

/// Makes a coupon: the platform's needs the right over the whole platform, a seller's over that seller.
pub async fn create(app: &App, actor: &Actor, new: NewCoupon) -> Result<Coupon> {
    match new.seller_id {
        None => actor.require_everywhere(Permission::CouponsWrite)?,
        Some(seller) if may(actor, Permission::CouponsWrite, seller) => {}
        Some(_) => return Err(Error::problem("NOT_FOUND", "sellerId", "there is no such seller")),
    }
    let now = app.clock.now();
    let mut checks = Checks::default();
    check_value(&mut checks, &new);
    let code = stored_code(&new.code);
    checks.ensure(code.is_some(), "INVALID", "code", "a code has 3 to 32 letters A to Z, digits and hyphens");
    let description = checks.text("description", &new.description, 0, 500);
    let named = new.targets.len() <= MAX_TARGETS;
    checks.ensure(named, "INVALID", "targets", format!("a coupon names at most {MAX_TARGETS} goods"));
    let row = Coupon {
        id: CouponId::new(),
        code: code.unwrap_or_default(),
        description,
        seller_id: new.seller_id,
        kind: new.kind,
        rate_bp: new.rate_bp.map(BasisPoints),
        amount_minor: new.amount,
        max_discount_minor: new.max_discount,
        starts_at: new.starts_at.unwrap_or(now),
        ends_at: new.ends_at,
        min_amount_minor: new.min_amount,
        min_quantity: new.min_quantity,
        first_order: new.first_order,
        named_only: new.customers.is_some(),
        stackable: new.stackable,
        max_uses: new.max_uses,
        max_uses_per_customer: new.max_uses_per_customer,
        uses: 0,
        status: CouponStatus::Active,
        version: 1,
        created_by: actor.account_id(),
        created_at: now,
        updated_at: now,
    };
    check_limits(&mut checks, &row);
    check_customers(&mut checks, new.customers.as_deref());
    let targets = targets(&mut checks, row.id, &new.targets);
    checks.finish()?;
    let tx = app.db.begin().await?;
    model::insert(&tx, &row, &targets).await?;
    if let Some(customers) = &new.customers {
        model::set_customers(&tx, row.id, customers).await?;
    }
    let after = serde_json::json!({ "coupon": row, "targets": targets, "customers": new.customers });
    Change::new("couponCreate", row.id, None, Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// What it takes off: a rate with a share, an amount with a fixed one, neither with free delivery.
fn check_value(checks: &mut Checks, new: &NewCoupon) {
    let percent = new.kind == CouponKind::Percent;
    let rate = new.rate_bp.map_or(!percent, |rate| percent && (1..=10_000).contains(&rate));
    checks.ensure(
        rate,
        "INVALID",
        "rateBp",
        "a percentage has a rate of 1 to 10,000 basis points, nothing else has one",
    );
    let fixed = new.kind == CouponKind::Fixed;
    let amount = new.amount.map_or(!fixed, |amount| fixed && amount > Minor::ZERO);
    checks.ensure(amount, "INVALID", "amount", "a fixed coupon has an amount above nothing, nothing else has one");
    let cap = new.max_discount.is_none_or(|cap| percent && cap > Minor::ZERO);
    checks.ensure(cap, "INVALID", "maxDiscount", "a percentage may have a cap above nothing, nothing else has one");
    let least = new.min_amount.is_none_or(|least| least > Minor::ZERO);
    checks.ensure(least, "INVALID", "minAmount", "a minimum is above nothing");
    checks.ensure(new.min_quantity.is_none_or(|n| n > 0), "INVALID", "minQuantity", "a minimum is above nothing");
}

/// Window and limits, which may be edited.
fn check_limits(checks: &mut Checks, row: &Coupon) {
    let window = row.ends_at.is_none_or(|end| end > row.starts_at);
    checks.ensure(window, "INVALID", "endsAt", "a coupon ends after it starts");
    let uses = row.max_uses.is_none_or(|most| most > 0 && most >= row.uses);
    checks.ensure(uses, "INVALID", "maxUses", "a limit is above nothing, and not below the uses so far");
    let each = row.max_uses_per_customer.is_none_or(|most| most > 0);
    checks.ensure(each, "INVALID", "maxUsesPerCustomer", "a limit is above nothing");
}

fn check_customers(checks: &mut Checks, customers: Option<&[AccountId]>) {
    let few = customers.is_none_or(|customers| (1..=MAX_CUSTOMERS).contains(&customers.len()));
    checks.ensure(
        few,
        "INVALID",
        "customerIds",
        format!("a coupon names 1 to {MAX_CUSTOMERS} customers, or leaves them out"),
    );
}

fn targets(checks: &mut Checks, coupon_id: CouponId, new: &[NewTarget]) -> Vec<Target> {
    let mut rows = Vec::new();
    for (at, target) in new.iter().take(MAX_TARGETS).enumerate() {
        let NewTarget { product_id, category_id, seller_id, excluded } = *target;
        let named = [product_id.is_some(), category_id.is_some(), seller_id.is_some()];
        let one = named.iter().filter(|named| **named).count() == 1;
        checks.ensure(one, "INVALID", &format!("targets.{at}"), "name a product, a category or a seller: one of them");
        rows.push(Target { id: Uuid::now_v7(), coupon_id, excluded, product_id, category_id, seller_id });
    }
    rows
}

/// Edits a coupon within the caller's scope. What it is worth, and for which goods, stays: make another one.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: CouponId,
    expected_version: Option<i32>,
    changes: CouponChanges,
) -> Result<Coupon> {
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, actor, id).await?;
    if expected_version.is_some_and(|expected| expected != before.version) {
        let message = "the coupon was changed meanwhile; look at it again";
        return Err(Error::problem("VERSION_CONFLICT", "expectedVersion", message));
    }
    if before.status == CouponStatus::Archived {
        return Err(Error::conflict("an archived coupon stays as it is"));
    }
    let mut checks = Checks::default();
    let description = changes.description.map(|text| checks.text("description", &text, 0, 500));
    let named = before.named_only || changes.customers.is_none();
    checks.ensure(named, "INVALID", "customerIds", "this coupon is for all customers; make another one");
    check_customers(&mut checks, changes.customers.as_deref());
    let after = Coupon {
        description: description.unwrap_or_else(|| before.description.clone()),
        starts_at: changes.starts_at.unwrap_or(before.starts_at),
        ends_at: changes.ends_at.unwrap_or(before.ends_at),
        max_uses: changes.max_uses.unwrap_or(before.max_uses),
        max_uses_per_customer: changes.max_uses_per_customer.unwrap_or(before.max_uses_per_customer),
        status: changes.status.unwrap_or(before.status),
        version: before.version + 1,
        updated_at: app.clock.now(),
        ..before.clone()
    };
    check_limits(&mut checks, &after);
    checks.finish()?;
    model::update(&tx, &after).await?;
    if let Some(customers) = &changes.customers {
        model::set_customers(&tx, id, customers).await?;
    }
    let (seen_before, mut seen_after) = (serde_json::to_value(&before)?, serde_json::to_value(&after)?);
    if let (Some(customers), Some(fields)) = (&changes.customers, seen_after.as_object_mut()) {
        fields.insert("customers".to_owned(), serde_json::to_value(customers)?);
    }
    Change::new("couponUpdate", id, Some(&seen_before), Some(&seen_after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}
