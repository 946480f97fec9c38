//! Which products a list shows, as a client composes it and as SQL.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::model::{Dietary, ProductId, ProductStatus};
use crate::{
    catalog::{brand::model::BrandId, category::model::CategoryId, shelf::model::ProductOffersWhere},
    kernel::{
        error::{Error, Result},
        money::MoneyInput,
        sql::Sql,
    },
};

/// Which products a list shows. All that is given must hold; `or` and `not` compose further.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ProductWhere {
    /// One of these products.
    pub ids: Option<Vec<ProductId>>,
    /// In one of these states; shoppers see active products only.
    pub status: Option<Vec<ProductStatus>>,
    /// In this category or anywhere below it.
    pub category_id: Option<CategoryId>,
    /// Of one of these brands.
    pub brand_ids: Option<Vec<BrandId>>,
    /// With one of these dietary marks.
    pub dietary: Option<Vec<Dietary>>,
    /// Lowest maximum retail price at least this.
    pub price_min: Option<MoneyInput>,
    /// Lowest maximum retail price at most this.
    pub price_max: Option<MoneyInput>,
    /// Name holds this text, without regard to case.
    pub name_contains: Option<String>,
    /// Has this tag.
    pub tag: Option<String>,
    /// HSN code begins so.
    pub hsn_starts_with: Option<String>,
    /// Made at or after.
    pub created_after: Option<DateTime<Utc>>,
    /// Changed at or after.
    pub updated_after: Option<DateTime<Utc>>,
    /// Can be bought, from such an offer; left out, products that nobody offers are shown, too.
    pub offers: Option<ProductOffersWhere>,
    /// One of these holds too.
    pub or: Option<Vec<ProductWhere>>,
    /// This does not hold.
    pub not: Option<Box<ProductWhere>>,
}

/// How it is found out what is offered, as of an instant.
#[derive(Clone, Copy, Debug)]
enum Offered {
    /// From the offers.
    Exactly(DateTime<Utc>),
    /// From their summary, where that says as much.
    BySummary(DateTime<Utc>),
}

impl Offered {
    fn by_summary(self) -> Self {
        match self {
            Self::Exactly(at) | Self::BySummary(at) => Self::BySummary(at),
        }
    }
}

/// Deepest nesting of `or` and `not`.
const MAX_NESTING: usize = 4;

impl ProductWhere {
    /// The condition over `products`, as of an instant. A statement stays prepared only for one plain condition:
    /// combinations are countless.
    pub fn condition(&self, at: DateTime<Utc>) -> Result<Sql> {
        self.whole(Offered::Exactly(at))
    }

    /// The condition of what is counted: what can be bought by the summary of the offers, which is a second old at most,
    /// where that says as much.
    pub fn counted(&self, at: DateTime<Utc>) -> Result<Sql> {
        self.whole(Offered::BySummary(at))
    }

    fn whole(&self, at: Offered) -> Result<Sql> {
        let parts = self.parts(0, at)?;
        let plain = parts.len() <= 1 && self.or.is_none() && self.not.is_none();
        let condition = Sql::all_of(parts, " AND ");
        Ok(if plain { condition } else { condition.uncached() })
    }

    fn parts(&self, nesting: usize, at: Offered) -> Result<Vec<Sql>> {
        if nesting > MAX_NESTING {
            return Err(Error::BadInput(format!("`or` and `not` nest at most {MAX_NESTING} deep")));
        }
        let mut parts = self.plain_parts(at)?;
        if let Some(alternatives) = &self.or {
            let mut any = Vec::new();
            for alternative in alternatives {
                // An empty alternative holds for everything.
                let all = Sql::all_of(alternative.parts(nesting + 1, at)?, " AND ");
                any.push(if all.is_empty() { Sql::new("TRUE") } else { all });
            }
            parts.push(if any.is_empty() { Sql::new("FALSE") } else { Sql::all_of(any, " OR ") });
        }
        if let Some(not) = &self.not {
            // The summary, for nearly all are looked at where nearly all are offered.
            let inner = Sql::all_of(not.parts(nesting + 1, at.by_summary())?, " AND ");
            let inner = if inner.is_empty() { Sql::new("TRUE") } else { inner };
            parts.push(Sql::new("NOT coalesce(").join(inner).sql(", FALSE)"));
        }
        Ok(parts)
    }

    fn plain_parts(&self, at: Offered) -> Result<Vec<Sql>> {
        let mut parts = Vec::new();
        if let Some(ids) = &self.ids {
            parts.push(any_of("products.id = ANY(", ids.iter().map(|id| id.0).collect::<Vec<Uuid>>()));
        }
        if let Some(status) = &self.status {
            parts.push(any_of("products.status = ANY(", texts(status, |s| s.as_str())));
        }
        if let Some(category) = self.category_id {
            parts.push(any_in_branch(category));
        }
        if let Some(brands) = &self.brand_ids {
            parts.push(any_of("products.brand_id = ANY(", brands.iter().map(|id| id.0).collect::<Vec<Uuid>>()));
        }
        if let Some(dietary) = &self.dietary {
            parts.push(any_of("products.dietary = ANY(", texts(dietary, |d| d.as_str())));
        }
        if let Some(min) = &self.price_min {
            parts.push(Sql::new("products.price_from_minor >= ").bind(minor(min, "priceMin")?));
        }
        if let Some(max) = &self.price_max {
            parts.push(Sql::new("products.price_from_minor <= ").bind(minor(max, "priceMax")?));
        }
        if let Some(text) = &self.name_contains {
            parts.push(Sql::new("strpos(lower(products.name), lower(").bind(text.clone()).sql(")) > 0"));
        }
        if let Some(tag) = &self.tag {
            parts.push(Sql::new("products.tags @> ARRAY[").bind(tag.clone()).sql("]"));
        }
        if let Some(prefix) = &self.hsn_starts_with {
            parts.push(Sql::new("starts_with(products.hsn_code, ").bind(prefix.clone()).sql(")"));
        }
        if let Some(after) = self.created_after {
            parts.push(Sql::new("products.created_at >= ").bind(after));
        }
        if let Some(after) = self.updated_after {
            parts.push(Sql::new("products.updated_at >= ").bind(after));
        }
        if let Some(offers) = &self.offers {
            parts.push(match at {
                Offered::Exactly(at) => offers.condition("products.id", at)?,
                Offered::BySummary(at) => offers.counted("products.id", at)?,
            });
        }
        Ok(parts)
    }
}

/// The branch's IDs are found first, as an array: the planner then knows how many there are.
fn any_in_branch(category: CategoryId) -> Sql {
    Sql::new("products.category_id = ANY(ARRAY(SELECT id FROM categories WHERE path @> ARRAY[")
        .bind(category)
        .sql("]))")
}

fn any_of(text: &'static str, values: impl Into<crate::kernel::sql::Bind>) -> Sql {
    Sql::new(text).bind(values).sql(")")
}

fn texts<T: Copy>(values: &[T], text: impl Fn(T) -> &'static str) -> Vec<String> {
    values.iter().map(|value| text(*value).to_owned()).collect()
}

fn minor(money: &MoneyInput, path: &str) -> Result<i64> {
    money.minor().map(|minor| minor.0).map_err(|message| Error::BadInput(format!("{path}: {message}")))
}
