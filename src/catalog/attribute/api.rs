//! Attributes in the schema.

use async_graphql::{Context, InputObject, Object};
use freshvilla_macros::{mutation, query};

use super::{
    model::{self, Attribute, AttributeId, AttributeKind, AttributeValue},
    service::{self, AttributeChanges, NewAttribute, NewValue},
};
use crate::{
    catalog::{
        CatalogError,
        variant::model::{Variant, VariantId},
    },
    context::Ctx,
    kernel::{access::Permission, error::Result, money::Decimal},
    payload,
};

/// A value of a variant's attribute.
#[Object]
impl AttributeValue {
    /// The attribute.
    async fn attribute(&self) -> &Attribute {
        &self.attribute
    }

    /// The value as text, whatever its kind: "A", "3.5", "true".
    async fn value(&self) -> String {
        let number = || self.value.number_value.as_ref().map(|n| n.normalized().to_plain_string());
        let text = self.value.text_value.clone().or_else(number);
        text.or_else(|| self.value.boolean_value.map(|b| b.to_string())).unwrap_or_default()
    }

    /// The value of a number.
    async fn number(&self) -> Option<Decimal> {
        self.value.number_value.as_ref().map(|n| Decimal(n.normalized().to_plain_string()))
    }

    /// The value of a boolean.
    async fn boolean(&self) -> Option<bool> {
        self.value.boolean_value
    }
}

/// Queries over attributes.
#[derive(Default)]
pub struct AttributeQuery;

#[query]
impl AttributeQuery {
    /// Every attribute in its order.
    #[access(Public)]
    async fn attributes(&self, ctx: &Context<'_>) -> Result<Vec<Attribute>> {
        model::all(&*ctx.app().db.read().await?).await
    }
}

/// A new attribute.
#[derive(InputObject)]
pub struct AttributeCreateInput {
    /// Stable name for programs: a lower-case word, for example "fat_content".
    code: String,
    /// Name for people.
    name: String,
    /// What its values are.
    kind: AttributeKind,
    /// Unit of a number.
    unit: Option<String>,
    /// Allowed values of a choice, at most 500.
    #[graphql(default)]
    choices: Vec<String>,
    /// Whether search counts it as a facet.
    #[graphql(default = true)]
    filterable: bool,
    /// Order among attributes, smallest first.
    #[graphql(default)]
    position: i32,
}

/// Changes to an attribute; what is left out stays. Code and kind never change.
#[derive(InputObject)]
pub struct AttributeUpdateInput {
    /// The attribute.
    id: AttributeId,
    /// Name for people.
    name: Option<String>,
    /// Allowed values of a choice.
    choices: Option<Vec<String>>,
    /// Whether search counts it as a facet.
    filterable: Option<bool>,
    /// Order among attributes.
    position: Option<i32>,
}

/// A value of one attribute.
#[derive(InputObject)]
pub struct AttributeValueInput {
    /// The attribute's code.
    code: String,
    /// The value as text: "A", "3.5", "true"; null takes it away.
    value: Option<String>,
}

/// Attribute values of a variant.
#[derive(InputObject)]
pub struct ProductVariantSetAttributesInput {
    /// The variant.
    variant_id: VariantId,
    /// The values; attributes that are not named keep theirs.
    values: Vec<AttributeValueInput>,
}

payload! { /// What attributeCreate answers.
AttributeCreatePayload { /// The new attribute.
attribute: Attribute } CatalogError }

payload! { /// What attributeUpdate answers.
AttributeUpdatePayload { /// The changed attribute.
attribute: Attribute } CatalogError }

payload! { /// What productVariantSetAttributes answers.
ProductVariantSetAttributesPayload { /// The variant with its new values.
variant: Variant } CatalogError }

/// Changes to attributes.
#[derive(Default)]
pub struct AttributeMutation;

#[mutation]
impl AttributeMutation {
    /// Adds an attribute.
    #[access(Can(Permission::CatalogWrite))]
    async fn attribute_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new attribute")] input: AttributeCreateInput,
    ) -> Result<AttributeCreatePayload> {
        let AttributeCreateInput { code, name, kind, unit, choices, filterable, position } = input;
        let new = NewAttribute { code, name, kind, unit, choices, filterable, position };
        AttributeCreatePayload::from(service::create_attribute(ctx.app(), ctx.actor(), new).await)
    }

    /// Changes an attribute.
    #[access(Can(Permission::CatalogWrite))]
    async fn attribute_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes")] input: AttributeUpdateInput,
    ) -> Result<AttributeUpdatePayload> {
        let AttributeUpdateInput { id, name, choices, filterable, position } = input;
        let changes = AttributeChanges { name, choices, filterable, position };
        AttributeUpdatePayload::from(service::update_attribute(ctx.app(), ctx.actor(), id, changes).await)
    }

    /// Sets attribute values of a variant.
    #[access(Can(Permission::CatalogWrite))]
    async fn product_variant_set_attributes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The values")] input: ProductVariantSetAttributesInput,
    ) -> Result<ProductVariantSetAttributesPayload> {
        let values = input.values.into_iter().map(|v| NewValue { code: v.code, value: v.value }).collect();
        let outcome = service::set_values(ctx.app(), ctx.actor(), input.variant_id, values).await;
        ProductVariantSetAttributesPayload::from(outcome)
    }
}
