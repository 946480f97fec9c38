//! Commission in the schema.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use freshvilla_macros::{PlainObject, edges, mutation, query};

use super::{
    model::{self, CommissionRule, CommissionRuleId, CommissionRuleWhere},
    precedence::CommissionOutcome,
    service::{self, NewRule, Preview, PreviewRequest},
};
use crate::{
    catalog::{
        category::model::{Category, CategoryId},
        variant::api::read_money,
    },
    connection,
    context::Ctx,
    inventory::seller::model::{Seller, SellerId},
    kernel::{
        access::Permission,
        date::Date,
        error::{Error, Result, found},
        money::{Money, MoneyInput},
        page::PageArgs,
    },
    marketplace::{
        MarketplaceError,
        offer::model::{Offer, OfferId},
    },
    payload,
};

connection!(CommissionRuleConnection, CommissionRuleEdge, CommissionRule);

#[edges]
impl CommissionRule {
    /// The category with its whole branch; null where the rule is for no category.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Arc<Category>>> {
        match self.category_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The seller; null where the rule is for all distributors.
    async fn seller(&self, ctx: &Context<'_>) -> Result<Option<Arc<Seller>>> {
        match self.seller_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The offer; null where the rule is for more than one.
    async fn offer(&self, ctx: &Context<'_>) -> Result<Option<Arc<Offer>>> {
        match self.offer_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// Share of the price with all taxes, in basis points: 1,500 is 15 %.
    fn rate_bp(&self) -> i32 {
        self.rate_bp.0
    }

    /// Added for each pack.
    fn fixed(&self) -> Money {
        self.fixed_minor.into()
    }

    /// Least commission for a pack; null for no bound.
    fn min(&self) -> Option<Money> {
        self.min_minor.map(Money::from)
    }

    /// Most commission for a pack; null for no bound.
    fn max(&self) -> Option<Money> {
        self.max_minor.map(Money::from)
    }

    /// First date of sale (India) with this rule.
    fn valid_from(&self) -> Date {
        Date(self.valid_from)
    }

    /// First date without it; null while it has no end, and the same as `validFrom` when it was withdrawn before it began.
    fn valid_to(&self) -> Option<Date> {
        self.valid_to.map(Date)
    }
}

/// A rule that fits an offer, and what became of it.
#[derive(PlainObject)]
pub struct CommissionCandidate {
    /// The rule.
    rule: CommissionRule,
    /// Whether it won, or why not.
    outcome: CommissionOutcome,
    /// What it would take of the sale.
    commission: Money,
}

/// The commission on a sale, and why it is so.
#[derive(PlainObject)]
pub struct CommissionPreview {
    /// Price of one pack.
    price: Money,
    /// The sale's amount.
    amount: Money,
    /// The commission, before the GST on it; zero where no rule is in force, and for FreshVilla's own sellers.
    commission: Money,
    /// Every rule that fits the offer: the winner first, then those in force from the most to the least specific, those to
    /// come and those that have ended.
    candidates: Vec<CommissionCandidate>,
}

impl From<Preview> for CommissionPreview {
    fn from(Preview { price, amount, commission, candidates }: Preview) -> Self {
        let candidates = candidates.into_iter().map(|(rule, outcome, commission)| CommissionCandidate {
            rule,
            outcome,
            commission: commission.into(),
        });
        let candidates = candidates.collect();
        Self { price: price.into(), amount: amount.into(), commission: commission.into(), candidates }
    }
}

/// Queries over commission.
#[derive(Default)]
pub struct CommissionQuery;

#[query]
impl CommissionQuery {
    /// Commission rules, latest start first: those for everybody, and those for sellers within the caller's scope.
    #[access(Can(Permission::SellersRead))]
    async fn commission_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rules", name = "where")] filter: Option<CommissionRuleWhere>,
        page: PageArgs,
    ) -> Result<CommissionRuleConnection> {
        let count = ctx.wants("totalCount");
        let conn = ctx.app().db.read().await?;
        let filter = filter.unwrap_or_default();
        Ok(CommissionRuleConnection(model::list(&conn, ctx.actor(), &filter, &page, count).await?))
    }

    /// What the platform takes of a sale of this offer, and why: the most specific rule in force wins (offer, then seller
    /// and category, seller, category, platform; a deeper category before a higher one), among equals the newest start.
    /// Null where the offer's seller is not within the caller's scope.
    #[access(Can(Permission::SellersRead))]
    async fn commission_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer")] offer_id: OfferId,
        #[graphql(desc = "Price of one pack with all taxes; the offer's when left out")] price: Option<MoneyInput>,
        #[graphql(desc = "Packs sold", default = 1)] quantity: i32,
        #[graphql(desc = "Date of sale (India); today when left out")] on: Option<Date>,
    ) -> Result<Option<CommissionPreview>> {
        let price = price.map(|price| price.minor()).transpose().map_err(Error::BadInput)?;
        let on = on.map_or_else(|| ctx.app().clock.today(), |date| date.0);
        let request = PreviewRequest { offer: offer_id, price, quantity, on };
        let preview = found(service::preview(&*ctx.app().db.read().await?, ctx.actor(), request).await)?;
        Ok(preview.map(CommissionPreview::from))
    }
}

