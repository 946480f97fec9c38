//! Lists of offers for sellers' people and the platform's.

use async_graphql::{Enum, InputObject};
use uuid::Uuid;

use super::{Offer, OfferStatus, visible_to};
use crate::{
    catalog::{product::model::ProductId, variant::model::VariantId},
    inventory::seller::model::SellerId,
    kernel::{
        access::Actor,
        db::Conn,
        error::Result,
        page::{self, Direction, Order, Page, PageArgs, timestamp_key},
        sql::Sql,
    },
};

/// Which offers a list shows.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OfferWhere {
    /// Of this seller.
    pub seller_id: Option<SellerId>,
    /// For this variant.
    pub variant_id: Option<VariantId>,
    /// For any variant of this product.
    pub product_id: Option<ProductId>,
    /// In one of these states; in any when empty.
    #[graphql(default)]
    pub status: Vec<OfferStatus>,
    /// With this seller SKU, without regard to case.
    pub sku: Option<String>,
    /// Whose seller SKU begins so, without regard to case.
    pub sku_starts_with: Option<String>,
    /// Whether the price is above the variant's maximum retail price: nobody can buy such an offer.
    pub above_mrp: Option<bool>,
}

impl OfferWhere {
    fn condition(&self) -> Sql {
        let mut parts = Vec::new();
        if let Some(seller) = self.seller_id {
            parts.push(Sql::new("offers.seller_id = ").bind(seller));
        }
        if let Some(variant) = self.variant_id {
            parts.push(Sql::new("offers.variant_id = ").bind(variant));
        }
        if let Some(product) = self.product_id {
            let variants = Sql::new("offers.variant_id IN (SELECT id FROM product_variants WHERE product_id = ");
            parts.push(variants.bind(product).sql(")"));
        }
        if !self.status.is_empty() {
            let status: Vec<String> = self.status.iter().map(|status| status.as_str().to_owned()).collect();
            parts.push(Sql::new("offers.status = ANY(").bind(status).sql(")"));
        }
        if let Some(sku) = &self.sku {
            parts.push(Sql::new("lower(offers.sku) = lower(").bind(sku.trim()).sql(")"));
        }
        if let Some(start) = &self.sku_starts_with {
            parts.push(Sql::new("starts_with(lower(offers.sku), lower(").bind(start.as_str()).sql("))"));
        }
        if let Some(above) = self.above_mrp {
            let dearer = Sql::new(
                "(SELECT offers.price_minor > product_variants.mrp_minor FROM product_variants \
                 WHERE product_variants.id = offers.variant_id) IS TRUE = ",
            );
            parts.push(dearer.bind(above));
        }
        // Clients compose these freely: each text would stay prepared.
        Sql::all_of(parts, " AND ").uncached()
    }
}

/// Which field sorts a list of offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OfferOrderField {
    /// When it was made.
    #[default]
    CreatedAt,
    /// Since when it waits for review: the queue. Offers that never did stand where they were made.
    SubmittedAt,
    /// Price.
    Price,
    /// Seller SKU.
    Sku,
}

/// How a list of offers is sorted.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct OfferOrder {
    /// By which field.
    #[graphql(default)]
    pub field: OfferOrderField,
    /// Which way.
    #[graphql(default_with = "Direction::Desc")]
    pub direction: Direction,
}

impl Default for OfferOrder {
    fn default() -> Self {
        Self { field: OfferOrderField::CreatedAt, direction: Direction::Desc }
    }
}

impl OfferOrder {
    fn order(self) -> Order {
        let (column, cast) = match self.field {
            OfferOrderField::CreatedAt => ("offers.created_at", "::timestamptz"),
            OfferOrderField::SubmittedAt => ("coalesce(offers.submitted_at, offers.created_at)", "::timestamptz"),
            OfferOrderField::Price => ("offers.price_minor", "::bigint"),
            OfferOrderField::Sku => ("offers.sku", ""),
        };
        Order { column, cast, id: "offers.id", direction: self.direction }
    }

    fn key(self, row: &Offer) -> (String, Uuid) {
        let sort = match self.field {
            OfferOrderField::CreatedAt => timestamp_key(row.created_at),
            OfferOrderField::SubmittedAt => timestamp_key(row.submitted_at.unwrap_or(row.created_at)),
            OfferOrderField::Price => row.price_minor.0.to_string(),
            OfferOrderField::Sku => row.sku.clone(),
        };
        (sort, row.id.0)
    }
}

/// A page of offers within the caller's scope.
pub async fn list(
    conn: &Conn,
    actor: &Actor,
    filter: &OfferWhere,
    order: OfferOrder,
    args: &PageArgs,
    count: bool,
) -> Result<Page<Offer>> {
    let condition = Sql::all_of([visible_to(actor), filter.condition()], " AND ");
    page::fetch(conn, "offers", condition, order.order(), args, count, |row: &Offer| order.key(row)).await
}
