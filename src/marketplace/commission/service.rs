//! Entering and ending commission rules, and explaining which one holds.

use chrono::NaiveDate;

use super::{
    model::{self, CommissionRule, CommissionRuleId, CommissionScope, Sale},
    precedence::{self, CommissionOutcome},
};
use crate::{
    app::App,
    catalog::category::model::CategoryId,
    inventory::seller::model::{self as sellers, SellerId, SellerKind},
    kernel::{
        access::{Actor, Permission},
        audit::Change,
        check::Checks,
        db::Conn,
        error::{Error, Result},
        money::{BasisPoints, Minor},
    },
    marketplace::offer::model::{self as offers, OfferId},
};

/// A new rule. Without category, seller and offer it is the platform's.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// For products of this category and those below.
    pub category_id: Option<CategoryId>,
    /// For this seller.
    pub seller_id: Option<SellerId>,
    /// For this offer alone.
    pub offer_id: Option<OfferId>,
    /// Share of the price in basis points.
    pub rate_bp: i32,
    /// Added for each pack.
    pub fixed: Minor,
    /// Least commission for a pack.
    pub least: Option<Minor>,
    /// Most commission for a pack.
    pub most: Option<Minor>,
    /// First date of sale with this rule; today when left out.
    pub valid_from: Option<NaiveDate>,
    /// First date without it.
    pub valid_to: Option<NaiveDate>,
    /// Why.
    pub note: String,
}

