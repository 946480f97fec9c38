//! The columns of an offer file, by the names that sellers give them.

use crate::catalog::import::columns::Field;

macro_rules! fields {
    ($($(#[$doc:meta])* $constant:ident = $at:literal $name:literal $aliases:expr;)+) => {
        $($(#[$doc])* pub const $constant: usize = $at;)+
        /// Every field, at the positions of the constants.
        pub const FIELDS: &[Field] = &[$(Field { name: $name, aliases: &$aliases }),+];
    };
}

fields! {
    /// The seller's stock keeping unit.
    SKU = 0 "sku" ["sku", "seller_sku", "sku_code", "sku_id", "item_code", "item_no", "article_no", "plu"];
    /// Price of one pack.
    PRICE = 1 "price" ["price", "selling_price", "offer_price", "sale_price", "unit_price", "price_inr", "rate"];
    /// The same for business customers.
    BUSINESS_PRICE = 2 "business_price" ["business_price", "b2b_price", "trade_price", "wholesale_price"];
    /// Lower prices for larger quantities.
    PRICE_BREAKS = 3 "price_breaks" ["price_breaks", "quantity_prices", "tier_prices", "slab_prices"];
    /// The same for business customers.
    BUSINESS_PRICE_BREAKS = 4 "business_price_breaks" ["business_price_breaks", "b2b_price_breaks", "b2b_slab_prices"];
    /// SKU of the catalogue's variant.
    VARIANT_SKU = 5 "variant_sku" ["variant_sku", "catalogue_sku", "catalog_sku", "freshvilla_sku"];
    /// Barcode of the catalogue's variant.
    BARCODE = 6 "barcode" ["barcode", "ean", "gtin", "upc", "ean13", "ean_13", "ean_code", "bar_code", "gtin13"];
    /// Fewest packs of one order.
    MIN_QUANTITY = 7 "min_quantity" ["min_quantity", "min_qty", "minimum_quantity", "moq", "min_order_quantity"];
    /// Most packs of one order.
    MAX_QUANTITY = 8 "max_quantity" ["max_quantity", "max_qty", "maximum_quantity", "max_order_quantity"];
    /// Packs are ordered in multiples of this.
    QUANTITY_STEP = 9 "quantity_step" ["quantity_step", "multiple", "multiples", "order_multiple", "case_size"];
    /// Time until the seller hands over.
    LEAD_TIME = 10 "lead_time" ["lead_time", "lead_time_hours", "dispatch_time", "handling_time"];
    /// Warn when so few packs are left.
    LOW_STOCK_THRESHOLD = 11 "low_stock_threshold" ["low_stock_threshold", "low_stock", "reorder_level"];
    /// Not bought before.
    STARTS_AT = 12 "starts_at" ["starts_at", "start", "start_date", "valid_from", "from"];
    /// Not bought from then on.
    ENDS_AT = 13 "ends_at" ["ends_at", "end", "end_date", "valid_to", "to"];
    /// Where the seller wants it.
    STATUS = 14 "status" ["status", "state"];
}

/// The fields of a file of prices: those of [`FIELDS`] up to the price breaks.
pub const PRICE_FIELDS: &[Field] = FIELDS.split_at(VARIANT_SKU).0;
