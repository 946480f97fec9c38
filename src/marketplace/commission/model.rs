//! Commission rules and every query over them.

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;
use uuid::Uuid;

use super::amount::Rate;
use crate::{
    catalog::category::model::CategoryId,
    id,
    inventory::seller::model::SellerId,
    kernel::{
        access::{Actor, Permission},
        date::Date,
        db::Conn,
        error::{Error, OnConstraint, Result},
        money::{BasisPoints, Minor},
        page::{self, Direction, Order, Page, PageArgs},
        sql::{Select, Sql},
    },
    load_by_id,
    marketplace::offer::model::{Offer, OfferId},
    schema::commission_rules,
    text_enum,
};

id! {
    /// Identifies a commission rule.
    CommissionRuleId, "crl", "CommissionRule"
}

text_enum! {
    /// What a commission rule is for, from the least to the most specific.
    pub enum CommissionScope {
        /// Every sale of a distributor.
        Platform = "platform",
        /// Products of a category or of any below it.
        Category = "category",
        /// Sales of one seller.
        Seller = "seller",
        /// Sales of one seller in a category or in any below it.
        SellerCategory = "seller_category",
        /// One offer.
        Offer = "offer",
    }
}

/// A dated rule for the commission on sales of distributors.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize, PlainObject)]
#[diesel(table_name = commission_rules)]
#[graphql(complex)]
#[expect(missing_docs, reason = "skipped fields are documented where they are shown")]
pub struct CommissionRule {
    /// Global ID.
    pub id: CommissionRuleId,
    /// What the rule is for.
    pub scope: CommissionScope,
    #[graphql(skip)]
    pub category_id: Option<CategoryId>,
    #[graphql(skip)]
    pub seller_id: Option<SellerId>,
    #[graphql(skip)]
    pub offer_id: Option<OfferId>,
    #[graphql(skip)]
    pub rate_bp: BasisPoints,
    #[graphql(skip)]
    pub fixed_minor: Minor,
    #[graphql(skip)]
    pub min_minor: Option<Minor>,
    #[graphql(skip)]
    pub max_minor: Option<Minor>,
    #[graphql(skip)]
    pub valid_from: NaiveDate,
    #[graphql(skip)]
    pub valid_to: Option<NaiveDate>,
    /// Why it was made; may be empty.
    pub note: String,
    #[graphql(skip)]
    pub created_by: Option<Uuid>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed: an end was set.
    pub updated_at: DateTime<Utc>,
}

impl CommissionRule {
    /// How it counts.
    pub fn rate(&self) -> Rate {
        Rate { share: self.rate_bp, fixed: self.fixed_minor, least: self.min_minor, most: self.max_minor }
    }
}

load_by_id!(CommissionRuleId => CommissionRule, commission_rules);

/// Which rules a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CommissionRuleWhere {
    /// With this scope.
    pub scope: Option<CommissionScope>,
    /// For this seller: its own rules, those for its categories and those for its offers.
    pub seller_id: Option<SellerId>,
    /// For this category.
    pub category_id: Option<CategoryId>,
    /// For this offer.
    pub offer_id: Option<OfferId>,
    /// In force on this date (India).
    pub on: Option<Date>,
}

impl CommissionRuleWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(scope) = self.scope {
            parts.push(Sql::new("scope = ").bind(scope.as_str()));
        }
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("seller_id = ").bind(seller));
        }
        if let Some(category) = self.category_id {
            parts.push(Sql::new("category_id = ").bind(category));
        }
        if let Some(offer) = self.offer_id {
            parts.push(Sql::new("offer_id = ").bind(offer));
        }
        if let Some(Date(on)) = self.on {
            let begun = Sql::new("(valid_from <= ").bind(on);
            parts.push(begun.sql(" AND (valid_to IS NULL OR valid_to > ").bind(on).sql("))"));
        }
        Sql::all_of(parts, " AND ").uncached()
    }
}

/// Sellers' people see their own rules and those that are for everybody.
pub fn visible_to(actor: &Actor) -> Sql {
    let scope = actor.scope(Permission::SellersRead);
    if scope.everything {
        return Sql::new("TRUE");
    }
    if scope.distributors.is_empty() {
        return Sql::new("FALSE");
    }
    Sql::new("(seller_id IS NULL OR seller_id = ANY(").bind(scope.distributors).sql("))")
}

/// A page of rules, latest start first.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &CommissionRuleWhere,
    args: &PageArgs,
    count: bool,
) -> Result<Page<CommissionRule>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    let order = Order { column: "valid_from", cast: "::date", id: "id", direction: Direction::Desc };
    let key = |row: &CommissionRule| (row.valid_from.to_string(), row.id.0);
    page::fetch(conn, "commission_rules", condition, order, args, count, key).await
}

