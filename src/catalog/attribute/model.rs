//! Attribute definitions, values, and every query over them.

use std::{collections::HashMap, sync::Arc};

use bigdecimal::BigDecimal;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use freshvilla_macros::PlainObject;
use serde::Serialize;

use crate::{
    catalog::variant::model::VariantId,
    id,
    kernel::{
        access::Actor,
        db::Conn,
        error::{Error, OnConstraint, Result},
        loader::Key,
        sql::{Select, Sql},
    },
    load_by_id,
    schema::{attributes, variant_attributes},
    text_enum,
};

id! {
    /// Identifies an attribute.
    AttributeId, "atr", "Attribute"
}

text_enum! {
    /// What an attribute's values are.
    pub enum AttributeKind {
        /// Free text.
        Text = "text",
        /// A number with at most six decimals, in the attribute's unit.
        Number = "number",
        /// Yes or no.
        Boolean = "boolean",
        /// One of the attribute's choices.
        Choice = "choice",
    }
}

/// A typed property that variants can have.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, Serialize, PlainObject)]
#[diesel(table_name = attributes, treat_none_as_null = true)]
pub struct Attribute {
    /// Global ID.
    pub id: AttributeId,
    /// Stable name for programs and import files, for example "grade".
    pub code: String,
    /// Name for people.
    pub name: String,
    /// What its values are.
    pub kind: AttributeKind,
    /// Unit of a number, for example "g".
    pub unit: Option<String>,
    /// Allowed values of a choice.
    pub choices: Vec<String>,
    /// Whether search counts it as a facet.
    pub filterable: bool,
    /// Order among attributes, smallest first.
    pub position: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

load_by_id!(AttributeId => Attribute, attributes);

/// A value of a variant, as stored: the column follows the attribute's kind.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = variant_attributes)]
#[expect(missing_docs, reason = "columns are documented in the database")]
pub struct ValueRow {
    pub variant_id: VariantId,
    pub attribute_id: AttributeId,
    pub text_value: Option<String>,
    pub number_value: Option<BigDecimal>,
    pub boolean_value: Option<bool>,
}

/// A value with its attribute.
#[derive(Clone, Debug)]
pub struct AttributeValue {
    /// The attribute.
    pub attribute: Arc<Attribute>,
    /// The value.
    pub value: ValueRow,
}

/// The key of a variant's attribute values.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValuesOf(pub VariantId);

impl Key for ValuesOf {
    type Value = Arc<Vec<AttributeValue>>;

    async fn fetch(conn: &Conn, actor: &Actor, keys: &[Self]) -> Result<HashMap<Self, Self::Value>> {
        let variants: Vec<uuid::Uuid> = keys.iter().map(|key| key.0.0).collect();
        let rest = Sql::new(
            "FROM variant_attributes JOIN attributes ON attributes.id = variant_attributes.attribute_id \
             WHERE variant_attributes.variant_id = ANY(",
        )
        .bind(variants)
        .sql(") ORDER BY attributes.position, attributes.code");
        let rows = Select::<ValueRow>::new(rest).rows(conn).await?;
        let mut ids: Vec<AttributeId> = rows.iter().map(|row| row.attribute_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let known = AttributeId::fetch(conn, actor, &ids).await?;
        let values = rows
            .into_iter()
            .filter_map(|value| Some(AttributeValue { attribute: Arc::clone(known.get(&value.attribute_id)?), value }))
            .collect();
        Ok(crate::kernel::loader::group(keys, values, |key| key.0, |row: &AttributeValue| row.value.variant_id))
    }
}

/// Every attribute in order. There are some dozens, so the list is no connection.
pub async fn all(mut conn: &Conn) -> Result<Vec<Attribute>> {
    Ok(attributes::table
        .order((attributes::position, attributes::code))
        .limit(1_000)
        .select(Attribute::as_select())
        .load(&mut conn)
        .await?)
}

/// Attributes by code.
pub async fn by_codes(mut conn: &Conn, codes: &[String]) -> Result<HashMap<String, Attribute>> {
    let rows: Vec<Attribute> =
        attributes::table.filter(attributes::code.eq_any(codes)).select(Attribute::as_select()).load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// Locks an attribute for a change.
pub async fn lock(mut conn: &Conn, id: AttributeId) -> Result<Attribute> {
    let row =
        attributes::table.find(id).for_update().select(Attribute::as_select()).first(&mut conn).await.optional()?;
    row.ok_or(Error::NotFound("attribute"))
}

/// Adds an attribute.
pub async fn insert(mut conn: &Conn, row: &Attribute) -> Result<()> {
    diesel::insert_into(attributes::table)
        .values(row)
        .execute(&mut conn)
        .await
        .on_constraint("attributes_code_key", || {
            Error::problem("NAME_TAKEN", "code", "another attribute has this code")
        })?;
    Ok(())
}

/// Stores a changed attribute.
pub async fn update(mut conn: &Conn, row: &Attribute) -> Result<()> {
    diesel::update(attributes::table.find(row.id)).set(row).execute(&mut conn).await?;
    Ok(())
}

/// A variant's present values of these attributes.
pub async fn values_of(mut conn: &Conn, variant: VariantId, attributes: &[AttributeId]) -> Result<Vec<ValueRow>> {
    use variant_attributes::dsl;
    Ok(dsl::variant_attributes
        .filter(dsl::variant_id.eq(variant).and(dsl::attribute_id.eq_any(attributes)))
        .order(dsl::attribute_id)
        .select(ValueRow::as_select())
        .load(&mut conn)
        .await?)
}

/// Replaces a variant's values of these attributes; those without a new value are taken away.
pub async fn replace_values(
    mut conn: &Conn,
    variant: VariantId,
    cleared: &[AttributeId],
    values: &[ValueRow],
) -> Result<()> {
    use variant_attributes::dsl;
    diesel::delete(dsl::variant_attributes.filter(dsl::variant_id.eq(variant).and(dsl::attribute_id.eq_any(cleared))))
        .execute(&mut conn)
        .await?;
    diesel::insert_into(dsl::variant_attributes).values(values).execute(&mut conn).await?;
    Ok(())
}
