//! Decides what a batch changes: stored rows and the file's rows in, new and changed rows out. Pure.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    entry::{Entry, Pack},
    issue::{BadValue, Issue},
    model::{
        AttributeValue, ProductRow, TextsRow, VariantRow,
        lookup::Known,
        shelf::{Attribute, Shelf},
    },
};
use crate::kernel::slug::{slugify, with_tail};

/// A product in work.
#[derive(Debug)]
pub struct ProductSlot {
    /// As stored; `None` for a new one.
    pub before: Option<ProductRow>,
    /// As it shall be.
    pub after: ProductRow,
    /// Texts as stored; a product without any has no row.
    pub texts_before: TextsRow,
    /// Texts as they shall be.
    pub texts: TextsRow,
    /// Pictures to add.
    pub media: Vec<String>,
    /// Whether a variant or an attribute changes.
    pub children_change: bool,
    /// Last line of the file that spoke of it; 0 when none did.
    line: u64,
    wanted_status: Option<&'static str>,
    variants: Vec<usize>,
}

/// A variant in work.
#[derive(Debug)]
pub struct VariantSlot {
    /// As stored; `None` for a new one.
    pub before: Option<VariantRow>,
    /// As it shall be.
    pub after: VariantRow,
    /// Attribute values to write.
    pub attributes: Vec<(Uuid, AttributeValue)>,
    product: usize,
}

impl ProductSlot {
    /// Whether a row of the batch spoke of it.
    pub fn spoken_of(&self) -> bool {
        self.line > 0
    }

    /// Whether anything of it is to be written.
    pub fn changes(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
            || self.texts_before != self.texts
            || self.children_change
            || !self.media.is_empty()
    }
}

impl VariantSlot {
    /// Whether the row itself is to be written.
    pub fn changes(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }
}

/// A batch decided.
#[derive(Debug, Default)]
pub struct Plan {
    /// Every product that the batch or its products' variants touch.
    pub products: Vec<ProductSlot>,
    /// Every variant of these.
    pub variants: Vec<VariantSlot>,
    /// Rows refused, and warnings.
    pub issues: Vec<Issue>,
    /// Rows refused.
    pub refused: u64,
    /// Rows that spoke of a variant which an earlier row of the batch had spoken of.
    pub duplicates: u64,
    by_key: HashMap<String, usize>,
    by_id: HashMap<Uuid, usize>,
    by_sku: HashMap<String, usize>,
    by_barcode: HashMap<String, usize>,
    spoken_of: HashSet<usize>,
    taken_slugs: HashSet<String>,
    known_values: HashMap<(Uuid, Uuid), AttributeValue>,
    known_media: HashSet<(Uuid, String)>,
}