/// Adds a rule, from today at the earliest: what was sold keeps its commission.
pub async fn create_rule(app: &App, actor: &Actor, new: NewRule) -> Result<CommissionRule> {
    let (now, today) = (app.clock.now(), app.clock.today());
    let valid_from = new.valid_from.unwrap_or(today);
    let mut checks = Checks::default();
    checks.ensure((0..=10_000).contains(&new.rate_bp), "INVALID", "rateBp", "a rate is 0 to 10,000 basis points");
    for (path, amount) in [("fixed", Some(new.fixed)), ("min", new.least), ("max", new.most)] {
        let holds = amount.is_none_or(|amount| amount >= Minor::ZERO);
        checks.ensure(holds, "INVALID", path, "an amount is not negative");
    }
    let ordered = new.least.zip(new.most).is_none_or(|(least, most)| least <= most);
    checks.ensure(ordered, "INVALID", "max", "the most is not below the least");
    checks.ensure(valid_from >= today, "INVALID", "validFrom", "a rule begins today or later");
    let ends = new.valid_to.is_none_or(|end| end > valid_from);
    checks.ensure(ends, "INVALID", "validTo", "a rule ends after it begins");
    let alone = new.offer_id.is_none() || (new.seller_id.is_none() && new.category_id.is_none());
    checks.ensure(alone, "INVALID", "offerId", "an offer's rule names neither a seller nor a category");
    let note = checks.text("note", &new.note, 0, 500);
    checks.finish()?;
    let tx = app.db.begin().await?;
    let seller_id = seller_of(&tx, &new).await?;
    let row = CommissionRule {
        id: CommissionRuleId::new(),
        scope: scope(&new),
        category_id: new.category_id,
        seller_id,
        offer_id: new.offer_id,
        rate_bp: BasisPoints(new.rate_bp),
        fixed_minor: new.fixed,
        min_minor: new.least,
        max_minor: new.most,
        valid_from,
        valid_to: new.valid_to,
        note,
        created_by: actor.account_id(),
        created_at: now,
        updated_at: now,
    };
    model::insert(&tx, &row).await?;
    Change::new("commissionRuleCreate", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

fn scope(new: &NewRule) -> CommissionScope {
    match (new.offer_id, new.seller_id, new.category_id) {
        (Some(_), _, _) => CommissionScope::Offer,
        (None, Some(_), Some(_)) => CommissionScope::SellerCategory,
        (None, Some(_), None) => CommissionScope::Seller,
        (None, None, Some(_)) => CommissionScope::Category,
        (None, None, None) => CommissionScope::Platform,
    }
}

/// The seller whom the rule is for: the one named, or the offer's. FreshVilla itself pays no commission.
async fn seller_of(conn: &Conn, new: &NewRule) -> Result<Option<SellerId>> {
    let (named, path) = match new.offer_id {
        Some(offer) => {
            let offer = offers::by_ids(conn, &[offer]).await?.pop();
            let missing = || Error::problem("NOT_FOUND", "offerId", "there is no such offer");
            (Some(offer.ok_or_else(missing)?.seller_id), "offerId")
        }
        None => (new.seller_id, "sellerId"),
    };
    let Some(seller) = named else { return Ok(None) };
    match sellers::lock_open(conn, seller).await?.kind {
        SellerKind::Distributor => Ok(Some(seller)),
        SellerKind::House => Err(Error::invalid(path, "FreshVilla's own sellers pay no commission")),
    }
}

/// Sets the first date without the rule, as long as the one set before has not come: today or later, and for a rule that
/// has not begun its own start at the earliest, which withdraws it.
pub async fn end_rule(
    app: &App,
    actor: &Actor,
    id: CommissionRuleId,
    valid_to: Option<NaiveDate>,
) -> Result<CommissionRule> {
    let today = app.clock.today();
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, id).await?;
    if before.valid_to.is_some_and(|end| end <= today || end == before.valid_from) {
        return Err(Error::conflict("this rule has ended"));
    }
    let earliest = before.valid_from.max(today);
    let valid_to = valid_to.unwrap_or(earliest);
    if valid_to < earliest {
        return Err(Error::invalid("validTo", format!("this rule can end on {earliest} at the earliest")));
    }
    let after = CommissionRule { valid_to: Some(valid_to), updated_at: app.clock.now(), ..before.clone() };
    model::set_end(&tx, &after).await?;
    Change::new("commissionRuleEnd", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

/// The rule that decides the commission on each of these sales, in their order: two statements, however many. `None`
/// where none holds, and for FreshVilla's own sellers, which pay no commission.
pub async fn decide(conn: &Conn, sales: &[Sale], on: NaiveDate) -> Result<Vec<Option<CommissionRule>>> {
    let sellers: Vec<SellerId> = sales.iter().map(|sale| sale.seller_id).collect();
    let own = sellers::own_among(conn, &sellers).await?;
    let rules = model::in_force(conn, sales, on).await?;
    let winner = |sale: &Sale| {
        let fitting: Vec<CommissionRule> = rules.iter().filter(|rule| sale.fits(rule)).cloned().collect();
        let ranked = precedence::rank(fitting, &sale.category_path, on, own.contains(&sale.seller_id));
        ranked.into_iter().find(|(_, outcome)| *outcome == CommissionOutcome::Won).map(|(rule, _)| rule)
    };
    Ok(sales.iter().map(winner).collect())
}

/// What is asked of a preview.
#[derive(Clone, Copy, Debug)]
pub struct PreviewRequest {
    /// The offer.
    pub offer: OfferId,
    /// Price of one pack; the offer's own when left out.
    pub price: Option<Minor>,
    /// Packs sold.
    pub quantity: i32,
    /// Date of sale.
    pub on: NaiveDate,
}

/// A sale's commission and why it is so.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Price of one pack.
    pub price: Minor,
    /// The line's amount.
    pub amount: Minor,
    /// Commission; zero where no rule holds.
    pub commission: Minor,
    /// Every rule that fits the offer with what became of it and what it would take; the winner first.
    pub candidates: Vec<(CommissionRule, CommissionOutcome, Minor)>,
}

/// Which rule decides the commission on a sale of an offer of a seller within the caller's scope, and how much it is.
pub async fn preview(conn: &Conn, actor: &Actor, request: PreviewRequest) -> Result<Preview> {
    let offer = offers::find(conn, actor, Permission::SellersRead, request.offer).await?;
    let price = request.price.unwrap_or(offer.price_minor);
    let refused = |what: &str| Error::BadInput(what.to_owned());
    if price < Minor::ZERO || request.quantity < 1 {
        return Err(refused("a price is not negative, and a quantity is 1 or more"));
    }
    let amount = price.0.checked_mul(i64::from(request.quantity)).map(Minor);
    let amount = amount.ok_or_else(|| refused("the amount is too large"))?;
    let path = model::category_path(conn, &offer).await?;
    let rules = model::fitting(conn, &offer, &path).await?;
    let seller = sellers::find(conn, &Actor::system(), offer.seller_id).await?;
    let ranked = precedence::rank(rules, &path, request.on, seller.kind == SellerKind::House);
    let candidates = ranked.into_iter().map(|(rule, outcome)| {
        let commission = rule.rate().commission(price, request.quantity);
        commission.map(|commission| (rule, outcome, commission)).ok_or_else(|| refused("the amount is too large"))
    });
    let candidates = candidates.collect::<Result<Vec<_>>>()?;
    let won = candidates.iter().find(|(_, outcome, _)| *outcome == CommissionOutcome::Won);
    Ok(Preview { price, amount, commission: won.map_or(Minor::ZERO, |candidate| candidate.2), candidates })
}
