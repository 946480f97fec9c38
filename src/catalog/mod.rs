//! The catalogue: what can be sold, described once for all sellers.
//!
//! Invariants, each held by the database:
//! - an active product has a category, an HSN code and a price;
//! - SKUs, barcodes and slugs are unique; a barcode has a right check digit (checked on the way in);
//! - a GST rate is a dated row that is never edited; the longest HSN prefix wins, a product's own rate before any;
//! - a category's `path` lists its ancestors from the root, so that the tree has no cycle;
//! - `product_search` holds exactly the active products, as they are or, after a bulk import, soon will be.
//!
//! Prices here are maximum retail prices; what sellers ask is their offer's business.

pub mod attribute;
pub mod brand;
pub mod category;
pub mod import;
pub mod media;
pub mod product;
pub mod search;
pub mod shelf;
pub mod tax;
pub mod variant;

use async_graphql::MergedObject;

use crate::domain_errors;

domain_errors! {
    pub struct CatalogError, CatalogErrorCode {
        /// Another page has this slug.
        SlugTaken = "SLUG_TAKEN",
        /// A sibling has this name.
        NameTaken = "NAME_TAKEN",
        /// Another variant has this SKU.
        SkuTaken = "SKU_TAKEN",
        /// Another variant has this barcode.
        BarcodeTaken = "BARCODE_TAKEN",
        /// The barcode is no GTIN, or its check digit is wrong.
        BarcodeInvalid = "BARCODE_INVALID",
        /// A category cannot move below itself.
        CategoryCycle = "CATEGORY_CYCLE",
        /// Categories nest at most eight levels deep.
        CategoryTooDeep = "CATEGORY_TOO_DEEP",
        /// The category still holds something.
        CategoryNotEmpty = "CATEGORY_NOT_EMPTY",
        /// A product needs a category, an HSN code and a variant with a price before it can be active.
        ProductIncomplete = "PRODUCT_INCOMPLETE",
        /// The product was changed since the client read it.
        VersionConflict = "VERSION_CONFLICT",
        /// There is a rate from this date already; a correction is a later row.
        RateExists = "RATE_EXISTS",
        /// The value does not fit the attribute's kind.
        AttributeKindMismatch = "ATTRIBUTE_KIND_MISMATCH",
    }
}

/// The catalogue, readable.
#[derive(Default, MergedObject)]
pub struct CatalogQuery(
    attribute::api::AttributeQuery,
    brand::api::BrandQuery,
    category::api::CategoryQuery,
    import::api::ImportQuery,
    product::api::ProductQuery,
    search::api::SearchQuery,
    tax::api::TaxQuery,
);

/// The catalogue, changeable.
#[derive(Default, MergedObject)]
pub struct CatalogMutation(
    attribute::api::AttributeMutation,
    brand::api::BrandMutation,
    category::api::CategoryMutation,
    import::api::ImportMutation,
    media::api::MediaMutation,
    product::api::ProductMutation,
    tax::api::TaxMutation,
    variant::api::VariantMutation,
);