/// A new rule: for an offer, for a seller, for a category, for a seller in a category, or, without these, for every sale
/// of a distributor.
#[derive(InputObject)]
pub struct CommissionRuleCreateInput {
    /// For products of this category and those below.
    category_id: Option<CategoryId>,
    /// For this distributor.
    seller_id: Option<SellerId>,
    /// For this offer alone.
    offer_id: Option<OfferId>,
    /// Share of the price with all taxes, in basis points, 0 to 10,000.
    #[graphql(default)]
    rate_bp: i32,
    /// Added for each pack.
    fixed: Option<MoneyInput>,
    /// Least commission for a pack.
    min: Option<MoneyInput>,
    /// Most commission for a pack.
    max: Option<MoneyInput>,
    /// First date of sale (India) with this rule: today, which is taken when left out, or later.
    valid_from: Option<Date>,
    /// First date without it.
    valid_to: Option<Date>,
    /// Why it is made, at most 500 characters.
    #[graphql(default)]
    note: String,
}

/// Ends a rule.
#[derive(InputObject)]
pub struct CommissionRuleEndInput {
    /// The rule.
    id: CommissionRuleId,
    /// First date without it: today or its start, whichever is later, which is taken when left out; or later.
    valid_to: Option<Date>,
}

payload! { /// What commissionRuleCreate answers.
CommissionRuleCreatePayload { /// The new rule.
rule: CommissionRule } MarketplaceError }

payload! { /// What commissionRuleEnd answers.
CommissionRuleEndPayload { /// The rule with its end.
rule: CommissionRule } MarketplaceError }

/// Changes to commission.
#[derive(Default)]
pub struct CommissionMutation;

#[mutation]
impl CommissionMutation {
    /// Adds a commission rule.
    #[access(Can(Permission::SellersWrite))]
    async fn commission_rule_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new rule")] input: CommissionRuleCreateInput,
    ) -> Result<CommissionRuleCreatePayload> {
        let outcome = async {
            let new = NewRule {
                category_id: input.category_id,
                seller_id: input.seller_id,
                offer_id: input.offer_id,
                rate_bp: input.rate_bp,
                fixed: read_money(input.fixed, "fixed")?.unwrap_or_default(),
                least: read_money(input.min, "min")?,
                most: read_money(input.max, "max")?,
                valid_from: input.valid_from.map(|date| date.0),
                valid_to: input.valid_to.map(|date| date.0),
                note: input.note,
            };
            service::create_rule(ctx.app(), ctx.actor(), new).await
        };
        CommissionRuleCreatePayload::from(outcome.await)
    }

    /// Ends a commission rule. What was sold under it keeps its commission.
    #[access(Can(Permission::SellersWrite))]
    async fn commission_rule_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule and its end")] input: CommissionRuleEndInput,
    ) -> Result<CommissionRuleEndPayload> {
        let end = input.valid_to.map(|date| date.0);
        CommissionRuleEndPayload::from(service::end_rule(ctx.app(), ctx.actor(), input.id, end).await)
    }
}
