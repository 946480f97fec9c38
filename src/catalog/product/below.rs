//! Lists of products below categories and brands.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    along::{Along, ProductRow},
    filter::ProductWhere,
    model::{ProductOrder, ProductOrderField, by_offer_price, conditions},
};
use crate::{
    catalog::{brand::model::BrandId, category::model::CategoryId},
    kernel::{
        access::{Actor, Permission},
        db::Conn,
        error::Result,
        loader::Key,
        nested::{Nested, groups},
        page::{Page, PageArgs},
    },
};

/// What products can be listed below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parent {
    /// A category: what stands on its shelf, and on all below it.
    Category(CategoryId),
    /// A brand.
    Brand(BrandId),
}

/// Which of them, and what is fetched along.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Listing {
    /// Which of them.
    pub filter: ProductWhere,
    /// In which order.
    pub order: ProductOrder,
    /// Which page.
    pub args: PageArgs,
    /// Which neighbours of the products.
    pub along: Along,
    /// Whether the list is counted.
    pub count: bool,
}

/// Key of a page of products below a parent, as of an instant; neighbours in one answer are fetched together, as of the
/// latest of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProductsBelow(pub Parent, pub Listing, pub DateTime<Utc>);

impl Parent {
    fn id(self) -> Uuid {
        match self {
            Self::Category(id) => id.0,
            Self::Brand(id) => id.0,
        }
    }

    fn tie(self) -> &'static str {
        match self {
            Self::Category(_) => {
                "products.category_id = ANY(ARRAY(SELECT id FROM categories WHERE path @> ARRAY[parent.id]))"
            }
            Self::Brand(_) => "products.brand_id = parent.id",
        }
    }
}

impl Key for ProductsBelow {
    type Value = Page<ProductRow>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Page<ProductRow>>> {
        let Some(at) = keys.iter().map(|key| key.2).max() else { return Ok(HashMap::new()) };
        let staff = actor.can(Permission::CatalogRead);
        let mut pages = HashMap::with_capacity(keys.len());
        for group in groups(keys, |key| ((key.0.tie(), key.1.clone()), key.0.id())) {
            let (tie, Listing { filter, order, args, along, count }) = group.shared;
            let conditions = conditions(actor, &filter, (count, at))?;
            let found = if order.field == ProductOrderField::OfferPrice {
                by_offer_price(conn, (tie, group.own), conditions, (order, along), &args).await?
            } else {
                let (condition, counted) = conditions;
                let nested =
                    Nested { from: "products", tie, condition, order: order.order(staff), args: &args, counted };
                nested.fetch(conn, &along, group.own, |(row, ..)| order.key(row)).await?
            };
            pages.extend(group.keys.into_iter().cloned().zip(found));
        }
        Ok(pages)
    }
}
