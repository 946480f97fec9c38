//! Plain objects in the schema's registry.

use async_graphql::{
    indexmap::IndexMap,
    registry::{Deprecation, MetaField, MetaType, Registry},
};

/// A field for the schema: its name, its description, and what registers its type.
pub type FieldInfo = (&'static str, &'static str, fn(&mut Registry) -> String);

/// Computed fields for the schema.
pub type Edges = fn(&mut Registry) -> Vec<(String, MetaField)>;

/// Adds an interface to the schema, once: every one of its objects has the field.
pub fn register_interface(
    registry: &mut Registry,
    (name, rust): (&'static str, &'static str),
    description: &'static str,
    field: FieldInfo,
    objects: &[fn(&mut Registry) -> String],
) -> String {
    if !registry.types.contains_key(name) {
        let interface = |fields, possible_types| MetaType::Interface {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            fields,
            possible_types,
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(rust),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        };
        registry.types.insert(name.to_owned(), interface(IndexMap::new(), Default::default()));
        let objects =
            objects.iter().map(|object| object(registry).trim_end_matches('!').to_owned()).collect::<Vec<_>>();
        for object in &objects {
            registry.add_implements(object, name);
        }
        let fields = [meta_field(registry, field)].into_iter().collect();
        registry.types.insert(name.to_owned(), interface(fields, objects.into_iter().collect()));
    }
    format!("{name}!")
}

/// Adds the object to the schema, once; answers its type's name with the mark of what is never null.
pub fn register(
    registry: &mut Registry,
    (name, rust): (&'static str, &'static str),
    description: &'static str,
    fields: &[FieldInfo],
    edges: Edges,
) -> String {
    let known = registry.types.get(name).map(MetaType::rust_typename);
    if let Some(other) = known {
        assert!(other == Some(rust), "{rust} and {other:?} have the same GraphQL name {name}");
    } else {
        // In its place before its fields are looked at, which may lead back to it.
        registry.types.insert(name.to_owned(), meta_object(name, rust, description, IndexMap::new()));
        let own = fields.iter().map(|field| meta_field(registry, *field)).collect::<Vec<_>>();
        let fields = own.into_iter().chain(edges(registry)).collect();
        registry.types.insert(name.to_owned(), meta_object(name, rust, description, fields));
    }
    format!("{name}!")
}

fn meta_object(name: &str, rust: &'static str, description: &str, fields: IndexMap<String, MetaField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields,
        cache_control: Default::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: Some(rust),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn meta_field(registry: &mut Registry, (name, description, ty): FieldInfo) -> (String, MetaField) {
    let field = MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: IndexMap::new(),
        ty: ty(registry),
        deprecation: Deprecation::NoDeprecated,
        cache_control: Default::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    (name.to_owned(), field)
}