type Refusal = (&'static str, BadValue, String);

fn conflict(column: &'static str, message: String, value: &str) -> Refusal {
    (column, BadValue { code: "CONFLICT", message }, value.to_owned())
}

/// Works through the batch in the order of the file.
pub fn plan(entries: &[Entry], known: Known, shelf: &Shelf, now: DateTime<Utc>) -> Plan {
    let mut plan = Plan::over(known);
    for entry in entries {
        let line = entry.line;
        if let Err((column, bad, value)) = plan.apply(entry, shelf, now) {
            plan.refused += 1;
            plan.issues.push(Issue::error(line, column, bad.code, bad.message, &value));
        }
    }
    plan.settle();
    plan
}

impl Plan {
    fn over(mut known: Known) -> Self {
        let mut plan = Self {
            taken_slugs: known.taken_slugs,
            known_values: known.attributes,
            known_media: known.media,
            ..Self::default()
        };
        for row in known.products {
            let at = plan.products.len();
            plan.by_id.insert(row.id, at);
            if let Some(key) = &row.import_key {
                plan.by_key.insert(key.clone(), at);
            }
            let texts = known.texts.remove(&row.id).unwrap_or_else(|| no_texts(row.id));
            plan.products.push(ProductSlot { texts_before: texts.clone(), texts, ..ProductSlot::new(row) });
            if let Some(slot) = plan.products.last_mut() {
                slot.before = Some(slot.after.clone());
            }
        }
        known.variants.sort_by_key(|row| (row.position, row.id));
        for row in known.variants {
            if let Some(product) = plan.by_id.get(&row.product_id).copied() {
                plan.add_variant(VariantSlot {
                    before: Some(row.clone()),
                    after: row,
                    attributes: Vec::new(),
                    product,
                });
            }
        }
        plan
    }

    fn add_variant(&mut self, slot: VariantSlot) -> usize {
        let at = self.variants.len();
        self.by_sku.insert(slot.after.sku.clone(), at);
        if let Some(barcode) = &slot.after.barcode {
            self.by_barcode.insert(barcode.clone(), at);
        }
        if let Some(product) = self.products.get_mut(slot.product) {
            product.variants.push(at);
        }
        self.variants.push(slot);
        at
    }

    fn apply(&mut self, entry: &Entry, shelf: &Shelf, now: DateTime<Utc>) -> Result<(), Refusal> {
        let variant = self.find_variant(entry)?;
        let product = self.find_product(entry, variant)?;
        let values = attribute_values(entry, shelf)?;
        let product = match product {
            Some(at) => at,
            None => self.new_product(entry)?,
        };
        if let Some(key) = &entry.key {
            self.by_key.insert(key.clone(), product);
        }
        let variant = match variant {
            Some(at) => at,
            None => self.new_variant(entry, product, now),
        };
        if !self.spoken_of.insert(variant) {
            self.duplicates += 1;
        }
        self.change_variant(variant, entry, values, now);
        self.change_product(product, entry, shelf);
        Ok(())
    }

    /// By SKU; by barcode where the file has no SKU.
    fn find_variant(&self, entry: &Entry) -> Result<Option<usize>, Refusal> {
        let by_barcode = entry.barcode.as_ref().and_then(|barcode| self.by_barcode.get(barcode)).copied();
        let by_sku = self.by_sku.get(&entry.sku).copied();
        if entry.sku_derived {
            return Ok(by_barcode.or(by_sku));
        }
        if let Some(holder) = by_barcode.filter(|at| Some(*at) != by_sku).and_then(|at| self.variants.get(at)) {
            let barcode = entry.barcode.as_deref().unwrap_or_default();
            return Err(conflict("barcode", format!("the barcode belongs to the SKU {}", holder.after.sku), barcode));
        }
        Ok(by_sku)
    }

    /// By the file's key; else the one that the variant belongs to.
    fn find_product(&self, entry: &Entry, variant: Option<usize>) -> Result<Option<usize>, Refusal> {
        let of_variant = variant.and_then(|at| self.variants.get(at)).map(|slot| slot.product);
        let by_key = entry.key.as_ref().and_then(|key| self.by_key.get(key)).copied();
        match (by_key, of_variant) {
            (Some(by_key), Some(of_variant)) if by_key != of_variant => {
                let name = self.products.get(of_variant).map_or("", |slot| slot.after.name.as_str());
                Err(conflict("sku", format!("the SKU belongs to another product, {name:?}"), &entry.sku))
            }
            _ => Ok(by_key.or(of_variant)),
        }
    }

    fn new_product(&mut self, entry: &Entry) -> Result<usize, Refusal> {
        let Some(name) = entry.name.clone() else {
            let bad = BadValue { code: "REQUIRED", message: "a new product needs a name".to_owned() };
            return Err(("name", bad, String::new()));
        };
        let id = Uuid::now_v7();
        let mut slug = slugify(&name);
        if slug.is_empty() || self.taken_slugs.contains(&slug) {
            slug = with_tail(if slug.is_empty() { "product" } else { &slug }, id);
        }
        self.taken_slugs.insert(slug.clone());
        let at = self.products.len();
        self.products.push(ProductSlot::new(ProductRow {
            id,
            category_id: None,
            brand_id: None,
            import_key: entry.key.clone(),
            name,
            slug,
            status: "draft".to_owned(),
            hsn_code: None,
            dietary: None,
            fssai_license: None,
            country_of_origin: None,
            shelf_life_days: None,
            tags: Vec::new(),
            image_url: None,
            price_from_minor: None,
            price_to_minor: None,
            variant_count: 0,
            version: 1,
        }));
        Ok(at)
    }

    fn new_variant(&mut self, entry: &Entry, product: usize, now: DateTime<Utc>) -> usize {
        let slot = self.products.get(product);
        let product_id = slot.map_or_else(Uuid::nil, |slot| slot.after.id);
        let position = slot.map_or(0, |slot| i32::try_from(slot.variants.len()).unwrap_or(i32::MAX));
        let pack = Pack::single();
        let after = VariantRow {
            id: Uuid::now_v7(),
            product_id,
            sku: entry.sku.clone(),
            barcode: None,
            name: pack.name,
            unit: pack.unit.as_str().to_owned(),
            pack_size: pack.size,
            mrp_minor: None,
            status: "active".to_owned(),
            position,
            updated_at: now,
        };
        self.add_variant(VariantSlot { before: None, after, attributes: Vec::new(), product })
    }

    fn change_variant(&mut self, at: usize, entry: &Entry, values: Vec<(Uuid, AttributeValue)>, now: DateTime<Utc>) {
        let Some(slot) = self.variants.get_mut(at) else { return };
        let row = &mut slot.after;
        if let Some(pack) = &entry.pack {
            row.name.clone_from(&pack.name);
            pack.unit.as_str().clone_into(&mut row.unit);
            row.pack_size.clone_from(&pack.size);
        }
        if let Some(barcode) = &entry.barcode
            && row.barcode.as_ref() != Some(barcode)
        {
            self.by_barcode.insert(barcode.clone(), at);
            row.barcode = Some(barcode.clone());
        }
        row.mrp_minor = entry.mrp_minor.or(row.mrp_minor);
        for (attribute, value) in values {
            slot.attributes.retain(|(known, _)| *known != attribute);
            if self.known_values.get(&(row.id, attribute)) != Some(&value) {
                slot.attributes.push((attribute, value));
            }
        }
        let changes = slot.changes();
        if changes {
            slot.after.updated_at = now;
        }
        let children_change = changes || !slot.attributes.is_empty();
        if let Some(product) = self.products.get_mut(slot.product) {
            product.children_change |= children_change;
        }
    }

    fn change_product(&mut self, at: usize, entry: &Entry, shelf: &Shelf) {
        let Some(slot) = self.products.get_mut(at) else { return };
        slot.line = entry.line;
        slot.wanted_status = entry.status.or(slot.wanted_status);
        if let Some(url) = &entry.image {
            let known = slot.media.contains(url) || self.known_media.contains(&(slot.after.id, url.clone()));
            slot.after.image_url.get_or_insert_with(|| url.clone());
            if !known {
                slot.media.push(url.clone());
            }
        }
        let row = &mut slot.after;
        row.category_id = shelf.category(&entry.category).or(row.category_id);
        row.brand_id = entry.brand.as_ref().and_then(|name| shelf.brand(name)).or(row.brand_id);
        if let Some(name) = &entry.name {
            row.name.clone_from(name);
        }
        if row.import_key.is_none() {
            row.import_key.clone_from(&entry.key);
        }
        fill(&mut row.hsn_code, entry.hsn.as_ref());
        fill(&mut row.dietary, entry.dietary.map(str::to_owned).as_ref());
        fill(&mut row.fssai_license, entry.fssai.as_ref());
        fill(&mut row.country_of_origin, entry.country.as_ref());
        row.shelf_life_days = entry.shelf_life_days.or(row.shelf_life_days);
        if !entry.tags.is_empty() {
            row.tags.clone_from(&entry.tags);
        }
        if let Some(description) = &entry.description {
            slot.texts.description.clone_from(description);
        }
        if let Some(ingredients) = &entry.ingredients {
            slot.texts.ingredients.clone_from(ingredients);
        }
        if let Some(nutrition) = &entry.nutrition {
            slot.texts.nutrition = nutrition.clone().into();
        }
    }

    /// Prices and states of the products, once all their rows are known.
    fn settle(&mut self) {
        for slot in self.products.iter_mut().filter(|slot| slot.line > 0) {
            let active = slot.variants.iter().filter_map(|at| self.variants.get(*at)).map(|slot| &slot.after);
            let active: Vec<&VariantRow> = active.filter(|row| row.status == "active").collect();
            let prices = || active.iter().filter_map(|row| row.mrp_minor);
            slot.after.price_from_minor = prices().min();
            slot.after.price_to_minor = prices().max();
            slot.after.variant_count = i32::try_from(active.len()).unwrap_or(i32::MAX);
            let wanted = match (&slot.before, slot.wanted_status) {
                (_, Some(wanted)) => wanted,
                (None, None) => "active",
                (Some(_), None) => continue,
            };
            let lacking = lacking(&slot.after);
            if wanted == "active" && !lacking.is_empty() {
                "draft".clone_into(&mut slot.after.status);
                let message = format!("the product stays a draft: it lacks {}", lacking.join(", "));
                self.issues.push(Issue::warning(slot.line, "status", "INCOMPLETE", message));
            } else {
                wanted.clone_into(&mut slot.after.status);
            }
        }
    }
}

impl ProductSlot {
    fn new(after: ProductRow) -> Self {
        Self {
            before: None,
            texts_before: no_texts(after.id),
            texts: no_texts(after.id),
            after,
            media: Vec::new(),
            children_change: false,
            line: 0,
            wanted_status: None,
            variants: Vec::new(),
        }
    }
}

fn no_texts(product_id: Uuid) -> TextsRow {
    TextsRow {
        product_id,
        description: String::new(),
        ingredients: String::new(),
        nutrition: serde_json::Value::Object(serde_json::Map::new()),
    }
}

/// What a product must have before it can be sold.
fn lacking(row: &ProductRow) -> Vec<&'static str> {
    let needs = [
        (row.category_id.is_none(), "a category"),
        (row.hsn_code.is_none(), "an HSN code"),
        (row.price_from_minor.is_none(), "a price"),
    ];
    needs.into_iter().filter(|(lacks, _)| *lacks).map(|(_, what)| what).collect()
}

