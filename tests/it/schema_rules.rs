//! What every part of the GraphQL schema must keep to.

use async_graphql::parser::{
    parse_schema,
    types::{FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use freshvilla::{graphql, kernel::access::Permission};

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(graphql::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    let fields = match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => return Vec::new(),
    };
    fields.iter().map(|field| &field.node).collect()
}

fn inputs(definition: &TypeDefinition) -> Vec<&InputValueDefinition> {
    match &definition.kind {
        TypeKind::InputObject(input) => input.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

fn values(definition: &TypeDefinition) -> Vec<(String, bool)> {
    match &definition.kind {
        TypeKind::Enum(list) => list
            .values
            .iter()
            .map(|value| (value.node.value.node.to_string(), value.node.description.is_some()))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_root_field_says_who_may_call_it() {
    let known: Vec<&str> =
        ["public", "signed-in", "known"].into_iter().chain(Permission::ALL.iter().map(|p| p.as_str())).collect();
    let mut roots = 0;
    for root in types().iter().filter(|t| ["Query", "Mutation", "Subscription"].contains(&t.name.node.as_str())) {
        for field in fields(root) {
            let name = format!("{}.{}", root.name.node, field.name.node);
            let auth = field.directives.iter().find(|directive| directive.node.name.node == "auth");
            let auth = auth.unwrap_or_else(|| panic!("{name} has no @auth"));
            let requires = auth.node.get_argument("requires").expect(&name).node.to_string();
            assert!(known.contains(&requires.trim_matches('"')), "{name} requires {requires}");
            roots += 1;
        }
    }
    assert!(roots > 3, "only {roots} root fields were found");
}

#[test]
fn everything_is_described() {
    let mut bare = Vec::new();
    for definition in types() {
        let name = definition.name.node.as_str();
        bare.extend(definition.description.is_none().then(|| name.to_owned()));
        for field in fields(&definition) {
            let path = format!("{name}.{}", field.name.node);
            for argument in field.arguments.iter().filter(|argument| argument.node.description.is_none()) {
                bare.push(format!("{path}({})", argument.node.name.node));
            }
            bare.extend(field.description.is_none().then_some(path));
        }
        for input in inputs(&definition).into_iter().filter(|input| input.description.is_none()) {
            bare.push(format!("{name}.{}", input.name.node));
        }
        for (value, _) in values(&definition).into_iter().filter(|(_, described)| !described) {
            bare.push(format!("{name}.{value}"));
        }
    }
    assert!(bare.is_empty(), "without a description: {}", bare.join(", "));
}

#[test]
fn mutations_have_one_input_and_a_payload_with_errors() {
    let types = types();
    let mutation = types.iter().find(|t| t.name.node == "Mutation").unwrap();
    for field in fields(mutation) {
        let (name, arguments) = (field.name.node.as_str(), &field.arguments);
        let pascal = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
        assert_eq!(arguments.len(), 1, "{name} takes one argument");
        assert_eq!(arguments[0].node.name.node, "input", "{name}");
        assert_eq!(arguments[0].node.ty.node.to_string(), format!("{pascal}Input!"), "{name}");
        assert_eq!(field.ty.node.to_string(), format!("{pascal}Payload!"), "{name}");
        let payload = types.iter().find(|t| t.name.node == format!("{pascal}Payload")).unwrap();
        let errors = fields(payload).into_iter().find(|field| field.name.node == "errors").expect(name);
        let ty = errors.ty.node.to_string();
        assert!(ty.starts_with('[') && ty.ends_with("Error!]!"), "{name}: errors: {ty}");
    }
}