/// Every rule that fits the offer, of any date; those that were withdrawn before they began are left out. `path` is the
/// product's category with all above it.
pub async fn fitting(conn: &Conn, offer: &Offer, path: &[CategoryId]) -> Result<Vec<CommissionRule>> {
    let path: Vec<Uuid> = path.iter().map(|id| id.0).collect();
    let rest = Sql::new("FROM commission_rules WHERE (valid_to IS NULL OR valid_to > valid_from) AND (offer_id = ")
        .bind(offer.id)
        .sql(" OR (offer_id IS NULL AND (seller_id IS NULL OR seller_id = ")
        .bind(offer.seller_id)
        .sql(") AND (category_id IS NULL OR category_id = ANY(")
        .bind(path)
        .sql("))))");
    Select::<CommissionRule>::new(rest).rows(conn).await
}

/// Every rule in force on a date that fits any of these sales: for its offer, or for its seller and category.
pub async fn in_force(conn: &Conn, sales: &[Sale], on: NaiveDate) -> Result<Vec<CommissionRule>> {
    let offers: Vec<Uuid> = sales.iter().map(|sale| sale.offer_id.0).collect();
    let sellers: Vec<Uuid> = sales.iter().map(|sale| sale.seller_id.0).collect();
    let categories: Vec<Uuid> = sales.iter().flat_map(|sale| &sale.category_path).map(|id| id.0).collect();
    let rest = Sql::new("FROM commission_rules WHERE valid_from <= ")
        .bind(on)
        .sql(" AND (valid_to IS NULL OR valid_to > ")
        .bind(on)
        .sql(") AND (offer_id = ANY(")
        .bind(offers)
        .sql(") OR (offer_id IS NULL AND (seller_id IS NULL OR seller_id = ANY(")
        .bind(sellers)
        .sql(")) AND (category_id IS NULL OR category_id = ANY(")
        .bind(categories)
        .sql("))))");
    Select::<CommissionRule>::new(rest).rows(conn).await
}

/// An offer that is sold.
#[derive(Clone, Debug)]
pub struct Sale {
    /// The offer.
    pub offer_id: OfferId,
    /// Its seller.
    pub seller_id: SellerId,
    /// The category of its product with all above it, from the root.
    pub category_path: Vec<CategoryId>,
}

impl Sale {
    /// Whether a rule is for it.
    pub fn fits(&self, rule: &CommissionRule) -> bool {
        match rule.offer_id {
            Some(offer) => offer == self.offer_id,
            None => {
                rule.seller_id.is_none_or(|seller| seller == self.seller_id)
                    && rule.category_id.is_none_or(|category| self.category_path.contains(&category))
            }
        }
    }
}

/// The category of an offer's product with all above it, from the root; empty where it stands on no shelf.
pub async fn category_path(conn: &Conn, offer: &Offer) -> Result<Vec<CategoryId>> {
    let statement = Sql::new(
        "SELECT unnest(categories.path) AS id FROM product_variants \
         JOIN products ON products.id = product_variants.product_id \
         JOIN categories ON categories.id = products.category_id WHERE product_variants.id = ",
    );
    Ok(statement.bind(offer.variant_id).ids(conn).await?.into_iter().map(CategoryId).collect())
}

/// Locks a rule for a change.
pub async fn lock(mut conn: &Conn, id: CommissionRuleId) -> Result<CommissionRule> {
    let row = commission_rules::table.find(id).for_update().select(CommissionRule::as_select());
    row.first(&mut conn).await.optional()?.ok_or(Error::NotFound("commission rule"))
}

/// Adds a rule.
pub async fn insert(mut conn: &Conn, row: &CommissionRule) -> Result<()> {
    let missing = |path, what| move || Error::problem("NOT_FOUND", path, format!("there is no such {what}"));
    diesel::insert_into(commission_rules::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("commission_rules_start_key", || {
            Error::problem("RULE_EXISTS", "validFrom", "a rule for the same begins on this date already")
        })
        .on_constraint("commission_rules_category_id_fkey", missing("categoryId", "category"))
        .on_constraint("commission_rules_seller_id_fkey", missing("sellerId", "seller"))
        .on_constraint("commission_rules_offer_fkey", missing("offerId", "offer"))
        .map(drop)
}

/// Stores a rule's end.
pub async fn set_end(mut conn: &Conn, row: &CommissionRule) -> Result<()> {
    diesel::update(commission_rules::table.find(row.id))
        .set((commission_rules::valid_to.eq(row.valid_to), commission_rules::updated_at.eq(row.updated_at)))
        .execute(&mut conn)
        .await
        .on_constraint("commission_rules_start_key", || {
            Error::problem("RULE_EXISTS", "validTo", "another rule for the same begins on the same date")
        })?;
    Ok(())
}