/// What the file leaves out stays as it is.
fn fill(stored: &mut Option<String>, given: Option<&String>) {
    if given.is_some() && stored.as_ref() != given {
        *stored = given.cloned();
    }
}

fn attribute_values(entry: &Entry, shelf: &Shelf) -> Result<Vec<(Uuid, AttributeValue)>, Refusal> {
    let mut values = Vec::with_capacity(entry.attributes.len());
    for (code, text) in &entry.attributes {
        let Some(attribute) = shelf.attribute(code) else { continue };
        let value = attribute_value(attribute, text).map_err(|bad| ("attributes", bad, text.clone()))?;
        values.push((attribute.id, value));
    }
    Ok(values)
}

fn attribute_value(attribute: &Attribute, text: &str) -> Result<AttributeValue, BadValue> {
    let none = AttributeValue::default();
    match attribute.kind.as_str() {
        "number" => {
            let number = text.replace(',', "").parse::<BigDecimal>().ok().filter(|n| n.digits() <= 12);
            let number = number.ok_or_else(|| BadValue::invalid("this attribute is a number"))?;
            let number = number.with_scale_round(6, bigdecimal::RoundingMode::HalfUp);
            Ok(AttributeValue { number: Some(number), ..none })
        }
        "boolean" => match text.to_lowercase().as_str() {
            "yes" | "true" | "1" | "y" => Ok(AttributeValue { boolean: Some(true), ..none }),
            "no" | "false" | "0" | "n" => Ok(AttributeValue { boolean: Some(false), ..none }),
            _ => Err(BadValue::invalid("this attribute is yes or no")),
        },
        "choice" => {
            let choice = attribute.choices.iter().find(|choice| choice.eq_ignore_ascii_case(text));
            let choice = choice.ok_or_else(|| {
                let message = format!("this attribute is one of {}", attribute.choices.join(", "));
                BadValue { code: "UNKNOWN", message }
            })?;
            Ok(AttributeValue { text: Some(choice.clone()), ..none })
        }
        _ => Ok(AttributeValue { text: Some(text.to_owned()), ..none }),
    }
}
