//! The schema's object types and interfaces, as they are printed.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, OperationType, Type, TypeKind, TypeSystemDefinition},
};

/// A type that has fields.
struct Composite {
    is_interface: bool,
    fields: HashMap<String, Type>,
}

static TYPES: LazyLock<HashMap<String, Composite>> = LazyLock::new(|| {
    let definitions = parse_schema(super::sdl()).map(|document| document.definitions).unwrap_or_default();
    let types = definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    let composites = types.filter_map(|definition| {
        let (is_interface, fields) = match definition.kind {
            TypeKind::Object(object) => (false, object.fields),
            TypeKind::Interface(interface) => (true, interface.fields),
            _ => return None,
        };
        let fields = fields.into_iter().map(|field| (field.node.name.node.to_string(), field.node.ty.node)).collect();
        Some((definition.name.node.to_string(), Composite { is_interface, fields }))
    });
    composites.collect()
});

/// The root type of an operation.
pub const fn root(operation: OperationType) -> &'static str {
    match operation {
        OperationType::Query => "Query",
        OperationType::Mutation => "Mutation",
        OperationType::Subscription => "Subscription",
    }
}

/// The type of a field; None where there is no such field, and for introspection.
pub fn field(of: &str, name: &str) -> Option<&'static Type> {
    TYPES.get(of)?.fields.get(name)
}

/// Whether a type has fields.
pub fn is_composite(name: &str) -> bool {
    TYPES.contains_key(name)
}

/// Whether a type stands for several object types.
pub fn is_interface(name: &str) -> bool {
    TYPES.get(name).is_some_and(|of| of.is_interface)
}

/// The type of a value, or of the items of a list.
pub fn name_of(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(of) => name_of(of),
    }
}
