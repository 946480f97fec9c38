//! Set-based SQL of the catalogue import: a batch costs the same number of statements whatever its size.

pub mod lookup;
pub mod places;
pub mod report;
pub mod savepoint;
pub mod search;
pub mod shelf;
pub mod tax;
pub mod write;

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::schema::{product_texts, product_variants, products};

/// What an import may change of a product.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = products)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct ProductRow {
    pub id: Uuid,
    pub category_id: Option<Uuid>,
    pub brand_id: Option<Uuid>,
    pub import_key: Option<String>,
    pub name: String,
    pub slug: String,
    pub status: String,
    pub hsn_code: Option<String>,
    pub dietary: Option<String>,
    pub fssai_license: Option<String>,
    pub country_of_origin: Option<String>,
    pub shelf_life_days: Option<i32>,
    pub tags: Vec<String>,
    pub image_url: Option<String>,
    pub price_from_minor: Option<i64>,
    pub price_to_minor: Option<i64>,
    pub variant_count: i32,
    pub version: i32,
}

/// What an import may change of a product's texts.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = product_texts)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct TextsRow {
    pub product_id: Uuid,
    pub description: String,
    pub ingredients: String,
    pub nutrition: serde_json::Value,
}

/// What an import may change of a variant.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = product_variants)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct VariantRow {
    pub id: Uuid,
    pub product_id: Uuid,
    pub sku: String,
    pub barcode: Option<String>,
    pub name: String,
    pub unit: String,
    pub pack_size: BigDecimal,
    pub mrp_minor: Option<i64>,
    pub status: String,
    pub position: i32,
    pub updated_at: DateTime<Utc>,
}

/// An attribute's value; exactly one of the three is present.
#[derive(Clone, Debug, PartialEq, Default)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct AttributeValue {
    pub text: Option<String>,
    pub number: Option<BigDecimal>,
    pub boolean: Option<bool>,
}
