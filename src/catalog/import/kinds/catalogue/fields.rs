//! The columns of a catalogue file, by the names that shops, wholesalers and open data give them.

use crate::catalog::import::columns::{Field, OpenField};

macro_rules! fields {
    ($($(#[$doc:meta])* $constant:ident = $name:literal $aliases:expr;)+) => {
        #[derive(Clone, Copy)]
        enum At { $($constant),+ }
        $($(#[$doc])* #[allow(non_upper_case_globals, reason = "named like the variants")]
        pub const $constant: usize = At::$constant as usize;)+
        /// Every field, at the positions of the constants.
        pub const FIELDS: &[Field] = &[$(Field { name: $name, aliases: &$aliases }),+];
    };
}

fields! {
    /// Groups the rows of one product.
    Key = "product_key" ["product_key", "product_code", "parent_sku", "handle", "group", "group_id", "style_code"];
    /// Product name.
    Name = "name" [
        "name", "product_name", "title", "product_title", "product", "item_name", "item", "description_short",
        "product_name_en", "display_name", "label", "generic_name",
    ];
    /// Brand.
    Brand = "brand" ["brand", "brand_name", "brands", "manufacturer", "company", "maker"];
    /// Category path.
    Category = "category" [
        "category", "category_path", "category_name", "categories", "main_category", "product_category_tree",
        "department", "product_category", "product_type",
    ];
    /// Category below the one of `category`.
    Subcategory = "subcategory" ["subcategory", "sub_category", "sub_category_name", "aisle"];
    /// Description.
    Description = "description" ["description", "product_description", "long_description", "details", "about", "body_html"];
    /// HSN code.
    Hsn = "hsn" ["hsn", "hsn_code", "hsn_sac", "hsncode", "hsn_no", "tax_code", "sac"];
    /// Dietary mark.
    Dietary = "dietary" ["dietary", "diet", "food_type", "veg_nonveg", "veg_non_veg", "diet_type", "fssai_mark"];
    /// FSSAI licence.
    Fssai = "fssai" ["fssai", "fssai_license", "fssai_licence", "fssai_no", "fssai_number", "fssai_license_number", "fssai_lic_no"];
    /// Ingredients.
    Ingredients = "ingredients" ["ingredients", "ingredients_text", "ingredient_list", "composition"];
    /// Country of origin.
    Country = "country_of_origin" ["country_of_origin", "origin", "country", "made_in", "origins"];
    /// Shelf life in days.
    ShelfLife = "shelf_life_days" ["shelf_life_days", "shelf_life", "best_before_days"];
    /// Tags.
    Tags = "tags" ["tags", "keywords", "search_terms", "labels"];
    /// SKU.
    Sku = "sku" [
        "sku", "sku_code", "sku_id", "item_code", "article", "article_no", "article_number", "item_no", "item_number",
        "item_id", "product_id", "variant_sku", "plu", "asin", "uniq_id", "pid", "id", "index",
    ];
    /// Barcode.
    Barcode = "barcode" [
        "barcode", "ean", "gtin", "upc", "ean13", "ean_13", "ean_code", "barcode_no", "bar_code", "gtin13", "gtin_13",
        "gtin14", "upc12", "upc_code", "code",
    ];
    /// Pack size.
    Pack = "pack" [
        "pack", "pack_size", "size", "net_weight", "net_quantity", "net_content", "weight", "quantity", "volume",
        "unit_size", "packaging_size", "net_wt", "variant", "product_quantity",
    ];
    /// Unit of a pack size that is a bare number.
    Unit = "unit" ["unit", "uom", "unit_of_measure", "product_quantity_unit", "pack_unit"];
    /// Maximum retail price.
    Mrp = "mrp" [
        "mrp", "max_retail_price", "maximum_retail_price", "mrp_inr", "mrp_rs", "market_price", "list_price",
        "retail_price", "actual_price", "original_price", "price", "price_inr", "unit_price", "selling_price",
        "sale_price", "rate", "amount",
    ];
    /// Status.
    Status = "status" ["status", "state", "product_status", "published"];
    /// Address of a picture.
    Image = "image" [
        "image", "image_url", "product_image", "img", "picture", "photo", "image_link", "thumbnail", "image_src",
        "image_front_url",
    ];
}

/// Open fields: attributes and nutrition.
pub const OPEN: &[OpenField] = &[
    OpenField {
        prefix: ATTRIBUTE,
        aliases: &[
            ("grade", "grade"),
            ("flavour", "flavour"),
            ("flavor", "flavour"),
            ("color", "colour"),
            ("colour", "colour"),
            ("variety", "variety"),
            ("organic", "organic"),
            ("storage", "storage"),
        ],
    },
    OpenField { prefix: NUTRITION, aliases: NUTRITION_HEADERS },
];

/// Prefix of attribute columns.
pub const ATTRIBUTE: &str = "attr:";
/// Prefix of nutrition columns.
pub const NUTRITION: &str = "nutrition:";

const NUTRITION_HEADERS: &[(&str, &str)] = &[
    ("fat_amount", "fat"),
    ("fat", "fat"),
    ("fat_100g", "fat"),
    ("total_fat", "fat"),
    ("saturated_fats", "saturated_fat"),
    ("saturated_fat", "saturated_fat"),
    ("saturated_fat_100g", "saturated_fat"),
    ("trans_fat", "trans_fat"),
    ("trans_fat_100g", "trans_fat"),
    ("carbohydrate", "carbohydrate"),
    ("carbohydrates", "carbohydrate"),
    ("carbohydrates_100g", "carbohydrate"),
    ("sugar", "sugars"),
    ("sugars", "sugars"),
    ("sugars_100g", "sugars"),
    ("dietary_fiber", "fiber"),
    ("fiber", "fiber"),
    ("fibre", "fiber"),
    ("fiber_100g", "fiber"),
    ("protein", "protein"),
    ("proteins", "protein"),
    ("proteins_100g", "protein"),
    ("salt", "salt"),
    ("salt_100g", "salt"),
    ("sodium", "sodium"),
    ("sodium_100g", "sodium"),
    ("alcohol", "alcohol"),
    ("alcohol_100g", "alcohol"),
    ("energy", "energy"),
    ("energy_100g", "energy"),
    ("energy_kcal", "energy_kcal"),
    ("energy_kcal_100g", "energy_kcal"),
    ("calories", "energy_kcal"),
];

/// Unit of a nutrient given as a bare number.
pub fn nutrient_unit(name: &str) -> &'static str {
    match name {
        "energy" => "kJ",
        "energy_kcal" => "kcal",
        "alcohol" => "% vol",
        _ => "g",
    }
}
