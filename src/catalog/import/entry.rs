//! A row of a catalogue file, read and checked.

use bigdecimal::BigDecimal;

use crate::catalog::variant::model::Unit;

/// A pack size with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// For people, as the file has it.
    pub name: String,
    /// What is counted.
    pub unit: Unit,
    /// Pieces, grams or millilitres.
    pub size: BigDecimal,
}

impl Pack {
    /// What a row without a pack size sells.
    pub fn single() -> Self {
        Self { name: "1 pc".to_owned(), unit: Unit::Piece, size: BigDecimal::from(1) }
    }
}

/// What one row says about a product and one of its variants. `None` and empty leave stored values as they are.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Line of the file.
    pub line: u64,
    /// Place in the order in which the file is worked through; an import resumes behind the last one.
    pub position: u64,
    /// Groups the rows of a product; a row without one is a product of its own.
    pub key: Option<String>,
    /// Product name.
    pub name: Option<String>,
    /// Brand name.
    pub brand: Option<String>,
    /// Names of the category and its ancestors, root first.
    pub category: Vec<String>,
    /// HSN code, known to exist.
    pub hsn: Option<String>,
    /// Dietary mark as stored.
    pub dietary: Option<&'static str>,
    /// FSSAI licence.
    pub fssai: Option<String>,
    /// Country of origin.
    pub country: Option<String>,
    /// Shelf life in days.
    pub shelf_life_days: Option<i32>,
    /// Tags.
    pub tags: Vec<String>,
    /// Status asked for.
    pub status: Option<&'static str>,
    /// Address of a picture.
    pub image: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Ingredients.
    pub ingredients: Option<String>,
    /// Nutrition per 100 g or 100 ml.
    pub nutrition: Option<serde_json::Map<String, serde_json::Value>>,
    /// SKU; the barcode where the file has none.
    pub sku: String,
    /// Barcode.
    pub barcode: Option<String>,
    /// Whether the SKU was made from the barcode, so that a stored variant with this barcode keeps its own.
    pub sku_derived: bool,
    /// Pack size.
    pub pack: Option<Pack>,
    /// MRP in paise.
    pub mrp_minor: Option<i64>,
    /// Attribute codes and values.
    pub attributes: Vec<(String, String)>,
}

impl Entry {
    /// What keeps rows together: the product's key, else the SKU.
    pub fn group(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.sku)
    }
}
