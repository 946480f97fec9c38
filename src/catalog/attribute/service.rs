//! What the catalogue's staff do with attributes and their values.

use std::str::FromStr;

use bigdecimal::BigDecimal;

use super::model::{self, Attribute, AttributeId, AttributeKind, ValueRow};
use crate::{
    app::App,
    catalog::{
        product::model as product,
        search,
        variant::model::{self as variant, Variant, VariantId},
    },
    kernel::{
        access::Actor,
        audit::Change,
        check::Checks,
        error::{Error, Result},
    },
};

/// A new attribute.
#[derive(Clone, Debug)]
pub struct NewAttribute {
    /// Stable name for programs.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// What its values are.
    pub kind: AttributeKind,
    /// Unit of a number.
    pub unit: Option<String>,
    /// Allowed values of a choice.
    pub choices: Vec<String>,
    /// Whether it is a facet.
    pub filterable: bool,
    /// Order.
    pub position: i32,
}

/// Changes to an attribute; its code and kind never change, because values depend on them.
#[derive(Clone, Debug, Default)]
pub struct AttributeChanges {
    /// Name for people.
    pub name: Option<String>,
    /// Allowed values of a choice.
    pub choices: Option<Vec<String>>,
    /// Whether it is a facet.
    pub filterable: Option<bool>,
    /// Order.
    pub position: Option<i32>,
}

/// Adds an attribute.
pub async fn create_attribute(app: &App, actor: &Actor, new: NewAttribute) -> Result<Attribute> {
    let now = app.clock.now();
    let mut checks = Checks::default();
    let mut letters = new.code.bytes();
    let good = new.code.len() <= 60
        && letters.next().is_some_and(|b| b.is_ascii_lowercase())
        && letters.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    checks.ensure(good, "INVALID", "code", "a code is a lower-case word such as fat_content");
    let name = checks.text("name", &new.name, 1, 120);
    check_choices(&mut checks, new.kind, &new.choices);
    checks.finish()?;
    let row = Attribute {
        id: AttributeId::new(),
        code: new.code,
        name,
        kind: new.kind,
        unit: new.unit,
        choices: new.choices,
        filterable: new.filterable,
        position: new.position,
        created_at: now,
        updated_at: now,
    };
    let tx = app.db.begin().await?;
    model::insert(&tx, &row).await?;
    Change::new("attributeCreate", row.id, None, Some(&row))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

fn check_choices(checks: &mut Checks, kind: AttributeKind, choices: &[String]) {
    let is_choice = kind == AttributeKind::Choice;
    checks.ensure(is_choice != choices.is_empty(), "INVALID", "choices", "a choice, and only a choice, has choices");
    checks.ensure(choices.len() <= 500, "INVALID", "choices", "at most 500 choices");
    let good = |c: &String| !c.trim().is_empty() && c.len() <= 120;
    checks.ensure(choices.iter().all(good), "INVALID", "choices", "a choice has 1 to 120 characters");
}

/// Changes an attribute's name, choices, order or use as a facet.
pub async fn update_attribute(
    app: &App,
    actor: &Actor,
    id: AttributeId,
    changes: AttributeChanges,
) -> Result<Attribute> {
    let tx = app.db.begin().await?;
    let before = model::lock(&tx, id).await?;
    let mut after = Attribute { updated_at: app.clock.now(), ..before.clone() };
    let mut checks = Checks::default();
    if let Some(name) = changes.name {
        after.name = checks.text("name", &name, 1, 120);
    }
    if let Some(choices) = changes.choices {
        check_choices(&mut checks, before.kind, &choices);
        after.choices = choices;
    }
    checks.finish()?;
    after.filterable = changes.filterable.unwrap_or(before.filterable);
    after.position = changes.position.unwrap_or(before.position);
    model::update(&tx, &after).await?;
    Change::new("attributeUpdate", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(after)
}

/// A value to set, as text; `None` takes it away.
#[derive(Clone, Debug)]
pub struct NewValue {
    /// The attribute's code.
    pub code: String,
    /// The value as text.
    pub value: Option<String>,
}

/// Most values in one call.
const MAX_VALUES: usize = 100;

/// Sets attribute values of a variant; attributes that are not named keep theirs.
pub async fn set_values(app: &App, actor: &Actor, id: VariantId, values: Vec<NewValue>) -> Result<Variant> {
    if values.len() > MAX_VALUES {
        return Err(Error::invalid("values", format!("at most {MAX_VALUES} values at once")));
    }
    let tx = app.db.begin().await?;
    let owner = variant::product_of(&tx, id).await?;
    product::lock(&tx, owner).await?;
    let row = variant::lock(&tx, id).await?;
    let codes: Vec<String> = values.iter().map(|v| v.code.clone()).collect();
    let known = model::by_codes(&tx, &codes).await?;
    let mut checks = Checks::default();
    let (mut cleared, mut rows) = (Vec::new(), Vec::new());
    for (at, new) in values.into_iter().enumerate() {
        let path = format!("values.{at}.value");
        let Some(attribute) = known.get(&new.code) else {
            checks.ensure(false, "NOT_FOUND", &format!("values.{at}.code"), "there is no such attribute");
            continue;
        };
        checks.ensure(!cleared.contains(&attribute.id), "INVALID", &path, "the attribute is named twice");
        cleared.push(attribute.id);
        if let Some(text) = new.value {
            rows.extend(checks.parse("ATTRIBUTE_KIND_MISMATCH", &path, read_value(attribute, id, &text)));
        }
    }
    checks.finish()?;
    let before = model::values_of(&tx, id, &cleared).await?;
    model::replace_values(&tx, id, &cleared, &rows).await?;
    search::model::refresh(&tx, &[owner.0]).await?;
    let (before, after) = (serde_json::json!({ "values": before }), serde_json::json!({ "values": rows }));
    Change::new("variantAttributesSet", id, Some(&before), Some(&after))?.record(&tx, &app.clock, actor).await?;
    tx.commit().await?;
    Ok(row)
}

/// Reads a value as the attribute's kind; a sentence when it does not fit.
pub fn read_value(attribute: &Attribute, variant: VariantId, text: &str) -> Result<ValueRow, String> {
    let text = text.trim();
    let mut row = ValueRow {
        variant_id: variant,
        attribute_id: attribute.id,
        text_value: None,
        number_value: None,
        boolean_value: None,
    };
    match attribute.kind {
        AttributeKind::Text if (1..=500).contains(&text.len()) => row.text_value = Some(text.to_owned()),
        AttributeKind::Text => return Err("a text value has 1 to 500 bytes".to_owned()),
        AttributeKind::Number => {
            let number = BigDecimal::from_str(text).map_err(|_| format!("{} wants a number", attribute.code))?;
            row.number_value = Some(number.with_scale(6));
        }
        AttributeKind::Boolean => match text.to_lowercase().as_str() {
            "true" | "yes" | "1" => row.boolean_value = Some(true),
            "false" | "no" | "0" => row.boolean_value = Some(false),
            _ => return Err(format!("{} wants true or false", attribute.code)),
        },
        AttributeKind::Choice => match attribute.choices.iter().find(|c| c.eq_ignore_ascii_case(text)) {
            Some(choice) => row.text_value = Some(choice.clone()),
            None => return Err(format!("{} wants one of {}", attribute.code, attribute.choices.join(", "))),
        },
    }
    Ok(row)
}
